import { childrenOf, type TreeEntity } from "@/lib/entities";
import { isInTrouble } from "../tree/entities";

/**
 * The path of the next entity that failed or can't be read, forwards or backwards in the board's order from the entity
 * at a path, and round at its end; null where none is. Of a branch it is the innermost ones.
 */
export function nextTrouble(release: TreeEntity, from: string | null, step: 1 | -1): string | null {
  const before: string[] = [];
  const after: string[] = [];
  let passed = from === null;

  function visit(entity: TreeEntity): boolean {
    const isHere = entity.path === from;
    passed ||= isHere;
    const found = passed ? after : before;
    const place = found.length;
    let holdsTrouble = false;
    for (const child of childrenOf(entity)) holdsTrouble = visit(child) || holdsTrouble;
    if (!holdsTrouble && isInTrouble(entity) && entity.path !== "") {
      // Where one stands comes last of all: round the whole board.
      if (isHere) before.push(entity.path);
      else found.splice(place, 0, entity.path);
      return true;
    }
    return holdsTrouble;
  }

  visit(release);
  const round = [...after, ...before];
  return (step > 0 ? round[0] : round.filter((path) => path !== from).at(-1)) ?? null;
}
