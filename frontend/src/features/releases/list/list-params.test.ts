import { describe, expect, it } from "vitest";
import {
  changeView,
  formatListParams,
  isFiltered,
  nextSort,
  parseListParams,
  toggled,
  viewAddress,
  withoutFilters,
} from "./list-params";

const parse = (address: string) => parseListParams(new URLSearchParams(address));

describe("a view's address", () => {
  it("round-trips", () => {
    const address =
      "search=pay&phase=failed%2Cactive&state=verifying%2Cbaking+in&status=RUNNING&ordering=id&page_size=50&page=3";
    expect(formatListParams(parse(address)).toString()).toBe(address);
  });

  it("is empty for the view that one gets without asking", () => {
    expect(formatListParams(parse("page=1&page_size=20&ordering=-started_at")).toString()).toBe("");
  });

  it.each([
    "page=0",
    "page=-3",
    "page=x",
    "page=1.5",
    "page_size=1000000",
    "ordering=password",
    "phase=,,nope,constructor",
    "status=running",
    "search=%20%20",
    "state=,%20,",
    `state=${"x".repeat(51)}`,
  ])("leaves out %s, which makes no sense", (address) => {
    expect(formatListParams(parse(address)).toString()).toBe("");
  });

  it("is the same from its first page on, however it was written", () => {
    expect(viewAddress(parse("page=4&phase=failed"))).toBe("phase=failed");
    expect(viewAddress(parse("ordering=-started_at&phase=failed"))).toBe("phase=failed");
  });

  it("names each phase once", () => {
    expect(parse("phase=failed,failed").phases).toEqual(["failed"]);
  });
});

describe("changing a view", () => {
  it("starts over at the first page, unless it is the page that changes", () => {
    expect(changeView(parse("page=7"), { search: "x" }).page).toBe(1);
    expect(changeView(parse("page=7"), { page: 8 }).page).toBe(8);
  });

  it("sorts a new column as one would look at it, and turns the present one round", () => {
    const byStart = { key: "started_at", descending: true } as const;
    expect(nextSort(byStart, "id")).toEqual({ key: "id", descending: false });
    expect(nextSort(byStart, "status")).toEqual({ key: "status", descending: false });
    expect(nextSort(byStart, "ended_at")).toEqual({ key: "ended_at", descending: true });
    expect(nextSort(byStart, "started_at")).toEqual({ key: "started_at", descending: false });
  });

  it("takes the filters away, and leaves order and size", () => {
    const filtered = parse("search=x&phase=failed&state=baking&status=RUNNING&ordering=id&page_size=50&page=2");
    expect(isFiltered(filtered)).toBe(true);
    expect(formatListParams(withoutFilters(filtered)).toString()).toBe("ordering=id&page_size=50");
    expect(isFiltered(parse("state=baking"))).toBe(true);
  });

  it("toggles", () => {
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
    expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  });
});
