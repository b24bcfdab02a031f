import { chakra } from "@chakra-ui/react";
import { Link } from "react-router";
import { formatReleaseAddress, type ReleaseAddress, VIEWS, type View } from "./release-address";

const WORDS: Record<View, string> = { tree: "Tree", board: "Board", timeline: "Timeline" };

const Frame = chakra("nav", {
  base: { display: "flex", borderWidth: "1px", borderRadius: "md", overflow: "clip", bg: "bg.panel" },
});

const ViewLink = chakra(Link, {
  base: {
    px: "3",
    height: "8",
    display: "inline-flex",
    alignItems: "center",
    fontSize: "xs",
    fontWeight: "medium",
    color: "fg.muted",
    focusVisibleRing: "inside",
    "&:hover:not([aria-current])": { bg: "bg.muted" },
    "&[aria-current]": { bg: "brand.solid", color: "brand.contrast" },
    "& + &": { borderInlineStartWidth: "1px" },
  },
});

interface ViewSwitchProps {
  address: ReleaseAddress;
}

/** Links, so that a view can be opened in a tab of its own. */
export function ViewSwitch({ address }: ViewSwitchProps) {
  return (
    <Frame aria-label="Views">
      {VIEWS.map((view) => (
        <ViewLink
          key={view}
          to={{ search: formatReleaseAddress({ ...address, view }) }}
          preventScrollReset
          aria-current={view === address.view ? "page" : undefined}
        >
          {WORDS[view]}
        </ViewLink>
      ))}
    </Frame>
  );
}
