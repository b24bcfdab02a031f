import { Button, chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/CopyButton";
import { HeldByNote } from "@/components/HeldByNote";
import { ExternalIcon } from "@/components/icons";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import type { EntityProblem, Hierarchy } from "@/lib/api/types";
import { entityJsonHref } from "@/lib/destinations";
import { childrenOf, type TreeEntity } from "@/lib/entities";
import { useLapse } from "@/lib/last-known";
import { differIn, useFlash } from "../flash";
import { FollowButton } from "../following/FollowButton";
import { Below } from "./Below";
import { EntityFacts } from "./EntityFacts";
import { ExtraFields } from "./ExtraFields";
import { PROBLEM_MEANINGS } from "./problem-meanings";

const Body = chakra("div", {
  base: {
    display: "flex",
    flexDirection: "column",
    // What is stale must not pass for live here either.
    "&[data-stale]": { filter: "saturate(0.35)" },
  },
});

const Block = chakra("div", {
  base: {
    px: "4",
    py: "3",
    display: "flex",
    flexDirection: "column",
    gap: "2",
    minWidth: 0,
    "& + &": { borderTopWidth: "1px", borderColor: "border.muted" },
  },
});

const Title = chakra("h3", { base: { fontSize: "xs", fontWeight: "semibold", color: "fg.muted" } });
const Line = chakra("div", { base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "2" } });
const Id = chakra("span", { base: { fontFamily: "mono", fontSize: "xs", overflowWrap: "anywhere" } });
const Muted = chakra("span", { base: { color: "fg.muted", fontSize: "xs" } });

const Message = chakra("pre", {
  base: {
    maxHeight: "18rem",
    overflow: "auto",
    p: "2.5",
    borderRadius: "sm",
    bg: "bg.muted",
    fontFamily: "mono",
    fontSize: "xs",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    focusVisibleRing: "outside",
    "&[data-failed]": { bg: "phase.failed.subtle", color: "phase.failed.fg" },
  },
});

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Block>
      <Title>{title}</Title>
      {children}
    </Block>
  );
}

const differInState = differIn<TreeEntity>(["state", "phase", "reported_state"]);

function State({ entity }: { entity: TreeEntity }) {
  const { phase, state, reported_state: reported } = entity;
  const flash = useFlash(entity, differInState);
  return (
    <Line {...flash}>
      <PhaseBadge phase={phase} state={state} />
      {reported && reported !== state && <Muted>last said “{reported}”</Muted>}
    </Line>
  );
}

function ErrorText({ entity: { error_message: message, phase } }: { entity: TreeEntity }) {
  return (
    <Section title="Message">
      {/* What is scrolled has to be reached by keyboard. */}
      <Message tabIndex={0} role="region" aria-label="Message" data-failed={phase === "failed" ? "" : undefined}>
        {message}
      </Message>
    </Section>
  );
}

function Problem({ problem }: { problem: EntityProblem }) {
  const meaning = PROBLEM_MEANINGS[problem.code];
  return (
    <Section title={`Problem: ${problem.code}`}>
      <ProblemNote problem={problem} />
      {meaning && (
        <Muted>
          {meaning.means} {meaning.helps}
        </Muted>
      )}
    </Section>
  );
}

function Actions({ release, entity }: { release: Hierarchy; entity: TreeEntity }) {
  return (
    <Line>
      <FollowButton release={release} entity={entity} />
      <CopyButton size="xs" text={entity.id}>
        Copy ID
      </CopyButton>
      <Button asChild size="xs" variant="outline" colorPalette="gray" fontWeight="normal">
        <a href={entityJsonHref(release.id, entity)} target="_blank" rel="noreferrer">
          JSON <ExternalIcon />
        </a>
      </Button>
    </Line>
  );
}

interface EntityDetailsProps {
  release: Hierarchy;
  entity: TreeEntity;
  /** Called before a link leads on. */
  onFollow: () => void;
}

/** What is known of an entity, what is wrong with it first. */
export function EntityDetails({ release, entity, onFollow }: EntityDetailsProps) {
  const heldBy = "held_by" in entity ? entity.held_by : null;
  return (
    <Body data-stale={useLapse() ? "" : undefined}>
      <Block>
        <State entity={entity} />
        <HeldByNote heldBy={heldBy} release={release} />
        <Id>{entity.id}</Id>
        <Actions release={release} entity={entity} />
      </Block>
      {entity.error_message && <ErrorText entity={entity} />}
      {entity.problem && <Problem problem={entity.problem} />}
      <Section title="Facts">
        <EntityFacts release={release} entity={entity} />
      </Section>
      {childrenOf(entity).length > 0 && (
        <Section title="Holds">
          <Below entity={entity} onFollow={onFollow} />
        </Section>
      )}
      {Object.keys(entity.extra).length > 0 && (
        <Section title="What else its workflow tells">
          <ExtraFields extra={entity.extra} />
        </Section>
      )}
    </Body>
  );
}
