import { describe, expect, it } from "vitest";
import { TREE_BODY } from "@/lib/realtime/tree-body";
import { app, bundle, cluster, largeTree, tree, troubledTree, wave } from "@/test/fixtures";
import { countEntities, countFailures } from "./entities";
import { branchPaths, initiallyExpanded, NOTHING_SAID, openAsSaid, saidOf, saidOfAll } from "./expansion";
import { focusedIndex, moveForKey } from "./keyboard";
import { rowsBy } from "./rows";
import { isTyped, lineFor } from "./type-ahead";

const everything = { isExpanded: () => true, isShown: () => true };

describe("failures", () => {
  it("are what failed or can't be read, counted where they began", () => {
    const troubled = troubledTree();
    expect(countFailures(troubled)).toBe(2);
    expect(troubled.waves.map(countFailures)).toEqual([0, 2]);
  });

  it("include a branch that failed without anything below it failing", () => {
    expect(countFailures(tree("release:r", [wave("w", [], { phase: "failed" })]))).toBe(1);
  });
});

describe("what is open at first", () => {
  it("is all of a small release", () => {
    const small = troubledTree();
    expect(initiallyExpanded(small)).toEqual(new Set(branchPaths(small)));
  });

  it("is only the release itself of a large one in which nothing happens", () => {
    const large = largeTree();
    expect(countEntities(large)).toBe(1111);
    expect(initiallyExpanded(large)).toEqual(new Set([""]));
  });

  it("is the way to each failure in a large one, and what is under way", () => {
    const grown = largeTree();
    const core = grown.waves[3]?.clusters[2]?.bundles[0];
    if (core?.apps[4]) core.apps[4].phase = "failed";
    if (grown.waves[1]) grown.waves[1].phase = "active";
    const expanded = initiallyExpanded(grown);
    expect(expanded).toContain("wave:w3/cluster:c2/bundle:core");
    expect(expanded).toContain("wave:w1");
    expect(expanded).not.toContain("wave:w0");
  });
});

describe("what the reader said", () => {
  it("of all holds down to a depth, and of one branch against that", () => {
    const toClusters = saidOfAll(2);
    expect(["", "wave:w1", "wave:w1/cluster:c"].map((path) => openAsSaid(toClusters, path))).toEqual([
      true,
      true,
      false,
    ]);
    const butOne = saidOf(toClusters, ["wave:w1"], false);
    expect(openAsSaid(butOne, "wave:w1")).toBe(false);
    expect(openAsSaid(butOne, "wave:w2")).toBe(true);
    expect(openAsSaid(saidOf(NOTHING_SAID, ["wave:w1"], true), "wave:w2")).toBeNull();
  });
});

