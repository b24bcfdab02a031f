import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lead } from "./lead";

/** As much of the browser's locks as is needed: whoever asks waits for their turn. */
class Locks {
  #turns: (() => Promise<void>)[] = [];
  #busy = false;

  request(_: string, { signal }: { signal: AbortSignal }, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = () => work().then(resolve);
      signal.addEventListener("abort", () => {
        const place = this.#turns.indexOf(turn);
        if (place === -1) return;
        this.#turns.splice(place, 1);
        reject(signal.reason);
      });
      this.#turns.push(turn);
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    const turn = this.#busy ? undefined : this.#turns.shift();
    if (!turn) return;
    this.#busy = true;
    await turn();
    this.#busy = false;
    await this.#next();
  }
}

/** A tab that offers to do something, and what it has done of it. */
function tab(name: string, log: string[]) {
  return lead("work", () => {
    log.push(`${name} begins`);
    return () => log.push(`${name} ends`);
  });
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("of several tabs", () => {
  let log: string[];

  beforeEach(() => {
    log = [];
    vi.stubGlobal("navigator", { locks: new Locks() });
  });

  afterEach(() => vi.unstubAllGlobals());

  it("one does it, and another takes over", async () => {
    const leaveFirst = tab("first", log);
    const leaveSecond = tab("second", log);
    await turns();
    expect(log).toEqual(["first begins"]);
    leaveFirst();
    await turns();
    expect(log).toEqual(["first begins", "first ends", "second begins"]);
    leaveSecond();
    await turns();
    expect(log.at(-1)).toBe("second ends");
  });

  it("one that leaves before its turn never does it", async () => {
    const leaveFirst = tab("first", log);
    tab("second", log)();
    leaveFirst();
    await turns();
    expect(log).toEqual(["first begins", "first ends"]);
  });
});

it("without locks it is done by the tab that is looked at", () => {
  vi.stubGlobal("navigator", {});
  const log: string[] = [];
  const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const show = (state: DocumentVisibilityState) => {
    seen.mockReturnValue(state);
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const leave = tab("this", log);
  expect(log).toEqual([]);
  show("visible");
  show("visible");
  expect(log).toEqual(["this begins"]);
  show("hidden");
  expect(log).toEqual(["this begins", "this ends"]);
  show("visible");
  leave();
  show("visible");
  expect(log).toEqual(["this begins", "this ends", "this begins", "this ends"]);
  vi.unstubAllGlobals();
});
