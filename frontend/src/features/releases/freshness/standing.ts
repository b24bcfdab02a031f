import { ApiError, sentenceOf } from "@/lib/api/errors";
import type { Freshness } from "@/lib/api/types";
import { isWaking, useClock } from "@/lib/clock";
import { useOnline } from "@/lib/online";
import type { Link } from "@/lib/realtime/follow";

/** How often a page asks while nothing is pushed to it. */
export const POLL_PERIOD_MS = 3_000;

// Longer than a request may take: past it, an answer is not late but missing (a machine that slept, a frozen tab).
const OVERDUE_MS = 30_000;

const LAST_KNOWN = "Temporal can't be read at the moment. This is the last known state.";

/** How far what a page shows can be relied on. */
export type Standing = "opening" | "live" | "polled" | "stale" | "disconnected";

export interface Reading {
  /** Whether the browser believes that it has a network. What is pushed all the same proves it wrong. */
  isOnline: boolean;
  link: Link;
  /** As the last answer to a request had it. */
  freshness: Freshness;
  /** Why the last request failed; null where it did not. */
  error: unknown;
  /** When the last answer arrived, by this machine's clock. */
  answeredAt: number;
}

function isUnanswered(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0;
}

/** Whether the browser has no network, or the server fell silent and has answered nothing since. */
function isCutOff({ link, isOnline, answeredAt }: Reading): boolean {
  if (link.state === "up") return false;
  return !isOnline || (link.state === "down" && link.silentAt !== null && answeredAt <= link.silentAt);
}

function isOverdue({ link, answeredAt }: Reading, now: number): boolean {
  if (isWaking(now)) return false;
  return now - (link.state === "up" ? link.heardAt : answeredAt) > OVERDUE_MS;
}

export function standingOf(reading: Reading, now: number): Standing {
  const { link, freshness, error } = reading;
  if (isCutOff(reading)) return "disconnected";
  if (link.state !== "up" && error) return isUnanswered(error) ? "disconnected" : "stale";
  if (isOverdue(reading, now)) return "disconnected";
  if (link.state === "up") return link.freshness;
  if (freshness === "stale") return "stale";
  // However live it is for the server: this page only hears of it when it asks.
  return link.state === "opening" ? "opening" : "polled";
}

/** Why what is shown may no longer hold, in a sentence; null while it is current. */
export function staleReason(reading: Reading, now: number): string | null {
  const { link, error, isOnline } = reading;
  const standing = standingOf(reading, now);
  if (standing === "disconnected") {
    if (!isOnline) return "This browser is offline.";
    return isUnanswered(error) ? "The portal can't be reached." : "The portal has not answered since.";
  }
  if (standing !== "stale") return null;
  if (link.state === "up") return link.reason ?? LAST_KNOWN;
  return error ? sentenceOf(error) : LAST_KNOWN;
}

const LAPSES: Partial<Record<Standing, string>> = { stale: "Stale", disconnected: "Disconnected" };

/** The word for a standing in which what is shown may no longer hold; null for others. */
export function lapseOf(standing: Standing): string | null {
  return LAPSES[standing] ?? null;
}

/** Both, kept up as time goes by. */
export function useStanding(known: Omit<Reading, "isOnline">): { standing: Standing; reason: string | null } {
  const reading = { ...known, isOnline: useOnline() };
  const standing = useClock((now) => standingOf(reading, now));
  const reason = useClock((now) => staleReason(reading, now));
  return { standing, reason };
}
