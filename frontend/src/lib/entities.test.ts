import { describe, expect, it } from "vitest";
import { troubledTree } from "@/test/fixtures";
import { eachEntity, wayTo } from "./entities";

const release = troubledTree();

describe("the way to an entity", () => {
  it("leads from the release down", () => {
    const way = wayTo(release, "wave:w2/cluster:us-east/bundle:edge");
    expect(way?.map(({ id }) => id)).toEqual(["release:2025.11-payments", "wave:w2", "cluster:us-east", "bundle:edge"]);
  });

  it("to the release is the release", () => {
    expect(wayTo(release, "")).toEqual([release]);
  });

  it.each(["wave:w9", "wave:w1/cluster:us-east", "wave:w1/", "cluster:eu-west"])("to %s does not exist", (path) => {
    expect(wayTo(release, path)).toBeNull();
  });
});

it("every entity is visited once, parents before children", () => {
  const seen: string[] = [];
  eachEntity(release, ({ path }) => seen.push(path));
  expect(seen).toHaveLength(new Set(seen).size);
  expect(seen.slice(0, 3)).toEqual(["", "wave:w1", "wave:w1/cluster:eu-west"]);
});
