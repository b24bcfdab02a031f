import { defaultRangeExtractor, useWindowVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
} from "react";
import type { ViewProps } from "../detail/views";
import { useFocusHeir } from "../focus";
import { moveForKey, type TreeMove } from "./keyboard";
import type { TreeRow } from "./rows";
import { isTyped, lineFor, useTypedText } from "./type-ahead";
import type { Expansion } from "./use-expansion";
import { usePageOffset } from "./use-page-offset";
import { useArrival, useTreeFocus } from "./use-tree-focus";

const OVERSCAN_ROWS = 12;

/** How long after a row was brought into sight the rows around it may still be measured, in milliseconds. */
const SETTLE_MS = 500;

type Rows = Virtualizer<Window, Element>;

function isNear({ range }: Rows, index: number): boolean {
  return range !== null && index >= range.startIndex - 1 && index <= range.endIndex + 1;
}

/** Scrolls no further than it takes; but what is far away comes to the middle, with its surroundings. */
function bringIntoSight(virtualizer: Rows, index: number): void {
  virtualizer.scrollToIndex(index, { align: isNear(virtualizer, index) ? "auto" : "center" });
}

/** Brings a row into sight and, while the heights of those around it turn out, keeps it there. Other rows than there
 * were are none of its business: what comes and goes moves nothing. */
function useSight(virtualizer: Rows, keys: readonly string[], height: number): (index: number) => void {
  const brought = useRef({ keys, index: -1, at: 0 });

  // The virtualizer corrects where it scrolled to for two frames, by the height that the page then has: a row that is
  // measured later pushes the page's last ones out of it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height is what calls for it
  useLayoutEffect(() => {
    const { index, at } = brought.current;
    const isSettled = performance.now() - at > SETTLE_MS || brought.current.keys !== keys;
    if (!isSettled && isNear(virtualizer, index)) virtualizer.scrollToIndex(index);
  }, [virtualizer, height]);

  return (index) => {
    brought.current = { keys, index, at: performance.now() };
    bringIntoSight(virtualizer, index);
  };
}

/** The rows' keys: the same array for as long as they are the same keys, which most patches leave alone. */
function useKeys(rows: readonly TreeRow[]): readonly string[] {
  const known = useRef<readonly string[]>([]);
  const keys = useMemo(() => {
    const areSame =
      rows.length === known.current.length && rows.every(({ key }, index) => key === known.current[index]);
    return areSame ? known.current : rows.map(({ key }) => key);
  }, [rows]);
  useLayoutEffect(() => {
    known.current = keys;
  }, [keys]);
  return keys;
}

export interface RowsProps extends Pick<ViewProps, "onSelect" | "selected"> {
  rows: readonly TreeRow[];
  expansion: Expansion;
  /** The path that the tree has been opened down to, to show its row. */
  revealed: string | null;
}

interface Screen {
  /** What holds the rows; each is drawn with its `data-index` and `data-key`. */
  list: RefObject<HTMLElement | null>;
  /** About how high a row is, in CSS pixels. */
  rowHeight: number;
  /** How much of the screen's top is covered, in CSS pixels: a row that is gone to must not hide there. */
  covered: number;
}

/** The WAI-ARIA tree's rows that are on the screen, however many there are: the focus, and what keys do with them. */
export function useRowsOnScreen(
  { rows, expansion, selected, revealed, onSelect }: RowsProps,
  { list, rowHeight, covered }: Screen,
) {
  const scrollMargin = usePageOffset(list);
  const typedText = useTypedText();
  const keys = useKeys(rows);
  const { stop, focused, moveTo, giveTo, take } = useTreeFocus(keys, "", revealed);
  const chosen = useMemo(() => (selected === null ? -1 : keys.indexOf(selected)), [keys, selected]);

  // The same function for the same keys: another has all rows measured anew.
  const getItemKey = useCallback((index: number) => keys[index] ?? index, [keys]);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    // The same for all, whatever they show: what changes out of sight must not move what is in sight.
    estimateSize: () => rowHeight,
    getItemKey,
    overscan: OVERSCAN_ROWS,
    // Rows are made beside the scrolling, not within it: laying them out makes each frame long enough.
    useFlushSync: false,
    scrollMargin,
    scrollPaddingStart: covered,
    scrollPaddingEnd: rowHeight,
    // What is added and removed above must not move what is in sight: this keeps the topmost row in its place. It is
    // made for chats, which also stay at their end: no distance from it is small enough for that.
    anchorTo: "end",
    scrollEndThreshold: -1,
    // The focused row and the chosen one stay in the page however far they are scrolled: taking them out would drop
    // the focus, and leave the details nothing to give it back to.
    rangeExtractor: (range) => {
      const kept = [focused, chosen].filter((index) => index >= 0 && index < rows.length);
      return [...new Set([...defaultRangeExtractor(range), ...kept])].sort((a, b) => a - b);
    },
  });

  const measuredBy = useRef(rowHeight);
  useLayoutEffect(() => {
    if (measuredBy.current === rowHeight) return;
    measuredBy.current = rowHeight;
    virtualizer.measure();
  }, [virtualizer, rowHeight]);

  const height = virtualizer.getTotalSize();
  const bringToSight = useSight(virtualizer, keys, height);

  useArrival(stop, {
    find: () => list.current?.querySelector<HTMLElement>(`[data-index="${focused}"]`) ?? null,
    show: () => bringToSight(focused),
  });

  // After the focus has arrived where it was sent: the row that it left may be gone by then.
  const heirProps = useFocusHeir(keys, giveTo);

  function move(asked: TreeMove) {
    if (asked.kind === "open") expansion.open(asked.paths);
    if (asked.kind === "close") expansion.close(asked.path);
    if (asked.kind === "focus") moveTo(asked.key);
    if (asked.kind === "details") onSelect(asked.path, { enter: asked.enter });
  }

  function typeAhead(event: KeyboardEvent) {
    const index = lineFor(typedText(event.key, event.timeStamp), rows, focused);
    const row = index === null ? undefined : rows[index];
    if (row) moveTo(row.key);
    event.preventDefault();
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const asked = moveForKey(event.key, rows, focused);
    if (asked) {
      event.preventDefault();
      move(asked);
    } else if (isTyped(event.key)) typeAhead(event);
  }

  /** The row that an event happened in. */
  function rowAt({ target }: { target: EventTarget }): { element: HTMLElement; row: TreeRow } | null {
    const element = (target as Element).closest<HTMLElement>("[data-index]");
    const row = rows[Number(element?.dataset.index)];
    return element && row ? { element, row } : null;
  }

  function onFocus(event: FocusEvent<HTMLElement>) {
    heirProps.onFocus(event);
    const at = rowAt(event);
    if (at) take(at.row.key);
  }

  return {
    focused,
    chosen,
    take,
    move,
    rowAt,
    listProps: { onFocus, onBlur: heirProps.onBlur, onKeyDown },
    height,
    /** Those to draw: `top` is in CSS pixels below the top of the first row. */
    drawn: virtualizer.getVirtualItems().map(({ index, key, start }) => ({ index, key, top: start - scrollMargin })),
    /** For rows whose height is not all the same. */
    measure: virtualizer.measureElement,
  };
}
