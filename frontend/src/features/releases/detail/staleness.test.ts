import { describe, expect, it } from "vitest";
import { ApiError } from "@/lib/api/errors";
import { staleReason } from "./staleness";

const NOW = Date.parse("2025-11-22T10:00:00Z");
const current = { freshness: "live", error: null, answeredAt: NOW - 3_000 } as const;

describe("what is shown", () => {
  it("is current while answers come in", () => {
    expect(staleReason(current, NOW)).toBeNull();
    expect(staleReason({ ...current, freshness: "polled" }, NOW)).toBeNull();
  });

  it("is old once a read fails, for the reason that the server gave", () => {
    const error = new ApiError({ status: 503, code: "worker_unavailable", detail: "No worker answers." });
    expect(staleReason({ ...current, error }, NOW)).toBe("No worker answers.");
  });

  it("is old when the server says so", () => {
    expect(staleReason({ ...current, freshness: "stale" }, NOW)).toMatch(/last known state/);
  });

  it("is old when no answer came for long, as after a machine slept", () => {
    expect(staleReason({ ...current, answeredAt: NOW - 31_000 }, NOW)).toMatch(/has not answered/);
  });
});
