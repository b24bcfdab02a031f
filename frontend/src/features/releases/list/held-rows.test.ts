import { describe, expect, it } from "vitest";
import { release } from "@/test/fixtures";
import { arrange } from "./held-rows";

/** What is made of a page that showed some rows, by their letters, and now has others. */
function arranged(shown: string, now: string) {
  const { rows, withheld, isReordered } = arrange(
    [...shown],
    [...now].map((id) => release(id)),
  );
  return [rows.map(({ id }) => id).join(""), withheld, isReordered];
}

describe("a page that is being read", () => {
  it.each([
    ["stays as it is", "abcd", "abcd", "abcd", 0],
    ["keeps back what would push rows, and lets those go that it pushed out", "abcd", "xyab", "ab", 2],
    ["keeps back what comes between rows", "abcd", "axbc", "abc", 1],
    ["takes on what comes after all rows", "abc", "abcx", "abcx", 0],
    ["fills up at the end where a row goes", "abcd", "acdx", "acdx", 0],
    ["does both at once", "abcd", "xacdy", "acdy", 1],
    ["shows all where nothing is left of what it showed", "ab", "xy", "xy", 0],
    ["shows what comes where it was empty", "", "xy", "xy", 0],
    ["shows nothing where nothing is left", "ab", "", "", 0],
  ])("%s: %s becomes %s", (_, shown, now, rows, withheld) => {
    expect(arranged(shown, now)).toEqual([rows, withheld, false]);
  });

  it("keeps its order, and knows that it is another by now", () => {
    expect(arranged("abc", "cab")).toEqual(["abc", 0, true]);
    expect(arranged("abc", "xcab")).toEqual(["abc", 1, true]);
  });

  it("shows each row as it is now", () => {
    const now = release("a", { state: "verifying" });
    expect(arrange(["a"], [now]).rows[0]).toBe(now);
  });
});
