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

const NOTHING: readonly TreeEntity[] = [];

export function childrenOf(entity: TreeEntity): readonly TreeEntity[] {
  // Most are apps: they need not be looked through for what they can't hold.
  if (entity.type === "app") return NOTHING;
  if ("waves" in entity) return entity.waves;
  if ("clusters" in entity) return entity.clusters;
  if ("bundles" in entity) return entity.bundles;
  if ("apps" in entity) return entity.apps;
  return NOTHING;
}

/** Every entity of a branch, depth first, as the tree shows them. */
export function eachEntity(entity: TreeEntity, visit: (entity: TreeEntity) => void): void {
  visit(entity);
  for (const child of childrenOf(entity)) eachEntity(child, visit);
}

/**
 * Makes a function of an entity work its answer out once for each that holds others: patches leave the objects of what
 * they don't change as they are, so that of 15,000 entities only those on the way to the changed ones are gone through
 * again. What holds nothing is answered for anew each time: to remember those, which are most, would cost more.
 */
export function remembered<T>(answer: (entity: TreeEntity) => T): (entity: TreeEntity) => T {
  const known = new WeakMap<TreeEntity, { answer: T }>();
  return (entity) => {
    if (childrenOf(entity).length === 0) return answer(entity);
    const before = known.get(entity);
    if (before) return before.answer;
    const now = answer(entity);
    known.set(entity, { answer: now });
    return now;
  };
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
