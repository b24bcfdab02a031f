import { ApiError } from "./errors";

const MAX_RETRIES = 2;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** 4xx would only be answered the same again, 429 included: its page says how long to wait. */
function isWorthRetrying(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

function retryAfterMs(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
}

export function shouldRetry(failureCount: number, error: unknown): boolean {
  return failureCount < MAX_RETRIES && isWorthRetrying(error);
}

export function retryDelay(failureCount: number, error: unknown): number {
  const backoff = Math.min(FIRST_DELAY_MS * 2 ** failureCount, MAX_DELAY_MS);
  return Math.max(backoff, retryAfterMs(error));
}

/**
 * The wait until a polled query asks again, or false where asking again is of no use.
 *
 * Polled queries don't retry: the next poll is the retry, and a failure has to show at once.
 */
export function pollDelay(periodMs: number, error: unknown): number | false {
  if (!error) return periodMs;
  if (error instanceof ApiError && error.status === 429) return Math.max(periodMs, retryAfterMs(error));
  return isWorthRetrying(error) ? Math.max(periodMs, retryAfterMs(error)) : false;
}
