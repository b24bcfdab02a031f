import { chakra, Skeleton } from "@chakra-ui/react";
import { type ReactNode, useEffect, useState } from "react";
import { Link } from "react-router";
import { ColorModeSwitch } from "@/components/ColorModeSwitch";
import { Toasts } from "@/components/toasts/Toasts";
import { FollowBell } from "@/features/releases/following/FollowBell";
import { FollowingWatch } from "@/features/releases/following/FollowingWatch";
import { HOME } from "@/lib/destinations";
import { preloadLater } from "@/lib/on-demand";
import { AppShortcuts } from "./AppShortcuts";
import { SIGNED_IN } from "./pages";
import { UserMenu } from "./UserMenu";

const Header = chakra("header", { base: { bg: "bg.panel", borderBottomWidth: "1px" } });

const Bar = chakra("div", {
  base: {
    // The same whatever the page below takes of a large screen: it stays where it is from page to page.
    maxWidth: "widePage",
    mx: "auto",
    px: { base: "4", md: "6" },
    height: "14",
    display: "flex",
    alignItems: "center",
    gap: "2",
  },
});

const Brand = chakra(Link, {
  base: { fontWeight: "bold", fontSize: "lg", letterSpacing: "tight", mr: "auto", borderRadius: "sm" },
});

const SkipLink = chakra("a", {
  base: {
    position: "absolute",
    insetInlineStart: "4",
    top: "-20",
    zIndex: "skipNav",
    px: "3",
    py: "2",
    borderRadius: "md",
    bg: "brand.solid",
    color: "brand.contrast",
    _focus: { top: "2" },
  },
});

const Main = chakra("main", {
  base: {
    maxWidth: "var(--page-width, {sizes.page})",
    mx: "auto",
    px: { base: "4", md: "6" },
    py: { base: "4", md: "6" },
    outline: "none",
  },
});

interface FrameProps {
  menu: ReactNode;
  children: ReactNode;
}

function Frame({ menu, children }: FrameProps) {
  return (
    <>
      <SkipLink href="#content">Skip to the content</SkipLink>
      <Header>
        <Bar>
          <Brand to={HOME}>Relportal</Brand>
          <ColorModeSwitch />
          {menu}
        </Bar>
      </Header>
      <Main id="content" tabIndex={-1}>
        {children}
      </Main>
    </>
  );
}

export function AppFrame({ children }: { children: ReactNode }) {
  const [showsKeys, setShowsKeys] = useState(false);
  useEffect(() => preloadLater(SIGNED_IN), []);
  return (
    <>
      <AppShortcuts showsKeys={showsKeys} onShowKeys={setShowsKeys} />
      <FollowingWatch />
      <Frame
        menu={
          <>
            <FollowBell />
            <UserMenu onShowKeys={() => setShowsKeys(true)} />
          </>
        }
      >
        {children}
      </Frame>
      <Toasts />
    </>
  );
}

/** Stands in for a page until its script is there. */
export function PageSkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <chakra.h1 srOnly>Loading</chakra.h1>
      <Skeleton height="8" width="48" mb="6" />
      <Skeleton height="72" />
    </div>
  );
}

/** The frame of what goes wrong before it is known who is signed in. */
export function BareFrame({ children }: { children: ReactNode }) {
  return <Frame menu={null}>{children}</Frame>;
}

/** The frame as it stands until the session is there. */
export function FrameSkeleton() {
  return (
    <Frame menu={<Skeleton width="10" height="9" />}>
      <PageSkeleton />
    </Frame>
  );
}
