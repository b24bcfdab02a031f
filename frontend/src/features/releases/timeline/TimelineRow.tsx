import { type CSSProperties, memo } from "react";
import { ChevronRightIcon } from "@/components/icons";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import { labelOf, type TreeEntity } from "@/lib/entities";
import { formatCount } from "@/lib/numbers";
import { formatExact } from "@/lib/time";
import type { TreeRow } from "../tree/rows";
import { type Box, boxOf, type Mark, marksOf, notePlaceOf, pointOf } from "./bars";
import { type Failure, failuresIn, type Surroundings, type Times, timesOf } from "./times";
import { barInWords, markInWords, rowInWords, tookInWords } from "./words";
import type { Stretch } from "./zoom";

/** About how wide text of the notes' size is, for finding room: what it is off by, the margins make up for. */
const LETTER_PX = 6.6;
const GLYPH_PX = 22;

/** What all rows are drawn by. The same object while it says the same. */
export interface Scene {
  around: Surroundings;
  sight: Stretch;
  /** How wide the track is, in CSS pixels. */
  trackPx: number;
  now: number;
}

/** What failed at or below a row and is shown nowhere else: an open branch leaves it to the rows below. */
function failuresOf({ entity, expanded }: Pick<TreeRow, "entity" | "expanded">): readonly Failure[] {
  if (!expanded) return failuresIn(entity);
  return failuresIn(entity).filter(({ path }) => path === entity.path);
}

function Marks({ marks }: { marks: readonly Mark[] }) {
  return marks.map(({ left, failures }) => (
    <span
      key={failures[0].path}
      className="timeline-mark"
      data-path={failures[0].path}
      title={markInWords(failures)}
      style={{ left }}
    >
      <PhaseGlyph phase="failed" />
      {failures.length > 1 && <span className="timeline-mark-count">{formatCount(failures.length)}</span>}
    </span>
  ));
}

/** Says what a bar can't, or which way it is to be found. */
function Aside({ children, side = "start" }: { children: string; side?: "start" | "end" }) {
  return (
    <span className="timeline-aside" data-side={side}>
      {children}
    </span>
  );
}

interface NoteProps {
  entity: TreeEntity;
  box: Box;
  text: string;
  trackPx: number;
  /** Whether a mark of what failed stands at the bar's end, which needs no second one. */
  isMarked?: boolean;
}

function noteStyle({ left, width }: Box, place: ReturnType<typeof notePlaceOf>, trackPx: number) {
  if (place === "behind") return { left: left + width };
  return place === "before" ? { right: trackPx - left } : { right: trackPx - left - width };
}

function Note({ entity: { phase }, box, text, trackPx, isMarked = false }: NoteProps) {
  const place = notePlaceOf(box, text.length * LETTER_PX + GLYPH_PX, trackPx);
  return (
    <span
      className="timeline-note"
      data-place={place}
      data-phase={phase}
      data-marked={isMarked ? "" : undefined}
      style={noteStyle(box, place, trackPx)}
    >
      {!isMarked && <PhaseGlyph phase={phase} />}
      {text}
    </span>
  );
}

interface SpanProps {
  entity: TreeEntity;
  times: Extract<Times, { kind: "span" }>;
  marks: readonly Mark[];
  scene: Scene;
}

function isMarkedAt(right: number, marks: readonly Mark[]): boolean {
  return marks.some(({ left }) => Math.abs(left - right) < GLYPH_PX / 2);
}

function SpanOnTrack({ entity, times, marks, scene: { sight, trackPx } }: SpanProps) {
  const box = boxOf(times, sight, trackPx);
  const took = tookInWords(times);
  if (box === "before") return <Aside>{`‹ ${took}, earlier`}</Aside>;
  if (box === "after") return <Aside side="end">{`${took}, later ›`}</Aside>;
  return (
    <>
      <span
        className="timeline-bar"
        data-phase={entity.phase}
        data-cut-left={box.cutLeft ? "" : undefined}
        data-cut-right={box.cutRight ? "" : undefined}
        data-open={times.goesOn ? "" : undefined}
        title={barInWords(entity, times)}
        style={{ left: box.left, width: box.width }}
      />
      <Note
        entity={entity}
        box={box}
        text={took}
        trackPx={trackPx}
        isMarked={isMarkedAt(box.left + box.width, marks)}
      />
    </>
  );
}

function MomentOnTrack({ entity, at, scene: { sight, trackPx } }: { entity: TreeEntity; at: number; scene: Scene }) {
  const left = pointOf(at, sight, trackPx);
  if (left === null) return <Aside side={at < sight.from ? "start" : "end"}>start not given</Aside>;
  const box = { left, width: 0, cutLeft: false, cutRight: false };
  return (
    <>
      <span
        className="timeline-dot"
        data-phase={entity.phase}
        title={`${labelOf(entity)}: start not given\nlast changed ${formatExact(at)}`}
        style={{ left }}
      />
      <Note entity={entity} box={box} text="start not given" trackPx={trackPx} />
    </>
  );
}

interface OnTrackProps extends Omit<SpanProps, "times"> {
  times: Times;
}

function OnTrack({ entity, times, marks, scene }: OnTrackProps) {
  switch (times.kind) {
    case "span":
      return <SpanOnTrack entity={entity} times={times} marks={marks} scene={scene} />;
    case "moment":
      return <MomentOnTrack entity={entity} at={times.at} scene={scene} />;
    case "none":
      return <Aside>{times.why}</Aside>;
  }
}

interface TimelineRowProps extends Omit<TreeRow, "key"> {
  rowKey: string;
  index: number;
  /** Where it begins, in CSS pixels below the first row's top. */
  top: number;
  isFocused: boolean;
  isSelected: boolean;
  scene: Scene;
}

/** A row of the timeline. Drawn again only where something of it has changed: many stand on a screen. */
export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { entity, expandable, expanded, rowKey, index, top, isFocused, isSelected, scene } = props;
  const times = timesOf(scene.around, entity, scene.now);
  const failures = failuresOf(props);
  const marks = marksOf(failures, scene.sight, scene.trackPx);
  const name = labelOf(entity);
  return (
    <div
      className="timeline-row"
      role="treeitem"
      data-index={index}
      data-key={rowKey}
      tabIndex={isFocused ? 0 : -1}
      aria-level={props.level}
      aria-posinset={props.position}
      aria-setsize={props.siblings}
      aria-expanded={expandable ? expanded : undefined}
      aria-selected={isSelected}
      style={{ transform: `translateY(${top}px)`, "--level": props.level - 1 } as CSSProperties}
    >
      <div className="timeline-name" title={`${name}\n${entity.id}`}>
        <span className="timeline-twisty">{expandable && <ChevronRightIcon />}</span>
        <span className="timeline-phase" data-phase={entity.phase}>
          <PhaseGlyph phase={entity.phase} />
        </span>
        <span className="timeline-label">
          {name}
          <span className="timeline-words">{rowInWords(entity, times, failures, scene.now)}</span>
        </span>
      </div>
      {/* All of it stands in the words. */}
      <div className="timeline-track" data-type={entity.type} aria-hidden="true">
        <OnTrack entity={entity} times={times} marks={marks} scene={scene} />
        <Marks marks={marks} />
      </div>
    </div>
  );
});
