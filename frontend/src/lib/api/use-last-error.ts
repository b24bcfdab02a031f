import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";

/**
 * The error of a query's last finished attempt; null once one succeeds.
 *
 * TanStack Query forgets the error of a query without data as soon as the next attempt starts. Shown as it comes, a
 * source that stays away would make the page alternate between error and skeleton with each poll.
 */
export function useLastError({ error, isSuccess }: UseQueryResult): Error | null {
  const [last, setLast] = useState(error);
  if (error && error !== last) setLast(error);
  if (isSuccess && !error && last) setLast(null);
  return error ?? (isSuccess ? null : last);
}
