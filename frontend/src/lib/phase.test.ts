import { describe, expect, it } from "vitest";
import { NO_APPS, rollupOf } from "@/test/fixtures";
import { countsByProgress, describeRollup, isPhase, PHASE_LOOKS, PHASES_BY_CONCERN, PHASES_BY_PROGRESS } from "./phase";

describe("roll-ups in words", () => {
  it("name the counts as the bar fills, and leave out what is none", () => {
    expect(describeRollup(rollupOf({ pending: 4, failed: 1, succeeded: 1200 }))).toBe(
      "1,205 apps: 1200 succeeded, 1 failed, 4 pending",
    );
  });

  it("speak of one app, and of none", () => {
    expect(describeRollup(rollupOf({ active: 1 }))).toBe("1 app: 1 active");
    expect(describeRollup(NO_APPS)).toBe("no apps");
    expect(countsByProgress(NO_APPS)).toEqual([]);
  });
});

describe("phases", () => {
  it("are all in each order, once", () => {
    const all = Object.keys(PHASE_LOOKS).sort();
    expect([...PHASES_BY_CONCERN].sort()).toEqual(all);
    expect([...PHASES_BY_PROGRESS].sort()).toEqual(all);
  });

  it("are told from other words, inherited ones included", () => {
    expect(isPhase("failed")).toBe(true);
    expect(isPhase("toString")).toBe(false);
  });
});
