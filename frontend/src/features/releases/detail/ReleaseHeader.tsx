import { chakra, Heading } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Duration } from "@/components/Duration";
import { HeldByNote } from "@/components/HeldByNote";
import { ExternalIcon } from "@/components/icons";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RelativeTime } from "@/components/RelativeTime";
import { RollupBar } from "@/components/RollupBar";
import type { Hierarchy } from "@/lib/api/types";
import { HOME } from "@/lib/destinations";
import { appsInWords } from "@/lib/phase";
import { RUN_STATUS_WORDS } from "@/lib/run-status";
import { spanOf } from "@/lib/spans";
import { ReleaseActions } from "./ReleaseActions";

const Header = chakra("div", { base: { display: "flex", flexDirection: "column", gap: "3", mb: "4" } });
const TopLine = chakra("div", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    justifyContent: "space-between",
    columnGap: "4",
    rowGap: "2",
  },
});
const Trail = chakra("nav", { base: { fontSize: "sm", color: "fg.muted", minWidth: 0, overflowWrap: "anywhere" } });

const TrailLink = chakra(Link, {
  base: { color: "brand.fg", borderRadius: "sm", focusVisibleRing: "outside", textDecoration: "underline" },
});

const TitleLine = chakra("div", {
  base: { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "3", rowGap: "1" },
});
const Reported = chakra("span", { base: { color: "fg.muted", fontSize: "sm" } });
const Facts = chakra("dl", {
  base: { display: "flex", flexWrap: "wrap", columnGap: "6", rowGap: "2", fontSize: "sm" },
});
const FactFrame = chakra("div", { base: { minWidth: 0, "&[data-wide]": { flex: "1 1 18rem", maxWidth: "26rem" } } });
const Term = chakra("dt", { base: { color: "fg.muted", fontSize: "xs" } });
const Value = chakra("dd", { base: { overflowWrap: "anywhere" } });
const Message = chakra("p", { base: { fontSize: "sm", color: "phase.failed.fg", overflowWrap: "anywhere" } });

const WorkflowLink = chakra("a", {
  base: {
    display: "inline-flex",
    alignItems: "center",
    gap: "1",
    color: "brand.fg",
    _hover: { textDecoration: "underline" },
  },
});

interface FactProps {
  term: string;
  wide?: boolean;
  children: ReactNode;
}

function Fact({ term, wide = false, children }: FactProps) {
  return (
    <FactFrame data-wide={wide ? "" : undefined}>
      <Term>{term}</Term>
      <Value>{children}</Value>
    </FactFrame>
  );
}

function Workflow({ workflow_id: id, workflow_url: url }: Pick<Hierarchy, "workflow_id" | "workflow_url">) {
  if (!url) return id;
  return (
    <WorkflowLink href={url} target="_blank" rel="noreferrer" title="Open in Temporal's UI">
      {id} <ExternalIcon />
    </WorkflowLink>
  );
}

function ReportedState({ state, reported_state: reported }: Pick<Hierarchy, "state" | "reported_state">) {
  if (!reported || reported === state) return null;
  return <Reported>last said “{reported}”</Reported>;
}

interface ReleaseHeaderProps {
  release: Hierarchy;
  /** Says how far all this can be relied on. */
  freshness: ReactNode;
}

export function ReleaseHeader({ release, freshness }: ReleaseHeaderProps) {
  const { id, name, phase, state, status, problem, rollup } = release;
  return (
    <Header>
      <TopLine>
        <Trail aria-label="You are here">
          <TrailLink to={HOME}>Releases</TrailLink> / {id}
        </Trail>
        <ReleaseActions release={release} />
      </TopLine>
      <TitleLine>
        <Heading as="h1" size="xl" overflowWrap="anywhere">
          {name || id}
        </Heading>
        <PhaseBadge phase={phase} state={state} />
        <ReportedState state={state} reported_state={release.reported_state} />
      </TitleLine>
      {problem && <ProblemNote problem={problem} />}
      {release.error_message && <Message>{release.error_message}</Message>}
      <HeldByNote heldBy={release.held_by} release={release} />
      <Facts>
        <Fact term="Freshness">{freshness}</Fact>
        <Fact term="Temporal status">{RUN_STATUS_WORDS[status]}</Fact>
        {release.stands_at && (
          <Fact term="Stands at">
            wave {release.stands_at.wave} of {release.stands_at.of}
          </Fact>
        )}
        <Fact term="Started">
          <RelativeTime at={release.started_at} />
        </Fact>
        <Fact term="Updated">
          <RelativeTime at={release.updated_at} />
        </Fact>
        {release.ended_at && (
          <Fact term="Ended">
            <RelativeTime at={release.ended_at} />
          </Fact>
        )}
        <Fact term="Duration">
          <Duration span={spanOf(release)} />
        </Fact>
        {release.workflow_id && (
          <Fact term="Workflow">
            <Workflow workflow_id={release.workflow_id} workflow_url={release.workflow_url} />
          </Fact>
        )}
        {rollup && rollup.total > 0 && (
          <Fact term={appsInWords(rollup.total)} wide>
            <RollupBar rollup={rollup} />
          </Fact>
        )}
      </Facts>
    </Header>
  );
}
