import { chakra, Heading } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { PageTitle } from "./PageTitle";

const Lead = chakra("p", { base: { color: "fg.muted", mt: "1", maxWidth: "44rem", textWrap: "pretty" } });

interface PageHeadProps {
  title: string;
  /** What the page is about, in a sentence or two. */
  children: ReactNode;
}

/** How a page that is read from top to bottom begins; the browser's tab has the same title. */
export function PageHead({ title, children }: PageHeadProps) {
  return (
    <div>
      <PageTitle>{title}</PageTitle>
      <Heading as="h1" size="2xl">
        {title}
      </Heading>
      <Lead>{children}</Lead>
    </div>
  );
}
