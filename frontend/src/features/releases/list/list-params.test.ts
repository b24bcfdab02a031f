import { describe, expect, it } from "vitest";
import { changeView, formatListParams, nextSort, parseListParams, toggled } from "./list-params";

const parse = (address: string) => parseListParams(new URLSearchParams(address));

describe("a view's address", () => {
  it("round-trips", () => {
    const address = "search=pay&phase=failed%2Cactive&status=RUNNING&ordering=id&page_size=50&page=3";
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
  ])("leaves out %s, which makes no sense", (address) => {
    expect(formatListParams(parse(address)).toString()).toBe("");
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
    expect(nextSort(byStart, "ended_at")).toEqual({ key: "ended_at", descending: true });
    expect(nextSort(byStart, "started_at")).toEqual({ key: "started_at", descending: false });
  });

  it("toggles", () => {
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
    expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  });
});
