import { chakra } from "@chakra-ui/react";
import { useClock } from "@/lib/clock";
import { useLapse } from "@/lib/last-known";
import { useReleaseAddress } from "../detail/release-address";
import type { ViewProps } from "../detail/views";
import { saidOfAll } from "../tree/expansion";
import { useTreeRows } from "../tree/use-tree-rows";
import type { Edge } from "./TimelineAxis";
import { TimelineChart } from "./TimelineChart";
import { TimelineTable } from "./TimelineTable";
import { TimelineTools } from "./TimelineTools";
import { goesOn, wholeOf } from "./times";
import { useZoom } from "./use-zoom";

/** Down to the bundles: apps are many, and take their turns within the time of their bundle. */
const AT_FIRST = saidOfAll(3);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const Empty = chakra("p", { base: { p: "6", color: "fg.muted", textAlign: "center" } });

/** The present by the second while something goes on; else by the minute, for the words of dates. */
function usePresent(moves: boolean): number {
  const step = moves ? SECOND : MINUTE;
  return useClock((now) => Math.floor(now / step) * step);
}

/** When each part of a release was worked on. */
export function TimelineView({ release, matches, selected, onSelect, frame }: ViewProps) {
  const [{ asTable }, change] = useReleaseAddress();
  const { rows, expansion, revealed } = useTreeRows({ release, matches, selected }, AT_FIRST);
  const moves = goesOn(release);
  const knownUntil = useLapse()?.until ?? null;
  const present = usePresent(moves && knownUntil === null);
  // What is stale must not look as if it went on.
  const now = knownUntil ?? present;
  const whole = wholeOf(release, now);
  const zooming = useZoom(whole);
  const edge: Edge | null = moves ? { at: now, isNow: knownUntil === null } : null;
  return frame(
    <TimelineTools
      openTo={expansion.openTo}
      zooming={zooming}
      moves={moves && knownUntil === null}
      asTable={asTable}
      onTable={(table) => change({ asTable: table })}
    />,
    <>
      {asTable ? (
        <TimelineTable release={release} rows={rows} now={now} selected={selected} onSelect={onSelect} />
      ) : (
        <TimelineChart
          release={release}
          rows={rows}
          expansion={expansion}
          revealed={revealed}
          zooming={zooming}
          whole={whole}
          now={now}
          edge={edge}
          selected={selected}
          onSelect={onSelect}
        />
      )}
      {release.waves.length === 0 && release.problem === null && <Empty>This release holds no waves.</Empty>}
    </>,
  );
}
