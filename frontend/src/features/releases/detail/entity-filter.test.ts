import { describe, expect, it } from "vitest";
import { troubledTree } from "@/test/fixtures";
import { type EntityFilter, matchesOf } from "./entity-filter";

const ALL: EntityFilter = { text: "", phases: [], failuresOnly: false };
const release = troubledTree();

function shownBy(filter: Partial<EntityFilter>): string[] {
  return [...matchesOf(release, { ...ALL, ...filter }).shown].map(({ path }) => path).sort();
}

describe("a filter", () => {
  it("that asks for nothing filters nothing", () => {
    expect(matchesOf(release, ALL).filtered).toBe(false);
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

  it("tells the matches themselves from the way to them", () => {
    const { hits } = matchesOf(release, { ...ALL, text: "search" });
    expect([...hits].map(({ id }) => id)).toEqual(["app:search-api"]);
  });
});
