import { chakra } from "@chakra-ui/react";
import { defaultRangeExtractor, useWindowVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { type FocusEvent, Fragment, useRef, useState } from "react";
import { usePageOffset } from "../tree/use-page-offset";
import { compareStyles } from "./compare-styles";
import { AppLine, GroupLine, type Sides } from "./DifferenceLine";
import type { Row } from "./differences";

const ROW_HEIGHT_PX = 56;
const OVERSCAN_ROWS = 12;
const COLUMNS = ["App", "Version", "State", "Duration", "Open in"];

const Frame = chakra("div", { base: compareStyles });
const GapRow = chakra("tr");

/** Stands for the rows that are out of sight. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <GapRow className="diff-gap" aria-hidden="true">
      <td colSpan={COLUMNS.length} style={{ height }} />
    </GapRow>
  );
}

/**
 * The row with the focus stays in the page however far it is scrolled: taking it out would drop the focus. Its
 * neighbours do, too: the next key leads to them.
 */
function withFocused(shown: number[], focused: number, count: number): number[] {
  if (focused < 0) return shown;
  const kept = [focused - 1, focused, focused + 1].filter((index) => index >= 0 && index < count);
  return [...new Set([...shown, ...kept])].sort((one, other) => one - other);
}

interface DifferenceTableProps {
  rows: Row[];
  sides: Sides;
  /** Whether what is shown may no longer hold. */
  stale: boolean;
  onToggle: (key: string) => void;
}

/** The rows that are in sight, of as many as there may be. */
export function DifferenceTable({ rows, sides, stale, onToggle }: DifferenceTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [focusedKey, setFocusedKey] = useState<string | null>(null);
  const scrollMargin = usePageOffset(body);
  const focused = focusedKey === null ? -1 : rows.findIndex(({ key }) => key === focusedKey);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN_ROWS,
    scrollMargin,
    rangeExtractor: (range) => withFocused(defaultRangeExtractor(range), focused, rows.length),
  });
  const items = virtualizer.getVirtualItems();
  const gapBefore = ({ start }: VirtualItem, index: number) => start - (items[index - 1]?.end ?? scrollMargin);
  const end = scrollMargin + virtualizer.getTotalSize();

  function onFocus({ target }: FocusEvent) {
    setFocusedKey(target.closest<HTMLElement>("[data-key]")?.dataset.key ?? null);
  }

  function onBlur({ currentTarget, relatedTarget }: FocusEvent) {
    // Within the table, the focus that follows tells where it is; until then its row must not go.
    if (!currentTarget.contains(relatedTarget)) setFocusedKey(null);
  }

  return (
    <Frame data-stale={stale ? "" : undefined}>
      <table aria-label="Differences" aria-rowcount={rows.length + 1}>
        <colgroup>
          {COLUMNS.map((column) => (
            <col key={column} data-column={column} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onFocus={onFocus} onBlur={onBlur}>
          {items.map((item, index) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <Fragment key={item.key}>
                <Gap height={gapBefore(item, index)} />
                <tr
                  ref={virtualizer.measureElement}
                  aria-rowindex={item.index + 2}
                  className="diff-row"
                  data-index={item.index}
                  data-key={row.key}
                  data-group={row.kind === "group" ? "" : undefined}
                  data-nested={row.kind === "app" && row.nested ? "" : undefined}
                >
                  {row.kind === "group" ? (
                    <GroupLine
                      group={row.group}
                      apps={row.apps}
                      expanded={row.expanded}
                      sides={sides}
                      onToggle={() => onToggle(row.key)}
                    />
                  ) : (
                    <AppLine app={row.app} sides={sides} nested={row.nested} />
                  )}
                </tr>
              </Fragment>
            );
          })}
          <Gap height={end - (items.at(-1)?.end ?? scrollMargin)} />
        </tbody>
      </table>
    </Frame>
  );
}
