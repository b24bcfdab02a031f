import { HttpResponse, http, type JsonBodyType } from "msw";
import { setupServer } from "msw/node";
import type { Hierarchy, Me, Problem, Release } from "@/lib/api/types";
import { me, problem } from "./fixtures";
import { socketHandler } from "./sockets";

export const server = setupServer(
  http.get("/api/auth/me/", () => HttpResponse.json(me())),
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
