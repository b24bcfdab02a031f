import { chakra } from "@chakra-ui/react";
import { defaultRangeExtractor, useWindowVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useMemo,
  useRef,
} from "react";
import { type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import type { TreeEntity } from "@/lib/entities";
import { useBarHeight } from "../detail/bar-height";
import type { ViewProps } from "../detail/views";
import { useFocusHeir } from "../focus";
import { moveForKey, type TreeMove, toggled } from "./keyboard";
import type { TreeRow } from "./rows";
import { TreeLine } from "./TreeLine";
import { treeStyles } from "./tree-styles";
import { isTyped, lineFor, useTypedText } from "./type-ahead";
import type { Expansion } from "./use-expansion";
import { usePageOffset } from "./use-page-offset";
import { useArrival, useTreeFocus } from "./use-tree-focus";

// Of most lines on a wide screen. Each line that turns out otherwise costs going through all lines below it.
const ROW_HEIGHT_PX = 36;
const OVERSCAN_ROWS = 12;

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
    { keys: "Letters", does: "To the next line that begins so" },
    { keys: "Enter", does: "Go to the details" },
    { keys: "Space", does: "Open or close; of an app, show the details" },
    { keys: "*", does: "Open all at this level" },
  ],
};

interface ReleaseTreeProps extends Pick<ViewProps, "onSelect" | "selected"> {
  root: TreeEntity;
  rows: TreeRow[];
  expansion: Expansion;
  /** The path that the tree has been opened down to, to show the line. */
  revealed: string | null;
}

function isSelectingText(): boolean {
  return (window.getSelection()?.toString() ?? "") !== "";
}

/** Whether a click was meant for the arrow of a branch, for which all that stands before its name serves. */
function isBeforeName(line: Element, x: number): boolean {
  const name = line.querySelector(".tree-names");
  return name !== null && x < name.getBoundingClientRect().left;
}

/** Scrolls no further than it takes; but what is far away comes to the middle, with its surroundings. */
function bringIntoSight(virtualizer: Virtualizer<Window, Element>, index: number): void {
  const { startIndex, endIndex } = virtualizer.range ?? { startIndex: 0, endIndex: 0 };
  const isNear = index >= startIndex - 1 && index <= endIndex + 1;
  virtualizer.scrollToIndex(index, { align: isNear ? "auto" : "center" });
}

export function ReleaseTree({ root, rows, expansion, selected, revealed, onSelect }: ReleaseTreeProps) {
  const tree = useRef<HTMLDivElement>(null);
  useShortcuts(KEYS);
  const scrollMargin = usePageOffset(tree);
  const typedText = useTypedText();

  const { stop, focused, moveTo, giveTo, take } = useTreeFocus(rows, root.path, revealed);
  const chosen = useMemo(() => rows.findIndex(({ key }) => key === selected), [rows, selected]);

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
    // The bar above the tree sticks to the screen's top: a line that is gone to must not hide behind it.
    scrollPaddingStart: useBarHeight(),
    scrollPaddingEnd: ROW_HEIGHT_PX,
    // What is added and removed above must not move what is in sight: this keeps the topmost line in its place. It is
    // made for chats, which also stay at their end: no distance from it is small enough for that.
    anchorTo: "end",
    scrollEndThreshold: -1,
    // The focused line and the chosen one stay in the page however far they are scrolled: taking them out would drop
    // the focus, and leave the details nothing to give it back to.
    rangeExtractor: (range) => {
      const kept = [focused, chosen].filter((index) => index >= 0 && index < rows.length);
      return [...new Set([...defaultRangeExtractor(range), ...kept])].sort((a, b) => a - b);
    },
  });

  useArrival(stop, {
    find: () => tree.current?.querySelector<HTMLElement>(`[data-index="${focused}"]`) ?? null,
    show: () => bringIntoSight(virtualizer, focused),
  });

  // After the focus has arrived where it was sent: the line that it left may be gone by then.
  const keys = useMemo(() => rows.map(({ key }) => key), [rows]);
  const heirProps = useFocusHeir(keys, giveTo);

  function move(asked: TreeMove) {
    if (asked.kind === "open") expansion.open(asked.paths);
    if (asked.kind === "close") expansion.close(asked.path);
    if (asked.kind === "focus") moveTo(asked.key);
    if (asked.kind === "details") onSelect(asked.path, { enter: asked.enter });
  }

  function typeAhead(event: KeyboardEvent) {
    const line = lineFor(typedText(event.key, event.timeStamp), rows, focused);
    const row = line === null ? undefined : rows[line];
    if (row) moveTo(row.key);
    event.preventDefault();
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const asked = moveForKey(event.key, rows, focused);
    if (asked) {
      event.preventDefault();
      move(asked);
    } else if (isTyped(event.key)) typeAhead(event);
  }

  function lineOf({ target }: { target: EventTarget }): { line: HTMLElement; row: TreeRow } | null {
    const line = (target as Element).closest<HTMLElement>("[data-index]");
    const row = rows[Number(line?.dataset.index)];
    return line && row ? { line, row } : null;
  }

  function onClick(event: MouseEvent<HTMLDivElement>) {
    const at = lineOf(event);
    if (!at || isSelectingText()) return;
    take(at.row.key);
    const toggle = isBeforeName(at.line, event.clientX) ? toggled(at.row) : null;
    // The second click of two opens or closes; the first has shown the details.
    if (toggle) move(toggle);
    else if (event.detail < 2) onSelect(at.row.entity.path);
  }

  function onDoubleClick(event: MouseEvent<HTMLDivElement>) {
    const at = lineOf(event);
    const toggle = at && !isBeforeName(at.line, event.clientX) ? toggled(at.row) : null;
    window.getSelection()?.removeAllRanges();
    if (toggle) move(toggle);
  }

  function onFocus(event: FocusEvent<HTMLElement>) {
    heirProps.onFocus(event);
    const at = lineOf(event);
    if (at) take(at.row.key);
  }

  return (
    <Tree
      ref={tree}
      role="tree"
      aria-label={`What ${root.name ?? root.id} holds`}
      onFocus={onFocus}
      onBlur={heirProps.onBlur}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
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
            aria-selected={index === chosen}
            style={{ transform: `translateY(${start - scrollMargin}px)`, "--level": row.level - 1 } as CSSProperties}
          >
            <TreeLine entity={row.entity} expandable={row.expandable} expanded={row.expanded} />
          </div>
        );
      })}
    </Tree>
  );
}
