import { describe, expect, it } from "vitest";
import { app, bundle, cluster, rollupOf, troubledTree, wave } from "@/test/fixtures";
import type { Change } from "./frames";
import { TREE_BODY } from "./tree-body";

const tree = troubledTree();
const CORE = "wave:w1/cluster:eu-west/bundle:core";
const apply = (change: Change) => TREE_BODY.apply(tree, change);

describe("a change of the tree", () => {
  it("sets an entity's fields, and leaves every other entity the same object", () => {
    const changed = apply({ op: "set", path: `${CORE}/app:ledger`, fields: { state: "restarting", phase: "active" } });
    const [before, now] = [tree.waves[0]?.clusters[0]?.bundles[0], changed?.waves[0]?.clusters[0]?.bundles[0]];
    expect(now?.apps[0]).toEqual({ ...before?.apps[0], state: "restarting", phase: "active" });
    expect(now?.apps[1]).toBe(before?.apps[1]);
    expect(now).not.toBe(before);
    expect(changed?.waves[1]).toBe(tree.waves[1]);
    expect(tree).toEqual(troubledTree({ as_of: tree.as_of }));
  });

  it("sets a branch's fields without touching its children", () => {
    const rollup = rollupOf({ failed: 2 });
    const changed = apply({ op: "set", path: "wave:w2/cluster:us-east", fields: { rollup, state: null } });
    expect(changed?.waves[1]?.clusters[0]).toMatchObject({ rollup, state: null });
    expect(changed?.waves[1]?.clusters[0]?.bundles).toBe(tree.waves[1]?.clusters[0]?.bundles);
  });

  it("sets the release itself", () => {
    const fields = { status: "COMPLETED", run_id: "run-2", ended_at: "2025-11-22T11:00:00Z", phase: "succeeded" };
    const changed = apply({ op: "set", path: "", fields });
    expect(changed).toMatchObject(fields);
    expect(changed?.waves).toBe(tree.waves);
  });

  it("adds a branch where it belongs", () => {
    const grown = cluster("ap-south", [bundle("cache", [app("redis")])])("wave:w1");
    const changed = apply({ op: "add", path: "wave:w1/cluster:ap-south", entity: grown, index: 0 });
    expect(changed?.waves[0]?.clusters.map(({ id }) => id)).toEqual(["cluster:ap-south", "cluster:eu-west"]);
    const last = wave("w3", [])("");
    expect(apply({ op: "add", path: "wave:w3", entity: last, index: 2 })?.waves[2]).toBe(last);
  });

  it("removes an entity with all that it holds", () => {
    expect(apply({ op: "remove", path: "wave:w1" })?.waves).toEqual([tree.waves[1]]);
    expect(apply({ op: "remove", path: CORE })?.waves[0]?.clusters[0]?.bundles).toEqual([]);
  });

  it.each<[string, Change]>([
    ["sets what is not there", { op: "set", path: "wave:w9", fields: {} }],
    ["sets below what is not there", { op: "set", path: "wave:w9/cluster:c", fields: {} }],
    ["sets below an app", { op: "set", path: `${CORE}/app:ledger/app:x`, fields: {} }],
    ["sets children", { op: "set", path: "wave:w1", fields: { clusters: [] } }],
    ["sets another ID", { op: "set", path: "wave:w1", fields: { id: "wave:w7" } }],
    ["sets a phase that there is not", { op: "set", path: "wave:w1", fields: { phase: "baking" } }],
    ["sets a state that can't be drawn", { op: "set", path: "wave:w1", fields: { state: { odd: true } } }],
    ["sets a status that there is not", { op: "set", path: "", fields: { status: "LOST" } }],
    ["removes what is not there", { op: "remove", path: "wave:w9" }],
    ["removes the release", { op: "remove", path: "" }],
    ["adds what is there", { op: "add", path: "wave:w1", entity: wave("w1", [])(""), index: 0 }],
    ["adds beyond the end", { op: "add", path: "wave:w3", entity: wave("w3", [])(""), index: 3 }],
    ["adds at another level", { op: "add", path: "wave:w1/wave:w3", entity: wave("w3", [])(""), index: 0 }],
    ["adds elsewhere than it says", { op: "add", path: "wave:w4", entity: wave("w3", [])(""), index: 0 }],
    ["adds what is none", { op: "add", path: "wave:w3", entity: { id: "wave:w3" }, index: 0 }],
    [
      "adds what holds what is none",
      { op: "add", path: "wave:w3", entity: { ...wave("w3", [])(""), clusters: [null] }, index: 0 },
    ],
  ])("does not fit where it %s", (_, change) => {
    expect(apply(change)).toBeNull();
  });
});

describe("the body of a tree", () => {
  it("is what the hierarchy is", () => {
    expect(TREE_BODY.read(tree)).toBe(tree);
  });

  it.each([
    null,
    [],
    {},
    { ...tree, waves: null },
    { ...tree, waves: [{}] },
    { ...tree, type: "wave" },
    { ...tree, phase: "toString" },
    { ...tree, problem: "bad" },
    { ...tree, held_by: { kind: "asleep", path: "", names: [], state: null, message: null, since: null } },
    { ...tree, held_by: { kind: "failed", path: "", names: [null], state: null, message: null, since: null } },
    { ...tree, stands_at: { wave: "2", of: 5 } },
  ])("is not anything else (%#)", (data) => {
    expect(TREE_BODY.read(data)).toBeNull();
  });
});
