import { chakra } from "@chakra-ui/react";
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useMemo, useRef } from "react";
import { type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import { useElementSize } from "@/lib/element-size";
import type { ViewProps } from "../detail/views";
import { moveForKey, type TreeMove, toggled } from "../tree/keyboard";
import type { TreeRow } from "../tree/rows";
import type { Expansion } from "../tree/use-expansion";
import { type Edge, TimelineAxis, TimelineLines } from "./TimelineAxis";
import { type Scene, TimelineRow } from "./TimelineRow";
import { ticksOf } from "./ticks";
import { timelineStyles } from "./timeline-styles";
import { surroundingsIn } from "./times";
import { useCursor } from "./use-cursor";
import { useRowsOnScreen } from "./use-rows-on-screen";
import { useDragging, useWheelZoom, type Zooming, zoomForKey } from "./use-zoom";
import { timelineName } from "./words";
import type { Stretch } from "./zoom";

const ROW_PX = 32;
/** With the name above the bar. */
const NARROW_ROW_PX = 52;
/** Narrower than this, names beside bars would leave neither enough room. */
const NARROW_PX = 560;
/** Until it is laid out. */
const SUPPOSED_PX = 800;
/** About the bar above the timeline with its axis: a focused row must not hide behind them. */
const COVERED_PX = 170;

const Timeline = chakra("div", { base: timelineStyles });

const KEYS: ShortcutGroup = {
  title: "In the timeline",
  shortcuts: [
    { keys: "ArrowUp", does: "To the row above" },
    { keys: "ArrowDown", does: "To the row below" },
    { keys: "ArrowRight", does: "Open, or go to what it holds" },
    { keys: "ArrowLeft", does: "Close, or go to what holds it" },
    { keys: "Enter", does: "Show its details" },
    { keys: "+", does: "Zoom in" },
    { keys: "-", does: "Zoom out" },
    { keys: "0", does: "Show all of the release" },
    { keys: "Shift+ArrowLeft", does: "To what was earlier" },
    { keys: "Shift+ArrowRight", does: "To what was later" },
  ],
};

interface TimelineChartProps extends Pick<ViewProps, "release" | "selected" | "onSelect"> {
  rows: readonly TreeRow[];
  expansion: Expansion;
  zooming: Zooming;
  whole: Stretch;
  now: number;
  edge: Edge | null;
}

function pressedOn(event: MouseEvent, selector: string): HTMLElement | null {
  return (event.target as Element).closest<HTMLElement>(selector);
}

/** The same object while it says the same, whatever it was made of. */
function useScene({ around, sight, trackPx, now }: Scene): Scene {
  const { workflow_id, ended_at, othersTell } = around;
  const { from, to } = sight;
  return useMemo(
    () => ({ around: { workflow_id, ended_at, othersTell }, sight: { from, to }, trackPx, now }),
    [workflow_id, ended_at, othersTell, from, to, trackPx, now],
  );
}

/** A release as bars along an axis of time: a tree whose lines say when. */
export function TimelineChart(props: TimelineChartProps) {
  const { release, rows, expansion, zooming, whole, now, edge, selected, onSelect } = props;
  useShortcuts(KEYS);
  const chart = useRef<HTMLDivElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { width: chartPx } = useElementSize(chart);
  const { width } = useElementSize(track);
  const isNarrow = chartPx > 0 && chartPx < NARROW_PX;
  const trackPx = width || SUPPOSED_PX;
  const { sight, setZoom } = zooming;
  const ticks = ticksOf(sight, trackPx);
  const scene = useScene({ around: surroundingsIn(release), sight, trackPx, now });

  const screen = useRowsOnScreen({
    rows,
    list,
    rowHeight: isNarrow ? NARROW_ROW_PX : ROW_PX,
    coveredPx: COVERED_PX,
  });
  useWheelZoom({ chart, track }, zooming, whole);
  const dragging = useDragging({ track }, zooming, whole);
  const cursor = useCursor(sight, trackPx);

  function move(asked: TreeMove) {
    if (asked.kind === "open") expansion.open(asked.paths);
    if (asked.kind === "close") expansion.close(asked.path);
    if (asked.kind === "focus") screen.focusOn(asked.key);
  }

  /** Whether the key means anything here. */
  function onKey(event: KeyboardEvent<HTMLDivElement>): boolean {
    const zoomed = zoomForKey(event, zooming.zoom, whole);
    if (zoomed) {
      setZoom(() => zoomed.zoom);
      return true;
    }
    const row = rows[screen.focused];
    const asked = moveForKey(event.key, rows, screen.focused);
    if (row && event.key === "Enter") onSelect(row.entity.path);
    else if (asked) move(asked);
    else return false;
    return true;
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (onKey(event)) event.preventDefault();
  }

  function onClick(event: MouseEvent<HTMLDivElement>) {
    if (dragging.wasDragged()) return;
    const row = rows[Number(pressedOn(event, "[data-index]")?.dataset.index)];
    if (!row) return;
    screen.setFocusedKey(row.key);
    const asked = pressedOn(event, ".timeline-twisty") && toggled(row);
    if (asked) move(asked);
    else onSelect(pressedOn(event, "[data-path]")?.dataset.path ?? row.entity.path);
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>) {
    cursor.props.onPointerMove(event);
    dragging.props.onPointerMove(event);
  }

  return (
    <Timeline
      ref={chart}
      data-narrow={isNarrow ? "" : undefined}
      data-zoomed={zooming.zoom ? "" : undefined}
      onPointerDown={dragging.props.onPointerDown}
      onPointerMove={onPointerMove}
      onPointerLeave={cursor.props.onPointerLeave}
    >
      <TimelineAxis
        release={release}
        sight={sight}
        whole={whole}
        ticks={ticks}
        trackPx={trackPx}
        now={now}
        edge={edge}
        setZoom={setZoom}
        trackRef={track}
        cursorRef={cursor.label}
      />
      <div
        ref={list}
        className="timeline-rows"
        role="tree"
        aria-label={timelineName(release)}
        {...screen.heirProps}
        onKeyDown={onKeyDown}
        onClick={onClick}
        style={{ height: screen.height }}
      >
        <TimelineLines sight={sight} ticks={ticks} trackPx={trackPx} edge={edge} lineRef={cursor.line} />
        {screen.shown.map(({ index, key, top }) => {
          const row = rows[index];
          if (!row) return null;
          const { key: rowKey, ...place } = row;
          return (
            <TimelineRow
              key={key}
              {...place}
              rowKey={rowKey}
              index={index}
              top={top}
              isFocused={index === screen.focused}
              isSelected={row.entity.path === selected}
              scene={scene}
            />
          );
        })}
      </div>
    </Timeline>
  );
}
