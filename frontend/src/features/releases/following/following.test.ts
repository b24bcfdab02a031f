import { describe, expect, it } from "vitest";
import type { Hierarchy } from "@/lib/api/types";
import { wayTo } from "@/lib/entities";
import { app, bundle, cluster, tree, wave } from "@/test/fixtures";
import {
  afterLook,
  afterLoss,
  type Following,
  followedOf,
  isPastFollowing,
  MOST_FOLLOWED,
  NOTHING_FOLLOWED,
  withFollowed,
  withoutFollowed,
} from "./following";
import { sightOf } from "./sight";

const NOW = Date.parse("2025-11-22T10:00:00Z");
const API = "wave:w1/cluster:eu/bundle:core/app:api";

/** A release of one app, which is in this phase. */
function payments(phase: "pending" | "active" | "failed" | "succeeded" | "unknown", change: Partial<Hierarchy> = {}) {
  const api = app("api", { phase, name: "API", error_message: phase === "failed" ? "image not found" : null });
  return tree("release:payments", [wave("w1", [cluster("eu", [bundle("core", [api])])])], change);
}

function following(release: Hierarchy, ...paths: string[]): Following {
  return paths.reduce((state, path) => {
    const entity = wayTo(release, path)?.at(-1);
    if (!entity) throw new Error(`no ${path}`);
    return withFollowed(state, followedOf(release, entity));
  }, NOTHING_FOLLOWED);
}

function look(state: Following, release: Hierarchy, settled = false): Following {
  const paths = state.followed.map(({ path }) => path);
  return afterLook(state, release, sightOf(release, paths), { at: NOW, settled });
}

describe("what is followed", () => {
  it("is told when it ends, with where it stands, and is followed no more", () => {
    const { followed, told } = look(following(payments("active"), API), payments("succeeded"));
    expect(followed).toEqual([]);
    expect(told).toMatchObject([
      {
        tone: "succeeded",
        title: "API succeeded",
        detail: "app in release:payments › wave:w1 › cluster:eu › bundle:core",
        href: `/releases/release:payments?entity=${API}`,
        at: NOW,
        seen: false,
      },
    ]);
  });

  it("is told when it fails, with why, and once; it may be tried anew", () => {
    const failed = look(following(payments("active"), API), payments("failed"));
    expect(failed.told).toMatchObject([{ title: "API failed", detail: expect.stringMatching(/: image not found$/) }]);
    expect(look(failed, payments("failed"))).toBe(failed);
    const again = look(look(failed, payments("active")), payments("failed"));
    expect(again.told).toHaveLength(2);
    expect(look(again, payments("succeeded")).followed).toEqual([]);
  });

  it("was not news where it had failed before it was followed", () => {
    expect(look(following(payments("failed"), API), payments("failed")).told).toEqual([]);
  });

  it("goes on while it does, and is left as it is while nothing changes", () => {
    const state = following(payments("pending"), API);
    expect(look(state, payments("pending"))).toBe(state);
    expect(look(state, payments("active"))).toMatchObject({ followed: [{ phase: "active" }], told: [] });
  });

  it("has not changed for that it can't be read", () => {
    const state = look(following(payments("active"), API), payments("failed"));
    expect(look(state, payments("unknown"))).toBe(state);
    expect(look(state, tree("release:payments", []))).toBe(state);
    expect(look(look(state, payments("unknown")), payments("failed")).told).toHaveLength(1);
  });

  it("is let go with its release, whose last words are waited for", () => {
    const over = payments("active", { status: "TERMINATED", phase: "stopped" });
    const state = following(payments("active"), API, "");
    const waiting = look(state, over);
    expect(waiting.followed).toMatchObject([{ path: API }]);
    expect(waiting.told).toMatchObject([{ title: "release:payments stopped", detail: "release" }]);
    expect(look(waiting, payments("succeeded", { status: "TERMINATED" })).told[0]?.title).toBe("API succeeded");
    const settled = look(waiting, over, true);
    expect(settled.followed).toEqual([]);
    expect(settled.told[0]).toMatchObject({
      title: "API did not end",
      detail: "app in release:payments › wave:w1 › cluster:eu › bundle:core, whose release has ended",
    });
  });

  it("says what holds a failed release up", () => {
    const failed = payments("failed", {
      name: "Payments",
      phase: "failed",
      held_by: {
        kind: "failed",
        path: API,
        entity_id: "app:api",
        names: ["w1", "API"],
        state: "failed",
        message: "image not found",
        since: null,
      },
    });
    const { followed, told } = look(following(payments("active"), ""), failed);
    expect(told).toMatchObject([{ title: "Payments failed", detail: "release: w1 › API: image not found" }]);
    expect(followed).toMatchObject([{ path: "", name: "Payments", phase: "failed" }]);
    const byItself = { ...failed, held_by: failed.held_by && { ...failed.held_by, path: "", names: [] } };
    expect(look(following(payments("active"), ""), byItself).told[0]?.detail).toBe("release");
  });

  it("is let go with a word where its release can't be seen any more", () => {
    const state = following(payments("active"), API, "");
    const { followed, told } = afterLoss(state, "release:payments", "You don't have permission.", NOW);
    expect(followed).toEqual([]);
    expect(told).toMatchObject([
      { tone: "warning", title: "release:payments is followed no more", detail: "You don't have permission." },
    ]);
    expect(afterLoss(state, "release:other", "x", NOW)).toBe(state);
  });

  it("is followed once, and only so much of it", () => {
    const release = payments("active");
    const state = following(release, API, API);
    expect(state.followed).toHaveLength(1);
    let full = state;
    for (let number = 0; number < 2 * MOST_FOLLOWED; number += 1) {
      const other = tree(`release:r${number}`, []);
      full = withFollowed(full, followedOf(other, other));
    }
    expect(full.followed).toHaveLength(MOST_FOLLOWED);
    expect(withoutFollowed(state, { releaseId: "release:payments", path: API }).followed).toEqual([]);
  });

  it("keeps the latest news only", () => {
    let state = NOTHING_FOLLOWED;
    for (let number = 0; number < 12; number += 1) {
      state = look(
        withFollowed(state, followedOf(payments("active"), payments("active"))),
        payments("active", { phase: "stopped", name: `number ${number}` }),
      );
    }
    expect(state.told).toHaveLength(10);
    expect(state.told[0]?.title).toBe("number 11 stopped");
  });
});

it("what has ended for good is not offered to be followed", () => {
  const active = payments("active");
  expect(isPastFollowing(active, active)).toBe(false);
  expect(isPastFollowing(active, payments("failed", { phase: "failed" }))).toBe(false);
  expect(isPastFollowing(active, payments("active", { phase: "succeeded" }))).toBe(true);
  expect(isPastFollowing(payments("active", { status: "COMPLETED" }), active)).toBe(true);
});
