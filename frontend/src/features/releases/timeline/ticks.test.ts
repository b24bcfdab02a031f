import { afterEach, describe, expect, it, vi } from "vitest";
import { datesOf, ticksOf, timeBelow } from "./ticks";

// The tests' reader sits in Berlin.
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function labels(from: string, length: number, width = 1_000): string[] {
  const start = Date.parse(from);
  return ticksOf({ from: start, to: start + length }, width).map(({ label }) => label);
}

describe("ticks", () => {
  it.each([
    ["seconds", 5 * SECOND, "10:00:01"],
    ["tens of seconds", 100 * SECOND, "10:00:10"],
    ["minutes", 10 * MINUTE, "10:01"],
    ["quarters of an hour", 2 * HOUR, "10:15"],
    ["hours", 8 * HOUR, "11:00"],
    ["days", 8 * DAY, "23 Nov"],
    ["weeks, from Monday", 60 * DAY, "24 Nov"],
    ["months", 300 * DAY, "Dec 2025"],
    ["years", 3_000 * DAY, "2026"],
  ])("are %s", (_, length, label) => {
    expect(labels("2025-11-22T10:00:00.5+01:00", length)[0]).toBe(label);
  });

  it("are as many as have room, whatever the length and the width", () => {
    for (let length = SECOND; length < 100_000 * DAY; length *= 1.7) {
      for (const width of [200, 360, 1_000, 3_800]) {
        const found = labels("2025-03-20T00:00:00Z", length, width);
        expect(found.length).toBeLessThanOrEqual(Math.min(width / 80 + 1, 42));
      }
    }
  });

  it("are fewer on a narrow screen", () => {
    expect(labels("2025-11-22T10:00:00Z", HOUR, 320).length).toBeLessThan(5);
    expect(labels("2025-11-22T10:00:00Z", HOUR, 1_400).length).toBeGreaterThan(10);
  });

  it("name the day where one begins", () => {
    const found = ticksOf(
      { from: Date.parse("2025-11-22T20:00:00+01:00"), to: Date.parse("2025-11-23T04:00:00+01:00") },
      1_000,
    );
    expect(found.filter(({ isMajor }) => isMajor).map(({ label }) => label)).toEqual(["23 Nov"]);
  });

  it("stand on full hours of the reader's clock when clocks are changed", () => {
    // An hour is skipped on the one day, and comes twice on the other.
    expect(labels("2025-03-30T00:00:00+01:00", 22 * HOUR, 600)).toEqual(["30 Mar", "06:00", "12:00", "18:00"]);
    expect(labels("2025-10-26T00:00:00+02:00", 24 * HOUR, 600)).toEqual(["26 Oct", "06:00", "12:00", "18:00"]);
  });

  it("go forward in any case", () => {
    for (const day of ["2025-03-30", "2025-10-26"]) {
      for (let length = SECOND; length < 40 * DAY; length *= 1.5) {
        const start = Date.parse(`${day}T00:30:00Z`);
        const moments = ticksOf({ from: start, to: start + length }, 1_000).map(({ at }) => at);
        expect(moments).toEqual([...new Set(moments)].sort((a, b) => a - b));
      }
    }
  });
});

describe("the time below the pointer", () => {
  afterEach(() => vi.unstubAllEnvs());

  const moment = Date.parse("2025-11-22T10:00:00Z");

  it("is the reader's, with UTC beside it", () => {
    expect(timeBelow(moment)).toBe("11:00:00 · 10:00:00 UTC");
  });

  it("is not said twice to a reader whose zone is UTC", async () => {
    vi.stubEnv("TZ", "UTC");
    vi.resetModules();
    const inUtc = await import("./ticks");
    expect(inUtc.timeBelow(moment)).toBe("10:00:00 UTC");
  });
});

describe("the dates of an axis", () => {
  it("are one where it shows one day, and name the zone", () => {
    const from = Date.parse("2025-11-22T10:00:00Z");
    expect(datesOf({ from, to: from + HOUR })).toBe("22 Nov 2025 CET");
    expect(datesOf({ from, to: from + 2 * DAY })).toMatch(/^22\s?–\s?24 Nov 2025 CET$/);
  });
});
