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

/** Every entity of a branch, depth first, as the tree shows them. */
export function eachEntity(entity: TreeEntity, visit: (entity: TreeEntity) => void): void {
  visit(entity);
  for (const child of childrenOf(entity)) eachEntity(child, visit);
}

/** The way from a release down to the entity at a path, both included; null where there is none. */
export function wayTo(release: TreeEntity, path: string): TreeEntity[] | null {
  const way = [release];
  let here = release;
  for (const id of path === "" ? [] : path.split("/")) {
    const next = childrenOf(here).find((child) => child.id === id);
    if (!next) return null;
    way.push(next);
    here = next;
  }
  return way;
}

/** What people call it: by its name where it has one. */
export function labelOf({ name, id }: Pick<TreeEntity, "name" | "id">): string {
  return name || id;
}
