import type { App, Bundle, Cluster } from "@/lib/api/types";
import type { Zoom } from "../detail/release-address";
import { CARD_BORDER, CARD_PADDING, type Geometry } from "./geometry";
import { uniqueKeys } from "./keys";

// Where everything stands in a cluster's card, worked out rather than measured: cells are painted by the hundred, and
// the height of what is out of sight has to be known.

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** An entity with its place in the card, from the cells' top left corner; the cluster itself stands above it. */
export interface Item {
  /** The entity's path, made unique where a broken tree holds the same one twice. */
  key: string;
  entity: Cluster | Bundle | App;
  /** From 1, as assistive technology counts them. */
  row: number;
  column: number;
  box: Box;
}

/** A bundle's place in its card. */
interface Group {
  bundle: Bundle;
  y: number;
  /** The row of its label or, where there is none, of its first cell; and which cell of that row this is. */
  row: number;
  start: number;
}

interface Groups {
  groups: Group[];
  rows: number;
  height: number;
}

/** The row of the cluster itself. */
const HEAD_ROW = 1;

/** Bundles one below the other, each with its label. */
function stacked({ bundles }: Cluster, geometry: Geometry): Groups {
  const { columns, cellHeight, gap, labels, label, betweenBundles } = geometry;
  const isAbove = labels === "above";
  const groups: Group[] = [];
  let y = 0;
  let row = HEAD_ROW + 1;
  let height = 0;
  for (const bundle of bundles) {
    groups.push({ bundle, y, row, start: 0 });
    const lines = Math.max(isAbove ? 0 : 1, Math.ceil(bundle.apps.length / columns));
    const cells = lines * (cellHeight + gap);
    height = y + (isAbove ? label : 0) + Math.max(0, cells - gap);
    y += (isAbove ? label : 0) + cells + betweenBundles;
    row += (isAbove ? 1 : 0) + lines;
  }
  return { groups, rows: row - 1, height };
}

/** What of a bundle is shown as cells where it has no label: its apps, or itself if it has none. */
function cellsOf(bundle: Bundle): readonly (Bundle | App)[] {
  return bundle.apps.length > 0 ? bundle.apps : [bundle];
}

/** Bundles one after the other as words in a text: a gap between two, on a new line what doesn't fit the old one. */
function flowing({ bundles }: Cluster, { columns, cellHeight, gap }: Geometry): Groups {
  const groups: Group[] = [];
  let line = 0;
  let next = 0;
  for (const bundle of bundles) {
    const length = cellsOf(bundle).length;
    let start = next === 0 ? 0 : next + 1;
    if (start > 0 && start + length > columns) {
      line += 1;
      start = 0;
    }
    groups.push({ bundle, y: line * (cellHeight + gap), row: HEAD_ROW + 1 + line, start });
    line += Math.floor((start + length - 1) / columns);
    next = ((start + length - 1) % columns) + 1;
  }
  const lines = groups.length === 0 ? 0 : line + 1;
  return { groups, rows: HEAD_ROW + lines, height: Math.max(0, lines * (cellHeight + gap) - gap) };
}

function groupsOf(cluster: Cluster, geometry: Geometry): Groups {
  return geometry.labels === "none" ? flowing(cluster, geometry) : stacked(cluster, geometry);
}

/** For a cluster that holds no bundles: a line that says so, or two that say why. */
const NOTE_HEIGHT = 36;

/** The height of what stands below a card's head. */
function bodyHeight({ bundles }: Cluster, groups: Groups): number {
  return bundles.length === 0 ? NOTE_HEIGHT : groups.height;
}

export function cardHeight(cluster: Cluster, geometry: Geometry): number {
  const body = bodyHeight(cluster, groupsOf(cluster, geometry));
  return geometry.head + body + 2 * CARD_PADDING + 2 * CARD_BORDER;
}

export interface PlacedCluster {
  /** In the order of reading; the first is the cluster itself. */
  items: Item[];
  rows: number;
  columns: number;
  /** Of the cells. */
  height: number;
}

function labelBox({ bundle, y }: Group, { labels, label, inner, cellHeight, gap }: Geometry): Box {
  if (labels === "above") return { x: 0, y, width: inner, height: label };
  // Why there are no apps takes the place of the apps.
  return { x: 0, y, width: bundle.apps.length > 0 ? label - 2 * gap : inner, height: cellHeight };
}

export function placeCluster(cluster: Cluster, geometry: Geometry): PlacedCluster {
  const { columns, cellWidth, cellHeight, gap, labels, label, head, inner } = geometry;
  const keyOf = uniqueKeys();
  const groups = groupsOf(cluster, geometry);
  const items: Item[] = [];
  const add = (entity: Item["entity"], row: number, column: number, box: Box) =>
    items.push({ key: keyOf(entity.path), entity, row, column, box });

  const left = labels === "beside" ? label : 0;
  const down = labels === "above" ? label : 0;
  const firstColumn = labels === "beside" ? 2 : 1;

  function addCells(group: Group, cells: readonly (Bundle | App)[]): void {
    const firstRow = group.row + (labels === "above" ? 1 : 0);
    for (const [index, cell] of cells.entries()) {
      const line = Math.floor((group.start + index) / columns);
      const column = (group.start + index) % columns;
      const x = left + column * (cellWidth + gap);
      const y = group.y + down + line * (cellHeight + gap);
      add(cell, firstRow + line, firstColumn + column, { x, y, width: cellWidth, height: cellHeight });
    }
  }

  add(cluster, HEAD_ROW, 1, { x: 0, y: -head, width: inner, height: head });
  for (const group of groups.groups) {
    if (labels !== "none") add(group.bundle, group.row, 1, labelBox(group, geometry));
    addCells(group, labels === "none" ? cellsOf(group.bundle) : group.bundle.apps);
  }
  return { items, rows: groups.rows, columns: columns + firstColumn - 1, height: bodyHeight(cluster, groups) };
}

/** Whether an item is painted along with others rather than an element of its own. */
export function isPainted({ entity }: Item, zoom: Zoom): boolean {
  return zoom === "dots" || (zoom === "glyphs" && entity.type === "app");
}

/** What stands at a point of the card; null for bare ground. */
export function itemAt({ items }: PlacedCluster, x: number, y: number): Item | null {
  const covers = ({ box }: Item) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
  return items.find(covers) ?? null;
}
