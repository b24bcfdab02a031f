import { chakra } from "@chakra-ui/react";
import type { Phase } from "@/lib/api/types";
import { PHASE_LOOKS, PHASES_BY_CONCERN } from "@/lib/phase";
import { PhaseGlyph } from "./PhaseGlyph";

const Chips = chakra("fieldset", { base: { display: "flex", flexWrap: "wrap", gap: "1.5" } });

const Chip = chakra("button", {
  base: {
    display: "inline-flex",
    alignItems: "center",
    gap: "1.5",
    borderWidth: "1px",
    borderRadius: "full",
    bg: "bg.panel",
    whiteSpace: "nowrap",
    cursor: "pointer",
    focusVisibleRing: "outside",
    _hover: { bg: "bg.muted" },
    _pressed: { borderColor: "currentcolor", fontWeight: "semibold" },
  },
  variants: {
    size: { sm: { px: "2.5", height: "8", fontSize: "sm" }, xs: { px: "2", height: "7", fontSize: "xs" } },
  },
  defaultVariants: { size: "sm" },
});

interface PhaseChipsProps {
  chosen: readonly Phase[];
  /** How many there are in each phase; left out where nobody counts. */
  counts?: Readonly<Record<Phase, number>>;
  size?: "sm" | "xs";
  onChange: (chosen: Phase[]) => void;
}

/** The phases to choose from, any number of them. */
export function PhaseChips({ chosen, counts, size, onChange }: PhaseChipsProps) {
  return (
    <Chips aria-label="Phase">
      {PHASES_BY_CONCERN.map((phase) => {
        const pressed = chosen.includes(phase);
        const toggle = () => onChange(pressed ? chosen.filter((other) => other !== phase) : [...chosen, phase]);
        return (
          <Chip
            key={phase}
            type="button"
            size={size}
            aria-pressed={pressed}
            onClick={toggle}
            color={`phase.${phase}.fg`}
            bg={pressed ? `phase.${phase}.subtle` : undefined}
          >
            <PhaseGlyph phase={phase} />
            {PHASE_LOOKS[phase].word}
            {counts && <b>{counts[phase].toLocaleString("en")}</b>}
          </Chip>
        );
      })}
    </Chips>
  );
}
