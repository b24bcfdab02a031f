import type { Compared, Comparison, OnlyInOne } from "@/lib/api/types";

/** What can be looked for in a comparison. A phase never differs without its state. */
export const KINDS = ["version", "state", "duration", "only", "unread", "unchanged"] as const;
export type Kind = (typeof KINDS)[number];

export interface Filter {
  /** None for all but what is unchanged. */
  kinds: readonly Kind[];
  text: string;
}

export type Row =
  | { kind: "group"; key: string; group: OnlyInOne; apps: number; expanded: boolean }
  | { kind: "app"; key: string; app: Compared; nested: boolean };

const ASPECTS = ["version", "state", "duration", "unread"] as const;

export function kindsOf({ match, differs }: Pick<Compared, "match" | "differs">): Kind[] {
  if (differs.length > 0) return ASPECTS.filter((aspect) => differs.includes(aspect));
  return [match === "both" ? "unchanged" : "only"];
}

/** How many apps there are of each kind; one that differs in several ways counts with each. */
export function countsByKind({ counts }: Pick<Comparison, "counts">): Record<Kind, number> {
  const { version, state, duration, unread, unchanged, only_a, only_b } = counts;
  return { version, state, duration, unread, unchanged, only: only_a + only_b };
}

function isWanted(kinds: readonly Kind[], wanted: readonly Kind[]): boolean {
  if (wanted.length === 0) return !kinds.includes("unchanged");
  return kinds.some((kind) => wanted.includes(kind));
}

const texts = new WeakMap<Compared, string>();

/** All that an app can be found by. Answers are compared anew every few seconds, texts are looked for in thousands. */
function textOf(app: Compared): string {
  const known = texts.get(app);
  if (known !== undefined) return known;
  const sides = [app.a, app.b].flatMap((side) => [side?.path, side?.version, side?.state, side?.error_message]);
  const text = [app.names.join(" › "), ...sides].filter(Boolean).join("\n").toLowerCase();
  texts.set(app, text);
  return text;
}

function isFound(app: Compared, text: string): boolean {
  return text === "" || textOf(app).includes(text);
}

/** What tells one app from another, from one reading to the next. */
export function keyOf({ a, b }: Pick<Compared, "a" | "b">): string {
  return b ? `b/${b.path}` : `a/${a?.path}`;
}

function keyOfGroup({ match, path }: Pick<OnlyInOne, "match" | "path">): string {
  return `${match}/${path}`;
}

function appsByGroup(apps: readonly Compared[]): Map<string, Compared[]> {
  const groups = new Map<string, Compared[]>();
  for (const app of apps) {
    if (app.within === null) continue;
    const key = `${app.match}/${app.within}`;
    const held = groups.get(key);
    if (held) held.push(app);
    else groups.set(key, [app]);
  }
  return groups;
}

/** What one release alone has comes first, each of them as one line, which holds its apps. */
function groupRows(comparison: Comparison, { kinds, text }: Filter, opened: ReadonlySet<string>): Row[] {
  const held = appsByGroup(comparison.apps);
  return comparison.only_in_one.flatMap((group): Row[] => {
    if (!isWanted([group.unread ? "unread" : "only"], kinds)) return [];
    const key = keyOfGroup(group);
    const all = held.get(key) ?? [];
    const isGroupFound = `${group.names.join(" › ")}\n${group.path}`.toLowerCase().includes(text);
    const apps = isGroupFound ? all : all.filter((app) => isFound(app, text));
    if (!isGroupFound && apps.length === 0) return [];
    const expanded = opened.has(key);
    const row: Row = { kind: "group", key, group, apps: apps.length, expanded };
    if (!expanded) return [row];
    return [row, ...apps.map((app): Row => ({ kind: "app", key: keyOf(app), app, nested: true }))];
  });
}

/** The lines of a comparison: what is in one release alone, then app by app what differs. */
export function rowsOf(comparison: Comparison, filter: Filter, opened: ReadonlySet<string>): Row[] {
  const text = filter.text.toLowerCase();
  const apps = comparison.apps
    .filter((app) => app.within === null && isWanted(kindsOf(app), filter.kinds) && isFound(app, text))
    .map((app): Row => ({ kind: "app", key: keyOf(app), app, nested: false }));
  return [...groupRows(comparison, { ...filter, text }, opened), ...apps];
}

/** A version that took another's place, and in how many places. */
export interface NewVersion {
  name: string;
  from: string | null;
  to: string | null;
  places: number;
}

/** Which versions are new, by the names of apps: the same one mostly comes to many clusters. */
export function newVersions(apps: readonly Compared[]): NewVersion[] {
  const found = new Map<string, NewVersion>();
  for (const { names, differs, a, b } of apps) {
    if (!differs.includes("version")) continue;
    const name = names.at(-1) ?? "";
    const [from, to] = [a?.version ?? null, b?.version ?? null];
    const key = `${name}\n${from}\n${to}`;
    const known = found.get(key);
    if (known) known.places += 1;
    else found.set(key, { name, from, to, places: 1 });
  }
  return [...found.values()].sort((one, other) => other.places - one.places || one.name.localeCompare(other.name));
}
