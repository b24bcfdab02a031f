import { chakra, Heading } from "@chakra-ui/react";
import type { ReactNode } from "react";

const Frame = chakra("section", {
  base: {
    mx: "auto",
    my: { base: "10", md: "20" },
    px: "4",
    maxWidth: "34rem",
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: "4",
    textAlign: "center",
  },
});

const Mark = chakra("div", {
  base: {
    display: "grid",
    placeItems: "center",
    width: "14",
    height: "14",
    borderRadius: "full",
    bg: "bg.muted",
    color: "fg.muted",
    fontSize: "lg",
    fontWeight: "semibold",
  },
});

const Body = chakra("div", { base: { color: "fg.muted", textWrap: "pretty", overflowWrap: "anywhere" } });
const Actions = chakra("div", { base: { display: "flex", flexWrap: "wrap", gap: "3", justifyContent: "center" } });
const Footnote = chakra("div", { base: { color: "fg.muted", fontSize: "xs", overflowWrap: "anywhere" } });

interface NoticeProps {
  mark: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  footnote?: ReactNode;
  /** For what has gone wrong, as against what is merely empty. */
  urgent?: boolean;
}

/** One message in place of a page's content: what it is, and what to do about it. */
export function Notice({ mark, title, children, actions, footnote, urgent = false }: NoticeProps) {
  return (
    <Frame role={urgent ? "alert" : undefined}>
      <Mark aria-hidden="true">{mark}</Mark>
      <Heading as="h1" size="lg" textWrap="balance">
        {title}
      </Heading>
      {children && <Body>{children}</Body>}
      {actions && <Actions>{actions}</Actions>}
      {footnote && <Footnote>{footnote}</Footnote>}
    </Frame>
  );
}
