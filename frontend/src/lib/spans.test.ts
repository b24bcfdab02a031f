import { describe, expect, it } from "vitest";
import { lengthOf, spanOf, spanWithin } from "./spans";

const MADE = "2025-11-22T09:00:00Z";
const CHANGED = "2025-11-22T09:30:00Z";
const [made, changed] = [Date.parse(MADE), Date.parse(CHANGED)];

function app(phase: "pending" | "active" | "succeeded" | "unknown") {
  return { phase, created_at: MADE, updated_at: CHANGED };
}

describe("the span of an entity", () => {
  it("ends with the last change of what has ended", () => {
    expect(spanOf(app("succeeded"))).toEqual({ start: made, end: changed });
  });

  it("goes on while it is active", () => {
    expect(spanOf(app("active"))).toEqual({ start: made, end: null });
  });

  it("is not begun while it waits", () => {
    expect(spanOf(app("pending"))).toEqual({ start: null, end: null });
  });

  it("is known up to the last change where the state is not known", () => {
    expect(spanOf(app("unknown")).end).toBe(changed);
  });

  it("never ends before it began", () => {
    const backwards = { phase: "failed", created_at: CHANGED, updated_at: MADE } as const;
    expect(spanOf(backwards)).toEqual({ start: changed, end: changed });
  });

  it("is the run's own for a release, whatever its workflow says", () => {
    const run = { ...app("succeeded"), started_at: "2025-11-22T08:00:00Z", ended_at: null };
    expect(spanOf(run)).toEqual({ start: Date.parse("2025-11-22T08:00:00Z"), end: null });
    expect(spanOf({ ...run, phase: "pending" }).start).not.toBeNull();
  });
});

describe("the span of an entity within its release", () => {
  const ended = "2025-11-22T10:00:00Z";
  const release = { workflow_id: "release:r", ended_at: ended };
  const interrupted = { phase: "stopped", created_at: MADE, updated_at: MADE, reported_state: "deploying" } as const;

  it("goes on until the release's run ended where that interrupted it", () => {
    const span = spanWithin(release, { ...interrupted, workflow_id: "release:r" });
    expect(span).toEqual({ start: made, end: Date.parse(ended) });
  });

  it("is its own where it ended by itself, or in a workflow of its own", () => {
    const itself = { ...app("succeeded"), reported_state: null, workflow_id: "release:r" };
    expect(spanWithin(release, itself).end).toBe(changed);
    expect(spanWithin(release, { ...interrupted, workflow_id: "app:a" }).end).toBe(made);
  });
});

describe("the length of a span", () => {
  it("is up to now while it goes on, and never below nothing", () => {
    expect(lengthOf({ start: made, end: null }, changed)).toBe(changed - made);
    expect(lengthOf({ start: changed, end: null }, made)).toBe(0);
    expect(lengthOf({ start: null, end: null }, made)).toBeNull();
  });
});
