import type { App, Bundle, Cluster, EntityType, Hierarchy, Wave } from "./api/types";

export type TreeEntity = Hierarchy | Wave | Cluster | Bundle | App;

/** Under which name each level holds the next. */
export const CHILDREN_OF_TYPE = {
  release: "waves",
  wave: "clusters",
  cluster: "bundles",
  bundle: "apps",
  app: null,
} as const satisfies Record<EntityType, string | null>;

export function childrenOf(entity: TreeEntity): readonly TreeEntity[] {
  if ("waves" in entity) return entity.waves;
  if ("clusters" in entity) return entity.clusters;
  if ("bundles" in entity) return entity.bundles;
  if ("apps" in entity) return entity.apps;
  return [];
}
