import { chakra } from "@chakra-ui/react";
import { memo } from "react";
import { ChevronRightIcon } from "@/components/icons";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RelativeTime } from "@/components/RelativeTime";
import { RollupBar } from "@/components/RollupBar";
import type { TreeEntity } from "./entities";

const Line = chakra("div", {
  base: {
    display: "grid",
    gridTemplateColumns: { base: "auto minmax(0, 1fr)", lg: "minmax(0, 1fr) 13rem 19rem 6rem" },
    columnGap: "4",
    alignItems: "center",
    minHeight: "9",
    py: "1.5",
    pe: "3",
    fontSize: "sm",
    borderBottomWidth: "1px",
    borderColor: "border.muted",
  },
});

const NameCell = chakra("div", {
  base: {
    gridColumn: { base: "1 / -1", lg: "auto" },
    display: "flex",
    alignItems: "baseline",
    gap: "1.5",
    minWidth: 0,
    paddingInlineStart: "calc(var(--indent) - 1.375rem)",
  },
});

const Twisty = chakra("span", {
  base: { flexShrink: 0, width: "4", alignSelf: "center", color: "fg.muted", transition: "rotate 100ms" },
});

const Names = chakra("span", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "baseline",
    columnGap: "2",
    minWidth: 0,
    overflowWrap: "anywhere",
  },
});

const Name = chakra("span", { base: { fontWeight: "medium" } });
const Id = chakra("span", { base: { color: "fg.muted", fontFamily: "mono", fontSize: "xs" } });
const Version = chakra("span", { base: { fontFamily: "mono", fontSize: "xs" } });

const StateCell = chakra("div", {
  base: {
    display: "flex",
    flexDirection: "column",
    alignItems: "flex-start",
    minWidth: 0,
    paddingInlineStart: { base: "var(--indent)", lg: "0" },
  },
});

const Reported = chakra("span", { base: { color: "fg.muted", fontSize: "xs" } });

const Progress = chakra("div", { base: { minWidth: 0, overflow: "hidden" } });

const Updated = chakra("div", {
  base: {
    display: { base: "none", lg: "block" },
    color: "fg.muted",
    fontSize: "xs",
    textAlign: "end",
    whiteSpace: "nowrap",
  },
});

const Trouble = chakra("div", {
  base: {
    gridColumn: "1 / -1",
    paddingInlineStart: "var(--indent)",
    pt: "0.5",
    fontSize: "xs",
    overflowWrap: "anywhere",
    color: "fg.muted",
    "&[data-failed]": { color: "phase.failed.fg" },
  },
});

function EntityName({ entity: { id, name } }: { entity: TreeEntity }) {
  if (!name) return <Name>{id}</Name>;
  return (
    <>
      <Name>{name}</Name>
      <Id>{id}</Id>
    </>
  );
}

function EntityState({ entity: { phase, state, reported_state: reported } }: { entity: TreeEntity }) {
  return (
    <>
      <PhaseBadge phase={phase} state={state} />
      {reported && reported !== state && <Reported>last said “{reported}”</Reported>}
    </>
  );
}

function EntityProgress({ entity }: { entity: TreeEntity }) {
  if (entity.type !== "app") return entity.rollup && <RollupBar rollup={entity.rollup} />;
  return "version" in entity && entity.version ? <Version>{entity.version}</Version> : null;
}

interface TreeLineProps {
  entity: TreeEntity;
  expandable: boolean;
  expanded: boolean;
}

/** What one line of the tree says. Its place, focus and role are its row's business. */
export const TreeLine = memo(function TreeLine({ entity, expandable, expanded }: TreeLineProps) {
  const { error_message: message, phase, problem, updated_at: updatedAt } = entity;
  return (
    <Line>
      <NameCell>
        <Twisty rotate={expanded ? "90deg" : undefined}>{expandable && <ChevronRightIcon />}</Twisty>
        <Names>
          <EntityName entity={entity} />
        </Names>
      </NameCell>
      <StateCell>
        <EntityState entity={entity} />
      </StateCell>
      <Progress>
        <EntityProgress entity={entity} />
      </Progress>
      <Updated>
        <RelativeTime at={updatedAt} />
      </Updated>
      {message && <Trouble data-failed={phase === "failed" ? "" : undefined}>{message}</Trouble>}
      {problem && (
        <Trouble>
          <ProblemNote problem={problem} />
        </Trouble>
      )}
    </Line>
  );
});
