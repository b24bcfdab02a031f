import type { EntityProblem, Phase, Rollup } from "./api/types";
import { formatCount } from "./numbers";

interface PhaseLook {
  word: string;
  /** For places where only text goes, such as the page title. Elsewhere PhaseGlyph draws the same shape. */
  glyph: string;
}

export const PHASE_LOOKS: Record<Phase, PhaseLook> = {
  pending: { word: "pending", glyph: "○" },
  active: { word: "active", glyph: "◐" },
  succeeded: { word: "succeeded", glyph: "✓" },
  failed: { word: "failed", glyph: "✕" },
  stopped: { word: "stopped", glyph: "■" },
  unknown: { word: "unknown", glyph: "?" },
};

/** As a progress bar fills: what is done first, what has yet to come last. */
export const PHASES_BY_PROGRESS: readonly Phase[] = ["succeeded", "active", "failed", "stopped", "unknown", "pending"];

/** As a person in trouble looks for them. */
export const PHASES_BY_CONCERN: readonly Phase[] = ["failed", "active", "pending", "stopped", "unknown", "succeeded"];

export function isPhase(text: string): text is Phase {
  return Object.hasOwn(PHASE_LOOKS, text);
}

export interface PhaseCount {
  phase: Phase;
  count: number;
}

export function countsByProgress(rollup: Rollup): PhaseCount[] {
  return PHASES_BY_PROGRESS.map((phase) => ({ phase, count: rollup[phase] })).filter(({ count }) => count > 0);
}

export function appsInWords(count: number): string {
  return count === 1 ? "1 app" : `${formatCount(count)} apps`;
}

interface Counted {
  problem: EntityProblem | null;
  rollup: Rollup | null | undefined;
}

/** An entity's roll-up, or null where it tells nothing: none was read, or what holds the apps could not be read. */
export function knownRollup({ problem, rollup }: Counted): Rollup | null {
  if (!rollup || (problem && rollup.total === 0)) return null;
  return rollup;
}

/** "20 apps: 12 succeeded, 3 active, 1 failed, 4 pending" */
export function describeRollup(rollup: Rollup): string {
  if (rollup.total === 0) return "no apps";
  const parts = countsByProgress(rollup).map(({ phase, count }) => `${count} ${PHASE_LOOKS[phase].word}`);
  return `${appsInWords(rollup.total)}: ${parts.join(", ")}`;
}
