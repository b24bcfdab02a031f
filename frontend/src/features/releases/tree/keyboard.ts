import type { TreeRow } from "./rows";

/** What a key asks for. */
export type TreeMove =
  | { kind: "focus"; key: string }
  | { kind: "open"; paths: string[] }
  | { kind: "close"; path: string }
  /** Shows the details, and where `enter`, goes there. */
  | { kind: "details"; path: string; enter: boolean };

function focusAt(rows: readonly TreeRow[], index: number): TreeMove | null {
  const row = rows[index];
  return row ? { kind: "focus", key: row.key } : null;
}

function parentIndex(rows: readonly TreeRow[], index: number): number {
  const level = rows[index]?.level ?? 0;
  return rows.findLastIndex((row, candidate) => candidate < index && row.level < level);
}

function siblingBranches(rows: readonly TreeRow[], index: number): string[] {
  const parent = parentIndex(rows, index);
  const level = rows[index]?.level;
  const below = rows.slice(parent + 1);
  const end = below.findIndex((row) => level !== undefined && row.level < level);
  const family = end === -1 ? below : below.slice(0, end);
  return family.filter((row) => row.level === level && row.expandable).map(({ entity }) => entity.path);
}

/** Opens a closed branch and closes an open one; null for what is none. */
export function toggled({ entity: { path }, expandable, expanded }: TreeRow): TreeMove | null {
  if (!expandable) return null;
  return expanded ? { kind: "close", path } : { kind: "open", paths: [path] };
}

function moveRight(rows: readonly TreeRow[], index: number, row: TreeRow): TreeMove | null {
  return row.expanded ? focusAt(rows, index + 1) : toggled(row);
}

function moveLeft(rows: readonly TreeRow[], index: number, row: TreeRow): TreeMove | null {
  return row.expanded ? toggled(row) : focusAt(rows, parentIndex(rows, index));
}

/** The WAI-ARIA tree pattern's keys. Null for a key that means nothing where the focus stands. */
export function moveForKey(pressed: string, rows: readonly TreeRow[], index: number): TreeMove | null {
  const row = rows[index];
  if (!row) return null;
  switch (pressed) {
    case "ArrowDown":
      return focusAt(rows, index + 1);
    case "ArrowUp":
      return focusAt(rows, index - 1);
    case "Home":
      return focusAt(rows, 0);
    case "End":
      return focusAt(rows, rows.length - 1);
    case "ArrowRight":
      return moveRight(rows, index, row);
    case "ArrowLeft":
      return moveLeft(rows, index, row);
    case "Enter":
      return { kind: "details", path: row.entity.path, enter: true };
    case " ":
      return toggled(row) ?? { kind: "details", path: row.entity.path, enter: false };
    case "*":
      return { kind: "open", paths: siblingBranches(rows, index) };
    default:
      return null;
  }
}

/** Where the focus stands in the lines now shown: on its own line, or on the nearest one that still holds it. */
export function focusedIndex(keys: readonly string[], focusedKey: string): number {
  const own = keys.indexOf(focusedKey);
  return own === -1
    ? Math.max(
        0,
        keys.findLastIndex((key) => focusedKey.startsWith(`${key}/`)),
      )
    : own;
}
