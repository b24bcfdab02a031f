import type { EntityType } from "@/lib/api/types";
import { childrenOf, remembered, type TreeEntity } from "@/lib/entities";

/** One line of the tree as it is shown, with what assistive technology is told of its place. */
export interface TreeRow {
  /** The entity's path, made unique where a broken tree holds the same one twice. */
  key: string;
  entity: TreeEntity;
  level: number;
  position: number;
  siblings: number;
  expandable: boolean;
  expanded: boolean;
}

interface RowOptions {
  isExpanded: (entity: TreeEntity) => boolean;
  isShown: (entity: TreeEntity) => boolean;
}

const LEVELS: Record<EntityType, number> = { release: 1, wave: 2, cluster: 3, bundle: 4, app: 5 };

function uniqueKey(path: string, taken: Set<string>): string {
  let key = path;
  for (let copy = 2; taken.has(key); copy += 1) key = `${path}#${copy}`;
  taken.add(key);
  return key;
}

/**
 * Makes a function that gives a release's lines, top to bottom; a closed branch has its own line only.
 *
 * To be applied as often as the release changes: the lines below what a change leaves alone are kept. So what is
 * expanded and shown of an unchanged entity has to stay; where that changes, make the function anew.
 */
export function rowsBy({ isExpanded, isShown }: RowOptions): (release: TreeEntity) => TreeRow[] {
  const shownBelow = remembered((entity) => childrenOf(entity).filter(isShown));

  const rowsBelow: (entity: TreeEntity) => TreeRow[] = remembered((entity) => rowsOf(shownBelow(entity)));

  function rowsOf(entities: readonly TreeEntity[]): TreeRow[] {
    const rows: TreeRow[] = [];
    const taken = new Set<string>();
    for (const [index, entity] of entities.entries()) {
      const expandable = shownBelow(entity).length > 0;
      const expanded = expandable && isExpanded(entity);
      const place = { level: LEVELS[entity.type], position: index + 1, siblings: entities.length };
      rows.push({ key: uniqueKey(entity.path, taken), entity, ...place, expandable, expanded });
      if (expanded) for (const below of rowsBelow(entity)) rows.push(below);
    }
    return rows;
  }

  return (release) => rowsOf([release].filter(isShown));
}
