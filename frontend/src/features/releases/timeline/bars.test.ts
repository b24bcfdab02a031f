import { describe, expect, it } from "vitest";
import { boxOf, marksOf, notePlaceOf, pointOf } from "./bars";

// 1,000 pixels for 1,000 ms: a place is a time.
const sight = { from: 0, to: 1_000 };
const box = (from: number, to: number) => boxOf({ from, to }, sight, 1_000);

describe("a bar", () => {
  it("stands where its times do", () => {
    expect(box(100, 400)).toEqual({ left: 100, width: 300, cutLeft: false, cutRight: false });
  });

  it("is cut where it goes on out of sight", () => {
    expect(box(-500, 400)).toEqual({ left: 0, width: 400, cutLeft: true, cutRight: false });
    expect(box(-500, 5_000)).toEqual({ left: 0, width: 1_000, cutLeft: true, cutRight: true });
  });

  it("is told to be out of sight, and on which side", () => {
    expect(box(-500, -100)).toBe("before");
    expect(box(1_100, 1_200)).toBe("after");
  });

  it("can be seen and pointed at however short, at both ends of the track as well", () => {
    expect(box(500, 500)).toMatchObject({ left: 500, width: 4 });
    expect(box(1_000, 1_000)).toMatchObject({ left: 996, width: 4 });
    expect(box(-100, 0)).toMatchObject({ left: 0, width: 4 });
  });
});

describe("the note of a bar", () => {
  const place = (left: number, width: number) =>
    notePlaceOf({ left, width, cutLeft: false, cutRight: false }, 80, 1_000);

  it("stands behind it, before it where there is no room, and else in it", () => {
    expect(place(100, 300)).toBe("behind");
    expect(place(300, 680)).toBe("before");
    expect(place(10, 980)).toBe("inside");
  });
});

describe("marks", () => {
  const failure = (at: number) => ({ at, path: `app:${at}`, label: `${at}`, message: null });

  it("stand at their moments, in order, those in sight only", () => {
    const marks = marksOf([failure(900), failure(100), failure(2_000), failure(-1)], sight, 1_000);
    expect(marks.map(({ left }) => left)).toEqual([100, 900]);
  });

  it("are one where they would hide one another", () => {
    const marks = marksOf([failure(100), failure(105), failure(112), failure(120)], sight, 1_000);
    expect(marks.map(({ failures }) => failures.map(({ at }) => at))).toEqual([[100, 105, 112], [120]]);
  });
});

describe("a moment", () => {
  it("has a place only in sight", () => {
    expect(pointOf(250, sight, 400)).toBe(100);
    expect(pointOf(-1, sight, 400)).toBeNull();
    expect(pointOf(1_001, sight, 400)).toBeNull();
  });
});
