import { useMemo, useState } from "react";
import type { Wave } from "@/lib/api/types";
import type { Zoom } from "../detail/release-address";

/**
 * How large everything on the board is.
 *
 * All lengths are in pixels at a root font size of 16, whatever it really is: the page gives them in rem.
 */
export const UNITS_IN_REM = 16;

export function rem(units: number): string {
  return `${units / UNITS_IN_REM}rem`;
}

export const CARD_GAP = 12;
export const CARD_PADDING = 8;
export const CARD_BORDER = 1;
const CARD_EDGES = 2 * (CARD_PADDING + CARD_BORDER);

/** Where a bundle's name stands: above its apps, beside them, or nowhere. */
type Labels = "above" | "beside" | "none";

interface Measures {
  /** The least width of a card. */
  card: number;
  head: number;
  cellWidth: number;
  cellHeight: number;
  gap: number;
  labels: Labels;
  /** The height of a label above, or the least width of one beside. */
  label: number;
  betweenBundles: number;
  /** The cells that a card is made wide enough for, so that a bundle stands in one row. */
  longestRow: number;
}

const MEASURES: Record<Zoom, Measures> = {
  names: {
    card: 272,
    head: 46,
    cellWidth: 168,
    cellHeight: 28,
    gap: 4,
    labels: "above",
    label: 22,
    betweenBundles: 4,
    longestRow: 1,
  },
  glyphs: {
    card: 232,
    head: 46,
    cellWidth: 16,
    cellHeight: 16,
    gap: 3,
    labels: "beside",
    label: 88,
    betweenBundles: 2,
    longestRow: 28,
  },
  dots: {
    card: 136,
    head: 24,
    cellWidth: 7,
    cellHeight: 7,
    gap: 1,
    labels: "none",
    label: 0,
    betweenBundles: 0,
    longestRow: 48,
  },
};

/** So much wider than high are the cells of a cluster that need more than the least card. */
const ASPECT = 2;
/** So much wider than it need be is a card at most: a cluster alone is no reason to stretch it over the screen. */
const STRETCH = 1.5;
const LONGEST_LABEL = 176;

/** How many of what there is at most. */
export interface Extent {
  clustersInWave: number;
  appsInCluster: number;
  appsInBundle: number;
}

export function extentOf(waves: readonly Wave[]): Extent {
  let clustersInWave = 0;
  let appsInCluster = 0;
  let appsInBundle = 0;
  for (const { clusters } of waves) {
    clustersInWave = Math.max(clustersInWave, clusters.length);
    for (const { rollup, bundles } of clusters) {
      appsInCluster = Math.max(appsInCluster, rollup.total);
      for (const { apps } of bundles) appsInBundle = Math.max(appsInBundle, apps.length);
    }
  }
  return {
    clustersInWave,
    appsInCluster: 2 ** Math.ceil(Math.log2(Math.max(appsInCluster, 1))),
    appsInBundle: Math.ceil(appsInBundle / 4) * 4,
  };
}

/** So many times what its board was laid out for has a release to become before it is laid out anew. */
const OUTGROWN = 1.5;

function hasOutgrown(laidOut: Extent, now: Extent): boolean {
  const parts = ["clustersInWave", "appsInCluster", "appsInBundle"] as const;
  return parts.some((part) => now[part] > laidOut[part] * OUTGROWN);
}

/** The extent to lay a release's board out for, which moves everything: some more of what there is goes to a line of
 * its own, and what there is less of leaves its place. */
export function useExtent(waves: readonly Wave[]): Extent {
  const now = useMemo(() => extentOf(waves), [waves]);
  const [laidOut, setLaidOut] = useState(now);
  if (!hasOutgrown(laidOut, now)) return laidOut;
  setLaidOut(now);
  return now;
}

export interface Geometry extends Measures {
  zoom: Zoom;
  cardsInRow: number;
  cardWidth: number;
  /** The width that a card has for its cells. */
  inner: number;
  /** Cells in a row. */
  columns: number;
}

/** The least width of a card: more for large clusters and bundles, so that they don't become towers. */
function leastCard(measures: Measures, { appsInCluster, appsInBundle }: Extent): number {
  const { card, cellWidth, cellHeight, gap, labels, label, longestRow } = measures;
  const pitch = cellWidth + gap;
  const square = Math.sqrt(appsInCluster * pitch * (cellHeight + gap) * ASPECT);
  const row = Math.min(appsInBundle, longestRow) * pitch;
  return Math.max(card, Math.max(square, row) + (labels === "beside" ? label : 0) + CARD_EDGES);
}

/** How wide cards are, and how many stand side by side in so much room. */
function cardsIn(width: number, least: number, clustersInWave: number) {
  const fitting = Math.floor((width + CARD_GAP) / (least + CARD_GAP));
  const cardsInRow = Math.max(1, Math.min(fitting, clustersInWave));
  const share = (width - (cardsInRow - 1) * CARD_GAP) / cardsInRow;
  return { cardsInRow, cardWidth: Math.floor(fitting > cardsInRow ? Math.min(share, least * STRETCH) : share) };
}

export function geometryFor(zoom: Zoom, width: number, extent: Extent): Geometry {
  const measures = MEASURES[zoom];
  const { labels, gap, cellWidth } = measures;
  const { cardsInRow, cardWidth } = cardsIn(width, leastCard(measures, extent), extent.clustersInWave);
  const inner = Math.max(cellWidth, cardWidth - CARD_EDGES);
  const least = labels === "beside" ? measures.label : 0;
  const fitting = Math.max(1, Math.floor((inner - least + gap) / (cellWidth + gap)));
  const shape = { ...measures, zoom, cardsInRow, cardWidth, inner, columns: fitting };
  // Names take the room that there is; glyphs and dots keep their size.
  if (labels === "above") return { ...shape, cellWidth: (inner - (fitting - 1) * gap) / fitting };
  if (labels === "none") return shape;
  // What no bundle needs for its apps is for its name.
  const columns = Math.max(1, Math.min(fitting, extent.appsInBundle));
  const spare = inner - columns * (cellWidth + gap);
  return { ...shape, columns, label: Math.max(least, Math.min(spare, LONGEST_LABEL)) };
}
