import type {
  App,
  Bundle,
  Cluster,
  EntityType,
  Hierarchy,
  Me,
  Phase,
  PhaseCounts,
  Problem,
  Release,
  Rollup,
  SavedView,
  Wave,
} from "@/lib/api/types";

export const NO_APPS: Rollup = { total: 0, pending: 0, active: 0, succeeded: 0, failed: 0, stopped: 0, unknown: 0 };

export function rollupOf(counts: Partial<Record<Phase, number>>): Rollup {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ...NO_APPS, ...counts, total };
}

function sum(rollups: readonly Rollup[]): Rollup {
  const total = { ...NO_APPS };
  for (const rollup of rollups) {
    for (const key of Object.keys(total) as (keyof Rollup)[]) total[key] += rollup[key];
  }
  return total;
}

function fields(type: EntityType, id: string, parentPath: string) {
  return {
    id,
    type,
    path: parentPath ? `${parentPath}/${id}` : id,
    name: null,
    state: "deploying",
    phase: "active" as Phase,
    reported_state: null,
    error_message: null,
    created_at: "2025-11-22T09:00:00Z",
    updated_at: "2025-11-22T09:30:00Z",
    workflow_id: null,
    workflow_url: null,
    extra: {},
    problem: null,
  };
}

export function me(change: Partial<Me> = {}): Me {
  return {
    id: 1,
    email: "viewer@example.com",
    full_name: "",
    is_staff: false,
    is_superuser: false,
    roles: ["Viewers"],
    scopes: ["release:*"],
    sees_all: false,
    has_password: true,
    ...change,
  };
}

export function release(id: string, change: Partial<Release> = {}): Release {
  return {
    ...fields("release", id, ""),
    path: "",
    status: "RUNNING",
    run_id: "run-1",
    started_at: "2025-11-22T08:00:00Z",
    ended_at: null,
    url: `/api/releases/${id}/`,
    rollup: null,
    held_by: null,
    stands_at: null,
    ...change,
  };
}

export function phaseCounts(phases: Partial<Record<Phase, number>>, unread = 0): PhaseCounts {
  const { total, ...counted } = rollupOf(phases);
  return { total: total + unread, phases: counted, unread, as_of: "2025-11-22T10:00:00Z" };
}

export function savedView(id: number, name: string, query: string): SavedView {
  return { id, name, query, created_at: "2025-11-22T08:00:00Z" };
}

function parentId(parentPath: string): string {
  return parentPath.split("/").at(-1) ?? "";
}

type Grow<T> = (parentPath: string) => T;

export function app(name: string, change: Partial<App> = {}): Grow<App> {
  return (parentPath) => {
    const phase = change.phase ?? "succeeded";
    return {
      ...fields("app", `app:${name}`, parentPath),
      state: phase === "succeeded" ? "running" : phase,
      phase,
      bundle_id: parentId(parentPath),
      version: "1.0.0",
      rollup: rollupOf({ [phase]: 1 }),
      ...change,
    };
  };
}

export function bundle(name: string, apps: Grow<App>[], change: Partial<Bundle> = {}): Grow<Bundle> {
  return (parentPath) => {
    const own = fields("bundle", `bundle:${name}`, parentPath);
    const grown = apps.map((grow) => grow(own.path));
    return {
      ...own,
      cluster_id: parentId(parentPath),
      apps: grown,
      rollup: sum(grown.map(({ rollup }) => rollup)),
      ...change,
    };
  };
}

export function cluster(name: string, bundles: Grow<Bundle>[], change: Partial<Cluster> = {}): Grow<Cluster> {
  return (parentPath) => {
    const own = fields("cluster", `cluster:${name}`, parentPath);
    const grown = bundles.map((grow) => grow(own.path));
    return {
      ...own,
      wave_id: parentId(parentPath),
      bundles: grown,
      rollup: sum(grown.map(({ rollup }) => rollup)),
      ...change,
    };
  };
}

export function wave(name: string, clusters: Grow<Cluster>[], change: Partial<Wave> = {}): Grow<Wave> {
  return () => {
    const own = fields("wave", `wave:${name}`, "");
    const grown = clusters.map((grow) => grow(own.path));
    return {
      ...own,
      release_id: "release:test",
      sequence: null,
      held_by: null,
      clusters: grown,
      rollup: sum(grown.map(({ rollup }) => rollup)),
      ...change,
    };
  };
}

export function tree(id: string, waves: Grow<Wave>[], change: Partial<Hierarchy> = {}): Hierarchy {
  const grown = waves.map((grow) => grow(""));
  return {
    ...release(id),
    version: 1,
    as_of: new Date().toISOString(),
    freshness: "live",
    waves: grown,
    rollup: sum(grown.map(({ rollup }) => rollup)),
    ...change,
  };
}

/** Two waves; in the second one app has failed, and a bundle can't be read. */
export function troubledTree(change: Partial<Hierarchy> = {}): Hierarchy {
  const failed = app("search-api", {
    phase: "failed",
    state: "failed",
    error_message: "image not found: search-api:4.12.0",
  });
  return tree(
    "release:2025.11-payments",
    [
      wave("w1", [cluster("eu-west", [bundle("core", [app("ledger"), app("invoice", { version: "2.4.1" })])])], {
        phase: "succeeded",
        state: "completed",
      }),
      wave("w2", [
        cluster("us-east", [
          bundle("core", [app("ledger"), failed]),
          bundle("edge", [], {
            state: null,
            phase: "unknown",
            problem: { code: "worker_unavailable", detail: "No worker answers for this bundle." },
          }),
        ]),
      ]),
    ],
    change,
  );
}

/** More entities than fit a screen by far: 10 waves of 10 clusters with a bundle of 9 apps each. */
export function largeTree(): Hierarchy {
  const many = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  return tree(
    "release:large",
    many(10, (w) =>
      wave(
        `w${w}`,
        many(10, (c) =>
          cluster(`c${c}`, [
            bundle(
              "core",
              many(9, (a) => app(`a${a}`)),
            ),
          ]),
        ),
        { phase: "pending", state: "pending" },
      ),
    ),
  );
}

const PROBLEMS: Record<number, [code: string, detail: string]> = {
  400: ["invalid_id", "“rel:1” is no release ID: expected release: and a name."],
  401: ["not_authenticated", "Please log in again."],
  403: ["permission_denied", "You don't have permission to view this resource."],
  404: ["release_not_found", "Release not found. It may have been completed or removed."],
  429: ["throttled", "Too many requests."],
  500: ["internal_error", "An unexpected error occurred. Please try again later."],
  503: ["temporal_unavailable", "Unable to load release information. Please try again."],
};

export function problem(status: number, change: Partial<Problem> = {}): Problem {
  const [code, detail] = PROBLEMS[status] ?? ["internal_error", "?"];
  return {
    type: "about:blank",
    title: code,
    status,
    detail,
    code,
    request_id: "req-7",
    retryable: status === 503,
    ...change,
  };
}
