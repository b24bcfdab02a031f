import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, bodyOf } from "@/lib/api/client";
import { pollDelay } from "@/lib/api/retry";
import type { ReleasePage, Rollup } from "@/lib/api/types";
import { formatSort, type ListParams } from "./list-params";

const LIST_PERIOD_MS = 3_000;
// Roll-ups cost the server a whole tree per row: they come after the rows, and less often.
const ROLLUP_PERIOD_MS = 15_000;

function apiQuery(params: ListParams) {
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
  const query = { ...apiQuery(params), ...include };
  return bodyOf(await api.GET("/api/releases/", { params: { query }, signal }));
}

export function listQuery(params: ListParams) {
  return queryOptions({
    queryKey: ["releases", "list", params],
    queryFn: ({ signal }) => fetchPage(params, signal),
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: ({ state }) => pollDelay(LIST_PERIOD_MS, state.error),
  });
}

export type RollupsById = Readonly<Record<string, Rollup>>;

/** Roll-ups by release ID. One that could not be read this time stands as it was last read. */
export function rollupsQuery(params: ListParams) {
  const queryKey = ["releases", "rollups", params] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }): Promise<RollupsById> => {
      const page = await fetchPage(params, signal, { include: ["rollup"] });
      const read = page.results.flatMap(({ id, rollup }) => (rollup ? [[id, rollup] as const] : []));
      return { ...client.getQueryData<RollupsById>(queryKey), ...Object.fromEntries(read) };
    },
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: ({ state }) => pollDelay(ROLLUP_PERIOD_MS, state.error),
  });
}
