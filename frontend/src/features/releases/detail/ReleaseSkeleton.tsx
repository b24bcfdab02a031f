import { chakra, Heading, Skeleton } from "@chakra-ui/react";
import { PageTitle } from "@/components/PageTitle";

const ROWS = [0, 1, 1, 2, 2, 2, 1, 1, 1, 1];

const Header = chakra("div", { base: { display: "flex", flexDirection: "column", gap: "3", mb: "4" } });
const Panel = chakra("div", { base: { bg: "bg.panel", borderWidth: "1px", borderRadius: "lg", mt: "16" } });
const Row = chakra("div", { base: { height: "37px", display: "flex", alignItems: "center", px: "3" } });

/** A release page's shape while its tree is on the way. */
export function ReleaseSkeleton({ releaseId }: { releaseId: string }) {
  return (
    <div role="status" aria-label={`Loading ${releaseId}`}>
      <PageTitle>{releaseId}</PageTitle>
      <Header>
        <Skeleton height="5" width="56" />
        <Heading as="h1" size="xl" overflowWrap="anywhere">
          {releaseId}
        </Heading>
        <Skeleton height="10" maxWidth="2xl" />
      </Header>
      <Panel>
        {ROWS.map((depth, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are fixed and have nothing else to tell them apart
          <Row key={index}>
            <Skeleton height="4" width="60" maxWidth="60%" style={{ marginInlineStart: `${depth * 1.25 + 1}rem` }} />
          </Row>
        ))}
      </Panel>
    </div>
  );
}
