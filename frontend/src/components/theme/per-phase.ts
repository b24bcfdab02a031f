import type { Phase } from "@/lib/api/types";
import { PHASE_COLORS } from "./phase-colors";

const PHASES = Object.keys(PHASE_COLORS) as Phase[];

/**
 * Styles of an element by the phase that its `data-phase` names.
 *
 * In a module of its own: one that stands beside the theme takes all of Chakra's recipes into the first load as soon as
 * a page loaded later asks for it.
 */
export function perPhase<T>(styles: (phase: Phase) => T): Record<string, T> {
  return Object.fromEntries(PHASES.map((phase) => [`&[data-phase=${phase}]`, styles(phase)]));
}
