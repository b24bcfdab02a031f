import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import type { Hierarchy } from "@/lib/api/types";
import { useElementSize } from "@/lib/element-size";
import type { Matches } from "../detail/entity-filter";
import type { Zoom } from "../detail/release-address";
import { type Band, bandOf, bandsOf, holds } from "./bands";
import { type BoardHands, ClusterCard } from "./ClusterCard";
import { geometryFor, rem, UNITS_IN_REM, useExtent } from "./geometry";
import { uniqueKeys } from "./keys";
import { matchedIn } from "./matched";
import { NothingInside } from "./NothingInside";
import { useBands } from "./use-bands";
import type { Summons } from "./use-cursor";
import { WaveBand } from "./WaveBand";

// As wide as a page is likely to be, until it is known how wide it is.
const LIKELY_WIDTH_PX = 1_280;

/** How wide the board is in the layout's units, and how many pixels to a unit: more than one for enlarged text. */
function useRoom(board: RefObject<HTMLElement | null>) {
  const width = useElementSize(board).width || LIKELY_WIDTH_PX;
  return useMemo(() => {
    const rootPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const scale = (rootPx || UNITS_IN_REM) / UNITS_IN_REM;
    return { width: Math.floor(width / scale), scale };
  }, [width]);
}

interface Concerns {
  matches: Matches;
  /** The path of the entity whose details are open. */
  selected: string | null;
  summons: Summons | null;
}

interface BandContentProps extends Concerns {
  release: Hierarchy;
  band: Band;
  hands: BoardHands;
}

function BandContent({ release, band, hands, matches, selected, summons }: BandContentProps) {
  if (band.kind === "nothing") return <NothingInside of={band.wave} what="This wave holds no clusters." />;
  if (band.kind === "wave") {
    const { wave, number } = band;
    const summonsHere = summons?.path === wave.path ? summons : null;
    return (
      <WaveBand
        hands={hands}
        release={release}
        wave={wave}
        number={number}
        isSelected={wave.path === selected}
        summons={summonsHere}
      />
    );
  }
  const cardKey = uniqueKeys();
  return band.clusters.map((cluster) => (
    <ClusterCard
      key={cardKey(cluster.path)}
      hands={hands}
      cluster={cluster}
      matched={matches.filtered ? matchedIn(cluster, matches) : null}
      selected={selected !== null && holds(cluster.path, selected) ? selected : null}
      summons={summons && holds(cluster.path, summons.path) ? summons : null}
    />
  ));
}

interface BoardProps extends Concerns {
  release: Hierarchy;
  zoom: Zoom;
  hands: Omit<BoardHands, "geometry" | "onFocused">;
  /** Where the focus last was. */
  focused: RefObject<string | null>;
}

/** The waves of a release, one below the other, each with its clusters as cards. */
export function Board({ release, zoom, hands: without, focused, ...concerns }: BoardProps) {
  const board = useRef<HTMLDivElement>(null);
  const { width, scale } = useRoom(board);
  const extent = useExtent(release.waves);
  const geometry = useMemo(() => geometryFor(zoom, width, extent), [zoom, width, extent]);
  const { cardsInRow, cardWidth } = geometry;
  const bands = useMemo(() => bandsOf(release.waves, cardsInRow), [release.waves, cardsInRow]);

  const [focusedPath, setFocusedPath] = useState<string | null>(null);
  const hands = useMemo(() => {
    const onFocused = (path: string) => {
      focused.current = path;
      setFocusedPath(path);
    };
    return { ...without, geometry, onFocused };
  }, [without, geometry, focused]);
  const kept = [focusedPath, concerns.summons?.path].map((path) => (path ? bandOf(bands, path) : -1));
  const { virtualizer, scrollMargin } = useBands({ board, bands, geometry, scale, kept });

  const { selected } = concerns;
  const selectedBand = useRef(selected ? bandOf(bands, selected) : -1);
  useEffect(() => {
    // Once, for whoever comes by such an address: what is chosen later is chosen here, and in sight.
    if (selectedBand.current !== -1) virtualizer.scrollToIndex(selectedBand.current, { align: "auto" });
  }, [virtualizer]);

  return (
    <div ref={board} className="board-bands" style={{ height: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, key, start }) => {
        const band = bands[index];
        if (!band) return null;
        return (
          <div
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            className="board-band"
            data-kind={band.kind}
            style={{
              transform: `translateY(${start - scrollMargin}px)`,
              gridTemplateColumns: band.kind === "cards" ? `repeat(${cardsInRow}, ${rem(cardWidth)})` : undefined,
            }}
          >
            <BandContent release={release} band={band} hands={hands} {...concerns} />
          </div>
        );
      })}
    </div>
  );
}
