import { chakra } from "@chakra-ui/react";
import { type CSSProperties, type ReactNode, useRef } from "react";
import { useElementSize } from "@/lib/element-size";
import { useMediaQuery } from "@/lib/media";
import { BarHeight, useScrollPadding } from "./bar-height";
import type { ReleaseAddress } from "./release-address";
import { ViewSwitch } from "./ViewSwitch";

const LOW_SCREEN = "(max-height: 30rem)";

const Sticky = chakra("div", {
  base: {
    position: "sticky",
    top: 0,
    zIndex: "sticky",
    bg: "bg.canvas",
    py: "2",
    display: "flex",
    flexDirection: "column",
    gap: "2",
    // Where a screen is that low, what sticks would leave nothing to see below it.
    [`@media ${LOW_SCREEN}`]: { position: "static" },
  },
});

const Bar = chakra("div", { base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "2" } });

const Tools = chakra("div", { base: { marginInlineStart: "auto" } });

const Panel = chakra("div", {
  base: {
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "lg",
    overflow: "clip",
    // What is stale must not pass for live, wherever on the page the eye falls.
    "&[data-stale]": { filter: "saturate(0.35)" },
  },
});

interface ViewFrameProps {
  address: ReleaseAddress;
  /** Says why what is shown is not current; stays in sight however far it is scrolled. */
  banner: ReactNode;
  filter: ReactNode;
  tools: ReactNode;
  children: ReactNode;
}

/**
 * What all views of a release stand in: above, the choice of the view and its tools.
 *
 * What is to stick below the bar finds how high it is in `--bar-height`, and scripts by `useBarHeight`.
 */
export function ViewFrame({ address, banner, filter, tools, children }: ViewFrameProps) {
  const bar = useRef<HTMLDivElement>(null);
  const isSticking = !useMediaQuery(LOW_SCREEN);
  const { height } = useElementSize(bar);
  const covered = isSticking ? height : 0;
  useScrollPadding(covered);
  return (
    <BarHeight value={covered}>
      <Sticky ref={bar}>
        {banner}
        <Bar>
          <ViewSwitch address={address} />
          <Tools>{tools}</Tools>
        </Bar>
        {filter}
      </Sticky>
      <Panel data-stale={banner ? "" : undefined} style={{ "--bar-height": `${covered}px` } as CSSProperties}>
        {children}
      </Panel>
    </BarHeight>
  );
}
