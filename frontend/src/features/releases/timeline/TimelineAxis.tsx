import type { RefObject } from "react";
import type { Hierarchy } from "@/lib/api/types";
import { formatClock, formatExact } from "@/lib/time";
import { pointOf } from "./bars";
import { Overview } from "./Overview";
import { datesOf, type Tick } from "./ticks";
import { placeOf, type Stretch, type Zoom } from "./zoom";

interface AxisProps {
  release: Hierarchy;
  sight: Stretch;
  whole: Stretch;
  ticks: readonly Tick[];
  trackPx: number;
  now: number;
  /** Where what is known ends: now, or some time ago. Null where nothing goes on. */
  edge: Edge | null;
  setZoom: (change: (zoom: Zoom) => Zoom) => void;
  trackRef: RefObject<HTMLDivElement | null>;
  /** What shows the time below the pointer: its words here, its line through the rows. */
  cursorRef: RefObject<HTMLDivElement | null>;
}

/** The moment up to which bars of what goes on are drawn. */
export interface Edge {
  at: number;
  isNow: boolean;
}

export function edgeInWords({ at, isNow }: Edge, now: number): string {
  return isNow ? "now" : `as of ${formatClock(at, now)}`;
}

/** About how wide a letter of the axis is, in CSS pixels, and half of what tells where what is known ends. */
const LETTER_PX = 7;
const EDGE_PX = 30;

/** Whether a tick's label is neither cut off by the axis' end nor covered by the word for now. */
function isRoomFor(label: string, left: number, edgePx: number | null, trackPx: number): boolean {
  const right = left + label.length * LETTER_PX;
  const isCovered = edgePx !== null && right > edgePx - EDGE_PX && left < edgePx + EDGE_PX;
  return right <= trackPx && !isCovered;
}

/** Above the rows: the times that what is below stands at, in the reader's zone; UTC on hover. */
export function TimelineAxis(props: AxisProps) {
  const { release, sight, whole, ticks, trackPx, now, edge, setZoom, trackRef, cursorRef } = props;
  const edgePx = edge && pointOf(edge.at, sight, trackPx);
  return (
    // What it says every row says in words.
    <div className="timeline-axis" aria-hidden="true">
      <div className="timeline-dates">{datesOf(sight)}</div>
      <div ref={trackRef} className="timeline-scale">
        <Overview release={release} sight={sight} whole={whole} now={now} setZoom={setZoom} />
        {ticks.map(({ at, label, isMajor }) => (
          <span
            key={at}
            className="timeline-tick"
            data-major={isMajor ? "" : undefined}
            title={formatExact(at)}
            style={{ left: pointOf(at, sight, trackPx) ?? 0 }}
          >
            {isRoomFor(label, placeOf(at, sight) * trackPx, edgePx, trackPx) && label}
          </span>
        ))}
        {edge && edgePx !== null && (
          <span className="timeline-edge" data-now={edge.isNow ? "" : undefined} style={{ left: edgePx }}>
            {edgeInWords(edge, now)}
          </span>
        )}
        <div ref={cursorRef} className="timeline-cursor" data-cursor="" hidden />
      </div>
    </div>
  );
}

interface LinesProps extends Pick<AxisProps, "sight" | "ticks" | "trackPx" | "edge"> {
  lineRef: RefObject<HTMLSpanElement | null>;
}

/** Lines through all rows, at the ticks and where what is known ends. */
export function TimelineLines({ sight, ticks, trackPx, edge, lineRef }: LinesProps) {
  const edgePx = edge && pointOf(edge.at, sight, trackPx);
  return (
    <div className="timeline-lines" aria-hidden="true">
      {ticks.map(({ at, isMajor }) => (
        <span key={at} data-major={isMajor ? "" : undefined} style={{ left: pointOf(at, sight, trackPx) ?? 0 }} />
      ))}
      {edge && edgePx !== null && <span data-edge={edge.isNow ? "now" : "then"} style={{ left: edgePx }} />}
      <span ref={lineRef} data-cursor="" hidden />
    </div>
  );
}
