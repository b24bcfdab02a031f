import type { Hierarchy } from "@/lib/api/types";
import { childrenOf, labelOf, remembered, type TreeEntity } from "@/lib/entities";
import { lengthOf, type Span, spanOf, spanWithin } from "@/lib/spans";
import { parseMoment } from "@/lib/time";
import type { Stretch } from "./zoom";

/** What can be drawn of an entity's times, in milliseconds since the epoch. */
export type Times =
  | { kind: "span"; from: number; to: number; goesOn: boolean }
  /** Only when it last changed is known, not when work on it began. */
  | { kind: "moment"; at: number }
  | { kind: "none"; why: string };

function withoutSpan({ phase, updated_at, problem }: TreeEntity, othersTell: boolean): Times {
  if (phase === "pending") return { kind: "none", why: "not begun" };
  if (phase === "stopped" && othersTell) return { kind: "none", why: "never begun" };
  const at = parseMoment(updated_at);
  if (at !== null) return { kind: "moment", at };
  return { kind: "none", why: problem ? "can't be read" : "times not given" };
}

/** What an entity's times depend on beside itself. */
export interface Surroundings {
  workflow_id: string | null;
  ended_at: string | null;
  /** Whether others in the release tell when they began: then what was stopped and does not never began. */
  othersTell: boolean;
}

export function surroundingsIn(release: Hierarchy): Surroundings {
  const { workflow_id, ended_at } = release;
  return { workflow_id, ended_at, othersTell: extentOf(release).tells };
}

// Dates are dear to read, and a table is sorted by those of thousands.
const spans = new WeakMap<TreeEntity, { ended: string | null; span: Span }>();

function knownSpan(around: Surroundings, entity: TreeEntity): Span {
  const known = spans.get(entity);
  if (known && known.ended === around.ended_at) return known.span;
  const span = spanWithin(around, entity);
  spans.set(entity, { ended: around.ended_at, span });
  return span;
}

/** An entity's times within its release, by now. What goes on ends no earlier than it began, whatever clock told of that. */
export function timesOf(around: Surroundings, entity: TreeEntity, now: number): Times {
  const { start, end } = knownSpan(around, entity);
  if (start === null) return withoutSpan(entity, around.othersTell);
  return { kind: "span", from: start, to: end ?? Math.max(start, now), goesOn: end === null };
}

/** How long it took so far, in milliseconds; null where that is not known. */
export function tookOf(times: Times): number | null {
  return times.kind === "span" ? lengthOf({ start: times.from, end: times.to }, times.to) : null;
}

interface Extent {
  first: number;
  last: number;
  goesOn: boolean;
  /** Whether anything but the run of the release itself tells when it began. */
  tells: boolean;
}

const NOTHING: Extent = {
  first: Number.POSITIVE_INFINITY,
  last: Number.NEGATIVE_INFINITY,
  goesOn: false,
  tells: false,
};

function joined(one: Extent, other: Extent): Extent {
  return {
    first: Math.min(one.first, other.first),
    last: Math.max(one.last, other.last),
    goesOn: one.goesOn || other.goesOn,
    tells: one.tells || other.tells,
  };
}

function ownExtent(entity: TreeEntity): Extent {
  const { start, end } = spanOf(entity);
  if (start !== null) {
    return { first: start, last: end ?? start, goesOn: end === null, tells: entity.type !== "release" };
  }
  const times = withoutSpan(entity, false);
  return times.kind === "moment" ? { ...NOTHING, first: times.at, last: times.at } : NOTHING;
}

const extentOf: (entity: TreeEntity) => Extent = remembered((entity) =>
  childrenOf(entity).reduce((sum, child) => joined(sum, extentOf(child)), ownExtent(entity)),
);

/** Whether anything in the release goes on, so that time passes in it. */
export function goesOn(release: Hierarchy): boolean {
  return extentOf(release).goesOn;
}

const MINUTE = 60_000;

/** From the first to the last moment that anything in the release tells of, or to now where something goes on. */
export function wholeOf(release: Hierarchy, now: number): Stretch {
  const { first, last, goesOn } = extentOf(release);
  if (first > last) return { from: now - MINUTE, to: now };
  return { from: first, to: goesOn ? Math.max(last, now) : last };
}

/** Something that failed, and when. */
export interface Failure {
  at: number;
  path: string;
  label: string;
  message: string | null;
}

function ownFailure(entity: TreeEntity): readonly Failure[] {
  const { phase, path, error_message: message } = entity;
  const at = spanOf(entity).end ?? parseMoment(entity.updated_at);
  return phase === "failed" && at !== null ? [{ at, path, label: labelOf(entity), message }] : [];
}

/** What failed in an entity, where it began: the entity itself only where nothing that it holds did. */
export const failuresIn: (entity: TreeEntity) => readonly Failure[] = remembered((entity) => {
  const below = childrenOf(entity).flatMap(failuresIn);
  return below.length > 0 ? below : ownFailure(entity);
});
