import type { Phase } from "./api/types";
import { parseMoment } from "./time";

/** From when to when an entity was worked on, in milliseconds since the epoch. */
export interface Span {
  /** Null where it has not begun, or nothing is known of it. */
  start: number | null;
  /** Null while it goes on, and where nothing is known of it. */
  end: number | null;
}

/** What any entity says of its times; a release says when its run started and ended, too. */
export interface Timed {
  phase: Phase;
  created_at: string | null;
  updated_at: string | null;
  started_at?: string | null;
  ended_at?: string | null;
}

/** What any entity that a release holds says of itself, and where its state lives. */
export interface Held extends Timed {
  reported_state: string | null;
  workflow_id: string | null;
}

const NOT_BEGUN: Span = { start: null, end: null };

const ENDED: readonly Phase[] = ["succeeded", "failed", "stopped"];

/** Whether nothing more is to come of what stands so. */
export function hasEnded({ phase }: Pick<Timed, "phase">): boolean {
  return ENDED.includes(phase);
}

function isRun(entity: Timed): boolean {
  return entity.started_at !== undefined;
}

function endOf(entity: Timed): number | null {
  const { phase, updated_at, ended_at } = entity;
  // A run goes on until Temporal says that it ended, whatever its workflow says of itself.
  if (isRun(entity)) return parseMoment(ended_at);
  // What can't be read is known up to its last change only.
  return hasEnded(entity) || phase === "unknown" ? parseMoment(updated_at) : null;
}

/**
 * From its start to its last change, or on to now where it is active.
 *
 * Workflows give no moment of ending: it is the last change of what has ended. What waits has not begun, whatever time
 * it was made at.
 */
export function spanOf(entity: Timed): Span {
  if (!isRun(entity) && entity.phase === "pending") return NOT_BEGUN;
  const start = parseMoment(entity.started_at) ?? parseMoment(entity.created_at);
  if (start === null) return NOT_BEGUN;
  const end = endOf(entity);
  return { start, end: end === null ? null : Math.max(start, end) };
}

/**
 * The span of an entity within its release.
 *
 * What the end of the release's own run interrupted went on until then; its last change came long before.
 */
export function spanWithin(release: Pick<Held, "workflow_id" | "ended_at">, entity: Held): Span {
  const span = spanOf(entity);
  const ended = parseMoment(release.ended_at);
  const interrupted = entity.reported_state !== null && entity.workflow_id === release.workflow_id;
  if (isRun(entity) || !interrupted || span.start === null || ended === null) return span;
  return { start: span.start, end: Math.max(span.start, ended) };
}

/** How long a span is by now, in milliseconds; null where it has not begun. */
export function lengthOf({ start, end }: Span, now: number): number | null {
  return start === null ? null : Math.max(0, (end ?? now) - start);
}
