import { defineGlobalStyles } from "@chakra-ui/react";
import { perPhase } from "./per-phase";

/**
 * Styles of what stands on a page a hundred times: icons, badges, roll-ups.
 *
 * Chakra works the styles of a component out each time that it is drawn. Of these that is dearer than all the rest of a
 * tree's line, and shows when a tree of 1,000 is scrolled; as classes they are worked out once.
 */
export const denseStyles = defineGlobalStyles({
  // For assistive technology alone.
  ".visually-hidden": {
    position: "absolute",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
    whiteSpace: "nowrap",
  },
  ".icon": { width: "1em", height: "1em", flexShrink: 0, display: "block" },
  ".phase-glyph": { width: "0.85em", height: "0.85em", flexShrink: 0, display: "inline-block" },
  ".phase-badge": {
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
    ...perPhase((phase) => ({ color: `phase.${phase}.fg`, bg: `phase.${phase}.subtle` })),
  },
  ".phase-badge-state": { overflow: "hidden", textOverflow: "ellipsis" },
  ".phase-badge-word": { fontWeight: "normal" },
  ".rollup": { display: "flex", alignItems: "center", gap: "3", minWidth: 0 },
  ".rollup-none": { color: "fg.muted", fontSize: "xs" },
  ".rollup-bar": {
    display: "flex",
    gap: "1px",
    height: "2",
    // The same length whatever the counts beside it need: bars are there to be compared with those above and below.
    flex: "none",
    width: { base: "16", lg: "24" },
    borderRadius: "full",
    overflow: "hidden",
    bg: "bg.muted",
  },
  ".rollup-part": {
    // A sliver stays visible: one failed app of 500 must not vanish in the rounding.
    minWidth: "3px",
    ...perPhase((phase) => ({ bg: `phase.${phase}.solid` })),
  },
  ".rollup-counts": {
    display: "flex",
    flexWrap: "wrap",
    columnGap: "2.5",
    minWidth: 0,
    fontSize: "xs",
    whiteSpace: "nowrap",
    fontWeight: "medium",
  },
  ".rollup-count": {
    display: "inline-flex",
    alignItems: "center",
    gap: "1",
    ...perPhase((phase) => ({ color: `phase.${phase}.fg` })),
  },
});
