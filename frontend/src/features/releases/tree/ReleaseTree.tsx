import { chakra } from "@chakra-ui/react";
import { defaultRangeExtractor, useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import type { TreeEntity } from "@/lib/entities";
import { useFocusHeir } from "../focus";
import { focusedIndex, moveForKey, type TreeMove, toggled } from "./keyboard";
import type { TreeRow } from "./rows";
import { TreeLine } from "./TreeLine";
import { treeStyles } from "./tree-styles";
import type { Expansion } from "./use-expansion";
import { usePageOffset } from "./use-page-offset";

// Of most lines on a wide screen. Each line that turns out otherwise costs going through all lines below it.
const ROW_HEIGHT_PX = 36;
const OVERSCAN_ROWS = 12;
// The bar above the tree sticks to the screen's top: a focused line must not hide behind it.
const STICKY_BAR_PX = 120;

const Tree = chakra("div", { base: treeStyles });

const KEYS: ShortcutGroup = {
  title: "In the tree",
  shortcuts: [
    { keys: "ArrowUp", does: "To the line above" },
    { keys: "ArrowDown", does: "To the line below" },
    { keys: "ArrowRight", does: "Open, or go to what it holds" },
    { keys: "ArrowLeft", does: "Close, or go to what holds it" },
    { keys: "Home", does: "To the first line" },
    { keys: "End", does: "To the last line" },
    { keys: "Enter", does: "Open or close" },
    { keys: "*", does: "Open all at this level" },
  ],
};

interface ReleaseTreeProps {
  root: TreeEntity;
  rows: TreeRow[];
  expansion: Expansion;
}

function isSelectingText(): boolean {
  return (window.getSelection()?.toString() ?? "") !== "";
}

export function ReleaseTree({ root, rows, expansion }: ReleaseTreeProps) {
  const tree = useRef<HTMLDivElement>(null);
  useShortcuts(KEYS);
  const [focusedKey, setFocusedKey] = useState(root.path);
  const focusPending = useRef<"shown" | "unmoved" | null>(null);
  const focused = focusedIndex(rows, focusedKey);
  const scrollMargin = usePageOffset(tree);

  // The same function for the same lines: another has all of them measured anew.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    // The same for all, whatever they show: what changes out of sight must not move what is in sight.
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey,
    overscan: OVERSCAN_ROWS,
    // Lines are made beside the scrolling, not within it: laying them out makes each frame long enough.
    useFlushSync: false,
    scrollMargin,
    scrollPaddingStart: STICKY_BAR_PX,
    scrollPaddingEnd: ROW_HEIGHT_PX,
    // What is added and removed above must not move what is in sight: this keeps the topmost line in its place. It is
    // made for chats, which also stay at their end: no distance from it is small enough for that.
    anchorTo: "end",
    scrollEndThreshold: -1,
    // The focused line stays in the page however far it is scrolled: taking it out would drop the focus.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), focused])].sort((a, b) => a - b),
  });

  useLayoutEffect(() => {
    const pending = focusPending.current;
    if (!pending) return;
    focusPending.current = null;
    tree.current?.querySelector<HTMLElement>(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
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

  function move(asked: TreeMove) {
    if (asked.kind === "open") expansion.open(asked.paths);
    if (asked.kind === "close") expansion.close(asked.path);
    if (asked.kind === "focus") {
      focusPending.current = "shown";
      setFocusedKey(asked.key);
    }
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const asked = moveForKey(event.key, rows, focused);
    if (!asked) return;
    event.preventDefault();
    move(asked);
  }

  function onClick(event: MouseEvent<HTMLDivElement>) {
    const line = (event.target as Element).closest<HTMLElement>("[data-index]");
    const row = rows[Number(line?.dataset.index)];
    if (!row) return;
    setFocusedKey(row.key);
    const asked = toggled(row);
    if (asked && !isSelectingText()) move(asked);
  }

  return (
    <Tree
      ref={tree}
      role="tree"
      aria-label={`What ${root.name ?? root.id} holds`}
      {...heirProps}
      onKeyDown={onKeyDown}
      onClick={onClick}
      style={{ height: virtualizer.getTotalSize() }}
    >
      {virtualizer.getVirtualItems().map(({ index, key, start }) => {
        const row = rows[index];
        if (!row) return null;
        return (
          <div
            key={key}
            ref={virtualizer.measureElement}
            className="tree-row"
            role="treeitem"
            data-index={index}
            data-key={row.key}
            tabIndex={index === focused ? 0 : -1}
            aria-level={row.level}
            aria-posinset={row.position}
            aria-setsize={row.siblings}
            aria-expanded={row.expandable ? row.expanded : undefined}
            style={{ transform: `translateY(${start - scrollMargin}px)`, "--level": row.level - 1 } as CSSProperties}
          >
            <TreeLine entity={row.entity} expandable={row.expandable} expanded={row.expanded} />
          </div>
        );
      })}
    </Tree>
  );
}
