import { defaultRangeExtractor, useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import { useFocusHeir } from "../focus";
import { focusedIndex } from "../tree/keyboard";
import type { TreeRow } from "../tree/rows";
import { usePageOffset } from "../tree/use-page-offset";

const OVERSCAN_ROWS = 12;

interface Options {
  rows: readonly TreeRow[];
  /** What holds the rows. */
  list: RefObject<HTMLElement | null>;
  rowHeight: number;
  /** What stands at the screen's top, in CSS pixels: a focused row must not hide behind it. */
  coveredPx: number;
}

/** The rows that are on the screen, drawn by their class, with one of them in reach of the keyboard. */
export function useRowsOnScreen({ rows, list, rowHeight, coveredPx }: Options) {
  const [focusedKey, setFocusedKey] = useState("");
  const focusPending = useRef<"shown" | "unmoved" | null>(null);
  const focused = focusedIndex(rows, focusedKey);
  const scrollMargin = usePageOffset(list);

  // The same function for the same rows: another has all of them measured anew.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    getItemKey,
    overscan: OVERSCAN_ROWS,
    // As in the tree: rows are made beside the scrolling, not within it.
    useFlushSync: false,
    scrollMargin,
    scrollPaddingStart: coveredPx,
    scrollPaddingEnd: rowHeight,
    // As in the tree: what is in sight stays where it is, and so does the focus.
    anchorTo: "end",
    scrollEndThreshold: -1,
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), focused])].sort((a, b) => a - b),
  });

  useLayoutEffect(() => {
    const pending = focusPending.current;
    if (!pending) return;
    focusPending.current = null;
    list.current?.querySelector<HTMLElement>(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
    if (pending === "shown") virtualizer.scrollToIndex(focused, { align: "auto" });
  });

  const heirProps = useFocusHeir(
    rows.map(({ key }) => key),
    (heir) => {
      // Nobody asked for it: the reader's eye may rest elsewhere.
      focusPending.current = "unmoved";
      setFocusedKey(heir);
    },
  );

  return {
    focused,
    heirProps,
    /** Makes a row the one that Tab leads to. */
    setFocusedKey,
    focusOn: (key: string) => {
      focusPending.current = "shown";
      setFocusedKey(key);
    },
    height: virtualizer.getTotalSize(),
    shown: virtualizer.getVirtualItems().map(({ index, key, start }) => ({ index, key, top: start - scrollMargin })),
  };
}
