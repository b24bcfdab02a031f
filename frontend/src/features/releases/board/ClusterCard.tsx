import { type FocusEvent, type KeyboardEvent, type MouseEvent, memo, useMemo, useRef } from "react";
import type { Cluster } from "@/lib/api/types";
import { CardHead } from "./CardHead";
import { CardRows } from "./CardRows";
import { CellMap } from "./CellMap";
import { keyOf, opensElsewhere } from "./elements";
import { Flashes } from "./Flashes";
import { type Geometry, rem } from "./geometry";
import { moveInCard } from "./keyboard";
import { isPainted, placeCluster } from "./layout";
import { dimmingOf, type Matched } from "./matched";
import { NothingInside } from "./NothingInside";
import type { TipHolder } from "./tip";
import { useChanges } from "./use-changes";
import { type Summons, useCursor } from "./use-cursor";
import { useNear } from "./use-near";
import { usePointer } from "./use-pointer";
import { shortName } from "./words";

/** What all cards have in common; the same object for as long as nothing of it changes. */
export interface BoardHands {
  geometry: Geometry;
  tips: TipHolder;
  /** The address of an entity in the tree. */
  hrefOf: (path: string) => string;
  onOpen: (path: string) => void;
  onSummonsMet: () => void;
  /** The focus has come to the entity at a path. */
  onFocused: (path: string) => void;
}

interface ClusterCardProps {
  hands: BoardHands;
  cluster: Cluster;
  matched: Matched | null;
  /** The path of the entity whose details are open, where that is the cluster or in it. */
  selected: string | null;
  /** Where the focus is to come to something in this card. */
  summons: Summons | null;
}

/** A cluster with all its apps: a grid whose cells are links into the tree. */
export const ClusterCard = memo(function ClusterCard({ hands, cluster, matched, selected, summons }: ClusterCardProps) {
  const { geometry, tips, hrefOf, onOpen, onSummonsMet } = hands;
  const { zoom, inner } = geometry;
  const placed = useMemo(() => placeCluster(cluster, geometry), [cluster, geometry]);
  const { items } = placed;
  const { dimmed, matchingApps } = useMemo(() => dimmingOf(cluster, matched), [cluster, matched]);

  const card = useRef<HTMLDivElement>(null);
  const cells = useRef<HTMLDivElement>(null);
  const { cursor, heirProps, put, moveTo } = useCursor({ card, items, summons, onSummonsMet });
  const { hovered, itemUnder, tell, pointerProps } = usePointer({ cells, placed, geometry, tips });
  const isNear = useNear(cells, placed.height);
  const changes = useChanges(cluster, items);

  // Of what is painted only that with which somebody is concerned is in the page as an element, too.
  const drawn = items.filter((item) => {
    if (item.entity.type === "cluster") return false;
    if (item === cursor || item.key === hovered || item.entity.path === selected) return true;
    return !isPainted(item, zoom) && isNear(item);
  });
  const painted = useMemo(() => items.filter((item) => isPainted(item, zoom) && item !== items[0]), [items, zoom]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.altKey || event.metaKey || !cursor) return;
    const next = moveInCard(event.key, items, items.indexOf(cursor), event.ctrlKey);
    if (!next) return;
    event.preventDefault();
    moveTo(next);
  }

  function onFocus(event: FocusEvent<HTMLDivElement>) {
    heirProps.onFocus(event);
    const item = items.find(({ key }) => key === keyOf(event.target));
    if (!item) return;
    put(item.key);
    hands.onFocused(item.entity.path);
    tell(item, event.target);
  }

  function onBlur() {
    heirProps.onBlur();
    tips.leave();
  }

  function onClick(event: MouseEvent<HTMLDivElement>) {
    if (opensElsewhere(event)) return;
    const key = keyOf(event.target);
    const item = key === undefined ? itemUnder(event) : items.find((each) => each.key === key);
    if (!item) return;
    event.preventDefault();
    onOpen(item.entity.path);
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a card is no table; its places are worked out
    <div
      ref={card}
      role="grid"
      aria-label={`Cluster ${shortName(cluster)}`}
      aria-rowcount={placed.rows}
      aria-colcount={placed.columns}
      className="board-card"
      data-zoom={zoom}
      data-phase={cluster.phase}
      data-dimmed={matchingApps === 0 ? "" : undefined}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      onBlur={onBlur}
      onClick={onClick}
      {...pointerProps}
    >
      <CardHead
        cluster={cluster}
        itemKey={items[0]?.key ?? cluster.path}
        zoom={zoom}
        href={hrefOf(cluster.path)}
        isCursor={cursor === items[0]}
        isSelected={cluster.path === selected}
        columns={placed.columns}
        matchingApps={matchingApps}
      />
      <div ref={cells} className="board-cells" style={{ height: rem(placed.height) }}>
        {cluster.bundles.length === 0 && <NothingInside of={cluster} what="This cluster holds no bundles." />}
        {zoom !== "names" && painted.length > 0 && (
          <CellMap cells={painted} dimmed={dimmed} zoom={zoom} width={inner} height={placed.height} />
        )}
        <CardRows
          items={drawn}
          zoom={zoom}
          hrefOf={hrefOf}
          cursor={cursor}
          selected={selected}
          isDimmed={({ entity }) => dimmed.has(entity)}
        />
        <Flashes items={items} {...changes} />
      </div>
    </div>
  );
});
