import { describe, expect, it } from "vitest";
import { app, bundle, cluster, largeTree, tree, troubledTree, wave } from "@/test/fixtures";
import { countEntities, findFailures } from "./entities";
import { branchKeys, initiallyExpanded } from "./expansion";
import { focusedIndex, moveForKey } from "./keyboard";
import { visibleRows } from "./rows";

const everything = { isExpanded: () => true, isShown: () => true };

describe("failures", () => {
  it("are what failed or can't be read, counted where they began", () => {
    const { branches, count } = findFailures(troubledTree());
    expect(count).toBe(2);
    expect([...branches].map(({ id }) => id).sort()).toEqual([
      "app:search-api",
      "bundle:core",
      "bundle:edge",
      "cluster:us-east",
      "release:2025.11-payments",
      "wave:w2",
    ]);
  });

  it("include a branch that failed without anything below it failing", () => {
    const { count } = findFailures(tree("release:r", [wave("w", [], { phase: "failed" })]));
    expect(count).toBe(1);
  });
});

describe("what is open at first", () => {
  it("is all of a small release", () => {
    const small = troubledTree();
    expect(initiallyExpanded(small, findFailures(small))).toEqual(new Set(branchKeys(small)));
  });

  it("is only the release itself of a large one in which nothing happens", () => {
    const large = largeTree();
    expect(countEntities(large)).toBe(1111);
    expect(initiallyExpanded(large, findFailures(large))).toEqual(new Set([""]));
  });

  it("is the way to each failure in a large one, and what is under way", () => {
    const grown = largeTree();
    const core = grown.waves[3]?.clusters[2]?.bundles[0];
    if (core?.apps[4]) core.apps[4].phase = "failed";
    if (grown.waves[1]) grown.waves[1].phase = "active";
    const expanded = initiallyExpanded(grown, findFailures(grown));
    expect(expanded).toContain("wave:w3/cluster:c2/bundle:core");
    expect(expanded).toContain("wave:w1");
    expect(expanded).not.toContain("wave:w0");
  });
});

describe("rows", () => {
  it("give a closed branch one line", () => {
    const rows = visibleRows(troubledTree(), { isExpanded: (key) => key === "", isShown: () => true });
    expect(rows.map(({ key, level, expanded }) => [key, level, expanded])).toEqual([
      ["", 1, true],
      ["wave:w1", 2, false],
      ["wave:w2", 2, false],
    ]);
  });

  it("count places among what is shown", () => {
    const rows = visibleRows(troubledTree(), { ...everything, isShown: ({ id }) => id !== "wave:w1" });
    expect(rows[1]).toMatchObject({ key: "wave:w2", position: 1, siblings: 1 });
  });

  it("have keys of their own even where a path stands twice", () => {
    const twice = tree("release:r", [wave("w", [cluster("c", [bundle("b", [app("a"), app("a"), app("a")])])])]);
    const keys = visibleRows(twice, everything).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("the keys", () => {
  const rows = visibleRows(troubledTree(), everything);
  const at = (key: string) => rows.findIndex((row) => row.key === key);
  const press = (key: string, where: string) => moveForKey(key, rows, at(where));

  it("stop at both ends", () => {
    expect(press("ArrowUp", "")).toBeNull();
    expect(moveForKey("ArrowDown", rows, rows.length - 1)).toBeNull();
  });

  it("do nothing to a leaf but leave it", () => {
    const leaf = "wave:w1/cluster:eu-west/bundle:core/app:ledger";
    expect(press("ArrowRight", leaf)).toBeNull();
    expect(press("Enter", leaf)).toBeNull();
    expect(press("ArrowLeft", leaf)).toEqual({ kind: "focus", key: "wave:w1/cluster:eu-west/bundle:core" });
  });

  it("leave alone what is not theirs", () => {
    expect(press("a", "")).toBeNull();
    expect(moveForKey("ArrowDown", [], 0)).toBeNull();
  });

  it("open all siblings with *", () => {
    expect(press("*", "wave:w2")).toEqual({ kind: "expand", keys: ["wave:w1", "wave:w2"] });
    expect(press("*", "wave:w2/cluster:us-east/bundle:edge")).toEqual({
      kind: "expand",
      keys: ["wave:w2/cluster:us-east/bundle:core"],
    });
  });

  it("are heard on the nearest line that holds one which is shown no more", () => {
    const closed = visibleRows(troubledTree(), { isExpanded: (key) => key !== "wave:w2", isShown: () => true });
    expect(closed[focusedIndex(closed, "wave:w2/cluster:us-east/bundle:core")]?.key).toBe("wave:w2");
    expect(focusedIndex(closed, "wave:gone")).toBe(0);
  });
});
