import { describe, expect, it } from "vitest";
import { formatCompareAddress, parseCompareAddress } from "./compare-address";

const parse = (query: string) => parseCompareAddress(new URLSearchParams(query));

describe("the address of a comparison", () => {
  it("holds all of it, IDs as they are", () => {
    const address = {
      a: "release:payments-2025.10",
      b: "release:payments-2025.11",
      kinds: ["version", "only"] as const,
      text: "eu & us",
    };
    const query = formatCompareAddress(address);
    expect(query).toBe("a=release:payments-2025.10&b=release:payments-2025.11&differs=version,only&text=eu%20%26%20us");
    expect(parse(query)).toEqual(address);
  });

  it("leaves out what is not chosen", () => {
    expect(formatCompareAddress({ a: null, b: null, kinds: [], text: "" })).toBe("");
    expect(parse("")).toEqual({ a: null, b: null, kinds: [], text: "" });
  });

  it.each([
    ["a=&b=%20", { a: null, b: null }],
    ["differs=version,colour,,state,version", { kinds: ["version", "state"] }],
    [`text=${"x".repeat(1_000)}`, { text: "x".repeat(250) }],
  ])("makes the best of a mangled one: %s", (query, expected) => {
    expect(parse(query)).toMatchObject(expected);
  });

  it("keeps an ID that is none, which the server says something about", () => {
    expect(parse("b=rel:1").b).toBe("rel:1");
    expect(formatCompareAddress(parse("b=a%26b%3D1"))).toBe("b=a%26b%3D1");
  });
});
