import { describe, expect, it } from "vitest";
import type { App, Hierarchy } from "@/lib/api/types";
import { childrenOf, type TreeEntity } from "@/lib/entities";
import { app, bundle, cluster, tree, wave } from "@/test/fixtures";
import { sorted } from "./sorting";
import { failuresIn, goesOn, surroundingsIn, timesOf, tookOf, wholeOf } from "./times";

const AT = (time: string) => Date.parse(`2025-11-22T${time}Z`);
const text = (time: string | null) => time && `2025-11-22T${time}Z`;
const NOW = AT("10:00:00");

interface Told extends Omit<Partial<App>, "created_at" | "updated_at"> {
  from?: string | null;
  to?: string | null;
}

function one(name: string, { from = null, to = null, ...change }: Told = {}) {
  return app(name, { ...change, created_at: text(from), updated_at: text(to) });
}

const SUCCEEDED = { phase: "succeeded", state: "completed" } as const;

/** A release of which everything above the apps has ended, and tells of no times of its own. */
function releaseOf(apps: ReturnType<typeof app>[], change: Partial<Hierarchy> = {}): Hierarchy {
  const silent = { ...SUCCEEDED, created_at: null, updated_at: null };
  return tree("release:r", [wave("w", [cluster("c", [bundle("b", apps, silent)], silent)], silent)], {
    ...SUCCEEDED,
    started_at: "2025-11-22T09:00:00Z",
    ended_at: "2025-11-22T09:40:00Z",
    ...change,
  });
}

function only(release: Hierarchy): TreeEntity {
  let entity: TreeEntity = release;
  for (let child = childrenOf(entity)[0]; child; child = childrenOf(entity)[0]) entity = child;
  return entity;
}

function timesOfOne(change: Told, others: ReturnType<typeof app>[] = []) {
  const release = releaseOf([one("a", change), ...others]);
  return timesOf(surroundingsIn(release), only(release), NOW);
}

const TELLING = one("b", { from: "09:00:00", to: "09:05:00" });

describe("an entity's times", () => {
  it("are from its start to its last change, or on to now", () => {
    const ended = timesOfOne({ from: "09:00:00", to: "09:05:00" });
    expect(ended).toEqual({ kind: "span", from: AT("09:00:00"), to: AT("09:05:00"), goesOn: false });
    const active = timesOfOne({ from: "09:00:00", to: "09:05:00", phase: "active" });
    expect(active).toMatchObject({ to: NOW, goesOn: true });
  });

  it("are not made up: what waits has none, and what does not tell its start only its last change", () => {
    expect(timesOfOne({ from: "09:00:00", to: "09:05:00", phase: "pending" })).toEqual({
      kind: "none",
      why: "not begun",
    });
    expect(timesOfOne({ to: "09:05:00" })).toEqual({ kind: "moment", at: AT("09:05:00") });
    expect(timesOfOne({})).toEqual({ kind: "none", why: "times not given" });
    const problem = { code: "worker_unavailable", detail: "No worker." } as const;
    expect(timesOfOne({ phase: "unknown", problem })).toEqual({ kind: "none", why: "can't be read" });
  });

  it("of what was stopped before it began are none, where others tell when they began", () => {
    const stopped = { to: "09:05:00", phase: "stopped" } as const;
    expect(timesOfOne(stopped, [TELLING])).toEqual({ kind: "none", why: "never begun" });
    expect(timesOfOne(stopped)).toMatchObject({ kind: "moment" });
  });

  it("never end before they began, by whatever clocks they were told", () => {
    expect(tookOf(timesOfOne({ from: "09:05:00", to: "09:00:00" }))).toBe(0);
    const ahead = timesOfOne({ from: "10:00:30", phase: "active" });
    expect(ahead).toMatchObject({ from: AT("10:00:30"), to: AT("10:00:30") });
  });

  it("go on until the release's end where that interrupted it, also when it ends later", () => {
    const interrupted = {
      from: "09:00:00",
      to: "09:00:00",
      phase: "stopped",
      reported_state: "deploying",
      workflow_id: "release:r",
    } as const;
    const workflow = { workflow_id: "release:r" };
    const release = releaseOf([one("a", interrupted)], { ...workflow, ended_at: null });
    const entity = only(release);
    expect(tookOf(timesOf(surroundingsIn(release), entity, NOW))).toBe(0);
    const ended = { ...release, ended_at: "2025-11-22T09:40:00Z" };
    expect(timesOf(surroundingsIn(ended), entity, NOW)).toMatchObject({ to: AT("09:40:00") });
  });
});

