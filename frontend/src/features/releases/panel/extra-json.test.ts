import { describe, expect, it } from "vitest";
import { firstFields, isWebAddress, readable } from "./extra-json";

function nested(depth: number): unknown {
  return depth === 0 ? "deep" : { in: nested(depth - 1) };
}

describe("what a workflow tells besides", () => {
  it("is shown as it is where it is text, and as JSON else", () => {
    expect(readable("a text,\nof two lines")).toBe("a text,\nof two lines");
    expect([readable(3), readable(true), readable(null)]).toEqual(["3", "true", "null"]);
    expect(readable({ owner: { team: "search" }, tags: ["a"] })).toBe(
      '{\n  "owner": {\n    "team": "search"\n  },\n  "tags": [\n    "a"\n  ]\n}',
    );
  });

  it("is cut where it is too deep, too wide or too long to read", () => {
    expect(readable(nested(100))).not.toContain("deep");
    expect(readable(nested(5))).toContain("deep");
    expect(readable(Array.from({ length: 2_000 }, (_, index) => index))).toContain('"… 1,950 more"');
    const wide = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`field-${index}`, index]));
    expect(readable(wide)).toContain('"…": "… 10 more"');
    expect(readable("x".repeat(100_000)).length).toBeLessThan(5_000);
    expect(readable(["x".repeat(100_000)]).length).toBeLessThan(1_000);
  });

  it("is limited in its fields", () => {
    const extra = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`field-${index}`, index]));
    const { fields, more } = firstFields(extra);
    expect(fields).toHaveLength(50);
    expect(more).toBe(10);
    expect(firstFields({ a: 1 })).toEqual({ fields: [["a", 1]], more: 0 });
  });

  it("may be an address to go to, of the web alone", () => {
    expect(isWebAddress("https://ci.example/runs/7?x=1#y")).toBe(true);
    expect(["javascript:alert(1)", "https://a b", "see https://ci.example", "", 7, null].some(isWebAddress)).toBe(
      false,
    );
  });
});
