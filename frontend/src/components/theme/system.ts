import { createSystem, defaultBaseConfig, defineConfig, mergeConfigs } from "@chakra-ui/react";
import {
  animationStyles,
  badgeRecipe,
  breakpoints,
  buttonRecipe,
  cssVarsPrefix,
  cssVarsRoot,
  fieldSlotRecipe,
  globalCss,
  headingRecipe,
  inputRecipe,
  keyframes,
  layerStyles,
  linkRecipe,
  semanticTokens,
  skeletonRecipe,
  spinnerRecipe,
  textStyles,
  tokens,
} from "@chakra-ui/react/theme";
import type { Phase } from "@/lib/api/types";
import { denseStyles } from "./dense-styles";
import { FOCUS_RING, PHASE_COLORS, SURFACES } from "./phase-colors";

// To whatever the background is otherwise.
const FADE = { from: { backgroundColor: "var(--flash-color)" } };

// Around a changed cell, whose own background says what it is.
const RING = { from: { opacity: 1 }, to: { opacity: 0 } };

/** A changed row's background, for a second. See `useFlash`. */
const flash = (name: string) => ({
  "--flash-color": "{colors.brand.muted}",
  animation: `${name} 1s ease-out`,
  _motionReduce: { animation: "none" },
});

// Chakra's own default takes the recipes of all its components into the first load; these are the ones in use.
const chakraParts = defineConfig({
  preflight: true,
  cssVarsPrefix,
  cssVarsRoot,
  globalCss,
  theme: {
    breakpoints,
    keyframes: { ...keyframes, "flash-even": FADE, "flash-odd": FADE, "flash-ring": RING },
    tokens,
    semanticTokens,
    textStyles,
    layerStyles,
    animationStyles,
    recipes: {
      badge: badgeRecipe,
      button: buttonRecipe,
      heading: headingRecipe,
      input: inputRecipe,
      link: linkRecipe,
      skeleton: skeletonRecipe,
      spinner: spinnerRecipe,
    },
    slotRecipes: {
      field: fieldSlotRecipe,
    },
  },
});

const byMode = (light: string, dark: string) => ({ value: { _light: light, _dark: dark } });

function phaseTokens() {
  const shades = (phase: Phase) => {
    const { light, dark } = PHASE_COLORS[phase];
    return {
      fg: byMode(light.fg, dark.fg),
      subtle: byMode(light.subtle, dark.subtle),
      solid: byMode(light.solid, dark.solid),
    };
  };
  return Object.fromEntries((Object.keys(PHASE_COLORS) as Phase[]).map((phase) => [phase, shades(phase)]));
}

const SANS = `Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif`;
const MONO = `ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace`;

const relportal = defineConfig({
  globalCss: {
    ...denseStyles,
    html: {
      bg: "bg.canvas",
      color: "fg",
      colorPalette: "brand",
      overflowY: "scroll",
      // A screen of 4K that is not scaled hangs on a wall, or fills a desk: it is read from further away.
      "@media (min-width: 200em)": { fontSize: "125%" },
    },
    // What is looked at as a whole takes all of a large screen; lines to read do not.
    "html:has([data-fills-screen])": { "--page-width": "{sizes.widePage}" },
    body: { fontVariantNumeric: "tabular-nums", minWidth: "320px" },
    "[data-flash=even]": flash("flash-even"),
    "[data-flash=odd]": flash("flash-odd"),
    "*, *::before, *::after": {
      _motionReduce: {
        animationDuration: "0.01ms !important",
        // One that goes on for ever would flicker at that pace.
        animationIterationCount: "1 !important",
        transitionDuration: "0.01ms !important",
        scrollBehavior: "auto !important",
      },
    },
  },
  theme: {
    tokens: {
      fonts: { heading: { value: SANS }, body: { value: SANS }, mono: { value: MONO } },
      // Wide screens are bought to see more at once; what stands in lines is still read from end to end.
      sizes: { page: { value: "max(90rem, 82vw)" }, widePage: { value: "240rem" } },
    },
    semanticTokens: {
      colors: {
        bg: {
          DEFAULT: byMode(SURFACES.light.panel, SURFACES.dark.panel),
          canvas: byMode(SURFACES.light.canvas, SURFACES.dark.canvas),
          panel: byMode(SURFACES.light.panel, SURFACES.dark.panel),
          subtle: byMode(SURFACES.light.canvas, SURFACES.dark.canvas),
          muted: byMode(SURFACES.light.raised, SURFACES.dark.raised),
        },
        fg: {
          DEFAULT: byMode("#1a212b", "#e6eaf0"),
          muted: byMode("#566170", "#9aa5b4"),
          error: byMode(PHASE_COLORS.failed.light.fg, PHASE_COLORS.failed.dark.fg),
        },
        border: {
          DEFAULT: byMode("#d5dae2", "#303944"),
          muted: byMode("#e6e9ee", "#252d37"),
        },
        // Chakra's own grey is too faint beside white for a mark that has to be seen (WCAG 1.4.11).
        gray: { focusRing: byMode(FOCUS_RING.light, FOCUS_RING.dark) },
        brand: {
          solid: byMode("#0b5cab", "#2468b0"),
          contrast: byMode("#ffffff", "#ffffff"),
          fg: byMode("#0b5cab", "#78bbf7"),
          muted: byMode("#d3e5f7", "#173a5e"),
          subtle: byMode("#e9f2fb", "#122941"),
          emphasized: byMode("#b9d6f1", "#1f4d7c"),
          focusRing: byMode(FOCUS_RING.light, FOCUS_RING.dark),
          border: byMode("#b9d6f1", "#1f4d7c"),
        },
        phase: phaseTokens(),
      },
    },
  },
});

export const system = createSystem(mergeConfigs(defaultBaseConfig, chakraParts, relportal));
