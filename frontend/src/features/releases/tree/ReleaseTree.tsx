import { chakra } from "@chakra-ui/react";
import { type CSSProperties, type MouseEvent, useRef } from "react";
import { type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import type { TreeEntity } from "@/lib/entities";
import { useBarHeight } from "../detail/bar-height";
import { toggled } from "./keyboard";
import { TreeLine } from "./TreeLine";
import { treeStyles } from "./tree-styles";
import { type RowsProps, useRowsOnScreen } from "./use-rows-on-screen";

// Of most lines on a wide screen. Each line that turns out otherwise costs going through all lines below it.
const ROW_HEIGHT_PX = 36;

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
    { keys: "Letters", does: "To the next line that begins so; g and a second key from above go there" },
    { keys: "Enter", does: "Go to the details" },
    { keys: "Space", does: "Open or close; of an app, show the details" },
    { keys: "*", does: "Open all at this level" },
  ],
};

interface ReleaseTreeProps extends RowsProps {
  root: TreeEntity;
}

function isSelectingText(): boolean {
  return (window.getSelection()?.toString() ?? "") !== "";
}

/** Whether a click was meant for the arrow of a branch, for which all that stands before its name serves. */
function isBeforeName(line: Element, x: number): boolean {
  const name = line.querySelector(".tree-names");
  return name !== null && x < name.getBoundingClientRect().left;
}

export function ReleaseTree({ root, ...rowsProps }: ReleaseTreeProps) {
  const { rows, onSelect } = rowsProps;
  const tree = useRef<HTMLDivElement>(null);
  useShortcuts(KEYS);
  const screen = useRowsOnScreen(rowsProps, { list: tree, rowHeight: ROW_HEIGHT_PX, covered: useBarHeight() });
  const { move, rowAt } = screen;

  function onClick(event: MouseEvent<HTMLDivElement>) {
    const at = rowAt(event);
    if (!at || isSelectingText()) return;
    screen.take(at.row.key);
    const toggle = isBeforeName(at.element, event.clientX) ? toggled(at.row) : null;
    // The second click of two opens or closes; the first has shown the details.
    if (toggle) move(toggle);
    else if (event.detail < 2) onSelect(at.row.entity.path);
  }

  function onDoubleClick(event: MouseEvent<HTMLDivElement>) {
    const at = rowAt(event);
    const toggle = at && !isBeforeName(at.element, event.clientX) ? toggled(at.row) : null;
    window.getSelection()?.removeAllRanges();
    if (toggle) move(toggle);
  }

  return (
    <Tree
      ref={tree}
      role="tree"
      aria-label={`What ${root.name ?? root.id} holds`}
      {...screen.listProps}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
      style={{ height: screen.height }}
    >
      {screen.drawn.map(({ index, key, top }) => {
        const row = rows[index];
        if (!row) return null;
        return (
          <div
            key={key}
            ref={screen.measure}
            className="tree-row"
            role="treeitem"
            data-index={index}
            data-key={row.key}
            tabIndex={index === screen.focused ? 0 : -1}
            aria-level={row.level}
            aria-posinset={row.position}
            aria-setsize={row.siblings}
            aria-expanded={row.expandable ? row.expanded : undefined}
            aria-selected={index === screen.chosen}
            style={{ transform: `translateY(${top}px)`, "--level": row.level - 1 } as CSSProperties}
          >
            <TreeLine entity={row.entity} expandable={row.expandable} expanded={row.expanded} />
          </div>
        );
      })}
    </Tree>
  );
}
