import { HttpResponse, http, type JsonBodyType } from "msw";
import { setupServer } from "msw/node";
import type { Hierarchy, Me, PhaseCounts, Problem, Release, SavedView } from "@/lib/api/types";
import { me, phaseCounts, problem, savedView } from "./fixtures";
import { socketHandler } from "./sockets";

export const server = setupServer(
  http.get("/api/auth/me/", () => HttpResponse.json(me())),
  http.get("/api/auth/options/", () => HttpResponse.json({ openid_connect: null })),
  http.get("/api/views/", () => HttpResponse.json([])),
  http.get("/api/releases/:id/previous/", () => HttpResponse.json({ previous: null, same_line: null })),
  http.get("/api/releases/counts/", () => HttpResponse.json(phaseCounts({}))),
  socketHandler,
);

export function problemResponse(status: number, change: Partial<Problem> = {}, headers: Record<string, string> = {}) {
  return HttpResponse.json(problem(status, change) as JsonBodyType, {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}

export function signedInAs(user: Me): void {
  server.use(http.get("/api/auth/me/", () => HttpResponse.json(user)));
}

export function signedOut(): void {
  server.use(http.get("/api/auth/me/", () => problemResponse(401)));
}

export function offersOpenIdConnect(name: string): void {
  const openid_connect = { name, url: "/api/auth/oidc/start/" };
  server.use(http.get("/api/auth/options/", () => HttpResponse.json({ openid_connect })));
}

export function listPage(results: Release[], count = results.length) {
  return HttpResponse.json({ count, next: null, previous: null, results });
}

const NO_PROGRESS = { rollup: null, held_by: null, stands_at: null };

/** Answers the list, and keeps what was asked. Progress comes only with include=rollup, as from the real server. */
export function servesList(releases: Release[], count?: number): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get("/api/releases/", ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const withProgress = query.get("include") === "rollup";
      const results = releases.map((release) => (withProgress ? release : { ...release, ...NO_PROGRESS }));
      return listPage(results, count);
    }),
  );
  return asked;
}

export function servesTree(tree: Hierarchy, headers: Record<string, string> = {}): void {
  server.use(http.get("/api/releases/:id/hierarchy/", () => HttpResponse.json(tree as JsonBodyType, { headers })));
}

export function servesTreeError(status: number, change: Partial<Problem> = {}, headers: Record<string, string> = {}) {
  server.use(http.get("/api/releases/:id/hierarchy/", () => problemResponse(status, change, headers)));
}

/** Counts releases so, and keeps what was asked. */
export function servesCounts(counts: PhaseCounts): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get("/api/releases/counts/", ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json(counts);
    }),
  );
  return asked;
}

/** Keeps views as the real server does, as far as pages can tell; a test may look at what it keeps. */
export function servesViews(...kept: SavedView[]): SavedView[] {
  const sorted = () => kept.toSorted((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()));
  const at = (id: unknown) => kept.findIndex((view) => String(view.id) === id);

  function refusal({ name = "" }: Partial<SavedView>, but?: SavedView) {
    const isTaken = kept.some((view) => view !== but && view.name.toLowerCase() === name.toLowerCase());
    return isTaken ? problemResponse(400, { errors: { name: ["You have a view of this name already."] } }) : null;
  }

  server.use(
    http.get("/api/views/", () => HttpResponse.json(sorted())),
    http.post("/api/views/", async ({ request }) => {
      const sent = (await request.json()) as Partial<SavedView>;
      const refused = refusal(sent);
      if (refused) return refused;
      const { name = "", query = "" } = sent;
      kept.push(savedView(Math.max(0, ...kept.map(({ id }) => id)) + 1, name, query));
      return HttpResponse.json(kept.at(-1), { status: 201 });
    }),
    http.patch("/api/views/:id/", async ({ request, params }) => {
      const sent = (await request.json()) as Partial<SavedView>;
      const view = kept[at(params.id)];
      if (!view) return problemResponse(404, { code: "not_found" });
      return refusal(sent, view) ?? HttpResponse.json(Object.assign(view, sent));
    }),
    http.delete("/api/views/:id/", ({ params }) => {
      if (at(params.id) === -1) return problemResponse(404, { code: "not_found" });
      kept.splice(at(params.id), 1);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return kept;
}
