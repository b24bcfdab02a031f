import { describe, expect, it } from "vitest";
import { eachEntity, type TreeEntity } from "@/lib/entities";
import { TREE_BODY } from "@/lib/realtime/tree-body";
import { troubledTree } from "@/test/fixtures";
import { type EntityFilter, type EntitySet, filterFor } from "./entity-filter";

const ALL: EntityFilter = { text: "", phases: [], failuresOnly: false };
const release = troubledTree();

function pathsIn(set: EntitySet, root: TreeEntity = release): string[] {
  const paths: string[] = [];
  eachEntity(root, (entity) => set.has(entity) && paths.push(entity.path));
  return paths.sort();
}

const matchesOf = (filter: Partial<EntityFilter>) => filterFor({ ...ALL, ...filter })(release);
const shownBy = (filter: Partial<EntityFilter>) => pathsIn(matchesOf(filter).shown);

describe("a filter", () => {
  it("that asks for nothing filters nothing", () => {
    expect(matchesOf({}).filtered).toBe(false);
    expect(shownBy({})).toHaveLength(12);
  });

  it("keeps what leads to a match", () => {
    expect(shownBy({ text: "SEARCH" })).toEqual([
      "",
      "wave:w2",
      "wave:w2/cluster:us-east",
      "wave:w2/cluster:us-east/bundle:core",
      "wave:w2/cluster:us-east/bundle:core/app:search-api",
    ]);
  });

  it("shows all that a branch holds whose own text matches", () => {
    expect(shownBy({ text: "eu-west" })).toContain("wave:w1/cluster:eu-west/bundle:core/app:invoice");
  });

  it.each(["us-east ledger", "  LEDGER   us-east "])(
    "finds the words of %j anywhere on the way to an entity",
    (text) => {
      const { hits, count } = matchesOf({ text });
      expect(pathsIn(hits)).toEqual(["wave:w2/cluster:us-east/bundle:core/app:ledger"]);
      expect(count).toBe(1);
      expect(shownBy({ text: "eu-west search" })).toEqual([]);
    },
  );

  it.each(["2.4.1", "image not found"])("finds %j, which is no name", (text) => {
    expect(shownBy({ text }).at(-1)).toMatch(/app:/);
  });

  it("takes phases of what is innermost", () => {
    expect(shownBy({ phases: ["unknown"] }).at(-1)).toBe("wave:w2/cluster:us-east/bundle:edge");
    expect(shownBy({ phases: ["active"] })).toEqual([]);
  });

  it("joins its parts", () => {
    expect(shownBy({ text: "us-east", failuresOnly: true })).toHaveLength(6);
    expect(shownBy({ text: "ledger", failuresOnly: true })).toEqual([]);
  });

  it("tells the matches themselves from the way to them, and from what they hold", () => {
    expect(pathsIn(matchesOf({ text: "search" }).hits)).toEqual(["wave:w2/cluster:us-east/bundle:core/app:search-api"]);
    const { hits, leading, count } = matchesOf({ text: "eu-west" });
    expect(pathsIn(hits)).toEqual(["wave:w1/cluster:eu-west"]);
    expect(pathsIn(leading)).toEqual(["", "wave:w1"]);
    expect(count).toBe(1);
  });

  it("does not take the release's own name for what it holds", () => {
    expect(shownBy({ text: "2025.11-payments" })).toEqual([]);
  });
});

describe("a filter of a release that changes", () => {
  const set = (tree: typeof release, path: string, fields: Record<string, unknown>) => {
    const changed = TREE_BODY.apply(tree, { op: "set", path, fields });
    if (!changed) throw new Error(`nothing stands at ${path}`);
    return changed;
  };

  it("says the same by the same sets of what did not change", () => {
    const apply = filterFor({ ...ALL, phases: ["failed"] });
    const before = apply(release);
    const path = "wave:w1/cluster:eu-west/bundle:core/app:ledger";
    const changed = set(release, path, { phase: "failed" });
    const now = apply(changed);
    expect(now.count).toBe(before.count + 1);
    expect(pathsIn(now.shown, changed)).toContain(path);
    expect(now.shown).toBe(before.shown);
  });

  it("says something else, by other sets, of what a changed branch holds", () => {
    const apply = filterFor({ ...ALL, text: "rolling back" });
    const before = apply(release);
    const changed = set(release, "wave:w1", { state: "rolling back" });
    const now = apply(changed);
    expect(pathsIn(now.shown, changed)).toContain("wave:w1/cluster:eu-west/bundle:core/app:ledger");
    expect(now.shown).not.toBe(before.shown);
    const back = set(changed, "wave:w1", { state: "deploying" });
    expect(pathsIn(apply(back).shown, back)).toEqual([]);
  });
});
