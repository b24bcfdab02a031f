import { defineStyle } from "@chakra-ui/react";

/**
 * Styles of the tree's lines, by class.
 *
 * Worked out once for the whole tree rather than by each line's own components: see dense-styles.
 */
export const treeStyles = defineStyle({
  position: "relative",
  width: "100%",
  overflow: "clip",
  "& .tree-row": {
    position: "absolute",
    insetInline: 0,
    top: 0,
    cursor: "default",
    outline: "none",
    "--step": { base: "0.75rem", lg: "1.25rem" },
    "--indent": "calc(1.875rem + var(--level) * var(--step))",
    "&[aria-expanded]": { cursor: "pointer" },
    _hover: { bg: "bg.canvas" },
    _focusVisible: { boxShadow: "inset 0 0 0 2px {colors.brand.focusRing}", zIndex: 1 },
  },
  "& .tree-line": {
    display: "grid",
    gridTemplateColumns: { base: "auto minmax(0, 1fr)", lg: "minmax(0, 1fr) 13rem 19rem 6rem" },
    columnGap: "4",
    alignItems: "center",
    minHeight: "9",
    py: "1.5",
    pe: "3",
    fontSize: "sm",
    borderBottomWidth: "1px",
    borderColor: "border.muted",
  },
  "& .tree-name": {
    gridColumn: { base: "1 / -1", lg: "auto" },
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
    paddingInlineStart: { base: "var(--indent)", lg: "0" },
  },
  "& .tree-reported": { color: "fg.muted", fontSize: "xs" },
  "& .tree-progress": {
    minWidth: 0,
    overflow: "hidden",
    // On a narrow screen a version fits beside the state, a bar with its counts does not.
    "&[data-kind=rollup]": {
      gridColumn: { base: "1 / -1", lg: "auto" },
      paddingInlineStart: { base: "var(--indent)", lg: "0" },
    },
  },
  "& .tree-updated": {
    display: { base: "none", lg: "block" },
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
});
