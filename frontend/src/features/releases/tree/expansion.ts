import { childrenOf, countEntities, type Failures, type TreeEntity } from "./entities";
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
