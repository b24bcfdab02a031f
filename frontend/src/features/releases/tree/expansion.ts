import { childrenOf, type TreeEntity } from "@/lib/entities";
import { countEntities, type Failures } from "./entities";
import { visibleRows } from "./rows";

// Up to here a tree fits a screen or two: hiding parts of it would only cost clicks.
const SMALL_TREE = 60;
// With more trouble than this, opening the way to all of it hides the shape of the release.
const MANY_FAILURES = 20;

/** The keys of all branches of a tree. */
export function branchKeys(root: TreeEntity): string[] {
  const all = visibleRows(root, { isExpanded: () => true, isShown: () => true });
  return all.filter(({ expandable }) => expandable).map(({ key }) => key);
}

/**
 * What is open when a release is first looked at: all of a small one; of a large one the release itself, what is
 * under way down to its clusters, and the way to what failed.
 */
export function initiallyExpanded(root: TreeEntity, failures: Failures): Set<string> {
  if (countEntities(root) <= SMALL_TREE) return new Set(branchKeys(root));
  const expanded = new Set([root.path]);
  for (const wave of childrenOf(root)) if (wave.phase === "active") expanded.add(wave.path);
  if (failures.count <= MANY_FAILURES) for (const branch of failures.branches) expanded.add(branch.path);
  return expanded;
}

/** What was decided of each branch that was ever seen: whether it is open. */
export type Decided = ReadonlyMap<string, boolean>;

/**
 * What was decided, and with it the branches that have appeared since: by the rule for a release first looked at, or
 * as the reader last said of all. A tree may well arrive in parts, each once its worker answers.
 */
export function withNewBranches(
  decided: Decided,
  { root, failures, all }: { root: TreeEntity; failures: Failures; all: boolean | null },
): Decided {
  const fresh = branchKeys(root).filter((key) => !decided.has(key));
  if (fresh.length === 0) return decided;
  const open = all === null ? initiallyExpanded(root, failures) : null;
  return new Map([...decided, ...fresh.map((key) => [key, open?.has(key) ?? all === true] as const)]);
}

/** What was decided, but for the branches of `keys`. */
export function withBranches(decided: Decided, keys: readonly string[], open: boolean): Decided {
  return new Map([...decided, ...keys.map((key) => [key, open] as const)]);
}
