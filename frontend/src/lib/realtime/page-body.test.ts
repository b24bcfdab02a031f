import { describe, expect, it } from "vitest";
import { release, rollupOf } from "@/test/fixtures";
import type { Change } from "./frames";
import { PAGE_BODY } from "./page-body";

const A = release("release:a");
const B = release("release:b");
const C = release("release:c");
const page = { count: 12, next: null, previous: null, results: [A, B] };
const apply = (change: Change) => PAGE_BODY.apply(page, change);

describe("a change of the list", () => {
  it("sets a row's fields, and leaves the other rows the same objects", () => {
    const rollup = rollupOf({ active: 3 });
    const changed = apply({ op: "set", path: "release:b", fields: { state: "verifying", rollup } });
    expect(changed?.results[1]).toEqual({ ...B, state: "verifying", rollup });
    expect(changed?.results[0]).toBe(A);
  });

  it("sets what the page says of itself", () => {
    const changed = apply({ op: "set", path: "", fields: { count: 13, next: "/api/releases/?page=2" } });
    expect(changed).toEqual({ ...page, count: 13, next: "/api/releases/?page=2" });
    expect(changed?.results).toBe(page.results);
  });

  it("adds and removes rows", () => {
    expect(apply({ op: "add", path: C.id, entity: C, index: 0 })?.results).toEqual([C, A, B]);
    expect(apply({ op: "remove", path: A.id })?.results).toEqual([B]);
  });

  it.each<[string, Change]>([
    ["sets a row that is not there", { op: "set", path: "release:c", fields: {} }],
    ["sets another ID", { op: "set", path: "release:a", fields: { id: "release:c" } }],
    ["sets a status that there is not", { op: "set", path: "release:a", fields: { status: "LOST" } }],
    ["sets what holds it up to what is none", { op: "set", path: "release:a", fields: { held_by: "search-api" } }],
    ["sets where it stands to nowhere", { op: "set", path: "release:a", fields: { stands_at: { wave: 1 } } }],
    ["sets the rows", { op: "set", path: "", fields: { results: [] } }],
    ["sets no count", { op: "set", path: "", fields: { count: "many" } }],
    ["adds a row that is there", { op: "add", path: A.id, entity: A, index: 0 }],
    ["adds beyond the end", { op: "add", path: C.id, entity: C, index: 3 }],
    ["adds another than it says", { op: "add", path: "release:d", entity: C, index: 0 }],
    ["adds what is none", { op: "add", path: "release:d", entity: { id: "release:d" }, index: 0 }],
    ["removes a row that is not there", { op: "remove", path: C.id }],
  ])("does not fit where it %s", (_, change) => {
    expect(apply(change)).toBeNull();
  });
});

describe("the body of a list", () => {
  it("is what a page is", () => {
    expect(PAGE_BODY.read(page)).toBe(page);
  });

  it.each([null, {}, { ...page, results: null }, { ...page, results: [null] }, { ...page, count: null }])(
    "is not anything else (%#)",
    (data) => {
      expect(PAGE_BODY.read(data)).toBeNull();
    },
  );
});
