import { PhaseBadge } from "@/components/PhaseBadge";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import type { Cluster, Rollup } from "@/lib/api/types";
import { appsInWords, countsByProgress, knownRollup } from "@/lib/phase";
import type { Zoom } from "../detail/release-address";
import { inWords, shortName } from "./words";

function Counts({ rollup }: { rollup: Rollup }) {
  return (
    <span className="board-counts">
      {countsByProgress(rollup).map(({ phase, count }) => (
        <span key={phase} className="rollup-count" data-phase={phase}>
          <PhaseGlyph phase={phase} />
          {count.toLocaleString("en")}
        </span>
      ))}
    </span>
  );
}

function Matching({ count, rollup }: { count: number; rollup: Rollup }) {
  return (
    <span className="board-total">
      {count.toLocaleString("en")} of {rollup.total.toLocaleString("en")} match
    </span>
  );
}

/** From afar: how many, and how many of them failed. */
function Brief({ rollup }: { rollup: Rollup }) {
  return (
    <>
      {rollup.failed > 0 && (
        <span className="rollup-count" data-phase="failed">
          <PhaseGlyph phase="failed" />
          {rollup.failed.toLocaleString("en")}
        </span>
      )}
      <span className="board-total">{rollup.total.toLocaleString("en")}</span>
    </>
  );
}

interface ProgressProps {
  cluster: Cluster;
  isBrief: boolean;
  matchingApps: number | null;
}

function Progress({ cluster, isBrief, matchingApps }: ProgressProps) {
  const rollup = knownRollup(cluster);
  // What it holds may not be known: "0 apps" would say that it is.
  if (!rollup || rollup.total === 0) return null;
  if (matchingApps !== null) return <Matching count={matchingApps} rollup={rollup} />;
  if (isBrief) return <Brief rollup={rollup} />;
  return (
    <>
      <Counts rollup={rollup} />
      <span className="board-total">{appsInWords(rollup.total)}</span>
    </>
  );
}

interface CardHeadProps {
  cluster: Cluster;
  /** The key of the cluster among the card's items. */
  itemKey: string;
  zoom: Zoom;
  href: string;
  isCursor: boolean;
  isSelected: boolean;
  columns: number;
  matchingApps: number | null;
}

/** The cluster itself: the first row of its card's grid. */
export function CardHead({ cluster, itemKey, zoom, href, isCursor, isSelected, columns, matchingApps }: CardHeadProps) {
  const isBrief = zoom === "dots";
  const link = (
    <a
      className="board-link"
      href={href}
      tabIndex={isCursor ? 0 : -1}
      aria-label={inWords(cluster)}
      data-key={itemKey}
      data-type="cluster"
      data-selected={isSelected ? "" : undefined}
    >
      {shortName(cluster)}
    </a>
  );
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the link within has the focus
    // biome-ignore lint/a11y/useSemanticElements: a card is no table
    <div role="row" aria-rowindex={1} className="board-head">
      {/* biome-ignore lint/a11y/useFocusableInteractive: the link within has the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: a card is no table */}
      <div role="gridcell" aria-colindex={1} aria-colspan={columns} className="board-head-cell">
        <div className="board-head-line">
          {isBrief && (
            <span className="board-head-glyph" data-phase={cluster.phase}>
              <PhaseGlyph phase={cluster.phase} />
            </span>
          )}
          <h3 className="board-head-name">{link}</h3>
          {isBrief ? (
            <Progress cluster={cluster} isBrief matchingApps={matchingApps} />
          ) : (
            <PhaseBadge phase={cluster.phase} state={cluster.state} />
          )}
        </div>
        {!isBrief && (
          <div className="board-head-line">
            <Progress cluster={cluster} isBrief={false} matchingApps={matchingApps} />
          </div>
        )}
      </div>
    </div>
  );
}
