import { sentenceOf } from "@/lib/api/errors";
import type { Freshness } from "@/lib/api/types";

// Longer than a request may take: past it, an answer is not late but missing (a machine that slept, a frozen tab).
const OVERDUE_MS = 30_000;

interface Reading {
  freshness: Freshness;
  /** Why the last attempt to read it again failed; null where it did not. */
  error: unknown;
  /** When the last answer arrived, by this machine's clock. */
  answeredAt: number;
}

/** Why what is shown may no longer hold, in a sentence; null while it is current. */
export function staleReason({ freshness, error, answeredAt }: Reading, now: number): string | null {
  if (error) return sentenceOf(error);
  if (freshness === "stale") return "Temporal can't be read at the moment. This is the last known state.";
  if (now - answeredAt > OVERDUE_MS) return "The portal has not answered since.";
  return null;
}