describe("rows", () => {
  it("give a closed branch one line", () => {
    const rows = rowsBy({ ...everything, isExpanded: ({ path }) => path === "" })(troubledTree());
    expect(rows.map(({ key, level, expanded }) => [key, level, expanded])).toEqual([
      ["", 1, true],
      ["wave:w1", 2, false],
      ["wave:w2", 2, false],
    ]);
  });

  it("count places among what is shown", () => {
    const rows = rowsBy({ ...everything, isShown: ({ id }) => id !== "wave:w1" })(troubledTree());
    expect(rows[1]).toMatchObject({ key: "wave:w2", position: 1, siblings: 1 });
  });

  it("do not offer to open what shows nothing below it", () => {
    const rows = rowsBy({ ...everything, isShown: ({ type }) => type !== "bundle" })(troubledTree());
    expect(rows.find(({ entity }) => entity.type === "cluster")).toMatchObject({ expandable: false, expanded: false });
  });

  it("are kept below what a change left alone", () => {
    const rowsOf = rowsBy(everything);
    const before = troubledTree();
    const kept = new Set(rowsOf(before));
    const now = TREE_BODY.apply(before, { op: "set", path: "wave:w2", fields: { state: "verifying" } });
    const anew = now && rowsOf(now).filter((row) => !kept.has(row));
    expect(anew?.map(({ key }) => key)).toEqual(["", "wave:w1", "wave:w2", "wave:w2/cluster:us-east"]);
  });

  it("have keys of their own even where a path stands twice", () => {
    const twice = tree("release:r", [wave("w", [cluster("c", [bundle("b", [app("a"), app("a"), app("a")])])])]);
    const keys = rowsBy(everything)(twice).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("the keys", () => {
  const rows = rowsBy(everything)(troubledTree());
  const at = (key: string) => rows.findIndex((row) => row.key === key);
  const press = (key: string, where: string) => moveForKey(key, rows, at(where));

  it("stop at both ends", () => {
    expect(press("ArrowUp", "")).toBeNull();
    expect(moveForKey("ArrowDown", rows, rows.length - 1)).toBeNull();
  });

  it("do nothing to a leaf but leave it", () => {
    const leaf = "wave:w1/cluster:eu-west/bundle:core/app:ledger";
    expect(press("ArrowRight", leaf)).toBeNull();
    expect(press("ArrowLeft", leaf)).toEqual({ kind: "focus", key: "wave:w1/cluster:eu-west/bundle:core" });
  });

  it("lead to the details, and open and close", () => {
    const leaf = "wave:w1/cluster:eu-west/bundle:core/app:ledger";
    expect(press("Enter", "wave:w1")).toEqual({ kind: "details", path: "wave:w1", enter: true });
    expect(press(" ", "wave:w1")).toEqual({ kind: "close", path: "wave:w1" });
    expect(press(" ", leaf)).toEqual({ kind: "details", path: leaf, enter: false });
  });

  it("leave alone what is not theirs", () => {
    expect(press("a", "")).toBeNull();
    expect(moveForKey("ArrowDown", [], 0)).toBeNull();
  });

  it("open all siblings with *", () => {
    expect(press("*", "wave:w2")).toEqual({ kind: "open", paths: ["wave:w1", "wave:w2"] });
    expect(press("*", "wave:w2/cluster:us-east/bundle:edge")).toEqual({
      kind: "open",
      paths: ["wave:w2/cluster:us-east/bundle:core"],
    });
  });

  it("are heard on the nearest line that holds one which is shown no more", () => {
    const closed = rowsBy({ ...everything, isExpanded: ({ path }) => path !== "wave:w2" })(troubledTree());
    const keys = closed.map(({ key }) => key);
    expect(keys[focusedIndex(keys, "wave:w2/cluster:us-east/bundle:core")]).toBe("wave:w2");
    expect(focusedIndex(keys, "wave:gone")).toBe(0);
    expect(keys[focusedIndex(keys, "wave:w1/cluster:eu-west")]).toBe("wave:w1/cluster:eu-west");
  });
});

describe("typed text", () => {
  const named = (name: string) => app(name.toLowerCase(), { name });
  const rows = rowsBy(everything)(
    tree("release:r", [wave("w", [cluster("c", [bundle("b", ["Search", "suggest", "ledger", "Sea"].map(named))])])]),
  );
  const from = (focused: number, text: string) => {
    const line = lineFor(text, rows, focused);
    return line === null ? null : rows[line]?.entity.name;
  };
  const ledger = rows.findIndex(({ entity }) => entity.name === "ledger");

  it("of one letter leads on to the next line that begins with it, all around", () => {
    expect(from(0, "s")).toBe("Search");
    expect(from(ledger, "s")).toBe("Sea");
    expect(from(ledger + 1, "S")).toBe("Search");
    expect(from(ledger, "ss")).toBe("Sea");
  });

  it("of several stays where it fits, and narrows down", () => {
    expect(from(ledger, "se")).toBe("Sea");
    expect(from(ledger + 1, "sea")).toBe("Sea");
    expect(from(ledger + 1, "sear")).toBe("Search");
    expect(from(0, "su")).toBe("suggest");
  });

  it("is looked for in IDs without their type as well, and leads nowhere where nothing begins so", () => {
    expect(lineFor("w", rows, 0)).toBe(1);
    expect(lineFor("wave:w", rows, 0)).toBeNull();
    expect(lineFor("xyz", rows, 0)).toBeNull();
  });

  it("is no space, and none of the page's own keys", () => {
    expect(["a", "7", "é", "."].every(isTyped)).toBe(true);
    expect([" ", "/", "?", "Enter", "F5"].some(isTyped)).toBe(false);
  });
});
