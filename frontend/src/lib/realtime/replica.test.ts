import { describe, expect, it } from "vitest";
import { troubledTree } from "@/test/fixtures";
import type { Change, Frame } from "./frames";
import { EMPTY_REPLICA, type Replica, receive } from "./replica";
import { TREE_BODY } from "./tree-body";

const AS_OF = "2025-11-22T10:00:00Z";
const LATER = "2025-11-22T10:00:07Z";
const BODY = troubledTree({ version: 5, as_of: AS_OF });

type TreeReplica = Replica<typeof BODY>;

function snapshot(version: number): Frame {
  return { type: "snapshot", version, as_of: AS_OF, freshness: "live", data: { ...BODY, version } };
}

function patch(version: number, ...changes: Change[]): Frame {
  return { type: "patch", version, as_of: LATER, changes };
}

const rename = (name: string): Change => ({ op: "set", path: "wave:w1", fields: { name } });

/** What the frames leave, and how often a snapshot was asked for. */
function replay(...frames: (Frame | null)[]): { replica: TreeReplica; asked: number } {
  let replica: TreeReplica = EMPTY_REPLICA;
  let asked = 0;
  for (const frame of frames) {
    const received = receive(TREE_BODY, replica, frame);
    replica = received.replica;
    if (received.resync) asked += 1;
  }
  return { replica, asked };
}

describe("a replica", () => {
  it("holds what the snapshot says", () => {
    const { replica, asked } = replay(snapshot(5));
    expect(replica.held).toEqual({ body: BODY, version: 5 });
    expect(replica.report).toMatchObject({ freshness: "live", asOf: Date.parse(AS_OF) });
    expect(asked).toBe(0);
  });

  it("follows patches one by one", () => {
    const { replica, asked } = replay(snapshot(5), patch(6, rename("one")), patch(7, rename("two")));
    expect(replica.held?.version).toBe(7);
    expect(replica.held?.body).toMatchObject({ version: 7, as_of: LATER });
    expect(replica.held?.body.waves[0]?.name).toBe("two");
    expect(asked).toBe(0);
  });

  it("ignores what it has seen already", () => {
    const { replica, asked } = replay(snapshot(5), patch(6, rename("one")), patch(6, rename("again")), patch(4));
    expect(replica.held?.body.waves[0]?.name).toBe("one");
    expect(asked).toBe(0);
  });

  it("asks once for a snapshot where patches are missing, and follows again from there", () => {
    const gap = replay(snapshot(5), patch(7, rename("two")), null, patch(8), patch(9));
    expect(gap.asked).toBe(1);
    expect(gap.replica.held?.version).toBe(5);
    const mended = replay(snapshot(5), patch(7), patch(8), snapshot(9), patch(10, rename("ten")));
    expect(mended.asked).toBe(1);
    expect(mended.replica.held?.body.waves[0]?.name).toBe("ten");
    expect(mended.replica.resyncing).toBe(false);
  });

  it("takes a snapshot whatever its version, as after a restart of the server", () => {
    const { replica } = replay(snapshot(500), snapshot(1), patch(2, rename("two")));
    expect(replica.held?.version).toBe(2);
  });

  it("does not apply half a patch", () => {
    const { replica, asked } = replay(snapshot(5), patch(6, rename("one"), { op: "remove", path: "wave:gone" }));
    expect(replica.held?.body.waves[0]?.name).toBeNull();
    expect(asked).toBe(1);
  });

  it.each<[string, Frame | null]>([
    ["a frame that can't be read", null],
    ["a patch before any snapshot", patch(6)],
    ["a snapshot of something else", { ...snapshot(5), data: { results: [] } } as Frame],
  ])("asks for a snapshot after %s", (_, frame) => {
    const { replica, asked } = replay(frame);
    expect(replica.held).toBeNull();
    expect(asked).toBe(1);
  });

  it("keeps what it holds when a later snapshot can't be read", () => {
    const { replica, asked } = replay(snapshot(5), { ...snapshot(6), data: null } as Frame);
    expect(replica.held?.version).toBe(5);
    expect(asked).toBe(1);
  });

  it("ignores what it does not know", () => {
    expect(replay(snapshot(5), { type: "foreign" }).asked).toBe(0);
  });

  it("says how fresh it is, and since when, also where the source can't be read", () => {
    const stale = { freshness: "stale", as_of: null, reason: "Temporal is away.", period: null } as const;
    const { replica } = replay(snapshot(5), { type: "freshness", ...stale });
    expect(replica.report).toEqual({
      freshness: "stale",
      asOf: Date.parse(AS_OF),
      reason: "Temporal is away.",
      period: null,
    });
    expect(replica.held?.body).toMatchObject({ freshness: "stale", as_of: AS_OF });
    const unread = replay({ type: "freshness", ...stale });
    expect(unread.replica).toMatchObject({ held: null, report: { freshness: "stale", asOf: null } });
    expect(unread.asked).toBe(0);
  });

  it("is as old as the last word on it", () => {
    const beat: Frame = { type: "freshness", freshness: "live", as_of: LATER, reason: null, period: null };
    const { replica } = replay(snapshot(5), beat);
    expect(replica.report?.asOf).toBe(Date.parse(LATER));
    expect(replica.held?.body.as_of).toBe(LATER);
    expect(replica.held?.body.waves).toBe(BODY.waves);
  });
});
