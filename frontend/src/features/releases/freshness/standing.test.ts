import { describe, expect, it } from "vitest";
import { ApiError, noAnswer } from "@/lib/api/errors";
import { DOWN, OPENING, type Push } from "@/lib/realtime/follow";
import { type Reading, staleReason, standingOf } from "./standing";

const NOW = Date.parse("2025-11-22T10:00:00Z");
const polled: Reading = { isOnline: true, link: DOWN, freshness: "live", error: null, answeredAt: NOW - 3_000 };

function pushed(change: Partial<Push> = {}): Reading {
  const link: Push = { state: "up", freshness: "live", asOf: NOW, reason: null, period: null, heardAt: NOW, ...change };
  return { ...polled, link, answeredAt: NOW - 500_000 };
}

describe("what is shown", () => {
  it("is current while answers come in", () => {
    expect(staleReason(polled, NOW)).toBeNull();
    expect(staleReason({ ...polled, freshness: "polled" }, NOW)).toBeNull();
    expect(staleReason({ ...polled, link: OPENING }, NOW)).toBeNull();
  });

  it("is live only while it is pushed", () => {
    expect(standingOf(polled, NOW)).toBe("polled");
    expect(standingOf({ ...polled, link: OPENING }, NOW)).toBe("opening");
    expect(standingOf(pushed(), NOW)).toBe("live");
    expect(standingOf(pushed({ freshness: "polled" }), NOW)).toBe("polled");
  });

  it("is old once a read fails, for the reason that the server gave", () => {
    const error = new ApiError({ status: 503, code: "worker_unavailable", detail: "No worker answers." });
    expect(staleReason({ ...polled, error }, NOW)).toBe("No worker answers.");
    expect(standingOf({ ...polled, error, answeredAt: NOW - 60_000 }, NOW)).toBe("stale");
  });

  it("is old when the server says so, for the reason that it gives", () => {
    expect(staleReason({ ...polled, freshness: "stale" }, NOW)).toMatch(/last known state/);
    expect(staleReason(pushed({ freshness: "stale" }), NOW)).toMatch(/last known state/);
    expect(staleReason(pushed({ freshness: "stale", reason: "No worker answers." }), NOW)).toBe("No worker answers.");
  });

  it("is what the socket says of it, whatever a request said before", () => {
    expect(standingOf({ ...pushed(), error: noAnswer("gone"), freshness: "stale" }, NOW)).toBe("live");
  });

  it("is old when no answer came for long, as after a machine slept", () => {
    expect(staleReason({ ...polled, answeredAt: NOW - 31_000 }, NOW)).toMatch(/has not answered/);
    expect(standingOf(pushed({ heardAt: NOW - 31_000 }), NOW)).toBe("disconnected");
  });

  it("is cut off where the server fell silent, until it answers a request or speaks again", () => {
    const silent = { ...polled, link: { state: "down", silentAt: NOW - 1_000 } } as const;
    expect(standingOf(silent, NOW)).toBe("disconnected");
    expect(staleReason(silent, NOW)).toBe("The portal has not answered since.");
    expect(standingOf({ ...silent, answeredAt: NOW - 500 }, NOW)).toBe("polled");
  });

  it("is cut off where the browser is offline, but for what is pushed all the same", () => {
    expect(standingOf({ ...polled, isOnline: false }, NOW)).toBe("disconnected");
    expect(staleReason({ ...polled, isOnline: false }, NOW)).toBe("This browser is offline.");
    expect(standingOf({ ...pushed(), isOnline: false }, NOW)).toBe("live");
  });

  it("is cut off where the portal can't be reached", () => {
    const reading = { ...polled, error: noAnswer(new TypeError("Failed to fetch")) };
    expect(standingOf(reading, NOW)).toBe("disconnected");
    expect(staleReason(reading, NOW)).toBe("The portal can't be reached.");
  });
});
