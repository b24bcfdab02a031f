import { describe, expect, it } from "vitest";
import { ApiError } from "./errors";
import { pollDelay, retryDelay, shouldRetry } from "./retry";

const failure = (status: number, retryAfterSeconds: number | null = null) =>
  new ApiError({ status, code: "test", retryAfterSeconds });

describe("retries", () => {
  it.each([400, 401, 403, 404, 409, 429])("are of no use after a %i", (status) => {
    expect(shouldRetry(0, failure(status))).toBe(false);
  });

  it.each([0, 500, 503])("are tried twice after a %i", (status) => {
    expect([0, 1, 2].map((count) => shouldRetry(count, failure(status)))).toEqual([true, true, false]);
  });

  it("are of no use after an error of the program's own", () => {
    expect(shouldRetry(0, new TypeError())).toBe(false);
  });

  it("wait longer each time, and at least as long as the server asked for", () => {
    expect(retryDelay(0, failure(503))).toBe(1_000);
    expect(retryDelay(1, failure(503))).toBe(2_000);
    expect(retryDelay(0, failure(503, 12))).toBe(12_000);
    expect(retryDelay(20, failure(500))).toBe(30_000);
  });
});

describe("polls", () => {
  it("come at their period while all is well, and after a failure too", () => {
    expect(pollDelay(3_000, null)).toBe(3_000);
    expect(pollDelay(3_000, failure(503))).toBe(3_000);
    expect(pollDelay(3_000, failure(0))).toBe(3_000);
  });

  it("wait as long as the server asked for", () => {
    expect(pollDelay(3_000, failure(503, 9))).toBe(9_000);
    expect(pollDelay(3_000, failure(429, 60))).toBe(60_000);
  });

  it.each([400, 401, 403, 404])("end with a %i", (status) => {
    expect(pollDelay(3_000, failure(status))).toBe(false);
  });
});
