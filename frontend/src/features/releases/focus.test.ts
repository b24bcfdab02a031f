import { describe, expect, it } from "vitest";
import { heirOf } from "./focus";

describe("the heir of a row's focus", () => {
  it.each([
    ["b", ["a", "b", "c"], "b"],
    ["b", ["a", "c"], "c"],
    ["b", ["a"], "a"],
    ["c", ["a", "b"], "b"],
    ["a", ["x", "c"], "c"],
    ["b", [], null],
    ["b", ["x"], null],
    ["unheard-of", ["a"], null],
  ])("of %s among %j is %s", (key, now, heir) => {
    expect(heirOf(key, ["a", "b", "c"], now)).toBe(heir);
  });
});
