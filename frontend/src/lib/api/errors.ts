import type { Problem } from "./types";

/** What a person can do about an error; each category has one page and one action. */
export type ErrorCategory = "signed_out" | "forbidden" | "not_found" | "unavailable" | "invalid" | "unexpected";

const SENTENCES: Record<ErrorCategory, string> = {
  signed_out: "Please log in again.",
  forbidden: "You don't have permission to view this resource.",
  not_found: "Release not found. It may have been completed or removed.",
  unavailable: "Unable to load release information. Please try again.",
  invalid: "This request could not be understood.",
  unexpected: "An unexpected error occurred. Please try again later.",
};

// The only IDs that a reader gives are those in addresses of release pages.
const NO_RELEASE_ADDRESS = "This is not the address of a release.";

// Gateways in front of the portal answer 502 and 504 when it is restarting: for the reader the same as 503.
const UNAVAILABLE_STATUSES = new Set([408, 429, 502, 503, 504]);

function categoryOfStatus(status: number): ErrorCategory {
  if (status === 401) return "signed_out";
  if (status === 403) return "forbidden";
  if (status === 404 || status === 410) return "not_found";
  if (status === 0 || UNAVAILABLE_STATUSES.has(status)) return "unavailable";
  if (status >= 400 && status < 500) return "invalid";
  return "unexpected";
}

interface ApiErrorInit {
  /** HTTP status; 0 where no answer came. */
  status: number;
  code: string;
  detail?: string | undefined;
  requestId?: string | null;
  retryAfterSeconds?: number | null;
  fields?: Record<string, string[]>;
  cause?: unknown;
}

/** An API call that failed, whether by a problem body, by a foreign body or by silence. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly category: ErrorCategory;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  readonly fields: Readonly<Record<string, string[]>>;

  constructor(init: ApiErrorInit) {
    const category = categoryOfStatus(init.status);
    super(init.detail || SENTENCES[category], { cause: init.cause });
    this.status = init.status;
    this.code = init.code;
    this.category = category;
    this.requestId = init.requestId ?? null;
    this.retryAfterSeconds = init.retryAfterSeconds ?? null;
    this.fields = init.fields ?? {};
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "detail" in body && "code" in body;
}

/** Seconds of a Retry-After header in either of its forms; null where absent or unreadable. */
export function parseRetryAfter(header: string | null, now = Date.now()): number | null {
  if (!header) return null;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}

export function errorFromResponse(response: Response, body: unknown): ApiError {
  const retryAfterSeconds = parseRetryAfter(response.headers.get("Retry-After"));
  const requestId = response.headers.get("X-Request-ID");
  if (!isProblem(body)) {
    return new ApiError({ status: response.status, code: "no_problem_body", requestId, retryAfterSeconds });
  }
  return new ApiError({
    status: response.status,
    code: body.code,
    detail: body.detail,
    requestId: body.request_id ?? requestId,
    retryAfterSeconds,
    fields: (body.errors ?? {}) as Record<string, string[]>,
  });
}

export function noAnswer(cause: unknown): ApiError {
  return new ApiError({ status: 0, code: "no_answer", cause });
}

export function categoryOf(error: unknown): ErrorCategory {
  return error instanceof ApiError ? error.category : "unexpected";
}

function isInvalidId(error: unknown): boolean {
  return error instanceof ApiError && error.code === "invalid_id";
}

/** The sentence for people. A program's own errors stay out of it: their text is for the console. */
export function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.message : SENTENCES.unexpected;
}

export interface ErrorText {
  lead: string;
  rest: string;
}

/** What a page says of an error: a short headline, and what the server adds to it. */
export function textOf(error: unknown): ErrorText {
  const category = categoryOf(error);
  const sentence = sentenceOf(error);
  const lead = SENTENCES[category];
  if (sentence.startsWith(lead)) return { lead, rest: sentence.slice(lead.length).trim() };
  // What was wrong with a request is told in terms of the API: precise, but no headline.
  if (category === "invalid") return { lead: isInvalidId(error) ? NO_RELEASE_ADDRESS : lead, rest: sentence };
  return { lead: sentence, rest: "" };
}

export function isSignedOut(error: unknown): boolean {
  return categoryOf(error) === "signed_out";
}
