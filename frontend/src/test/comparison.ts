import { HttpResponse, http, type JsonBodyType } from "msw";
import type { Comparand, Compared, ComparedApp, Comparison, OnlyInOne } from "@/lib/api/types";
import { release, rollupOf } from "./fixtures";
import { server } from "./server";

export function comparand(id: string, change: Partial<Comparand> = {}): Comparand {
  return { ...release(id), rollup: rollupOf({ succeeded: 4 }), freshness: "polled", ...change };
}

export const DONE: Partial<Comparand> = {
  state: "completed",
  phase: "succeeded",
  status: "COMPLETED",
  ended_at: "2025-11-22T09:00:00Z",
};

export function side(name: string, change: Partial<ComparedApp> = {}): ComparedApp {
  return {
    id: `app:${name}`,
    path: `wave:w1/cluster:eu-west/bundle:core/app:${name}`,
    version: "1.0.0",
    state: "running",
    phase: "succeeded",
    duration_seconds: 30,
    error_message: null,
    problem: null,
    ...change,
  };
}

/** An app of both releases, of which B says something else. */
export function compared(name: string, differs: Compared["differs"], b: Partial<ComparedApp> = {}): Compared {
  return {
    match: "both",
    names: ["w1", "eu-west", "core", name],
    differs,
    within: null,
    a: side(name),
    b: side(name, b),
  };
}

/** An app of one release alone. */
export function lone(name: string, match: "a" | "b", change: Partial<Compared> = {}): Compared {
  return { ...compared(name, []), match, a: null, b: null, [match]: side(name), ...change };
}

/** An app of a cluster that one release alone has. */
export function held(name: string, cluster: string, match: "a" | "b", differs: Compared["differs"] = []): Compared {
  const within = `wave:w1/cluster:${cluster}`;
  const app = side(name, { path: `${within}/bundle:core/app:${name}` });
  return lone(name, match, { within, differs, names: ["w1", cluster, "core", name], [match]: app });
}

export function onlyInOne(cluster: string, match: "a" | "b", apps: number, unread = false): OnlyInOne {
  const path = `wave:w1/cluster:${cluster}`;
  return { match, type: "cluster", id: `cluster:${cluster}`, path, names: ["w1", cluster], apps, unread };
}

function countsOf(apps: Compared[]): Comparison["counts"] {
  const differing = (aspect: Compared["differs"][number]) => apps.filter(({ differs }) => differs.includes(aspect));
  const alone = (match: Compared["match"]) => apps.filter((app) => app.match === match && app.differs.length === 0);
  return {
    apps: apps.length,
    unchanged: alone("both").length,
    version: differing("version").length,
    state: differing("state").length,
    phase: differing("phase").length,
    duration: differing("duration").length,
    unread: differing("unread").length,
    only_a: alone("a").length,
    only_b: alone("b").length,
  };
}

/** Of payments-1, which succeeded, and payments-2; all apps are given, those in which nothing differs too. */
export function comparison(apps: Compared[], change: Partial<Comparison> = {}): Comparison {
  return {
    as_of: "2025-11-22T10:00:00Z",
    chosen: "caller",
    a: comparand("release:payments-1", DONE),
    b: comparand("release:payments-2", DONE),
    counts: countsOf(apps),
    only_in_one: [],
    apps,
    ...change,
  };
}

/** Answers comparisons as the server does, without what is unchanged unless it is asked for; keeps what was asked. */
export function servesComparison(body: Comparison, headers: Record<string, string> = {}): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get("/api/compare/", ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const whole = query.get("include") === "unchanged";
      const apps = body.apps.filter(({ match, differs }) => whole || match !== "both" || differs.length > 0);
      return HttpResponse.json({ ...body, apps } as JsonBodyType, { headers });
    }),
  );
  return asked;
}
