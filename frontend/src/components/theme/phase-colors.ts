import type { Phase } from "@/lib/api/types";

/** Hex colours of one phase in one mode: text and glyphs, the badge behind them, bars. */
interface Shades {
  fg: string;
  subtle: string;
  solid: string;
}

/**
 * Told apart by people with the common colour-vision deficiencies: blue, bluish green, vermilion, amber and two greys
 * that differ in lightness. A test holds every pair of text and background to WCAG AA.
 */
export const PHASE_COLORS: Record<Phase, { light: Shades; dark: Shades }> = {
  pending: {
    light: { fg: "#59626e", subtle: "#eff1f4", solid: "#c3cad4" },
    dark: { fg: "#a7b0bd", subtle: "#22272e", solid: "#4a535f" },
  },
  active: {
    light: { fg: "#0a58a3", subtle: "#e4f0fb", solid: "#2f86d6" },
    dark: { fg: "#78bbf7", subtle: "#0f2740", solid: "#3d94e4" },
  },
  succeeded: {
    light: { fg: "#08694a", subtle: "#e0f5ec", solid: "#1fa479" },
    dark: { fg: "#54d3a8", subtle: "#0b2d22", solid: "#23a87d" },
  },
  failed: {
    light: { fg: "#ad3a05", subtle: "#fdebe2", solid: "#d9541e" },
    dark: { fg: "#ff9566", subtle: "#3d1a0b", solid: "#e8622b" },
  },
  stopped: {
    light: { fg: "#414d60", subtle: "#e3e8ef", solid: "#64748b" },
    dark: { fg: "#b4c1d4", subtle: "#2a3342", solid: "#7d8da5" },
  },
  unknown: {
    light: { fg: "#7d5200", subtle: "#fdf1d3", solid: "#dd9f05" },
    dark: { fg: "#f3c452", subtle: "#352808", solid: "#d99d0b" },
  },
};

/** Page backgrounds that phase text stands on. */
export const SURFACES = {
  light: { canvas: "#f6f7f9", panel: "#ffffff", raised: "#eef1f5" },
  dark: { canvas: "#0d1117", panel: "#151b23", raised: "#1f2731" },
};

/** The ring around what has the focus. */
export const FOCUS_RING = { light: "#2f86d6", dark: "#5aa9f0" };
