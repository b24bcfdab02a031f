import type { Freshness } from "../api/types";
import { parseMoment } from "../time";
import type { Change, Frame, FreshnessFrame, PatchFrame, SnapshotFrame } from "./frames";

/** How one kind of body is read and changed. All of it is pure; what a change leaves alone stays the same object. */
export interface BodyKind<Body> {
  /** The body of a snapshot, or null for what is none. */
  read: (data: unknown) => Body | null;
  /** The changed body, or null where the change does not fit: then something was missed. */
  apply: (body: Body, change: Change) => Body | null;
  /** The body with what it says of itself as a whole, for kinds that do. */
  stamp: (body: Body, stamp: Partial<Stamp>) => Body;
}

export interface Stamp {
  version: number;
  as_of: string;
  freshness: Freshness;
}

/** How fresh the server says that its own state is. */
export interface Report {
  freshness: Freshness;
  /** When the source last confirmed it, in milliseconds since the epoch; null where it never did. */
  asOf: number | null;
  /** Why it is stale, in a sentence. */
  reason: string | null;
  /** Seconds between two reads, where it is polled. */
  period: number | null;
}

/** This page's copy of what the server holds, as far as one connection has told of it. */
export interface Replica<Body> {
  held: { body: Body; version: number } | null;
  report: Report | null;
  /** A snapshot was asked for. Until it is there, patches are of no use. */
  resyncing: boolean;
}

export interface Received<Body> {
  replica: Replica<Body>;
  /** Whether the server has to be asked for a snapshot. */
  resync: boolean;
}

export const EMPTY_REPLICA: Replica<never> = { held: null, report: null, resyncing: false };

function kept<Body>(replica: Replica<Body>): Received<Body> {
  return { replica, resync: false };
}

/** Asks once: what else goes wrong before the snapshot is there, that snapshot mends too. */
function lost<Body>(replica: Replica<Body>): Received<Body> {
  return { replica: { ...replica, resyncing: true }, resync: !replica.resyncing };
}

/** Taken whatever its version: the server is right, and may have started to count anew. */
function withSnapshot<Body>(kind: BodyKind<Body>, replica: Replica<Body>, frame: SnapshotFrame): Received<Body> {
  const body = kind.read(frame.data);
  if (body === null) return lost(replica);
  const { version, freshness } = frame;
  const before = replica.report?.freshness === freshness ? replica.report : { reason: null, period: null };
  const report = { ...before, freshness, asOf: parseMoment(frame.as_of) };
  return kept({
    held: { body: kind.stamp(body, { version, as_of: frame.as_of, freshness }), version },
    report,
    resyncing: false,
  });
}

function withPatch<Body>(kind: BodyKind<Body>, replica: Replica<Body>, frame: PatchFrame): Received<Body> {
  const { held, report, resyncing } = replica;
  if (resyncing) return kept(replica);
  if (!held) return lost(replica);
  if (frame.version <= held.version) return kept(replica);
  if (frame.version !== held.version + 1) return lost(replica);

  let body: Body | null = held.body;
  for (const change of frame.changes) {
    body = kind.apply(body, change);
    if (body === null) return lost(replica);
  }
  const { version, as_of } = frame;
  return kept({
    ...replica,
    held: { body: kind.stamp(body, { version, as_of }), version },
    report: report && { ...report, asOf: parseMoment(as_of) ?? report.asOf },
  });
}

function withFreshness<Body>(kind: BodyKind<Body>, replica: Replica<Body>, frame: FreshnessFrame): Received<Body> {
  const { freshness, as_of, reason, period } = frame;
  const { held, report } = replica;
  const stamp = as_of === null ? { freshness } : { freshness, as_of };
  return kept({
    ...replica,
    held: held && { ...held, body: kind.stamp(held.body, stamp) },
    report: { freshness, asOf: parseMoment(as_of) ?? report?.asOf ?? null, reason, period },
  });
}

/** What a frame makes of the replica. Null is a frame that could not be read: what it said is lost. */
export function receive<Body>(kind: BodyKind<Body>, replica: Replica<Body>, frame: Frame | null): Received<Body> {
  switch (frame?.type) {
    case "snapshot":
      return withSnapshot(kind, replica, frame);
    case "patch":
      return withPatch(kind, replica, frame);
    case "freshness":
      return withFreshness(kind, replica, frame);
    case undefined:
      return lost(replica);
    default:
      return kept(replica);
  }
}
