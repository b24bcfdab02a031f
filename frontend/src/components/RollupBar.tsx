import { memo } from "react";
import type { Rollup } from "@/lib/api/types";
import { formatCount } from "@/lib/numbers";
import { countsByProgress, describeRollup } from "@/lib/phase";
import { PhaseGlyph } from "./PhaseGlyph";

/** Apps by phase: a bar to compare at a glance, and the counts themselves beside it. */
export const RollupBar = memo(function RollupBar({ rollup }: { rollup: Rollup }) {
  const counts = countsByProgress(rollup);
  const sentence = describeRollup(rollup);
  if (counts.length === 0) return <span className="rollup-none">{sentence}</span>;
  return (
    <div className="rollup" role="img" aria-label={sentence} title={sentence}>
      <div className="rollup-bar">
        {counts.map(({ phase, count }) => (
          <div key={phase} className="rollup-part" data-phase={phase} style={{ flexGrow: count }} />
        ))}
      </div>
      <div className="rollup-counts">
        {counts.map(({ phase, count }) => (
          <span key={phase} className="rollup-count" data-phase={phase}>
            <PhaseGlyph phase={phase} />
            {formatCount(count)}
          </span>
        ))}
      </div>
    </div>
  );
});
