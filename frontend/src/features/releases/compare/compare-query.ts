import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answeredAt, api, bodyOf } from "@/lib/api/client";
import { pollDelay } from "@/lib/api/retry";
import type { Comparand, Comparison, Release } from "@/lib/api/types";
import { parseMoment } from "@/lib/time";

/** How often a comparison is read again while one of its releases runs. It costs the server both trees. */
export const PERIOD_MS = 5_000;
const CANDIDATES = 20;
const PREVIOUS_STALE_MS = 60_000;
const NOT_MODIFIED = 304;

/** Which releases are compared, by their IDs. */
export interface Comparands {
  /** Null for the last one before the other that worked. */
  a: string | null;
  b: string;
}

/** A comparison as it was read. */
export interface Reading {
  comparison: Comparison;
  etag: string | null;
  /** When Temporal last confirmed it, in milliseconds since the epoch. */
  asOf: number;
}

/** Whether a release may yet be another than it was read. */
export function isMoving({ status }: Pick<Comparand, "status">): boolean {
  return status === "RUNNING" || status === "PAUSED";
}

async function fetchComparison(
  { a, b }: Comparands,
  whole: boolean,
  known: Reading | undefined,
  signal: AbortSignal,
): Promise<Reading> {
  const answer = await api.GET("/api/compare/", {
    params: { query: { b, ...(a ? { a } : {}), ...(whole ? { include: ["unchanged"] } : {}) } },
    headers: known?.etag ? { "If-None-Match": known.etag } : {},
    signal,
  });
  const { response } = answer;
  // Nothing changed, but both were confirmed anew.
  if (response.status === NOT_MODIFIED && known) return { ...known, asOf: answeredAt(response) };
  const comparison = bodyOf(answer);
  const asOf = parseMoment(comparison.as_of) ?? answeredAt(response);
  return { comparison, etag: response.headers.get("ETag"), asOf };
}

/** What differs between two releases. `whole`: with the apps in which nothing does. */
export function comparisonQuery(comparands: Comparands, whole: boolean) {
  const queryKey = ["compare", comparands, whole] as const;
  return queryOptions({
    queryKey,
    queryFn: ({ client, signal }) => fetchComparison(comparands, whole, client.getQueryData<Reading>(queryKey), signal),
    // The same two with more or fewer of their apps; never two others under these names.
    placeholderData: (before, query) => {
      const asked = query?.queryKey[1];
      return asked?.a === comparands.a && asked.b === comparands.b ? before : undefined;
    },
    retry: false,
    refetchInterval: ({ state: { data, error } }) => {
      const isOver = data && !isMoving(data.comparison.a) && !isMoving(data.comparison.b);
      return isOver && !error ? false : pollDelay(PERIOD_MS, error);
    },
  });
}

/** The release that one is best compared with; null where there is none. */
export function previousQuery(releaseId: string) {
  return queryOptions({
    queryKey: ["releases", "previous", releaseId],
    queryFn: async ({ signal }): Promise<Release | null> => {
      const params = { path: { release_id: releaseId } };
      return bodyOf(await api.GET("/api/releases/{release_id}/previous/", { params, signal })).previous;
    },
    staleTime: PREVIOUS_STALE_MS,
    retry: false,
  });
}

/** Releases to choose from, the newest first. */
export function candidatesQuery(search: string) {
  return queryOptions({
    queryKey: ["releases", "candidates", search],
    queryFn: async ({ signal }): Promise<Release[]> => {
      const query = { page_size: CANDIDATES, ...(search ? { search } : {}) };
      return bodyOf(await api.GET("/api/releases/", { params: { query }, signal })).results;
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
}
