import { childrenOf, type TreeEntity } from "@/lib/entities";

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
  isExpanded: (key: string) => boolean;
  isShown: (entity: TreeEntity) => boolean;
}

function uniqueKey(path: string, taken: Set<string>): string {
  let key = path;
  for (let copy = 2; taken.has(key); copy += 1) key = `${path}#${copy}`;
  taken.add(key);
  return key;
}

/** The lines to show, top to bottom: a closed branch gives its own line only. */
export function visibleRows(root: TreeEntity, { isExpanded, isShown }: RowOptions): TreeRow[] {
  const rows: TreeRow[] = [];
  const taken = new Set<string>();

  function addAll(entities: readonly TreeEntity[], level: number): void {
    const shown = entities.filter(isShown);
    for (const [index, entity] of shown.entries()) {
      const key = uniqueKey(entity.path, taken);
      const children = childrenOf(entity);
      const expandable = children.length > 0;
      const expanded = expandable && isExpanded(key);
      rows.push({ key, entity, level, position: index + 1, siblings: shown.length, expandable, expanded });
      if (expanded) addAll(children, level + 1);
    }
  }

  addAll([root], 1);
  return rows;
}
