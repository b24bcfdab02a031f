import { childrenOf, type TreeEntity } from "@/lib/entities";

export function countEntities(entity: TreeEntity): number {
  return childrenOf(entity).reduce((count, child) => count + countEntities(child), 1);
}

export interface Failures {
  /** Every entity that is in trouble or holds one that is. */
  branches: ReadonlySet<TreeEntity>;
  /** The innermost ones: where to look. */
  count: number;
}

/** Whether an entity itself failed or can't be read. */
export function isInTrouble({ phase, problem }: TreeEntity): boolean {
  return phase === "failed" || problem !== null;
}

/** What of a tree has failed or can't be read, and the way there. */
export function findFailures(root: TreeEntity): Failures {
  const branches = new Set<TreeEntity>();
  let count = 0;

  function visit(entity: TreeEntity): boolean {
    const below = childrenOf(entity).filter(visit).length;
    const inTrouble = isInTrouble(entity);
    if (below === 0 && inTrouble) count += 1;
    if (below > 0 || inTrouble) branches.add(entity);
    return branches.has(entity);
  }

  visit(root);
  return { branches, count };
}
