import type { Zoom } from "../detail/release-address";
import { CardCell } from "./CardCell";
import type { Item } from "./layout";

interface CardRowsProps {
  /** In the order of reading. */
  items: readonly Item[];
  zoom: Zoom;
  hrefOf: (path: string) => string;
  cursor: Item | undefined;
  selected: string | null;
  isDimmed: (item: Item) => boolean;
}

function rowsOf(items: readonly Item[]): Item[][] {
  const rows: Item[][] = [];
  for (const item of items) {
    const last = rows.at(-1);
    if (last?.[0]?.row === item.row) last.push(item);
    else rows.push([item]);
  }
  return rows;
}

/** The rows of a card's grid, as far as they are in the page. */
export function CardRows({ items, zoom, hrefOf, cursor, selected, isDimmed }: CardRowsProps) {
  return rowsOf(items).map((row) => (
    // biome-ignore lint/a11y/useFocusableInteractive: a link within has the focus
    // biome-ignore lint/a11y/useSemanticElements: a card is no table
    <div key={row[0]?.row} role="row" aria-rowindex={row[0]?.row}>
      {row.map((item) => (
        <CardCell
          key={item.key}
          item={item}
          zoom={zoom}
          href={hrefOf(item.entity.path)}
          isCursor={item === cursor}
          isSelected={item.entity.path === selected}
          isDimmed={isDimmed(item)}
        />
      ))}
    </div>
  ));
}
