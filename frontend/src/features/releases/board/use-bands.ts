import { defaultRangeExtractor, type Range, useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useLayoutEffect, useMemo, useRef } from "react";
import type { Cluster } from "@/lib/api/types";
import { useBarHeight } from "../detail/bar-height";
import type { Zoom } from "../detail/release-address";
import { usePageOffset } from "../tree/use-page-offset";
import type { Band } from "./bands";
import { CARD_GAP, type Geometry } from "./geometry";
import { cardHeight } from "./layout";

/** Bands drawn above and below those in sight: names stand in high ones. */
const OVERSCAN: Record<Zoom, number> = { names: 1, glyphs: 2, dots: 3 };
const WAVE_HEIGHT = 40;
const NOTHING_HEIGHT = 48;

/** A cluster's height is asked for with each band at each patch, and follows from what it holds. */
function heightsAt(geometry: Geometry): (cluster: Cluster) => number {
  const known = new WeakMap<Cluster, number>();
  return (cluster) => {
    const height = known.get(cluster) ?? cardHeight(cluster, geometry);
    known.set(cluster, height);
    return height;
  };
}

function bandHeight(band: Band | undefined, heightOf: (cluster: Cluster) => number): number {
  if (band?.kind !== "cards") return band?.kind === "wave" ? WAVE_HEIGHT : NOTHING_HEIGHT;
  return Math.max(...band.clusters.map(heightOf)) + CARD_GAP;
}

interface BandsOptions {
  board: RefObject<HTMLElement | null>;
  bands: readonly Band[];
  geometry: Geometry;
  /** Pixels to a unit of the geometry. */
  scale: number;
  /** Bands that stay in the page however far they are scrolled, such as that with the focus: -1 for none. */
  kept: readonly number[];
}

/** The bands of a board that are near the screen. */
export function useBands({ board, bands, geometry, scale, kept }: BandsOptions) {
  const scrollMargin = usePageOffset(board);
  const barHeight = useBarHeight();
  const heightOf = useMemo(() => heightsAt(geometry), [geometry]);
  const look = `${geometry.zoom} ${geometry.cardsInRow} ${geometry.inner}`;

  const virtualizer = useWindowVirtualizer({
    count: bands.length,
    estimateSize: (index) => bandHeight(bands[index], heightOf) * scale,
    // What was measured at another zoom says nothing of this one.
    getItemKey: (index) => `${bands[index]?.key} ${look}`,
    overscan: OVERSCAN[geometry.zoom],
    scrollMargin,
    scrollPaddingStart: barHeight,
    rangeExtractor: (range: Range) =>
      [...new Set([...defaultRangeExtractor(range), ...kept])]
        .filter((index) => index >= 0 && index < bands.length)
        .sort((a, b) => a - b),
    // What is added and removed above must not move what is in sight: see ReleaseTree.
    anchorTo: "end",
    scrollEndThreshold: -1,
  });

  // What was uppermost stays so at another zoom or width.
  const uppermost = useRef<string | undefined>(undefined);
  const lastLook = useRef(look);
  useLayoutEffect(() => {
    const hasMoved = lastLook.current !== look;
    lastLook.current = look;
    const top = (virtualizer.scrollOffset ?? 0) + barHeight;
    if (hasMoved && top > scrollMargin + barHeight) {
      const index = bands.findIndex((band) => holdsCluster(band, uppermost.current));
      if (index !== -1) virtualizer.scrollToIndex(index, { align: "start" });
      return;
    }
    const first = virtualizer.getVirtualItems().find(({ end }) => end > top);
    uppermost.current = first && pathOf(bands[first.index]);
  });

  return { virtualizer, scrollMargin };
}

function pathOf(band: Band | undefined): string | undefined {
  return band?.kind === "cards" ? band.clusters[0]?.path : band?.wave.path;
}

function holdsCluster(band: Band, path: string | undefined): boolean {
  return band.kind === "cards" ? band.clusters.some((cluster) => cluster.path === path) : band.wave.path === path;
}
