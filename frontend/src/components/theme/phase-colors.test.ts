import { describe, expect, it } from "vitest";
import type { Phase } from "@/lib/api/types";
import { FOCUS_RING, PHASE_COLORS, SURFACES } from "./phase-colors";
import { system } from "./system";

const AA_TEXT = 4.5;
// Of parts of a graphic against what is next to them, WCAG asks 3; the counts beside a bar say the same in text, so a
// bar has only to stand out.
const STANDS_OUT = 1.5;
const AA_PART = 3;

function luminance(hex: string): number {
  const channels = [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((channel) =>
    channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const cases = (Object.keys(PHASE_COLORS) as Phase[]).flatMap((phase) =>
  (["light", "dark"] as const).map((mode) => ({ phase, mode })),
);

describe("the phases' colours", () => {
  it.each(cases)("$phase in $mode: text can be read on its badge and on every surface", ({ phase, mode }) => {
    const { fg, subtle } = PHASE_COLORS[phase][mode];
    for (const background of [subtle, ...Object.values(SURFACES[mode])]) {
      expect(contrast(fg, background)).toBeGreaterThanOrEqual(AA_TEXT);
    }
  });

  it.each(cases)("$phase in $mode: a bar stands out from the panel", ({ phase, mode }) => {
    expect(contrast(PHASE_COLORS[phase][mode].solid, SURFACES[mode].panel)).toBeGreaterThanOrEqual(STANDS_OUT);
  });
});

describe("the focus ring", () => {
  it.each(["light", "dark"] as const)("stands out from every surface in %s", (mode) => {
    for (const background of Object.values(SURFACES[mode])) {
      expect(contrast(FOCUS_RING[mode], background)).toBeGreaterThanOrEqual(AA_PART);
    }
  });

  it("is the same of grey buttons as of all others", () => {
    const [grey, brand] = ["gray", "brand"].map((palette) => system.tokens.getByName(`colors.${palette}.focusRing`));
    expect(grey?.extensions.conditions).toEqual(brand?.extensions.conditions);
    expect(grey?.extensions.conditions).toMatchObject({ _light: FOCUS_RING.light, _dark: FOCUS_RING.dark });
  });
});
