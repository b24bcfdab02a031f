import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, bodyOf } from "@/lib/api/client";
import { pollDelay } from "@/lib/api/retry";
import type { ReleasePage, Rollup } from "@/lib/api/types";
import { POLL_PERIOD_MS } from "../freshness/standing";
import { formatSort, type ListParams } from "./list-params";

// Roll-ups cost the server a whole tree per row: they come after the rows, and less often.
const ROLLUP_PERIOD_MS = 15_000;

/** A view in the terms of the API, which the socket shares. */
export function requestOf(params: ListParams) {
  return {
    page: params.page,
    page_size: params.pageSize,
    ordering: formatSort(params.sort),
    ...(params.search ? { search: params.search } : {}),
    ...(params.phases.length > 0 ? { phase: params.phases } : {}),
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
  return queryOptions({
    queryKey: ["releases", "list", params],
    queryFn: ({ signal }) => fetchPage(params, signal),
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: ({ state }) => pollDelay(POLL_PERIOD_MS, state.error),
  });
}

export type RollupsById = Readonly<Record<string, Rollup>>;

/** What is known of roll-ups with those of a page. One that could not be read this time stands as it was last read. */
export function withRollupsOf({ results }: ReleasePage, known: RollupsById | undefined): RollupsById {
  const read = results.flatMap(({ id, rollup }) => (rollup ? [[id, rollup] as const] : []));
  return { ...known, ...Object.fromEntries(read) };
}

export function rollupsQuery(params: ListParams) {
  const queryKey = ["releases", "rollups", params] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }): Promise<RollupsById> => {
      const page = await fetchPage(params, signal, { include: ["rollup"] });
      return withRollupsOf(page, client.getQueryData<RollupsById>(queryKey));
    },
    placeholderData: keepPreviousData,
    retry: false,
    // What a socket told a moment ago need not be asked for because the socket is gone.
    staleTime: ROLLUP_PERIOD_MS,
    refetchInterval: ({ state }) => pollDelay(ROLLUP_PERIOD_MS, state.error),
  });
}
