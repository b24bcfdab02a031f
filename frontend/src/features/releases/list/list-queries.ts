import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, bodyOf } from "@/lib/api/client";
import { pollDelay } from "@/lib/api/retry";
import type { Release, ReleasePage } from "@/lib/api/types";
import { POLL_PERIOD_MS } from "../freshness/standing";
import { withLastReadOf } from "./last-read";
import { formatSort, type ListParams } from "./list-params";

// It costs the server a whole tree per row: it comes after the rows, and less often.
const PROGRESS_PERIOD_MS = 15_000;

/** A view in the terms of the API, which the socket shares. */
export function requestOf(params: ListParams) {
  return {
    page: params.page,
    page_size: params.pageSize,
    ordering: formatSort(params.sort),
    ...(params.search ? { search: params.search } : {}),
    ...(params.phases.length > 0 ? { phase: params.phases } : {}),
    ...(params.states.length > 0 ? { state: params.states } : {}),
    ...(params.statuses.length > 0 ? { status: params.statuses } : {}),
  };
}

async function fetchPage(
  params: ListParams,
  signal: AbortSignal,
  include?: { include: "rollup"[] },
): Promise<ReleasePage> {
  const query = { ...requestOf(params), ...include };
  return bodyOf(await api.GET("/api/releases/", { params: { query }, signal }));
}

export function listQuery(params: ListParams) {
  const queryKey = ["releases", "list", params] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) =>
      withLastReadOf(await fetchPage(params, signal), client.getQueryData<ReleasePage>(queryKey)),
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: ({ state }) => pollDelay(POLL_PERIOD_MS, state.error),
  });
}

/** How far a release has come, and what holds it up: what only its whole tree tells. */
export type Progress = Pick<Release, "rollup" | "held_by" | "stands_at">;

export type ProgressById = Readonly<Record<string, Progress>>;

/** What is known of progress with that of a page. What could not be read this time stands as it was last read. */
export function withProgressOf({ results }: ReleasePage, known: ProgressById | undefined): ProgressById {
  const read = results.flatMap(({ id, rollup, held_by, stands_at }) =>
    rollup ? [[id, { rollup, held_by, stands_at }] as const] : [],
  );
  return { ...known, ...Object.fromEntries(read) };
}

export function progressQuery(params: ListParams) {
  const queryKey = ["releases", "progress", params] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }): Promise<ProgressById> => {
      const page = await fetchPage(params, signal, { include: ["rollup"] });
      return withProgressOf(page, client.getQueryData<ProgressById>(queryKey));
    },
    placeholderData: keepPreviousData,
    retry: false,
    // What a socket told a moment ago need not be asked for because the socket is gone.
    staleTime: PROGRESS_PERIOD_MS,
    refetchInterval: ({ state }) => pollDelay(PROGRESS_PERIOD_MS, state.error),
  });
}
