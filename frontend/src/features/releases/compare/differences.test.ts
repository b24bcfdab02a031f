import { describe, expect, it } from "vitest";
import type { Comparison } from "@/lib/api/types";
import { compared, comparison, held, lone, onlyInOne } from "@/test/comparison";
import { countsByKind, type Filter, kindsOf, newVersions, type Row, rowsOf } from "./differences";

const ALL: Filter = { kinds: [], text: "" };

const SOME = comparison(
  [
    compared("ledger", ["version"], { version: "1.1.0" }),
    compared("payouts", ["version", "state", "phase"], {
      version: "2.0.0",
      state: "failed",
      phase: "failed",
      error_message: "Image not found.",
    }),
    compared("webhooks", []),
    compared("slow", ["duration"], { duration_seconds: 90 }),
    compared("silent", ["unread"], { state: null, phase: "unknown" }),
    lone("card-vault", "b"),
    held("x", "gone", "a"),
    held("y", "gone", "a"),
  ],
  { only_in_one: [onlyInOne("gone", "a", 2)] },
);

function linesOf(rows: Row[]): string[] {
  return rows.map((row) => {
    if (row.kind === "group") return `${row.expanded ? "v" : ">"} ${row.group.names.at(-1)} (${row.apps})`;
    return `${row.nested ? "  " : ""}${row.app.names.at(-1)}`;
  });
}

function lines(filter: Partial<Filter>, opened: string[] = [], of: Comparison = SOME): string[] {
  return linesOf(rowsOf(of, { ...ALL, ...filter }, new Set(opened)));
}

describe("the lines of a comparison", () => {
  it("are what one release alone has, as a whole, then app by app what differs", () => {
    expect(lines({})).toEqual(["> gone (2)", "ledger", "payouts", "slow", "silent", "card-vault"]);
  });

  it("hold the apps of what is opened", () => {
    expect(lines({}, ["a/wave:w1/cluster:gone"]).slice(0, 3)).toEqual(["v gone (2)", "  x", "  y"]);
  });

  it.each<[Filter["kinds"], string[]]>([
    [["version"], ["ledger", "payouts"]],
    [["state"], ["payouts"]],
    [["duration"], ["slow"]],
    [
      ["duration", "version"],
      ["ledger", "payouts", "slow"],
    ],
    [["only"], ["> gone (2)", "card-vault"]],
    [["unread"], ["silent"]],
    [["unchanged"], ["webhooks"]],
  ])("are those that are wanted: %s", (kinds, expected) => {
    expect(lines({ kinds })).toEqual(expected);
  });

  it.each([
    ["LEDGER", ["ledger"]],
    ["2.0", ["payouts"]],
    ["not found", ["payouts"]],
    ["core › led", ["ledger"]],
    ["app:card", ["card-vault"]],
    ["gone", ["> gone (2)"]],
    ["cluster:gone/bundle:core/app:y", ["> gone (1)"]],
    ["nothing like it", []],
  ])("are those that a text is found in: %s", (text, expected) => {
    expect(lines({ text })).toEqual(expected);
  });

  it("say of what could not be read that, and not that it is gone", () => {
    const of = comparison([held("x", "silent", "b", ["unread"])], { only_in_one: [onlyInOne("silent", "b", 1, true)] });
    expect(lines({ kinds: ["only"] }, [], of)).toEqual([]);
    expect(lines({ kinds: ["unread"] }, [], of)).toEqual(["> silent (1)"]);
  });

  it("tell of what holds nothing, too", () => {
    expect(lines({}, [], comparison([], { only_in_one: [onlyInOne("empty", "b", 0)] }))).toEqual(["> empty (0)"]);
  });

  it("have a key each", () => {
    const rows = rowsOf(
      SOME,
      { kinds: ["unchanged", "only", "version"], text: "" },
      new Set(["a/wave:w1/cluster:gone"]),
    );
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });
});

describe("kinds of differences", () => {
  it("are counted as the server does", () => {
    expect(countsByKind(SOME)).toEqual({ version: 2, state: 1, duration: 1, unread: 1, unchanged: 1, only: 3 });
  });

  it("count a phase with its state", () => {
    expect(kindsOf({ match: "both", differs: ["state", "phase"] })).toEqual(["state"]);
  });
});

describe("new versions", () => {
  it("are told once for all places, the most frequent first", () => {
    const apps = [
      compared("ledger", ["version"], { version: "1.1.0" }),
      ...[1, 2, 3].map(() => compared("payouts", ["version"], { version: "2.0.0" })),
      compared("ledger", ["version"], { version: "1.2.0" }),
      compared("slow", ["duration"]),
      lone("card-vault", "b"),
    ];
    expect(newVersions(apps)).toEqual([
      { name: "payouts", from: "1.0.0", to: "2.0.0", places: 3 },
      { name: "ledger", from: "1.0.0", to: "1.1.0", places: 1 },
      { name: "ledger", from: "1.0.0", to: "1.2.0", places: 1 },
    ]);
  });
});
