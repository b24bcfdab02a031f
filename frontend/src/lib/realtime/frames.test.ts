import { describe, expect, it } from "vitest";
import { parseFrame } from "./frames";

const parse = (frame: unknown) => parseFrame(JSON.stringify(frame));

describe("a frame", () => {
  it.each([
    { type: "snapshot", version: 12, as_of: "2025-11-22T10:00:00Z", freshness: "live", data: {} },
    { type: "patch", version: 13, as_of: "2025-11-22T10:00:00Z", changes: [] },
    {
      type: "patch",
      version: 13,
      as_of: "2025-11-22T10:00:00Z",
      changes: [
        { op: "set", path: "", fields: { state: "completed" } },
        { op: "add", path: "wave:w1", entity: {}, index: 0 },
        { op: "remove", path: "wave:w2" },
      ],
    },
    { type: "freshness", freshness: "polled", as_of: "2025-11-22T10:00:00Z", reason: null, code: null, period: 12.5 },
    { type: "freshness", freshness: "stale", as_of: null, reason: "Temporal is away.", code: "x", period: null },
    { type: "error", code: "permission_denied", detail: "No.", request_id: "req-7", status: 403 },
  ])("is read as it was sent: %j", (frame) => {
    expect(parse(frame)).toEqual(frame);
  });

  it("of a kind that this page does not know is left alone", () => {
    expect(parse({ type: "weather", sun: true })).toEqual({ type: "foreign" });
    expect(parse({ type: "constructor" })).toEqual({ type: "foreign" });
  });

  it.each([
    null,
    "snapshot",
    [],
    {},
    { type: 7 },
    { type: "snapshot", version: 1, as_of: "x", freshness: "fresh", data: {} },
    { type: "snapshot", version: 1, as_of: "x", freshness: "live" },
    { type: "patch", version: 1.5, as_of: "x", changes: [] },
    { type: "patch", version: 1, as_of: "x", changes: {} },
    { type: "patch", version: 1, as_of: "x", changes: [null] },
    { type: "patch", version: 1, as_of: "x", changes: [{ op: "set", path: "a" }] },
    { type: "patch", version: 1, as_of: "x", changes: [{ op: "add", path: "a", entity: {}, index: -1 }] },
    { type: "patch", version: 1, as_of: "x", changes: [{ op: "move", path: "a" }] },
    { type: "patch", version: 1, as_of: "x", changes: [{ op: "remove" }] },
    { type: "freshness", freshness: "live", as_of: null, reason: 3, period: null },
    { type: "freshness", freshness: "polled", as_of: null, reason: null, period: 0 },
    { type: "error", code: 1 },
  ])("is none: %j", (value) => {
    expect(parse(value)).toBeNull();
  });

  it.each(["", "{", "hello", "[object Blob]"])("is none: %s", (text) => {
    expect(parseFrame(text)).toBeNull();
  });
});
