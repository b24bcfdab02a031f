import type { Item } from "./layout";

function middle({ box }: Item): number {
  return box.x + box.width / 2;
}

/** The item of the nearest row in a direction that stands nearest above or below. */
function inNextRow(items: readonly Item[], from: Item, step: 1 | -1): Item | undefined {
  const beyond = items.filter(({ row }) => (row - from.row) * step > 0);
  const row = step > 0 ? beyond[0]?.row : beyond.at(-1)?.row;
  const distance = (item: Item) => Math.abs(middle(item) - middle(from));
  return beyond
    .filter((item) => item.row === row)
    .reduce<Item | undefined>((best, item) => (best && distance(best) <= distance(item) ? best : item), undefined);
}

/** Where a key leads in a card; undefined where it leads nowhere. Left and right go on from row to row. */
export function moveInCard(pressed: string, items: readonly Item[], index: number, whole: boolean): Item | undefined {
  const from = items[index];
  if (!from) return undefined;
  const row = whole ? items : items.filter((item) => item.row === from.row);
  switch (pressed) {
    case "ArrowRight":
      return items[index + 1];
    case "ArrowLeft":
      return items[index - 1];
    case "ArrowDown":
      return inNextRow(items, from, 1);
    case "ArrowUp":
      return inNextRow(items, from, -1);
    case "Home":
      return row[0];
    case "End":
      return row.at(-1);
    default:
      return undefined;
  }
}
