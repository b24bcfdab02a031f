import { memo } from "react";
import type { Phase } from "@/lib/api/types";
import type { TreeEntity } from "@/lib/entities";
import { PHASES_BY_CONCERN } from "@/lib/phase";
import { CELL_SHAPES, type PaintedZoom } from "./cell-shapes";
import { rem } from "./geometry";
import type { Item } from "./layout";

// What is looked for lies above all else: it is larger than its own place.
const PAINTED_PHASES = PHASES_BY_CONCERN.toReversed();

interface CellPathsProps {
  cells: readonly Pick<Item, "box">[];
  phase: Phase;
  zoom: PaintedZoom;
  isDimmed: boolean;
}

function CellPaths({ cells, phase, zoom, isDimmed }: CellPathsProps) {
  if (cells.length === 0) return null;
  return CELL_SHAPES[zoom][phase].map(({ name, path }) => (
    <path
      key={name}
      className="cell-layer"
      data-layer={name}
      data-phase={phase}
      data-dimmed={isDimmed ? "" : undefined}
      d={cells.map(({ box }) => `M${box.x} ${box.y}${path}`).join("")}
    />
  ));
}

interface CellMapProps {
  cells: readonly Item[];
  dimmed: ReadonlySet<TreeEntity>;
  zoom: PaintedZoom;
  width: number;
  height: number;
}

/** Cells as a picture. It is for the eye alone; the card says in words what it shows. */
export const CellMap = memo(function CellMap({ cells, dimmed, zoom, width, height }: CellMapProps) {
  return (
    <svg
      className="board-map"
      aria-hidden="true"
      viewBox={`0 0 ${width} ${height}`}
      style={{ width: rem(width), height: rem(height) }}
    >
      {PAINTED_PHASES.flatMap((phase) => {
        const ofPhase = cells.filter(({ entity }) => entity.phase === phase);
        return [true, false].map((isDimmed) => (
          <CellPaths
            key={`${phase} ${isDimmed}`}
            cells={ofPhase.filter(({ entity }) => dimmed.has(entity) === isDimmed)}
            phase={phase}
            zoom={zoom}
            isDimmed={isDimmed}
          />
        ));
      })}
    </svg>
  );
});

const ONE_CELL = [{ box: { x: 0, y: 0, width: 0, height: 0 } }];
const SAMPLE_SIZES: Record<PaintedZoom, number> = { glyphs: 16, dots: 7 };

/** One cell as the map paints it, for the legend. */
export const CellSample = memo(function CellSample({ phase, zoom }: { phase: Phase; zoom: PaintedZoom }) {
  const size = SAMPLE_SIZES[zoom];
  return (
    <svg
      className="board-map"
      aria-hidden="true"
      viewBox={`0 0 ${size} ${size}`}
      style={{ width: rem(size), height: rem(size) }}
    >
      <CellPaths cells={ONE_CELL} phase={phase} zoom={zoom} isDimmed={false} />
    </svg>
  );
});
