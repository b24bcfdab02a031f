import type { Failure } from "./times";
import { placeOf, type Stretch } from "./zoom";

/** Short as it may have been: a bar can be seen and pointed at. */
const MIN_BAR_PX = 4;
/** Marks closer to each other than this would hide one another. */
const MARK_PX = 14;

/** Where something stands on a track, in CSS pixels from its left edge. */
export interface Box {
  left: number;
  width: number;
  /** Whether it goes on beyond what is in sight. */
  cutLeft: boolean;
  cutRight: boolean;
}

/** The part of a bar that is in sight; or on which side all of it is out of sight. */
export function boxOf(times: Stretch, sight: Stretch, trackPx: number): Box | "before" | "after" {
  const from = placeOf(times.from, sight) * trackPx;
  const to = placeOf(times.to, sight) * trackPx;
  if (to < 0) return "before";
  if (from > trackPx) return "after";
  const left = Math.min(Math.max(from, 0), trackPx - MIN_BAR_PX);
  const right = Math.max(Math.min(to, trackPx), left + MIN_BAR_PX);
  return { left, width: right - left, cutLeft: from < 0, cutRight: to > trackPx };
}

/** A moment's place on a track in CSS pixels; null where it is out of sight. */
export function pointOf(moment: number, sight: Stretch, trackPx: number): number | null {
  const place = placeOf(moment, sight);
  return place >= 0 && place <= 1 ? place * trackPx : null;
}

/** Where a note about a bar has room: behind it, before it, or else in it. */
export type NotePlace = "behind" | "before" | "inside";

export function notePlaceOf({ left, width }: Box, notePx: number, trackPx: number): NotePlace {
  if (trackPx - left - width >= notePx) return "behind";
  return left >= notePx ? "before" : "inside";
}

export interface Mark {
  left: number;
  failures: readonly [Failure, ...Failure[]];
}

/** Failures in sight, those that would hide one another as one. */
export function marksOf(failures: readonly Failure[], sight: Stretch, trackPx: number): Mark[] {
  const marks: Mark[] = [];
  for (const failure of failures.toSorted((one, other) => one.at - other.at)) {
    const left = pointOf(failure.at, sight, trackPx);
    if (left === null) continue;
    const last = marks.at(-1);
    if (last && left - last.left < MARK_PX)
      marks[marks.length - 1] = { ...last, failures: [...last.failures, failure] };
    else marks.push({ left, failures: [failure] });
  }
  return marks;
}
