import { defineStyle } from "@chakra-ui/react";

/** Styles of a release's header, by class: with each patch it is drawn again. See dense-styles. */
export const headerStyles = defineStyle({
  display: "flex",
  flexDirection: "column",
  gap: "3",
  mb: "4",
  "& .header-top": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    justifyContent: "space-between",
    columnGap: "4",
    rowGap: "2",
  },
  // What is stale must not pass for live. How fresh it is, and what leads elsewhere, is.
  "&[data-stale] > :not(.header-top, .header-facts), &[data-stale] .header-fact:not([data-of-page])": {
    filter: "saturate(0.35)",
  },
  "& .header-trail": { fontSize: "sm", color: "fg.muted", minWidth: 0, overflowWrap: "anywhere" },
  "& .header-trail a": {
    color: "brand.fg",
    borderRadius: "sm",
    focusVisibleRing: "outside",
    textDecoration: "underline",
  },
  "& .header-title": { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "3", rowGap: "1" },
  "& h1": { fontSize: "xl", lineHeight: "1.5", fontWeight: "semibold", overflowWrap: "anywhere" },
  "& .header-reported": { color: "fg.muted", fontSize: "sm" },
  "& .header-message": { fontSize: "sm", color: "phase.failed.fg", overflowWrap: "anywhere" },
  "& .header-facts": { display: "flex", flexWrap: "wrap", columnGap: "6", rowGap: "2", fontSize: "sm" },
  "& .header-fact": { minWidth: 0, "&[data-wide]": { flex: "1 1 18rem", maxWidth: "26rem" } },
  "& dt": { color: "fg.muted", fontSize: "xs" },
  "& dd": { overflowWrap: "anywhere" },
  "& .header-workflow": {
    display: "inline-flex",
    alignItems: "center",
    gap: "1",
    color: "brand.fg",
    borderRadius: "sm",
    focusVisibleRing: "outside",
    _hover: { textDecoration: "underline" },
  },
});
