import type { CSSProperties } from "react";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import type { Zoom } from "../detail/release-address";
import { rem } from "./geometry";
import { type Item, isPainted } from "./layout";
import { inWords, shortName } from "./words";

export function boxStyle({ x, y, width, height }: Item["box"]): CSSProperties {
  return { left: rem(x), top: rem(y), width: rem(width), height: rem(height) };
}

/** What stands beside the name: an app's version, or why a bundle shows no apps. */
function asideOf(entity: Item["entity"]): string | undefined {
  if ("bundle_id" in entity) return entity.version ?? undefined;
  if ("apps" in entity && entity.apps.length === 0) return entity.problem?.detail ?? "no apps";
}

export interface CellProps {
  item: Item;
  zoom: Zoom;
  href: string;
  isCursor: boolean;
  isSelected: boolean;
  isDimmed: boolean;
}

/** One cell of the card's grid: a link into the tree. What is painted has no more to show. */
export function CardCell({ item, zoom, href, isCursor, isSelected, isDimmed }: CellProps) {
  const { entity, key, column, box } = item;
  const isWritten = !isPainted(item, zoom);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a card is no table; its places are worked out
    // biome-ignore lint/a11y/useFocusableInteractive: the link within has the focus
    <div role="gridcell" aria-colindex={column} className="board-cell" style={boxStyle(box)}>
      <a
        className="board-link"
        href={href}
        tabIndex={isCursor ? 0 : -1}
        aria-label={inWords(entity)}
        data-key={key}
        data-type={entity.type}
        data-phase={entity.phase}
        data-aside={isWritten ? asideOf(entity) : undefined}
        data-selected={isSelected ? "" : undefined}
        data-dimmed={isDimmed ? "" : undefined}
      >
        {isWritten && (
          <>
            <PhaseGlyph phase={entity.phase} />
            <span className="board-name">{shortName(entity)}</span>
          </>
        )}
      </a>
    </div>
  );
}
