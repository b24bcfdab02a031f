import { chakra, Heading } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { ColorModeSwitch } from "@/components/ColorModeSwitch";
import { PageTitle } from "@/components/PageTitle";

const Page = chakra("main", {
  base: {
    minHeight: "100dvh",
    display: "grid",
    // From a fixed height down: what is added below, once it is known, moves nothing.
    placeItems: "start center",
    px: "4",
    pt: "max({spacing.16}, 18dvh)",
    pb: "10",
    position: "relative",
  },
});

const Corner = chakra("div", { base: { position: "absolute", top: "3", insetInlineEnd: "4" } });

const Card = chakra("div", {
  base: {
    width: "100%",
    maxWidth: "24rem",
    display: "flex",
    flexDirection: "column",
    gap: "5",
    p: { base: "6", sm: "8" },
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "lg",
    boxShadow: "sm",
  },
});

/** Why something could not be done. */
export const Failure = chakra("p", {
  base: {
    px: "3",
    py: "2",
    borderRadius: "md",
    bg: "phase.failed.subtle",
    color: "phase.failed.fg",
    fontSize: "sm",
    fontWeight: "medium",
  },
});

/** What stands below a heading: why somebody is here, or what to do next. */
export const Lead = chakra("p", { base: { color: "fg.muted", mt: "1" } });

interface AuthPageProps {
  title: string;
  heading: string;
  lead: ReactNode;
  children?: ReactNode;
}

/** A page for whoever is not signed in. */
export function AuthPage({ title, heading, lead, children }: AuthPageProps) {
  return (
    <Page>
      <PageTitle>{title}</PageTitle>
      <Corner>
        <ColorModeSwitch />
      </Corner>
      <Card>
        <div>
          <Heading as="h1" size="2xl">
            {heading}
          </Heading>
          {lead}
        </div>
        {children}
      </Card>
    </Page>
  );
}
