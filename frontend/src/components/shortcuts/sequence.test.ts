import { describe, expect, it } from "vitest";
import { advance, type Keys } from "./sequence";

const KNOWN = ["/", "?", "g l", "g c", "x y z"];

/** What a row of keys leads to, in order. */
function hits(...pressed: string[]): Keys[] {
  const found: Keys[] = [];
  let state = "";
  for (const key of pressed) {
    const step = advance(state, key, KNOWN);
    state = step.pressed;
    if (step.hit) found.push(step.hit);
  }
  return found;
}

describe("keys pressed", () => {
  it("are told apart", () => {
    expect(hits("/", "?", "/")).toEqual(["/", "?", "/"]);
    expect(hits("g", "l", "g", "c", "x", "y", "z")).toEqual(["g l", "g c", "x y z"]);
  });

  it("mean nothing alone where they only begin a sequence, or belong to none", () => {
    expect(hits("g")).toEqual([]);
    expect(hits("l")).toEqual([]);
    expect(hits("G", "l")).toEqual([]);
  });

  it("begin anew where they lead nowhere", () => {
    expect(hits("g", "q", "l")).toEqual([]);
    expect(hits("g", "/")).toEqual(["/"]);
    expect(hits("g", "g", "l")).toEqual(["g l"]);
    expect(hits("x", "y", "g", "c")).toEqual(["g c"]);
  });
});
