import { type QueryClient, type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ReleasePage } from "@/lib/api/types";
import type { Feed, Link } from "@/lib/realtime/follow";
import { PAGE_BODY } from "@/lib/realtime/page-body";
import { askedUnder, failQuery, storePushed, useRealtime } from "@/lib/realtime/use-realtime";
import { withLastReadOf } from "./last-read";
import { formatListParams, type ListParams, parseListParams } from "./list-params";
import { listQuery, type ProgressById, progressQuery, requestOf, withProgressOf } from "./list-queries";

function socketPath(params: ListParams): string {
  const query = Object.entries({ ...requestOf(params), include: "rollup" });
  return `/ws/releases/?${new URLSearchParams(query.map(([name, value]) => [name, String(value)]))}`;
}

function listFeed(client: QueryClient, params: ListParams): Feed<ReleasePage> {
  const { queryKey } = listQuery(params);
  const { queryKey: progressKey } = progressQuery(params);
  return {
    path: socketPath(params),
    kind: PAGE_BODY,
    store(page) {
      storePushed<ProgressById>(client, progressKey, withProgressOf(page, client.getQueryData(progressKey)));
      const before = client.getQueryData<ReleasePage>(queryKey);
      const stored = storePushed<ReleasePage>(client, queryKey, withLastReadOf(page, before));
      // What is to be changed further is what the server holds, without what only this page still knows.
      return page.results.some(({ problem }) => problem) ? page : stored;
    },
    refuse: (error) => failQuery(client, queryKey, error),
  };
}

export interface LiveList {
  list: UseQueryResult<ReleasePage>;
  progress: UseQueryResult<ProgressById>;
  link: Link;
}

/** A page of the list with the progress of its releases, pushed where that can be done and else polled. */
export function useLiveList(params: ListParams): LiveList {
  const client = useQueryClient();
  const view = formatListParams(params).toString();
  const feed = useMemo(() => listFeed(client, parseListParams(new URLSearchParams(view))), [client, view]);
  const options = listQuery(params);
  const link = useRealtime(feed, options.queryKey);
  const list = useQuery({ ...options, ...askedUnder(link) });
  // It comes with what is pushed: asked for only once it is clear that nothing is.
  const progress = useQuery({ ...progressQuery(params), enabled: list.isSuccess && link.state === "down" });
  return { list, progress, link };
}
