import createClient from "openapi-fetch";
import { pathSegment } from "../destinations";
import { somebodyIsThere } from "../presence";
import { parseMoment } from "../time";
import { errorFromResponse, noAnswer } from "./errors";
import type { paths } from "./schema";

// Longer than the server's own deadline for a read, so that its answer, even a 503, is what people get to see.
const REQUEST_TIMEOUT_MS = 20_000;

function readCsrfCookie(): string | null {
  const match = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return match?.[1] ?? null;
}

/** Fills a path's parameters in. Entity IDs keep their colon: the API's addresses show it as it is. */
function pathWith(path: string, params: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => pathSegment(String(params[name])));
}

async function withDeadline(request: Request): Promise<Response> {
  // A page that is left alone goes on asking: that must not keep its session from ending.
  if (!somebodyIsThere()) request.headers.set("X-Background", "1");
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
  try {
    return await fetch(request, { signal });
  } catch (cause) {
    // The caller that gave up on it knows; anything else is a server that did not answer.
    if (request.signal.aborted) throw cause;
    throw noAnswer(cause);
  }
}

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  // The tree is revalidated by hand (If-None-Match), and an old answer must never pass for a new one.
  cache: "no-store",
  headers: { Accept: "application/json, application/problem+json" },
  fetch: withDeadline,
  pathSerializer: pathWith,
  querySerializer: { array: { style: "form", explode: false } },
});

/** What Django asks of every request that changes something. Its cookie comes with any answer of the session's. */
export async function csrfHeader(): Promise<{ "X-CSRFToken": string }> {
  if (!readCsrfCookie()) await api.GET("/api/auth/me/");
  return { "X-CSRFToken": readCsrfCookie() ?? "" };
}

/** When the server answered, in milliseconds since the epoch. */
export function answeredAt(response: Response): number {
  return parseMoment(response.headers.get("Date")) ?? Date.now();
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer. Throws ApiError for any other. */
export function bodyOf<T>({ data, error, response }: Answer<T>): T {
  if (!response.ok || data === undefined) throw errorFromResponse(response, error);
  return data;
}

/** For answers without a body, such as a 204. */
export function assertOk({ error, response }: Answer<unknown>): void {
  if (!response.ok) throw errorFromResponse(response, error);
}
