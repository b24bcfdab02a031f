/** A stretch of time, in milliseconds since the epoch. */
export interface Stretch {
  from: number;
  to: number;
}

/**
 * What of a timeline's time the reader looks at; null is all of it.
 *
 * `to` is null while it keeps up with the timeline's end, which may well move: that of what goes on does.
 */
export type Zoom = { length: number; to: number | null } | null;

/** Nothing shorter is looked at: workflows are rarely told of more closely than that. */
const SHORTEST_MS = 1_000;
/** What is left free before and after the release, as shares of what is in sight: room for what stands behind bars. */
const BEFORE = 0.02;
const AFTER = 0.1;
const WITHIN = 1 - BEFORE - AFTER;
/** How much of the whole counts as all of it. */
const NEARLY_ALL = 0.999;

/** The length of all of it, margins included. */
function wholeLength({ from, to }: Stretch): number {
  return Math.max(to - from, SHORTEST_MS) / WITHIN;
}

function endOf(whole: Stretch, length: number): number {
  return whole.to + AFTER * length;
}

/** What is in sight of a timeline that spans `whole`. */
export function inSight(zoom: Zoom, whole: Stretch): Stretch {
  const all = wholeLength(whole);
  const length = Math.min(zoom?.length ?? all, all);
  const to = zoom && zoom.to !== null && length < all ? zoom.to : endOf(whole, length);
  return { from: to - length, to };
}

/** Makes a wish what can be had: neither shorter nor longer than makes sense, and with something of the release in it. */
function settled({ from, to }: Stretch, whole: Stretch): Zoom {
  const length = Math.max(to - from, SHORTEST_MS);
  if (length >= NEARLY_ALL * wholeLength(whole)) return null;
  const last = endOf(whole, length);
  const first = whole.from - BEFORE * length + length;
  const end = Math.max(from + length, first);
  // Within a pixel of the end is at the end.
  return { length, to: end >= last - length / 1_000 ? null : end };
}

/** Looks at `factor` times as much, with the moment `around` kept where it is; without one, the end or else the middle. */
export function zoomedBy(zoom: Zoom, whole: Stretch, factor: number, around?: number): Zoom {
  const { from, to } = inSight(zoom, whole);
  const anchor = around ?? (zoom?.to === null ? to : (from + to) / 2);
  const scale = Math.max(factor, SHORTEST_MS / (to - from));
  const next = settled({ from: anchor - (anchor - from) * scale, to: anchor + (to - anchor) * scale }, whole);
  // Zooming in on what keeps up with the end goes on doing so, whatever rounding says.
  return next && around === undefined && zoom?.to === null ? { ...next, to: null } : next;
}

/** Looks at what is `ms` later, or earlier where that is negative. */
export function movedBy(zoom: Zoom, whole: Stretch, ms: number): Zoom {
  const { from, to } = inSight(zoom, whole);
  return settled({ from: from + ms, to: to + ms }, whole);
}

/** Looks at a stretch with as much room on both sides as the whole has. */
export function zoomedTo({ from, to }: Stretch, whole: Stretch): Zoom {
  const length = Math.max(to - from, SHORTEST_MS) / WITHIN;
  const start = from - BEFORE * length;
  return settled({ from: start, to: start + length }, whole);
}

/** As close as before, with a moment in the middle. */
export function centredOn(zoom: Zoom, whole: Stretch, moment: number): Zoom {
  const { from, to } = inSight(zoom, whole);
  return movedBy(zoom, whole, moment - (from + to) / 2);
}

/** As close as before, and kept up with the end. */
export function atTheEnd(zoom: Zoom): Zoom {
  return zoom && { ...zoom, to: null };
}

/** Where a moment stands in what is in sight: 0 is its start, 1 its end; beyond both for what is out of sight. */
export function placeOf(moment: number, { from, to }: Stretch): number {
  return (moment - from) / (to - from);
}
