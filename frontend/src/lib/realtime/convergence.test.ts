import { describe, expect, it } from "vitest";
import { app, bundle, cluster, rollupOf, tree, wave } from "@/test/fixtures";
import { Chance } from "@/test/random";
import type { Hierarchy, Phase } from "../api/types";
import { childrenOf, type TreeEntity } from "../entities";
import { type Change, type Frame, parseFrame } from "./frames";
import { EMPTY_REPLICA, type Replica, receive } from "./replica";
import { TREE_BODY } from "./tree-body";

const PHASES: readonly Phase[] = ["pending", "active", "succeeded", "failed"];
const LEVELS = ["wave", "cluster", "bundle", "app"] as const;

/** The server's side, which changes its tree in place: nothing of the code under test is in it. */
class Source {
  readonly tree: Hierarchy;
  #born = 0;
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
    const grown = cluster("c0", [bundle("b0", [app("a0"), app("a1")])]);
    this.tree = tree("release:r", [wave("w0", [grown]), wave("w1", [])], { as_of: "2025-11-22T10:00:00Z" });
  }

  #all(entity: TreeEntity = this.tree): TreeEntity[] {
    return [entity, ...childrenOf(entity).flatMap((child) => this.#all(child))];
  }

  #bear(parent: TreeEntity): TreeEntity {
    this.#born += 1;
    const name = `n${this.#born}`;
    const path = parent.path;
    const type = LEVELS[path === "" ? 0 : path.split("/").length];
    if (type === "wave") return wave(name, [cluster("c", [])])(path);
    if (type === "cluster") return cluster(name, [bundle("b", [app("a")])])(path);
    return type === "bundle" ? bundle(name, [])(path) : app(name)(path);
  }

  #set(): Change {
    const entity = this.#chance.of(this.#all());
    const phase = this.#chance.of(PHASES);
    const fields = { phase, state: `${phase}-${this.tree.version}`, rollup: rollupOf({ [phase]: 3 }) };
    Object.assign(entity, fields);
    return { op: "set", path: entity.path, fields };
  }

  #add(): Change {
    const parent = this.#chance.of(this.#all().filter(({ type }) => type !== "app"));
    const siblings = childrenOf(parent) as TreeEntity[];
    const index = this.#chance.below(siblings.length + 1);
    const entity = this.#bear(parent);
    siblings.splice(index, 0, entity);
    return { op: "add", path: entity.path, entity, index };
  }

  #remove(): Change {
    const parents = this.#all().filter((entity) => childrenOf(entity).length > 0);
    if (parents.length === 0) return this.#add();
    const siblings = childrenOf(this.#chance.of(parents)) as TreeEntity[];
    const [gone] = siblings.splice(this.#chance.below(siblings.length), 1);
    return { op: "remove", path: gone?.path ?? "" };
  }

  /** Some changes and the frame that tells of them, as text: what follows must not change it. */
  change(): string {
    const changes: Change[] = [];
    this.tree.version += 1;
    this.tree.as_of = new Date(Date.parse(this.tree.as_of) + 1_000).toISOString();
    for (let left = 1 + this.#chance.below(4); left > 0; left -= 1) {
      const kind = this.#chance.next();
      changes.push(structuredClone(kind < 0.6 ? this.#set() : kind < 0.85 ? this.#add() : this.#remove()));
    }
    const { version, as_of } = this.tree;
    return JSON.stringify({ type: "patch", version, as_of, changes } satisfies Frame);
  }

  snapshot(): string {
    const { version, as_of, freshness } = this.tree;
    return JSON.stringify({ type: "snapshot", version, as_of, freshness, data: this.tree } satisfies Frame);
  }
}

/** A page on a line that drops, doubles and swaps what it carries, as no line should. */
class Page {
  replica: Replica<Hierarchy> = EMPTY_REPLICA;
  asked = 0;
  readonly #source: Source;
  readonly #onTheWay: string[] = [];

  constructor(source: Source) {
    this.#source = source;
    this.#onTheWay.push(source.snapshot());
  }

  send(text: string, chance: Chance): void {
    if (chance.happens(0.1)) return;
    const place = chance.happens(0.15) ? chance.below(this.#onTheWay.length + 1) : this.#onTheWay.length;
    this.#onTheWay.splice(place, 0, text);
    if (chance.happens(0.1)) this.#onTheWay.push(text);
  }

  /** One that mangles nothing. */
  sendSafely(text: string): void {
    this.#onTheWay.push(text);
  }

  deliver(most = Number.POSITIVE_INFINITY): void {
    for (let left = most; left > 0 && this.#onTheWay.length > 0; left -= 1) {
      const { replica, resync } = receive(TREE_BODY, this.replica, parseFrame(this.#onTheWay.shift() ?? ""));
      this.replica = replica;
      if (!resync) continue;
      this.asked += 1;
      this.#onTheWay.push(this.#source.snapshot());
    }
  }
}

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

describe("a replica on a bad line", () => {
  it.each(SEEDS)("is the server's tree again as soon as the line is good (seed %i)", (seed) => {
    const chance = new Chance(seed);
    const source = new Source(chance);
    const page = new Page(source);
    for (let round = 0; round < 60; round += 1) {
      page.send(chance.happens(0.05) ? "{garbled" : source.change(), chance);
      page.deliver(chance.below(3));
    }
    page.deliver();
    page.sendSafely(source.change());
    page.deliver();
    expect(page.asked).toBeGreaterThan(0);
    expect(page.replica.held?.body).toEqual(source.tree);
  });

  it.each(SEEDS.slice(0, 10))("asks for nothing on a good one (seed %i)", (seed) => {
    const source = new Source(new Chance(seed));
    const page = new Page(source);
    for (let round = 0; round < 60; round += 1) {
      page.sendSafely(source.change());
      page.deliver();
      expect(page.replica.held?.body).toEqual(source.tree);
    }
    expect(page.asked).toBe(0);
  });
});
