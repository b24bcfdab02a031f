import { chakra } from "@chakra-ui/react";
import { CopyButton } from "@/components/CopyButton";
import type { Hierarchy } from "@/lib/api/types";
import { CompareLink } from "../compare/CompareLink";
import { FollowButton } from "../following/FollowButton";
import { ExportMenu } from "./ExportMenu";

const Row = chakra("div", { base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "2" } });

/** What can be done with a release as a whole. */
export function ReleaseActions({ release }: { release: Hierarchy }) {
  return (
    <Row role="group" aria-label="Release">
      <FollowButton release={release} entity={release} />
      <CompareLink releaseId={release.id} />
      <ExportMenu releaseId={release.id} />
      <CopyButton size="xs" bg="bg.panel" text={release.id}>
        Copy ID
      </CopyButton>
    </Row>
  );
}
