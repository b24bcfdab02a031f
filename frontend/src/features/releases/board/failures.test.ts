import { describe, expect, it } from "vitest";
import { app, bundle, cluster, tree, troubledTree, wave } from "@/test/fixtures";
import { nextTrouble } from "./failures";

const SEARCH = "wave:w2/cluster:us-east/bundle:core/app:search-api";
const EDGE = "wave:w2/cluster:us-east/bundle:edge";
const fine = tree("release:fine", [wave("w1", [cluster("c", [bundle("b", [app("a")])])])]);

describe("the way through a release's failures", () => {
  const release = troubledTree();

  it("goes from one to the next, and round at the end", () => {
    expect(nextTrouble(release, null, 1)).toBe(SEARCH);
    expect(nextTrouble(release, SEARCH, 1)).toBe(EDGE);
    expect(nextTrouble(release, EDGE, 1)).toBe(SEARCH);
  });

  it("goes backwards, too", () => {
    expect(nextTrouble(release, null, -1)).toBe(EDGE);
    expect(nextTrouble(release, EDGE, -1)).toBe(SEARCH);
    expect(nextTrouble(release, SEARCH, -1)).toBe(EDGE);
  });

  it("starts where one is, failure or not", () => {
    expect(nextTrouble(release, "wave:w2/cluster:us-east/bundle:core/app:ledger", 1)).toBe(SEARCH);
    expect(nextTrouble(release, "wave:w2/cluster:us-east/bundle:core/app:ledger", -1)).toBe(EDGE);
    expect(nextTrouble(release, "wave:w2", 1)).toBe(SEARCH);
  });

  it("stays at the only one, and leads nowhere where there is none", () => {
    const failed = tree("release:one", [wave("w1", [cluster("c", [bundle("b", [app("a", { phase: "failed" })])])])]);
    expect(nextTrouble(failed, "wave:w1/cluster:c/bundle:b/app:a", 1)).toBe("wave:w1/cluster:c/bundle:b/app:a");
    expect(nextTrouble(fine, null, 1)).toBeNull();
  });
});
