import { defineStyle } from "@chakra-ui/react";

// Below 80rem the table gives each column just what its usual content needs; what holds a release up gets the rest.
const COLUMNS = {
  name: { base: "11rem", xl: "16.5rem", "2xl": "20rem" },
  state: { base: "9.5rem", xl: "10.5rem", "2xl": "12rem" },
  progress: { base: "12.5rem", xl: "15.25rem" },
  started: { base: "7.75rem", xl: "8.5rem" },
  duration: { base: "7.75rem", xl: "9.25rem" },
} as const;

/** The widths of columns stand fixed: text that comes and changes must not move what stands beside it. */
const columnStyles = Object.fromEntries(
  Object.entries(COLUMNS).map(([name, width]) => [`& col[data-column=${name}]`, { width }]),
);

/**
 * Styles of the list's rows and cards, by class.
 *
 * Worked out once for the whole list rather than by each row's own components: see dense-styles.
 */
export const listStyles = defineStyle({
  fontSize: "sm",
  "& .release-link": {
    fontWeight: "semibold",
    color: "brand.fg",
    overflowWrap: "anywhere",
    borderRadius: "sm",
    focusVisibleRing: "outside",
    // Not under the table's head where it is moved into sight by the keyboard.
    scrollMarginTop: "14",
    _hover: { textDecoration: "underline" },
  },
  "& .release-id": {
    color: "fg.muted",
    fontSize: "xs",
    fontFamily: "mono",
    whiteSpace: "nowrap",
    overflow: "hidden",
    textOverflow: "ellipsis",
  },
  "& .release-second": { color: "fg.muted", fontSize: "xs", whiteSpace: "nowrap" },
  "& .release-state": { display: "flex", flexDirection: "column", alignItems: "flex-start", minWidth: 0 },
  "& .release-problem": { lineClamp: 2 },
  "& .release-progress": { display: "flow-root", position: "relative", minHeight: "8" },
  "& .release-progress .rollup": { display: "block" },
  "& .release-progress .rollup-bar, & .release-bar": {
    width: { base: "32", lg: "5.5rem", xl: "32" },
    height: "2",
    my: "1",
  },
  "& .release-progress .rollup-counts": { flexWrap: "nowrap", overflow: "hidden" },
  "& .release-unknown": { color: "fg.muted", fontSize: "xs" },
  // Beside the bar.
  "& .release-stands": {
    position: "absolute",
    top: 0,
    insetInlineStart: { base: "8.75rem", lg: "6.25rem", xl: "8.75rem" },
    lineHeight: "1rem",
  },
});

export const tableStyles = defineStyle({
  ...listStyles,
  bg: "bg.panel",
  borderWidth: "1px",
  borderRadius: "lg",
  // Not hidden, which would make it what the head sticks to.
  overflow: "clip",
  outline: "none",
  "& table": { width: "100%", outline: "none", tableLayout: "fixed", borderCollapse: "collapse" },
  ...columnStyles,
  "& th": {
    position: "sticky",
    top: 0,
    zIndex: 1,
    bg: "bg.panel",
    px: { base: "2", xl: "3" },
    py: "2",
    textAlign: "start",
    verticalAlign: "bottom",
    fontSize: "xs",
    fontWeight: "medium",
    color: "fg.muted",
    // A border would scroll away from under it.
    boxShadow: "inset 0 -1px 0 {colors.border}",
    "&[aria-sort=ascending], &[aria-sort=descending]": { color: "fg" },
  },
  "& .release-row": {
    borderBottomWidth: "1px",
    borderColor: "border.muted",
    _last: { borderBottomWidth: 0 },
    _hover: { bg: "bg.canvas" },
  },
  // Said below the badge, beside how the run stands: the width is better spent on what holds a release up.
  "& .phase-badge-word": { display: "none" },
  "& td": { px: { base: "2", xl: "3" }, py: "1.5", height: "3.25rem", verticalAlign: "middle" },
});

export const cardStyles = defineStyle({
  ...listStyles,
  display: "flex",
  flexDirection: "column",
  gap: "2",
  listStyle: "none",
  outline: "none",
  "& .release-card": {
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "lg",
    p: "3",
    display: "flex",
    flexDirection: "column",
    gap: "2",
  },
  "& .release-state": { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "2" },
  "& .release-phase": { display: "none" },
  "& .release-facts": { display: "flex", flexWrap: "wrap", columnGap: "3", color: "fg.muted", fontSize: "xs" },
});
