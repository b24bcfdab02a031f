import { defineStyle } from "@chakra-ui/react";

// By the room that the tree has itself, of which the details beside it may take a part.
const WIDE = "@container (min-width: 48rem)";
const WIDEST = "@container (min-width: 62rem)";

/**
 * Styles of the tree's lines, by class.
 *
 * Worked out once for the whole tree rather than by each line's own components: see dense-styles.
 */
export const treeStyles = defineStyle({
  position: "relative",
  width: "100%",
  overflow: "clip",
  containerType: "inline-size",
  "& .tree-row": {
    position: "absolute",
    insetInline: 0,
    top: 0,
    cursor: "pointer",
    "--step": "0.75rem",
    "--indent": "calc(1.875rem + var(--level) * var(--step))",
    _hover: { bg: "bg.canvas" },
    "&[aria-selected=true]": { bg: "brand.subtle", boxShadow: "inset 3px 0 0 {colors.brand.solid}" },
    outline: "2px solid transparent",
    outlineOffset: "-2px",
    _focusVisible: { outlineColor: "brand.focusRing", zIndex: 1 },
    // Where colours are the reader's own, shadows and backgrounds are not drawn.
    _highContrast: { "&[aria-selected=true]": { borderInlineStart: "4px solid Highlight" } },
  },
  "& .tree-line": {
    display: "grid",
    gridTemplateColumns: "auto minmax(0, 1fr)",
    columnGap: "4",
    alignItems: "center",
    minHeight: "9",
    py: "1.5",
    // Its ends have to be read together, however wide the page is.
    pe: "max({spacing.3}, calc(100% - {sizes.page}))",
    fontSize: "sm",
    borderBottomWidth: "1px",
    borderColor: "border.muted",
  },
  "& .tree-name": {
    gridColumn: "1 / -1",
    display: "flex",
    alignItems: "baseline",
    gap: "1.5",
    minWidth: 0,
    paddingInlineStart: "calc(var(--indent) - 1.375rem)",
  },
  "& .tree-twisty": {
    flexShrink: 0,
    width: "4",
    alignSelf: "center",
    color: "fg.muted",
    transition: "rotate 100ms",
  },
  "& .tree-row[aria-expanded=true] .tree-twisty": { rotate: "90deg" },
  "& .tree-names": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "baseline",
    columnGap: "2",
    minWidth: 0,
    overflowWrap: "anywhere",
  },
  "& .tree-label": { fontWeight: "medium" },
  "& .tree-id": { color: "fg.muted", fontFamily: "mono", fontSize: "xs" },
  "& .tree-version": { fontFamily: "mono", fontSize: "xs" },
  "& .tree-state": {
    display: "flex",
    flexDirection: "column",
    alignItems: "flex-start",
    minWidth: 0,
    paddingInlineStart: "var(--indent)",
  },
  "& .tree-reported": { color: "fg.muted", fontSize: "xs" },
  "& .tree-progress": {
    minWidth: 0,
    overflow: "hidden",
    // Where there is little room a version fits beside the state, a bar with its counts does not.
    "&[data-kind=rollup]": { gridColumn: "1 / -1", paddingInlineStart: "var(--indent)" },
  },
  "& .tree-updated": {
    display: "none",
    color: "fg.muted",
    fontSize: "xs",
    textAlign: "end",
    whiteSpace: "nowrap",
  },
  "& .tree-trouble": {
    gridColumn: "1 / -1",
    paddingInlineStart: "var(--indent)",
    pt: "0.5",
    fontSize: "xs",
    overflowWrap: "anywhere",
    color: "fg.muted",
    "&[data-failed]": { color: "phase.failed.fg" },
  },
  [WIDE]: {
    "& .tree-row": { "--step": "1.25rem" },
    "& .tree-line": { gridTemplateColumns: "minmax(0, 1fr) 12rem 15rem" },
    "& .tree-name": { gridColumn: "auto" },
    "& .tree-state": { paddingInlineStart: 0 },
    "& .tree-progress[data-kind=rollup]": { gridColumn: "auto", paddingInlineStart: 0 },
  },
  [WIDEST]: {
    "& .tree-line": { gridTemplateColumns: "minmax(0, 1fr) 13rem 19rem 6rem" },
    "& .tree-updated": { display: "block" },
  },
});
