import { chakra } from "@chakra-ui/react";
import { Duration } from "@/components/Duration";
import { ExternalIcon } from "@/components/icons";
import { RelativeTime } from "@/components/RelativeTime";
import type { Hierarchy } from "@/lib/api/types";
import type { TreeEntity } from "@/lib/entities";
import { RUN_STATUS_WORDS } from "@/lib/run-status";
import { spanWithin } from "@/lib/spans";
import { parseMoment } from "@/lib/time";
import { Fact, Facts } from "./Fact";

const Mono = chakra("span", { base: { fontFamily: "mono", fontSize: "xs" } });

const WorkflowLink = chakra("a", {
  base: {
    display: "inline-flex",
    alignItems: "center",
    gap: "1",
    color: "brand.fg",
    borderRadius: "sm",
    focusVisibleRing: "outside",
    _hover: { textDecoration: "underline" },
  },
});

interface EntityFactsProps {
  release: Hierarchy;
  entity: TreeEntity;
}

function Workflow({ entity: { workflow_id: id, workflow_url: url } }: { entity: TreeEntity }) {
  if (!url) return <Mono>{id}</Mono>;
  return (
    <WorkflowLink href={url} target="_blank" rel="noreferrer" title="Open in Temporal's UI">
      <Mono>{id}</Mono> <ExternalIcon />
    </WorkflowLink>
  );
}

/** How long an active entity has been in its state by now; of what is not at work, since when. */
function TimeInState({ entity: { phase, updated_at } }: { entity: TreeEntity }) {
  const since = parseMoment(updated_at);
  if (since === null || phase !== "active") return <RelativeTime at={updated_at} />;
  return <Duration span={{ start: since, end: null }} />;
}

function RunFacts({ release: { status, started_at, ended_at } }: { release: Hierarchy }) {
  return (
    <>
      <Fact term="Temporal status" shown={status}>
        {RUN_STATUS_WORDS[status]}
      </Fact>
      <Fact term="Started">
        <RelativeTime at={started_at} />
      </Fact>
      <Fact term="Ended" shown={ended_at}>
        <RelativeTime at={ended_at} />
      </Fact>
    </>
  );
}

function OwnFacts({ entity }: { entity: TreeEntity }) {
  return (
    <>
      {"bundle_id" in entity && (
        <Fact term="Version" shown={entity.version}>
          {entity.version ? <Mono>{entity.version}</Mono> : "–"}
        </Fact>
      )}
      {"sequence" in entity && entity.sequence !== null && <Fact term="Sequence">{entity.sequence}</Fact>}
      {"status" in entity && <RunFacts release={entity} />}
    </>
  );
}

/** Its times, its version, its place in the order, and where its state lives. */
export function EntityFacts({ release, entity }: EntityFactsProps) {
  return (
    <Facts>
      <Fact term={entity.phase === "active" ? "In this state for" : "In this state since"}>
        <TimeInState entity={entity} />
      </Fact>
      <Fact term="Duration">
        <Duration span={spanWithin(release, entity)} />
      </Fact>
      <OwnFacts entity={entity} />
      <Fact term="Created">
        <RelativeTime at={entity.created_at} />
      </Fact>
      {/* Of what is not at work, that is since when it has been in its state. */}
      {entity.phase === "active" && (
        <Fact term="Last change">
          <RelativeTime at={entity.updated_at} />
        </Fact>
      )}
      {entity.workflow_id && (
        <Fact term="Workflow" wide>
          <Workflow entity={entity} />
        </Fact>
      )}
    </Facts>
  );
}
