import { Skeleton } from "@chakra-ui/react";
import { useMemo, useRef } from "react";
import { Link } from "react-router";
import { Duration } from "@/components/Duration";
import { HeldByNote } from "@/components/HeldByNote";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RelativeTime } from "@/components/RelativeTime";
import { RollupBar } from "@/components/RollupBar";
import type { EntityProblem, HeldBy, Release } from "@/lib/api/types";
import { releaseHref } from "@/lib/destinations";
import { useLapse } from "@/lib/last-known";
import { knownRollup, PHASE_LOOKS } from "@/lib/phase";
import { RUN_STATUS_WORDS } from "@/lib/run-status";
import { hasEnded, spanOf } from "@/lib/spans";
import { differIn, type FlashProps, useFlash } from "../flash";
import { useFocusHeir } from "../focus";
import type { Sort } from "./list-params";
import type { Progress, ProgressById } from "./list-queries";

/** What both shapes of the list, table and cards, are given. */
export interface ReleasesProps {
  releases: Release[];
  progress: ProgressById;
  progressPending: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

/** What each shape gives one release. */
export interface ReleaseRowProps {
  release: Release;
  progress: Progress | undefined;
  pending: boolean;
}

const differInThemselves = differIn<Release>(["name", "state", "phase", "status", "run_id", "ended_at", "problem"]);

/** Apps that go on as they should move their bar, which shows enough. That a roll-up has come to be known is no change. */
function differInFailures(before: Progress | undefined, now: Progress | undefined): boolean {
  return Boolean(before?.rollup && now?.rollup && before.rollup.failed !== now.rollup.failed);
}

export function useReleaseFlash(release: Release, progress: Progress | undefined): FlashProps {
  const shown = useMemo(() => ({ release, progress }), [release, progress]);
  return useFlash(
    shown,
    (before, now) => differInThemselves(before.release, now.release) || differInFailures(before.progress, now.progress),
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

export function ReleaseName({ release: { id, name } }: { release: Release }) {
  return (
    <div>
      <Link className="release-link" to={releaseHref(id)}>
        {name || id}
      </Link>
      {name && (
        <div className="release-id" title={id}>
          {id}
        </div>
      )}
    </div>
  );
}

/** How a run ended is known even where its workflow can't be asked. */
export function ReleaseState({ release: { phase, state, problem, status } }: { release: Release }) {
  const { word } = PHASE_LOOKS[phase];
  const wordSaysMore = state !== null && state.toLowerCase() !== word;
  return (
    <div className="release-state">
      {(state !== null || !problem) && <PhaseBadge phase={phase} state={state} />}
      <span className="release-second">
        {wordSaysMore && <span className="release-phase">{word} · </span>}
        <span title="How the run stands in Temporal">{RUN_STATUS_WORDS[status]}</span>
      </span>
    </div>
  );
}

/** Progress is read apart from the release, and may be some seconds older: nothing is awaited in what has ended. */
function heldByOf(release: Release, progress: Progress | undefined): HeldBy | null {
  const heldBy = progress?.held_by ?? null;
  return heldBy && heldBy.kind !== "failed" && hasEnded(release) ? null : heldBy;
}

/** Its problem, unless that is why the whole list is not current: then it has been said, once for all. */
function useOwnProblem({ problem }: Release): EntityProblem | null {
  const lapse = useLapse();
  return problem && lapse?.reason.includes(problem.detail) ? null : problem;
}

/** What keeps a release from going on: that it can't be read, or what in it holds it up. */
export function ReleaseTrouble({ release, progress, twoLines }: ReleaseRowProps & { twoLines: boolean }) {
  const problem = useOwnProblem(release);
  if (!problem) return <HeldByNote heldBy={heldByOf(release, progress)} release={release} twoLines={twoLines} />;
  return (
    <div className="release-problem" title={problem.detail}>
      <ProblemNote problem={problem} />
    </div>
  );
}

function Apps({ release: { problem }, progress, pending }: ReleaseRowProps) {
  const rollup = knownRollup({ problem, rollup: progress?.rollup });
  if (rollup) return <RollupBar rollup={rollup} />;
  if (pending && !problem) return <Skeleton className="release-bar" />;
  const reason = problem ? "can't be read" : "could not be read in time";
  return (
    <span className="release-unknown" title={reason}>
      apps not known
    </span>
  );
}

/** How its apps stand, and at which wave it is. */
export function ReleaseProgress(props: ReleaseRowProps) {
  const standsAt = props.progress?.stands_at;
  return (
    <div className="release-progress">
      <Apps {...props} />
      {standsAt && (
        <span className="release-second release-stands">
          wave {standsAt.wave} of {standsAt.of}
        </span>
      )}
    </div>
  );
}

export function ReleaseStarted({ release: { started_at, updated_at } }: { release: Release }) {
  return (
    <>
      <div className="release-first">
        <RelativeTime at={started_at} />
      </div>
      <div className="release-second">
        updated <RelativeTime at={updated_at} />
      </div>
    </>
  );
}

export function ReleaseDuration({ release }: { release: Release }) {
  return (
    <>
      <div className="release-first">
        <Duration span={spanOf(release)} calm />
      </div>
      <div className="release-second">
        {release.ended_at ? (
          <>
            ended <RelativeTime at={release.ended_at} />
          </>
        ) : (
          "so far"
        )}
      </div>
    </>
  );
}
