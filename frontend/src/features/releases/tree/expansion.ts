import { childrenOf, remembered, type TreeEntity } from "@/lib/entities";
import { countEntities, countFailures } from "./entities";

// Up to here a tree fits a screen or two: hiding parts of it would only cost clicks.
const SMALL_TREE = 60;
// With more trouble than this, opening the way to all of it hides the shape of the release.
const MANY_FAILURES = 20;

/** How far down a tree is open where all of it is. */
export const EVERYTHING = Number.POSITIVE_INFINITY;

/** The paths of all that holds something. */
export const branchPaths: (root: TreeEntity) => readonly string[] = remembered((root) => {
  const children = childrenOf(root);
  return children.length === 0 ? [] : [root.path, ...children.flatMap(branchPaths)];
});

/** How many steps below its release an entity stands. */
function depthOf(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}

function addWaysToFailures(entity: TreeEntity, ways: Set<string>): void {
  if (countFailures(entity) === 0) return;
  ways.add(entity.path);
  for (const child of childrenOf(entity)) addWaysToFailures(child, ways);
}

/**
 * What is open when a release is first looked at: all of a small one; of a large one the release itself, what is
 * under way down to its clusters, and the way to what failed.
 */
export function initiallyExpanded(root: TreeEntity): Set<string> {
  if (countEntities(root) <= SMALL_TREE) return new Set(branchPaths(root));
  const expanded = new Set([root.path]);
  for (const wave of childrenOf(root)) if (wave.phase === "active") expanded.add(wave.path);
  if (countFailures(root) <= MANY_FAILURES) addWaysToFailures(root, expanded);
  return expanded;
}

/** Whether each branch that was ever seen was open when it appeared. */
export type FirstLook = ReadonlyMap<string, boolean>;

/** The same, with the branches that have appeared since: a tree may well arrive in parts, each once its worker answers. */
export function withNewBranches(seen: FirstLook, root: TreeEntity): FirstLook {
  const fresh = branchPaths(root).filter((path) => !seen.has(path));
  if (fresh.length === 0) return seen;
  const open = initiallyExpanded(root);
  return new Map([...seen, ...fresh.map((path) => [path, open.has(path)] as const)]);
}

/** What the reader said of which branches are open. */
export interface Said {
  /** Of all: how far down they are; null where they never said. */
  depth: number | null;
  /** Of single ones since. */
  ofOne: ReadonlyMap<string, boolean>;
}

export const NOTHING_SAID: Said = { depth: null, ofOne: new Map() };

export function saidOf(said: Said, paths: readonly string[], open: boolean): Said {
  return { ...said, ofOne: new Map([...said.ofOne, ...paths.map((path) => [path, open] as const)]) };
}

export function saidOfAll(depth: number): Said {
  return { depth, ofOne: NOTHING_SAID.ofOne };
}

/** Whether a branch is open by what the reader said; null where they said nothing of it. */
export function openAsSaid({ depth, ofOne }: Said, path: string): boolean | null {
  return ofOne.get(path) ?? (depth === null ? null : depthOf(path) < depth);
}
