import { describe, expect, it } from "vitest";
import { app, bundle, cluster } from "@/test/fixtures";
import { Chance } from "@/test/random";
import { ZOOMS, type Zoom } from "../detail/release-address";
import { extentOf, geometryFor } from "./geometry";
import { moveInCard } from "./keyboard";
import { cardHeight, type Item, itemAt, placeCluster } from "./layout";

const apps = (count: number) => Array.from({ length: count }, (_, index) => app(`a${index}`));

function grown(sizes: readonly number[]) {
  const bundles = sizes.map((size, index) => bundle(`b${index}`, apps(size)));
  return cluster("c", bundles)("wave:w");
}

function placed(sizes: readonly number[], zoom: Zoom, width = 300) {
  const holder = grown(sizes);
  const extent = { clustersInWave: 1, appsInCluster: 1, appsInBundle: 8 };
  const geometry = geometryFor(zoom, width, extent);
  return { holder, geometry, ...placeCluster(holder, geometry) };
}

function overlap({ box: a }: Item, { box: b }: Item): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe("a cluster's card", () => {
  it.each(ZOOMS)("as %s has a place of its own within the card for everything", (zoom) => {
    const chance = new Chance(7);
    for (let round = 0; round < 40; round += 1) {
      const sizes = Array.from({ length: chance.below(6) }, () => chance.below(30));
      const { items, height, geometry, rows, columns } = placed(sizes, zoom, 120 + chance.below(900));
      const cells = items.slice(1);
      for (const [index, item] of cells.entries()) {
        const { x, y, width, height: high } = item.box;
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(geometry.inner + 0.01);
        expect(y + high).toBeLessThanOrEqual(height);
        expect(item.row).toBeLessThanOrEqual(rows);
        expect(item.column).toBeLessThanOrEqual(columns);
        expect(cells.slice(index + 1).filter((other) => overlap(item, other))).toEqual([]);
        expect(itemAt({ items, rows, columns, height }, x + width / 2, y + high / 2)).toBe(item);
      }
    }
  });

  it.each(ZOOMS)("as %s holds all apps in their order, and reads from left to right and downwards", (zoom) => {
    const { items, holder } = placed([3, 0, 25, 1], zoom);
    const shown = items.map(({ entity }) => entity).filter(({ type }) => type === "app");
    expect(shown).toEqual(holder.bundles.flatMap((each) => each.apps));
    const places = items.map(({ row, column }) => row * 1_000 + column);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("shows a bundle without apps in its place at each zoom", () => {
    for (const zoom of ZOOMS) {
      expect(placed([0], zoom).items.map(({ entity }) => entity.type)).toEqual(["cluster", "bundle"]);
    }
  });

  it("leaves a gap between two bundles as dots, and starts a line for what does not fit the last one", () => {
    const { items, geometry } = placed([4, 4, geometryFor("dots", 300, extentOf([])).columns], "dots");
    const cells = items.slice(1);
    expect(cells.slice(0, 8).map(({ column }) => column)).toEqual([1, 2, 3, 4, 6, 7, 8, 9]);
    expect(cells[8]).toMatchObject({ row: 3, column: 1 });
    expect(cells.at(-1)).toMatchObject({ row: 3, column: geometry.columns });
  });

  it("is as high as what it holds, and high enough to say why it holds nothing", () => {
    const { holder, geometry, height } = placed([3, 25], "glyphs");
    expect(cardHeight(holder, geometry)).toBe(geometry.head + height + 18);
    expect(placed([], "glyphs").height).toBeGreaterThan(0);
  });

  it("tells apart what stands twice under one parent", () => {
    const twice = cluster("c", [bundle("b", [app("a"), app("a")])])("wave:w");
    const { items } = placeCluster(twice, placed([], "names").geometry);
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
  });
});

describe("the cards of a board", () => {
  const extent = { clustersInWave: 12, appsInCluster: 16, appsInBundle: 8 };

  it.each(ZOOMS)("as %s fill a screen of any width, and never more", (zoom) => {
    for (const width of [300, 700, 1_300, 3_800]) {
      const { cardsInRow, cardWidth } = geometryFor(zoom, width, extent);
      const taken = cardsInRow * cardWidth + (cardsInRow - 1) * 12;
      expect(taken).toBeLessThanOrEqual(width);
      expect(taken).toBeGreaterThan(width * 0.5);
    }
  });

  it("are wider for large clusters, so that they are no towers", () => {
    const large = { ...extent, appsInCluster: 8_192, appsInBundle: 4_000 };
    expect(geometryFor("dots", 1_300, large).cardWidth).toBeGreaterThan(geometryFor("dots", 1_300, extent).cardWidth);
  });

  it("do not stretch over a screen that a wave does not fill", () => {
    const alone = { ...extent, clustersInWave: 1 };
    expect(geometryFor("names", 3_800, alone).cardWidth).toBeLessThan(1_000);
  });
});

describe("a card's keys", () => {
  const { items } = placed([5, 2], "names", 600);
  const ids = (item: Item | undefined) => item?.entity.path.split("/").slice(2).join("/");
  const from = (id: string) => items.findIndex((item) => ids(item) === id);
  const move = (key: string, id: string, whole = false) => ids(moveInCard(key, items, from(id), whole));

  it("go on from row to row to the sides", () => {
    expect(move("ArrowRight", "bundle:b0/app:a4")).toBe("bundle:b1");
    expect(move("ArrowLeft", "bundle:b0")).toBe("");
    expect(move("ArrowRight", "bundle:b1/app:a1")).toBeUndefined();
  });

  it("go to what is nearest above and below", () => {
    expect(move("ArrowDown", "bundle:b0/app:a1")).toBe("bundle:b0/app:a3");
    expect(move("ArrowUp", "bundle:b0/app:a4")).toBe("bundle:b0/app:a2");
    expect(move("ArrowDown", "bundle:b0/app:a3")).toBe("bundle:b0/app:a4");
    expect(move("ArrowDown", "bundle:b0/app:a4")).toBe("bundle:b1");
    expect(move("ArrowDown", "bundle:b1/app:a0")).toBeUndefined();
  });

  it("go to the ends of a row and of the card", () => {
    expect(move("End", "bundle:b0/app:a0")).toBe("bundle:b0/app:a1");
    expect(move("Home", "bundle:b0/app:a1")).toBe("bundle:b0/app:a0");
    expect(move("End", "", true)).toBe("bundle:b1/app:a1");
    expect(move("Home", "bundle:b1/app:a1", true)).toBe("");
    expect(move("x", "bundle:b0/app:a0")).toBeUndefined();
  });
});
