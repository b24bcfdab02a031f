import type { Freshness, Problem } from "../api/types";

/** What the server says on a socket. What is `unknown` here is for the feed to read: each has another body. */
export type Frame = SnapshotFrame | PatchFrame | FreshnessFrame | ErrorFrame | ForeignFrame;

export interface SnapshotFrame {
  type: "snapshot";
  version: number;
  as_of: string;
  freshness: Freshness;
  data: unknown;
}

export interface PatchFrame {
  type: "patch";
  version: number;
  as_of: string;
  /** To be applied in order. */
  changes: Change[];
}

export type Change =
  | { op: "set"; path: string; fields: Fields }
  | { op: "add"; path: string; entity: unknown; index: number }
  | { op: "remove"; path: string };

export type Fields = Readonly<Record<string, unknown>>;

export interface FreshnessFrame {
  type: "freshness";
  freshness: Freshness;
  as_of: string | null;
  /** A sentence for people. */
  reason: string | null;
  /** Seconds between two reads, where it is polled. */
  period: number | null;
}

export interface ErrorFrame extends Pick<Problem, "code" | "detail" | "request_id"> {
  type: "error";
}

/** One that this page does not know: the server may well be newer than the page. */
export interface ForeignFrame {
  type: "foreign";
}

/** All that is ever said to the server. */
export const RESYNC = JSON.stringify({ type: "resync" });

const FRESHNESSES: readonly unknown[] = ["live", "polled", "stale"] satisfies Freshness[];

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function isFreshness(value: unknown): value is Freshness {
  return FRESHNESSES.includes(value);
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isStamped({ version, as_of }: Fields): boolean {
  return isIndex(version) && typeof as_of === "string";
}

function isChange(value: unknown): value is Change {
  if (!isFields(value) || typeof value.path !== "string") return false;
  if (value.op === "set") return isFields(value.fields);
  if (value.op === "add") return isFields(value.entity) && isIndex(value.index);
  return value.op === "remove";
}

function isFreshnessFrame({ freshness, as_of, reason, period }: Fields): boolean {
  const isPeriod = period === null || (typeof period === "number" && period > 0);
  return isFreshness(freshness) && isTextOrNull(as_of) && isTextOrNull(reason) && isPeriod;
}

const IS_FRAME: Readonly<Record<string, (frame: Fields) => boolean>> = {
  snapshot: (frame) => isStamped(frame) && isFreshness(frame.freshness) && "data" in frame,
  patch: (frame) => isStamped(frame) && Array.isArray(frame.changes) && frame.changes.every(isChange),
  freshness: isFreshnessFrame,
  error: ({ code, detail }) => typeof code === "string" && typeof detail === "string",
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A frame as it was sent; null for what is none. */
export function parseFrame(text: string): Frame | null {
  const value = parseJson(text);
  if (!isFields(value) || typeof value.type !== "string") return null;
  if (!Object.hasOwn(IS_FRAME, value.type)) return { type: "foreign" };
  // Checked field by field above, which the compiler can't follow through the table.
  return IS_FRAME[value.type]?.(value) ? (value as unknown as Frame) : null;
}
