import type { Phase } from "@/lib/api/types";
import { PHASE_LOOKS } from "@/lib/phase";
import { PhaseGlyph } from "./PhaseGlyph";

interface PhaseBadgeProps {
  phase: Phase;
  /** What the workflow said, shown as it is. Null where it said nothing. */
  state: string | null;
}

/** A state by the workflow's own text, and its phase by glyph, colour and word. */
export function PhaseBadge({ phase, state }: PhaseBadgeProps) {
  const { word } = PHASE_LOOKS[phase];
  const wordSaysMore = state !== null && state.toLowerCase() !== word;
  return (
    <span className="phase-badge" data-phase={phase} title={state ?? word}>
      <PhaseGlyph phase={phase} />
      <span className="phase-badge-state">{state ?? word}</span>
      {wordSaysMore && <span className="phase-badge-word">{word}</span>}
    </span>
  );
}
