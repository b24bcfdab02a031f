import { chakra } from "@chakra-ui/react";
import type { Phase } from "@/lib/api/types";
import { PHASE_LOOKS, PHASES_BY_CONCERN } from "@/lib/phase";
import { PhaseGlyph } from "./PhaseGlyph";

const Count = chakra("b", { base: { marginInlineStart: "auto", "&[data-none]": { fontWeight: "normal" } } });

const Chips = chakra("fieldset", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    gap: "1.5",
    // What is stale must not pass for live.
    "&[data-stale]": { filter: "saturate(0.35)" },
  },
});

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
    // Not by a bolder face, which would push the chips beside it away.
    _pressed: { borderColor: "currentcolor", boxShadow: "inset 0 0 0 1px currentcolor" },
  },
  variants: {
    size: {
      // Counts stand at one end, with room for what they may come to: none moves the chips beside it.
      sm: {
        px: { base: "2.5", lg: "2", xl: "2.5" },
        height: "8",
        minWidth: { base: "calc(50% - 0.1875rem)", sm: "8.75rem", lg: "8.25rem", xl: "9.25rem" },
        fontSize: "sm",
      },
      xs: { px: "2", height: "7", fontSize: "xs" },
    },
  },
  defaultVariants: { size: "sm" },
});

interface PhaseChipsProps {
  chosen: readonly Phase[];
  /** How many there are in each phase; left out where nobody counts, or it is not known. */
  counts?: Readonly<Record<Phase, number>> | undefined;
  /** What the counts are of and since when, on hover. */
  title?: string | undefined;
  /** Whether the counts are the last known ones. */
  stale?: boolean;
  size?: "sm" | "xs";
  onChange: (chosen: Phase[]) => void;
}

/** The phases to choose from, any number of them. */
export function PhaseChips({ chosen, counts, title, stale = false, size, onChange }: PhaseChipsProps) {
  return (
    <Chips aria-label="Phase" data-stale={stale ? "" : undefined}>
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
            title={title}
            bg={pressed ? `phase.${phase}.subtle` : undefined}
          >
            <PhaseGlyph phase={phase} />
            {PHASE_LOOKS[phase].word}{" "}
            {counts && (
              <Count data-none={counts[phase] === 0 ? "" : undefined}>{counts[phase].toLocaleString("en")}</Count>
            )}
          </Chip>
        );
      })}
    </Chips>
  );
}
