import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import { api, bodyOf } from "@/lib/api/client";
import { categoryOf } from "@/lib/api/errors";
import { pollDelay } from "@/lib/api/retry";
import type { PhaseCounts, ReleasePage } from "@/lib/api/types";
import type { ListParams } from "./list-params";
import { requestOf } from "./list-queries";

// What changes on the page makes it count anew. What changes elsewhere shows after so long.
const COUNT_PERIOD_MS = 15_000;
// The server goes on reading what it could not count in time, and may count again what it could not count at all.
const UNREAD_PERIOD_MS = 3_000;
// However fast the list changes: nobody reads numbers that change more often.
const LEAST_MS = 2_000;

function countsQuery(params: ListParams) {
  const { search, state, status } = requestOf(params);
  const query = { ...(search ? { search } : {}), ...(state ? { state } : {}), ...(status ? { status } : {}) };
  return queryOptions({
    queryKey: ["releases", "counts", query],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/releases/counts/", { params: { query }, signal })),
    retry: false,
    refetchInterval: ({ state: { data, error } }) =>
      pollDelay(error || (data && data.unread > 0) ? UNREAD_PERIOD_MS : COUNT_PERIOD_MS, error),
  });
}

/** What of a page can change the counts. */
function movesOf(page: ReleasePage | undefined): string | null {
  if (!page) return null;
  return [page.count, ...page.results.map(({ id, phase }) => `${id} ${phase}`)].join("\n");
}

/** Calls when the moves become others than they were, save for those of another view, and not too often. */
function useMoves(view: string, moves: string | null, call: () => void): void {
  const known = useRef<{ view: string; moves: string } | null>(null);
  const calledAt = useRef(0);
  const onMove = useEffectEvent(call);

  useEffect(() => {
    if (moves === null) return;
    const before = known.current;
    if (before?.view !== view) known.current = { view, moves };
    if (before?.view !== view || before.moves === moves) return;
    const wait = Math.max(0, calledAt.current + LEAST_MS - Date.now());
    const timer = setTimeout(() => {
      known.current = { view, moves };
      calledAt.current = Date.now();
      onMove();
    }, wait);
    return () => clearTimeout(timer);
  }, [view, moves]);
}

export interface Counts {
  /** Undefined while they are not known. */
  counts: PhaseCounts | undefined;
  /** Whether they could not be counted again, and are the last known ones. */
  areOld: boolean;
}

/**
 * How many releases of each phase there are among those that the other filters leave.
 *
 * `page` is what the list shows of the same filters; undefined while it shows another.
 */
export function useCounts(params: ListParams, page: ReleasePage | undefined): Counts {
  const client = useQueryClient();
  const options = countsQuery(params);
  const view = JSON.stringify(params);
  useMoves(view, movesOf(page), () => {
    // Whoever comes back to a tab has it asked anew in any case.
    if (document.visibilityState !== "hidden") void client.refetchQueries({ queryKey: options.queryKey, exact: true });
  });
  const { data, error } = useQuery(options);
  // What was counted before a role was taken away is no longer this reader's to see.
  return { counts: error && categoryOf(error) === "forbidden" ? undefined : data, areOld: error !== null };
}
