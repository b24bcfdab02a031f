import { describe, expect, it } from "vitest";
import { atTheEnd, centredOn, inSight, movedBy, placeOf, type Stretch, type Zoom, zoomedBy, zoomedTo } from "./zoom";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T = Date.parse("2025-11-22T09:00:00Z");
const whole: Stretch = { from: T, to: T + HOUR };
const grown: Stretch = { from: T, to: T + 2 * HOUR };
const lengthOf = ({ from, to }: Stretch) => to - from;

function closer(times: number, around?: number, zoom: Zoom = null): Zoom {
  let next = zoom;
  for (let time = 0; time < times; time += 1) next = zoomedBy(next, whole, 0.5, around);
  return next;
}

describe("what is in sight", () => {
  it("is all of the release, with room on both sides", () => {
    const all = inSight(null, whole);
    expect(placeOf(whole.from, all)).toBeCloseTo(0.02);
    expect(placeOf(whole.to, all)).toBeCloseTo(0.9);
  });

  it("is a second at least, also of a release that took no time", () => {
    expect(lengthOf(inSight(null, { from: T, to: T }))).toBeGreaterThan(1_000);
    expect(lengthOf(inSight(closer(40), whole))).toBe(1_000);
  });

  it("grows with the release while all of it is looked at", () => {
    expect(placeOf(grown.to, inSight(null, grown))).toBeCloseTo(0.9);
  });

  it("stays where the reader put it while the release grows", () => {
    const zoom = closer(2, T + HOUR / 2);
    expect(inSight(zoom, grown)).toEqual(inSight(zoom, whole));
  });

  it("keeps up with the end, as close as before, once the reader has moved there", () => {
    const zoom = movedBy(closer(2, T + HOUR / 2), whole, DAY);
    expect(zoom?.to).toBeNull();
    const before = inSight(zoom, whole);
    const after = inSight(zoom, grown);
    expect(lengthOf(after)).toBeCloseTo(lengthOf(before));
    expect(placeOf(grown.to, after)).toBeCloseTo(placeOf(whole.to, before));
    expect(inSight(zoomedBy(zoom, whole, 0.5), grown).to).toBeGreaterThan(grown.to);
  });

  it("no longer does once the reader has moved away", () => {
    const zoom = movedBy(atTheEnd(closer(2)), whole, -HOUR / 10);
    expect(inSight(zoom, grown)).toEqual(inSight(zoom, whole));
  });
});

describe("zooming", () => {
  it("keeps the moment below the pointer where it is", () => {
    const pointed = T + HOUR / 5;
    const place = placeOf(pointed, inSight(null, whole));
    expect(placeOf(pointed, inSight(closer(5, pointed), whole))).toBeCloseTo(place);
  });

  it("goes to the middle where nothing is pointed at", () => {
    const { from, to } = inSight(null, whole);
    expect(placeOf((from + to) / 2, inSight(closer(5), whole))).toBeCloseTo(0.5);
  });

  it("out leads back to all of it, and no further", () => {
    const zoom = closer(5, T + HOUR / 5);
    expect(zoomedBy(zoom, whole, 1_000)).toBeNull();
    expect(zoomedBy(null, whole, 2)).toBeNull();
  });

  it("to a stretch shows it and a little more, be it a moment only", () => {
    const part = { from: T + HOUR / 4, to: T + HOUR / 2 };
    const seen = inSight(zoomedTo(part, whole), whole);
    expect(placeOf(part.from, seen)).toBeCloseTo(0.02);
    expect(placeOf(part.to, seen)).toBeCloseTo(0.9);
    expect(lengthOf(inSight(zoomedTo({ from: T + 7, to: T + 7 }, whole), whole))).toBeLessThan(2_000);
    expect(zoomedTo(whole, whole)).toBeNull();
  });

  it("reaches seconds in a release of which one part is years older than the rest", () => {
    const old = { from: T - 3_000 * DAY, to: T };
    let zoom: Zoom = null;
    for (let time = 0; time < 60; time += 1) zoom = zoomedBy(zoom, old, 0.5, T - 2_000);
    const seen = inSight(zoom, old);
    expect(lengthOf(seen)).toBe(1_000);
    expect(placeOf(T - 2_000, seen)).toBeGreaterThan(0);
    expect(placeOf(T - 2_000, seen)).toBeLessThan(1);
  });
});

describe("moving", () => {
  it("ends where the release does", () => {
    const zoom = closer(2, T + HOUR / 2);
    expect(placeOf(whole.from, inSight(movedBy(zoom, whole, -DAY), whole))).toBeCloseTo(0.02);
    expect(placeOf(whole.to, inSight(movedBy(zoom, whole, DAY), whole))).toBeCloseTo(0.9);
  });

  it("does nothing to all of it", () => {
    expect(movedBy(null, whole, HOUR)).toBeNull();
    expect(centredOn(null, whole, T)).toBeNull();
    expect(atTheEnd(null)).toBeNull();
  });

  it("to a moment puts it into the middle", () => {
    const zoom = closer(3, T + HOUR / 2);
    expect(placeOf(T + HOUR / 4, inSight(centredOn(zoom, whole, T + HOUR / 4), whole))).toBeCloseTo(0.5);
  });
});
