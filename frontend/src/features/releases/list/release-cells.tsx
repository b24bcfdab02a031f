import { chakra, Skeleton } from "@chakra-ui/react";
import { Link } from "react-router";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RollupBar } from "@/components/RollupBar";
import type { Release, Rollup } from "@/lib/api/types";
import { releaseHref } from "@/lib/destinations";
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

export function ReleaseState({ release: { phase, state, problem } }: { release: Release }) {
  if (problem) return <ProblemNote problem={problem} />;
  return <PhaseBadge phase={phase} state={state} />;
}

interface ReleaseProgressProps {
  rollup: Rollup | undefined;
  pending: boolean;
}

export function ReleaseProgress({ rollup, pending }: ReleaseProgressProps) {
  if (rollup) return <RollupBar rollup={rollup} />;
  if (pending) return <Skeleton height="2" width="40" my="1.5" />;
  return <span title="could not be read in time">–</span>;
}
