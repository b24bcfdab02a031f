import { chakra } from "@chakra-ui/react";
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useMemo, useRef } from "react";
import { type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import type { Hierarchy } from "@/lib/api/types";
import { useElementSize } from "@/lib/element-size";
import { useBarHeight } from "../detail/bar-height";
import { toggled } from "../tree/keyboard";
import type { TreeRow } from "../tree/rows";
import { type RowsProps, useRowsOnScreen } from "../tree/use-rows-on-screen";
import { type Edge, TimelineAxis, TimelineLines } from "./TimelineAxis";
import { type Scene, TimelineRow } from "./TimelineRow";
import { ticksOf } from "./ticks";
import { timelineStyles } from "./timeline-styles";
import { surroundingsIn, timesOf } from "./times";
import { useCursor } from "./use-cursor";
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
/** How high the axis is, which sticks below the bar above the timeline; on a narrow screen with its dates. */
const AXIS_PX = 50;
const NARROW_AXIS_PX = 75;

const Timeline = chakra("div", { base: timelineStyles });

const KEYS: ShortcutGroup = {
  title: "In the timeline",
  shortcuts: [
    { keys: "ArrowUp", does: "To the row above" },
    { keys: "ArrowDown", does: "To the row below" },
    { keys: "ArrowRight", does: "Open, or go to what it holds" },
    { keys: "ArrowLeft", does: "Close, or go to what holds it" },
    { keys: "Letters", does: "To the next row that begins so; g and a second key from above go there" },
    { keys: "Enter", does: "Go to the details" },
    { keys: "Shift+Enter", does: "Zoom to this row" },
    { keys: "+", does: "Zoom in" },
    { keys: "-", does: "Zoom out" },
    { keys: "0", does: "Show all of the release" },
    { keys: "Shift+ArrowLeft", does: "To what was earlier" },
    { keys: "Shift+ArrowRight", does: "To what was later" },
  ],
};

interface TimelineChartProps extends RowsProps {
  release: Hierarchy;
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
export function TimelineChart({ release, zooming, whole, now, edge, ...rowsProps }: TimelineChartProps) {
  const { rows, onSelect } = rowsProps;
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

  const rowHeight = isNarrow ? NARROW_ROW_PX : ROW_PX;
  const screen = useRowsOnScreen(rowsProps, {
    list,
    rowHeight,
    covered: useBarHeight() + (isNarrow ? NARROW_AXIS_PX : AXIS_PX),
  });
  useWheelZoom({ chart, track }, zooming, whole);
  const dragging = useDragging({ track }, zooming, whole);
  const cursor = useCursor(sight, trackPx);

  function zoomToRow(row: TreeRow | undefined) {
    const times = row && timesOf(scene.around, row.entity, now);
    if (times?.kind === "span") zooming.showStretch(times);
  }

  /** Whether the key was one of the zoom's. */
  function onZoomKey(event: KeyboardEvent<HTMLDivElement>): boolean {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const zoomed = zoomForKey(event, zooming.zoom, whole);
    if (zoomed) setZoom(() => zoomed.zoom);
    else if (event.shiftKey && event.key === "Enter") zoomToRow(rows[screen.focused]);
    else return false;
    return true;
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (onZoomKey(event)) event.preventDefault();
    else screen.listProps.onKeyDown(event);
  }

  function onClick(event: MouseEvent<HTMLDivElement>) {
    if (dragging.wasDragged()) return;
    const at = screen.rowAt(event);
    if (!at) return;
    screen.take(at.row.key);
    const asked = pressedOn(event, ".timeline-twisty, .timeline-phase") && toggled(at.row);
    if (asked) screen.move(asked);
    // The second click of two zooms; the first has shown the details.
    else if (event.detail < 2) onSelect(pressedOn(event, "[data-path]")?.dataset.path ?? at.row.entity.path);
  }

  function onDoubleClick(event: MouseEvent<HTMLDivElement>) {
    if (pressedOn(event, ".timeline-track")) zoomToRow(screen.rowAt(event)?.row);
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
        {...screen.listProps}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        style={{ height: screen.height }}
      >
        <TimelineLines sight={sight} ticks={ticks} trackPx={trackPx} edge={edge} lineRef={cursor.line} />
        {screen.drawn.map(({ index, key, top }) => {
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
              isSelected={index === screen.chosen}
              scene={scene}
            />
          );
        })}
      </div>
    </Timeline>
  );
}
