import { afterEach, describe, expect, it, vi } from "vitest";
import {
  formatAgo,
  formatCalmDuration,
  formatClock,
  formatDuration,
  formatExact,
  formatMinute,
  parseMoment,
} from "./time";

const NOW = Date.parse("2025-11-22T10:00:00Z");
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

describe("relative times", () => {
  it.each([
    [0, "just now"],
    [9 * SECOND, "just now"],
    [-30 * SECOND, "just now"],
    [43 * SECOND, "40 s ago"],
    [60 * SECOND, "1 min ago"],
    [59 * 60 * SECOND, "59 min ago"],
    [HOUR, "1 h ago"],
    [49 * HOUR, "2 d ago"],
    [40 * 24 * HOUR, "1 mo ago"],
    [800 * 24 * HOUR, "2 y ago"],
  ])("%i ms back is %s", (age, words) => {
    expect(formatAgo(NOW - age, NOW)).toBe(words);
  });
});

describe("durations", () => {
  it.each([
    [0, "0 s"],
    [999, "0 s"],
    [42 * SECOND, "42 s"],
    [60 * SECOND, "1 min"],
    [200 * SECOND, "3 min 20 s"],
    [HOUR + 5 * 60 * SECOND + 9 * SECOND, "1 h 5 min"],
    [HOUR + 9 * SECOND, "1 h"],
    [51 * HOUR, "2 d 3 h"],
  ])("%i ms are %s", (length, words) => {
    expect(formatDuration(length)).toBe(words);
  });
});

describe("durations of what goes on", () => {
  it.each([
    [3 * SECOND, "0 s"],
    [43 * SECOND, "40 s"],
    [200 * SECOND, "3 min"],
    [HOUR + 5 * 60 * SECOND + 59 * SECOND, "1 h 5 min"],
  ])("%i ms are %s, in steps that do not fidget", (length, words) => {
    expect(formatCalmDuration(length)).toBe(words);
  });
});

describe("times to the minute", () => {
  it.each([
    ["2025-11-22T09:03:00Z", "10:03"],
    ["2025-11-21T09:03:00Z", "21 Nov, 10:03"],
    ["2024-11-22T09:03:00Z", "22 Nov 2024, 10:03"],
  ])("of %s are %s", (moment, words) => {
    expect(formatMinute(Date.parse(moment), NOW)).toBe(words);
  });
});

describe("exact times", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("are in the reader's zone, with UTC beside it", () => {
    expect(formatExact(NOW)).toBe("22 Nov 2025, 11:00:00 CET · 22 Nov 2025, 10:00:00 UTC");
  });

  it("are not said twice to a reader whose zone is UTC", async () => {
    vi.stubEnv("TZ", "UTC");
    vi.resetModules();
    const inUtc = await import("./time");
    expect(inUtc.formatExact(NOW)).toBe("22 Nov 2025, 10:00:00 UTC");
  });

  it("leave out the date where it is today's", () => {
    expect(formatClock(NOW, NOW + HOUR)).toBe("11:00:00");
    expect(formatClock(NOW, NOW + 24 * HOUR)).toContain("22 Nov 2025");
  });
});

describe("times from the API", () => {
  it("are null where absent or no date", () => {
    expect(parseMoment("2025-11-22T10:00:00+00:00")).toBe(NOW);
    expect([parseMoment(null), parseMoment(undefined), parseMoment(""), parseMoment("yesterday")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
