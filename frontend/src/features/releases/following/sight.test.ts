import { describe, expect, it } from "vitest";
import { troubledTree } from "@/test/fixtures";
import { type Sight, sightBody } from "./sight";

const W2 = "wave:w2";
const SEARCH = "wave:w2/cluster:us-east/bundle:core/app:search-api";
const body = sightBody([W2, SEARCH]);

function read(data: unknown = troubledTree()): Sight {
  const sight = body.read(data);
  if (!sight) throw new Error("no sight");
  return sight;
}

const phases = (sight: Sight | null) => sight && [...sight].map(([path, { phase }]) => [path, phase]);

describe("what is kept of a pushed tree", () => {
  it("is the release and what is followed, without what they hold", () => {
    const sight = read();
    expect(phases(sight)).toEqual([
      ["", "active"],
      [W2, "active"],
      [SEARCH, "failed"],
    ]);
    expect(sight.get("")).toMatchObject({ status: "RUNNING", waves: [] });
    expect(sight.get(W2)).toMatchObject({ clusters: [] });
  });

  it("changes with what is followed only", () => {
    const sight = read();
    const changed = body.apply(sight, { op: "set", path: SEARCH, fields: { phase: "active", state: "retrying" } });
    expect(changed?.get(SEARCH)).toMatchObject({ phase: "active", state: "retrying" });
    expect(body.apply(sight, { op: "set", path: "wave:w1", fields: { phase: "failed" } })).toBe(sight);
    expect(body.apply(sight, { op: "remove", path: "wave:w1" })).toBe(sight);
    expect(body.apply(sight, { op: "add", path: "wave:w3", entity: {}, index: 2 })).toBe(sight);
  });

  it("is asked for anew where what holds something followed comes or goes", () => {
    expect(body.apply(read(), { op: "remove", path: "wave:w2/cluster:us-east" })).toBeNull();
    expect(body.apply(read(), { op: "add", path: SEARCH, entity: {}, index: 0 })).toBeNull();
  });

  it("is asked for anew where it makes no sense", () => {
    expect(body.read({ waves: 1 })).toBeNull();
    expect(body.apply(read(), { op: "set", path: SEARCH, fields: { phase: "baking" } })).toBeNull();
    expect(body.apply(read(), { op: "set", path: "", fields: { status: "?" } })).toBeNull();
  });

  it("lacks what is not there", () => {
    expect(phases(sightBody(["wave:w9"]).read(troubledTree()))).toEqual([["", "active"]]);
  });
});