describe("all of a release", () => {
  it("is from its first moment to its last", () => {
    const release = releaseOf([one("a", { from: "08:30:00", to: "09:50:00" })]);
    expect(wholeOf(release, NOW)).toEqual({ from: AT("08:30:00"), to: AT("09:50:00") });
    expect(goesOn(release)).toBe(false);
  });

  it("goes on to now while anything does, or to what a clock ahead told", () => {
    const release = releaseOf([one("a", { from: "09:00:00", phase: "active" })]);
    expect(goesOn(release)).toBe(true);
    expect(wholeOf(release, NOW).to).toBe(NOW);
    const ahead = releaseOf([one("a", { from: "10:05:00", phase: "active" })]);
    expect(wholeOf(ahead, NOW).to).toBe(AT("10:05:00"));
  });

  it("is some time before now where nobody tells of any", () => {
    const silent = releaseOf([one("a")], { started_at: "", ended_at: null, created_at: null, updated_at: null });
    const { from, to } = wholeOf(silent, NOW);
    expect(to).toBe(NOW);
    expect(from).toBeLessThan(NOW);
  });
});

describe("what failed", () => {
  const failed = (name: string, to: string | null) => one(name, { phase: "failed", to });

  it("is told where it began, not of all that failed with it", () => {
    const held = bundle("b", [failed("a", "09:05:00"), failed("timeless", null), one("ok")], { phase: "failed" });
    const release = tree("release:r", [wave("w", [cluster("c", [held], { phase: "failed" })])]);
    expect(failuresIn(release).map(({ at, label }) => [at, label])).toEqual([[AT("09:05:00"), "app:a"]]);
  });

  it("is a branch itself where nothing that it holds failed", () => {
    const release = tree("release:r", [wave("w", [cluster("c", [bundle("b", [one("ok")])])], { phase: "failed" })]);
    expect(failuresIn(release).map(({ path }) => path)).toEqual(["wave:w"]);
  });
});

describe("sorting", () => {
  const release = releaseOf([
    one("long", { from: "09:00:00", to: "09:30:00" }),
    one("waits", { phase: "pending" }),
    one("short", { from: "09:10:00", to: "09:11:00" }),
    one("active", { from: "09:20:00", phase: "active" }),
  ]);
  const apps = release.waves
    .flatMap((w) => w.clusters)
    .flatMap((c) => c.bundles)
    .flatMap((b) => b.apps);
  const order = (sort: Parameters<typeof sorted>[1]) =>
    sorted(apps, sort, { release, now: NOW }).map(({ id }) => id.slice(4));

  it("is by how long things took so far, what has not begun last either way", () => {
    expect(order({ key: "took", descending: true })).toEqual(["active", "long", "short", "waits"]);
    expect(order({ key: "took", descending: false })).toEqual(["short", "long", "active", "waits"]);
  });

  it("is by when they began and ended, what goes on after all that ended", () => {
    expect(order({ key: "started", descending: false })).toEqual(["long", "short", "active", "waits"]);
    expect(order({ key: "ended", descending: false })).toEqual(["short", "long", "active", "waits"]);
  });

  it("leaves the release's own order alone", () => {
    expect(order(null)).toEqual(["long", "waits", "short", "active"]);
  });
});
