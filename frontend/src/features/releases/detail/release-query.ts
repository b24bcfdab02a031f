import { queryOptions } from "@tanstack/react-query";
import { answeredAt, api, bodyOf } from "@/lib/api/client";
import { pollDelay } from "@/lib/api/retry";
import type { Hierarchy } from "@/lib/api/types";
import { parseMoment } from "@/lib/time";
import { POLL_PERIOD_MS } from "../freshness/standing";

const NOT_MODIFIED = 304;

/** A release's tree, and when Temporal last confirmed it. */
export interface TreeSnapshot {
  tree: Hierarchy;
  etag: string | null;
  /** Milliseconds since the epoch. */
  asOf: number;
}

interface Arrival {
  etag?: string | null;
  answeredAt?: number;
}

export function snapshotOf(tree: Hierarchy, { etag = null, answeredAt = Date.now() }: Arrival = {}): TreeSnapshot {
  return { tree, etag, asOf: parseMoment(tree.as_of) ?? answeredAt };
}

async function fetchTree(
  releaseId: string,
  known: TreeSnapshot | undefined,
  signal: AbortSignal,
): Promise<TreeSnapshot> {
  const answer = await api.GET("/api/releases/{release_id}/hierarchy/", {
    params: { path: { release_id: releaseId } },
    headers: known?.etag ? { "If-None-Match": known.etag } : {},
    signal,
  });
  const { response } = answer;
  // Nothing changed, but it was confirmed anew: the body's own as_of is that of the older answer. A stale tree is
  // confirmed by nobody, so its time stands.
  if (response.status === NOT_MODIFIED && known) {
    return known.tree.freshness === "stale" ? known : { ...known, asOf: answeredAt(response) };
  }
  return snapshotOf(bodyOf(answer), { etag: response.headers.get("ETag"), answeredAt: answeredAt(response) });
}

export function treeQuery(releaseId: string) {
  const queryKey = ["releases", "tree", releaseId] as const;
  return queryOptions({
    queryKey,
    queryFn: ({ client, signal }) => fetchTree(releaseId, client.getQueryData<TreeSnapshot>(queryKey), signal),
    retry: false,
    refetchInterval: ({ state }) => pollDelay(POLL_PERIOD_MS, state.error),
  });
}
