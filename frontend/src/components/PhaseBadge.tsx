import { chakra } from "@chakra-ui/react";
import type { Phase } from "@/lib/api/types";
import { PHASE_LOOKS } from "@/lib/phase";
import { PhaseGlyph } from "./PhaseGlyph";

const Badge = chakra("span", {
  base: {
    display: "inline-flex",
    alignItems: "center",
    gap: "1.5",
    maxWidth: "100%",
    px: "2",
    borderRadius: "full",
    fontSize: "xs",
    lineHeight: "1.6",
    fontWeight: "semibold",
    whiteSpace: "nowrap",
  },
  variants: {
    phase: {
      pending: { color: "phase.pending.fg", bg: "phase.pending.subtle" },
      active: { color: "phase.active.fg", bg: "phase.active.subtle" },
      succeeded: { color: "phase.succeeded.fg", bg: "phase.succeeded.subtle" },
      failed: { color: "phase.failed.fg", bg: "phase.failed.subtle" },
      stopped: { color: "phase.stopped.fg", bg: "phase.stopped.subtle" },
      unknown: { color: "phase.unknown.fg", bg: "phase.unknown.subtle" },
    },
  },
});

const State = chakra("span", { base: { overflow: "hidden", textOverflow: "ellipsis" } });
const Word = chakra("span", { base: { fontWeight: "normal" } });

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
    <Badge phase={phase} title={state ?? word}>
      <PhaseGlyph phase={phase} />
      <State>{state ?? word}</State>
      {wordSaysMore && <Word>{word}</Word>}
    </Badge>
  );
}
