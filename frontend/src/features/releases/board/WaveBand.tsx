import { type MouseEvent, useLayoutEffect, useRef } from "react";
import { Duration } from "@/components/Duration";
import { HeldByNote } from "@/components/HeldByNote";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RollupBar } from "@/components/RollupBar";
import type { Hierarchy, Wave } from "@/lib/api/types";
import { knownRollup } from "@/lib/phase";
import { spanOf } from "@/lib/spans";
import type { BoardHands } from "./ClusterCard";
import { opensElsewhere } from "./elements";
import type { Summons } from "./use-cursor";
import { shortName } from "./words";

interface WaveBandProps {
  hands: BoardHands;
  release: Hierarchy;
  wave: Wave;
  number: number;
  isSelected: boolean;
  summons: Summons | null;
}

/** The heading of a wave: how far it is, how long it has taken, and what holds it up. */
export function WaveBand({
  hands: { hrefOf, onOpen, onSummonsMet, onFocused },
  release,
  wave,
  number,
  isSelected,
  summons,
}: WaveBandProps) {
  const rollup = knownRollup(wave);
  const link = useRef<HTMLAnchorElement>(null);

  useLayoutEffect(() => {
    if (!summons) return;
    link.current?.focus();
    onSummonsMet();
  }, [summons, onSummonsMet]);

  function onClick(event: MouseEvent) {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    onOpen(wave.path);
  }

  return (
    <div className="board-wave">
      <h2 className="board-wave-name">
        <a
          ref={link}
          className="board-link"
          href={hrefOf(wave.path)}
          onClick={onClick}
          onFocus={() => onFocused(wave.path)}
          data-key={wave.path}
          data-type="wave"
          data-selected={isSelected ? "" : undefined}
        >
          <span className="board-wave-number">Wave {number}</span> {shortName(wave)}
        </a>
      </h2>
      <PhaseBadge phase={wave.phase} state={wave.state} />
      {rollup && rollup.total > 0 && <RollupBar rollup={rollup} />}
      <span className="board-wave-duration">
        <Duration span={spanOf(wave)} />
      </span>
      <div className="board-wave-trouble">
        {wave.problem && wave.clusters.length > 0 ? (
          <ProblemNote problem={wave.problem} />
        ) : (
          <HeldByNote heldBy={wave.held_by} release={release} />
        )}
      </div>
    </div>
  );
}
