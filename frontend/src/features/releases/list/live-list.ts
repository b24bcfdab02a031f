import { type QueryClient, type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ReleasePage } from "@/lib/api/types";
import type { Feed, Link } from "@/lib/realtime/follow";
import { PAGE_BODY } from "@/lib/realtime/page-body";
import { askedUnder, failQuery, storePushed, useRealtime } from "@/lib/realtime/use-realtime";
import { formatListParams, type ListParams, parseListParams } from "./list-params";
import { listQuery, type RollupsById, requestOf, rollupsQuery, withRollupsOf } from "./list-queries";

function socketPath(params: ListParams): string {
  const query = Object.entries({ ...requestOf(params), include: "rollup" });
  return `/ws/releases/?${new URLSearchParams(query.map(([name, value]) => [name, String(value)]))}`;
}

function listFeed(client: QueryClient, params: ListParams): Feed<ReleasePage> {
  const { queryKey } = listQuery(params);
  const { queryKey: rollupsKey } = rollupsQuery(params);
  return {
    path: socketPath(params),
    kind: PAGE_BODY,
    store(page) {
      storePushed<RollupsById>(client, rollupsKey, withRollupsOf(page, client.getQueryData(rollupsKey)));
      return storePushed<ReleasePage>(client, queryKey, page);
    },
    refuse: (error) => failQuery(client, queryKey, error),
  };
}

export interface LiveList {
  list: UseQueryResult<ReleasePage>;
  rollups: UseQueryResult<RollupsById>;
  link: Link;
}

/** A page of the list with its roll-ups, pushed where that can be done and else polled. */
export function useLiveList(params: ListParams): LiveList {
  const client = useQueryClient();
  const view = formatListParams(params).toString();
  const feed = useMemo(() => listFeed(client, parseListParams(new URLSearchParams(view))), [client, view]);
  const options = listQuery(params);
  const link = useRealtime(feed, options.queryKey);
  const list = useQuery({ ...options, ...askedUnder(link) });
  // They come with what is pushed: asked for only once it is clear that nothing is.
  const rollups = useQuery({ ...rollupsQuery(params), enabled: list.isSuccess && link.state === "down" });
  return { list, rollups, link };
}
