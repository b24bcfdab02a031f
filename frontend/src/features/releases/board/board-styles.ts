import { defineStyle } from "@chakra-ui/react";
import { perPhase } from "@/components/theme/per-phase";

const ring = (color: string) => `0 0 0 2px {colors.bg.panel}, 0 0 0 4px {colors.${color}}`;

const oneLine = { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" } as const;

// For one that holds a link, whose ring reaches beyond it.
const oneLineOfLink = { ...oneLine, overflow: "clip", overflowClipMargin: "4px" } as const;

// By the room that the board has itself, of which the details beside it may take a part.
const WIDE = "@container (min-width: 56rem)";

/** Styles of the board, by class: see dense-styles. What is placed is placed by layout.ts, in numbers. */
export const boardStyles = defineStyle({
  px: "3",
  "& .board-bands": { position: "relative", containerType: "inline-size" },
  "& .board-legend": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    justifyContent: "space-between",
    columnGap: "6",
    rowGap: "1",
    py: "2.5",
    fontSize: "xs",
    borderBottomWidth: "1px",
    borderColor: "border.muted",
  },
  "& .board-legend ul": { display: "flex", flexWrap: "wrap", columnGap: "4", rowGap: "1" },
  "& .board-legend-entry": {
    display: "inline-flex",
    alignItems: "center",
    gap: "1.5",
    fontWeight: "medium",
    ...perPhase((phase) => ({ color: `phase.${phase}.fg` })),
    "&[data-none]": { color: "fg.muted", fontWeight: "normal", "& .board-map": { opacity: 0.5 } },
  },
  "& .board-legend-matching": { fontWeight: "medium" },

  "& .board-map": { display: "block", overflow: "visible", flexShrink: 0 },
  "& .cell-layer": {
    fillRule: "evenodd",
    ...perPhase((phase) => ({ fill: `phase.${phase}.fg`, color: `phase.${phase}.fg` })),
    "&[data-layer=stroke]": { fill: "none", stroke: "currentColor", strokeWidth: 2, strokeLinecap: "round" },
    "&[data-layer=tile]": perPhase((phase) => ({ fill: `phase.${phase}.subtle` })),
    // What went well is the ground that all else stands out from.
    "&[data-layer=fill][data-phase=succeeded]": { fill: "phase.succeeded.solid" },
    "&[data-layer=tile][data-phase=failed], &[data-layer=fill][data-phase=failed]": { fill: "phase.failed.solid" },
    "&[data-layer=stroke][data-phase=failed]": { color: "bg.panel", strokeWidth: 2.5 },
    "&[data-dimmed]": { opacity: 0.2 },
    // Where the reader's own colours hold, shapes have to tell.
    _highContrast: {
      "&[data-phase][data-layer]": { fill: "CanvasText", color: "CanvasText" },
      "&[data-phase][data-layer=tile]": { fill: "Canvas" },
      "&[data-phase][data-layer=stroke]": { fill: "none" },
      "&[data-phase=failed][data-layer=tile]": { fill: "CanvasText" },
      "&[data-phase=failed][data-layer=stroke]": { color: "Canvas" },
    },
  },
  "& .board-band": { position: "absolute", insetInline: 0, top: 0 },
  "& .board-band[data-kind=cards]": { display: "grid", columnGap: "0.75rem", pb: "0.75rem" },
  "& .board-link": {
    scrollMarginBlock: "1rem",
    outline: "none",
    borderRadius: "sm",
    // Not for the keyboard's focus alone: the button that leads to the next failure is clicked, too.
    _focus: { boxShadow: ring("brand.focusRing"), _highContrast: { outline: "3px solid Highlight" } },
    "&[data-selected]": { boxShadow: ring("brand.solid"), _highContrast: { outline: "2px solid CanvasText" } },
  },

  "& .board-wave": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: "4",
    pt: "2.5",
    pb: "1",
    minHeight: "9",
    fontSize: "sm",
    "& > *": { flexShrink: 0, maxWidth: "100%" },
    "& .rollup-counts": { flexWrap: "nowrap" },
  },
  "& .board-wave-name": {
    flexBasis: "100%",
    fontWeight: "semibold",
    ...oneLineOfLink,
  },
  "& .board-wave-number": { color: "fg.muted", fontWeight: "medium", me: "1" },
  "& .board-wave-duration": { color: "fg.muted", fontSize: "xs", whiteSpace: "nowrap" },
  "& .board-wave-trouble": {
    // Its line is there without it, so that nothing moves when it comes.
    flex: "1 1 100%",
    minWidth: 0,
    minHeight: "5",
    fontSize: "xs",
    "& > *": { display: "block", ...oneLine },
    // What holds the wave up: the way to it and the message are cut, and never its name.
    "& > [data-kind]": { display: "flex", "& > span": { display: "contents" } },
    "& .held-cut": { flex: "0 1 auto", minWidth: 0, ...oneLine, whiteSpace: "pre" },
    // Its ellipsis is left of it in any case.
    "& .held-way:not(:empty)": { flexShrink: 4, minWidth: "2.25em" },
    "& .held-name": { flex: "none", maxWidth: "calc(100% - 4.5rem)", ...oneLine },
    "& .held-gap": { flex: "none", whiteSpace: "pre" },
  },
  [WIDE]: {
    "& .board-wave": { flexWrap: "nowrap" },
    "& .board-wave-name": { flexBasis: "auto", minWidth: "9rem" },
    "& .board-wave-trouble": { flex: "1 1 0" },
  },

  "& .board-card": {
    borderWidth: "1px",
    borderRadius: "md",
    p: "0.5rem",
    minWidth: 0,
    cursor: "default",
    bg: "bg.panel",
    ...perPhase((phase) => ({ borderTopColor: `phase.${phase}.solid` })),
    "&[data-dimmed]": { borderStyle: "dashed" },
  },
  "& .board-head": { cursor: "pointer", height: "2.875rem", fontSize: "sm" },
  "& .board-card[data-zoom=dots] .board-head": { height: "1.5rem", fontSize: "xs" },
  "& .board-head-cell": { display: "flex", flexDirection: "column", gap: "0.5" },
  "& .board-head-line": {
    display: "flex",
    alignItems: "center",
    gap: "2",
    minWidth: 0,
    height: "1.25rem",
    fontSize: "xs",
  },
  "& .board-head-glyph": { display: "flex", ...perPhase((phase) => ({ color: `phase.${phase}.fg` })) },
  "& .board-head-name": {
    flex: "1 1 auto",
    minWidth: "3rem",
    fontSize: "sm",
    fontWeight: "semibold",
    ...oneLineOfLink,
  },
  "& .board-head-name .board-link": { display: "block", ...oneLine, _hover: { textDecoration: "underline" } },
  "& .board-card[data-zoom=dots] .board-head-name": { fontSize: "xs" },
  "& .board-head .phase-badge": { minWidth: 0 },
  "& .board-head .phase-badge-word": { display: "none" },
  "& .board-counts": { display: "flex", gap: "2", flex: "1 1 auto", minWidth: 0, fontWeight: "medium", ...oneLine },
  "& .board-total": { color: "fg.muted", whiteSpace: "nowrap" },

  "& .board-cells": { position: "relative" },
  "& .board-cells .board-map": { position: "absolute", top: 0, left: 0 },
  "& .board-cell, & .board-flash": { position: "absolute" },
  "& .board-cell .board-link": {
    display: "flex",
    alignItems: "center",
    gap: "1.5",
    height: "100%",
    fontSize: "xs",
    cursor: "pointer",
  },
  "& .board-link[data-type=app]": {
    _hover: { boxShadow: ring("border") },
    _focus: { boxShadow: ring("brand.focusRing") },
  },
  "& .board-link[data-type=bundle]": {
    color: "fg.muted",
    _hover: { textDecoration: "underline" },
    ...perPhase((phase) => ({ "& .phase-glyph": { color: `phase.${phase}.fg` } })),
  },
  "& .board-card[data-zoom=names] .board-link[data-type=app]": {
    px: "2",
    borderWidth: "1px",
    borderColor: "transparent",
    ...perPhase((phase) => ({ color: `phase.${phase}.fg`, bg: `phase.${phase}.subtle` })),
    "&[data-type=app][data-phase=pending]": { bg: "transparent", borderColor: "border" },
    "&[data-type=app][data-phase=failed]": { borderColor: "phase.failed.fg", fontWeight: "semibold" },
    // Of a dimmed cell the text still has to be read: it loses its colours, not its contrast.
    "&[data-type=app][data-phase][data-dimmed]": {
      color: "fg.muted",
      bg: "transparent",
      borderColor: "transparent",
      fontWeight: "normal",
    },
  },
  "& .board-name": { minWidth: 0, ...oneLine },
  // Beside the name, of which the link's label is made up with much more: as text in the link it would have to be part
  // of that, word for word.
  "& .board-link[data-aside]::after": { content: "attr(data-aside)", minWidth: 0, fontWeight: "normal", ...oneLine },
  "& .board-link[data-type=app]::after": { marginInlineStart: "auto", flexShrink: 0, maxWidth: "50%" },
  "& .board-link[data-type=bundle]::after": { fontStyle: "italic" },
  "& .board-nothing": { color: "fg.muted", fontSize: "xs", maxHeight: "2.25rem", overflow: "hidden" },

  "& .board-flash": {
    pointerEvents: "none",
    borderRadius: "sm",
    boxShadow: "0 0 0 3px {colors.brand.focusRing}",
    opacity: 0,
    animation: "flash-ring 1.2s ease-out",
  },
});
