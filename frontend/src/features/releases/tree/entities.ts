import { childrenOf, remembered, type TreeEntity } from "@/lib/entities";

type Count = (entity: TreeEntity) => number;

function sumBelow(entity: TreeEntity, count: Count): number {
  return childrenOf(entity).reduce((sum, child) => sum + count(child), 0);
}

/** How many entities a branch is made of, itself included. */
export const countEntities: Count = remembered((entity) => 1 + sumBelow(entity, countEntities));

/** Whether an entity itself failed or can't be read. */
export function isInTrouble({ phase, problem }: TreeEntity): boolean {
  return phase === "failed" || problem !== null;
}

/** What of a branch failed or can't be read, counted where it began: what holds a failure is not one more. */
export const countFailures: Count = remembered(
  (entity) => sumBelow(entity, countFailures) || (isInTrouble(entity) ? 1 : 0),
);
