import { type QueryClient, type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Hierarchy } from "@/lib/api/types";
import { pathSegment } from "@/lib/destinations";
import type { Feed, Link } from "@/lib/realtime/follow";
import { TREE_BODY } from "@/lib/realtime/tree-body";
import { askedUnder, failQuery, storePushed, useRealtime } from "@/lib/realtime/use-realtime";
import { snapshotOf, type TreeSnapshot, treeQuery } from "./release-query";

const RELEASE_ID = /^release:[\w.-]{1,200}$/;

/** None for what is no release ID: there is no socket at such an address, and browsers complain of each that fails. */
export function treeSocketPath(releaseId: string): string | null {
  return RELEASE_ID.test(releaseId) ? `/ws/releases/${pathSegment(releaseId)}/` : null;
}

function treeFeed(client: QueryClient, releaseId: string): Feed<Hierarchy> | null {
  const path = treeSocketPath(releaseId);
  if (path === null) return null;
  const { queryKey } = treeQuery(releaseId);
  return {
    path,
    kind: TREE_BODY,
    store: (tree) => storePushed<TreeSnapshot>(client, queryKey, snapshotOf(tree)).tree,
    refuse: (error) => failQuery(client, queryKey, error),
  };
}

/** A release's tree, pushed where that can be done and else polled. */
export function useLiveTree(releaseId: string): { query: UseQueryResult<TreeSnapshot>; link: Link } {
  const client = useQueryClient();
  const feed = useMemo(() => treeFeed(client, releaseId), [client, releaseId]);
  const options = treeQuery(releaseId);
  const link = useRealtime(feed, options.queryKey);
  const query = useQuery({ ...options, ...askedUnder(link) });
  return { query, link };
}
