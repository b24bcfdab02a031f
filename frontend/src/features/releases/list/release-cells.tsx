import { chakra, Skeleton } from "@chakra-ui/react";
import { useMemo, useRef } from "react";
import { Link } from "react-router";
import { HeldByNote } from "@/components/HeldByNote";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RollupBar } from "@/components/RollupBar";
import type { Release, Rollup } from "@/lib/api/types";
import { releaseHref } from "@/lib/destinations";
import { knownRollup } from "@/lib/phase";
import { differIn, type FlashProps, useFlash } from "../flash";
import { useFocusHeir } from "../focus";
import type { Sort } from "./list-params";

/** What both shapes of the list, table and cards, are given. */
export interface ReleasesProps {
  releases: Release[];
  rollups: Readonly<Record<string, Rollup>>;
  rollupsPending: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

/** What each shape gives one release. */
export interface ReleaseRowProps {
  release: Release;
  rollup: Rollup | undefined;
  rollupPending: boolean;
}

const differInThemselves = differIn<Release>(["name", "state", "phase", "status", "run_id", "ended_at", "problem"]);

/** That a roll-up has come to be known is no change of the release. */
function differInRollup(before: Rollup | undefined, now: Rollup | undefined): boolean {
  return before !== undefined && now !== undefined && JSON.stringify(before) !== JSON.stringify(now);
}

export function useReleaseFlash(release: Release, rollup: Rollup | undefined): FlashProps {
  const shown = useMemo(() => ({ release, rollup }), [release, rollup]);
  return useFlash(
    shown,
    (before, now) => differInThemselves(before.release, now.release) || differInRollup(before.rollup, now.rollup),
  );
}

/** Props of what holds the rows: a release that leaves the list hands the focus to a neighbour's link. */
export function useRowFocus<Frame extends HTMLElement>(releases: Release[]) {
  const ref = useRef<Frame>(null);

  function focusLink(id: string) {
    const rows = ref.current?.querySelectorAll<HTMLElement>("[data-key]") ?? [];
    const row = [...rows].find(({ dataset }) => dataset.key === id);
    row?.querySelector("a")?.focus({ preventScroll: true });
  }

  const heirProps = useFocusHeir(
    releases.map(({ id }) => id),
    focusLink,
  );
  return { ref, ...heirProps };
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
export function ReleaseState({ release: { phase, state, problem, held_by: heldBy } }: { release: Release }) {
  return (
    <StateAndProblem>
      {(state !== null || !problem) && <PhaseBadge phase={phase} state={state} />}
      {problem ? <ProblemNote problem={problem} /> : <HeldByNote heldBy={heldBy} brief />}
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
  if (pending && !problem) return <Skeleton height="2" width="24" my="1.5" />;
  return <Unknown title={problem ? "can't be read" : "could not be read in time"}>{unknown}</Unknown>;
}
