import type { Rollup } from "@/lib/api/types";
import { PHASE_LOOKS, PHASES_BY_PROGRESS } from "@/lib/phase";
import type { Zoom } from "../detail/release-address";
import { CellSample } from "./CellMap";

interface LegendProps {
  rollup: Rollup;
  zoom: Zoom;
  filtered: boolean;
}

/**
 * What the board's own signs mean, and how many there are of each.
 *
 * The glyphs are explained by the filter above the board, which counts them, too; dots have shapes of their own.
 */
export function Legend({ rollup, zoom, filtered }: LegendProps) {
  if (zoom !== "dots" && !filtered) return null;
  return (
    <div className="board-legend">
      {zoom === "dots" && (
        <ul aria-label="Shapes of the apps">
          {PHASES_BY_PROGRESS.map((phase) => (
            <li
              key={phase}
              className="board-legend-entry"
              data-phase={phase}
              data-none={rollup[phase] === 0 ? "" : undefined}
            >
              <CellSample phase={phase} zoom={zoom} />
              <span>
                {rollup[phase].toLocaleString("en")} {PHASE_LOOKS[phase].word}
              </span>
            </li>
          ))}
        </ul>
      )}
      {filtered && <p className="board-legend-matching">What does not match the filter is dimmed.</p>}
    </div>
  );
}
