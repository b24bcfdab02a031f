import { chakra, Skeleton } from "@chakra-ui/react";
import { Link } from "react-router";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RollupBar } from "@/components/RollupBar";
import type { Release, Rollup } from "@/lib/api/types";
import { releaseHref } from "@/lib/destinations";
import { knownRollup } from "@/lib/phase";
import type { Sort } from "./list-params";

/** What both shapes of the list, table and cards, are given. */
export interface ReleasesProps {
  releases: Release[];
  rollups: Readonly<Record<string, Rollup>>;
  rollupsPending: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

const ReleaseLink = chakra(Link, {
  base: {
    fontWeight: "semibold",
    color: "brand.fg",
    overflowWrap: "anywhere",
    borderRadius: "sm",
    focusVisibleRing: "outside",
    _hover: { textDecoration: "underline" },
  },
});

const Id = chakra("div", { base: { color: "fg.muted", fontSize: "xs", fontFamily: "mono", overflowWrap: "anywhere" } });

export function ReleaseName({ release: { id, name } }: { release: Release }) {
  return (
    <>
      <ReleaseLink to={releaseHref(id)}>{name || id}</ReleaseLink>
      {name && <Id>{id}</Id>}
    </>
  );
}

const StateAndProblem = chakra("div", {
  base: { display: "flex", flexDirection: "column", alignItems: "flex-start", gap: "0.5", minWidth: 0 },
});

/** How a run ended is known even where its workflow can't be asked: the one doesn't hide the other. */
export function ReleaseState({ release: { phase, state, problem } }: { release: Release }) {
  return (
    <StateAndProblem>
      {(state !== null || !problem) && <PhaseBadge phase={phase} state={state} />}
      {problem && <ProblemNote problem={problem} />}
    </StateAndProblem>
  );
}

const Unknown = chakra("span", { base: { color: "fg.muted", fontSize: "xs" } });

interface ReleaseProgressProps {
  release: Release;
  rollup: Rollup | undefined;
  pending: boolean;
  /** Stands for counts that are not known. A dash does under a heading only. */
  unknown?: string;
}

export function ReleaseProgress({ release: { problem }, rollup, pending, unknown = "–" }: ReleaseProgressProps) {
  const known = knownRollup({ problem, rollup });
  if (known) return <RollupBar rollup={known} />;
  if (pending) return <Skeleton height="2" width="24" my="1.5" />;
  return <Unknown title={problem ? "can't be read" : "could not be read in time"}>{unknown}</Unknown>;
}
