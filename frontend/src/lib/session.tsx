import { queryOptions } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext } from "react";
import { api, bodyOf } from "./api/client";
import { isSignedOut } from "./api/errors";
import { pollDelay } from "./api/retry";
import type { Me } from "./api/types";

// Roles change seldom; a reader who is given one should still see it without signing in anew.
const SESSION_STALE_MS = 60_000;
const UNANSWERED_PERIOD_MS = 3_000;

async function fetchSession(signal: AbortSignal): Promise<Me | null> {
  try {
    return bodyOf(await api.GET("/api/auth/me/", { signal }));
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

/** Who is signed in; null where nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => fetchSession(signal),
  staleTime: SESSION_STALE_MS,
  // Only until the first answer: a portal that comes back is then noticed by itself.
  refetchInterval: ({ state }) => (state.data === undefined ? pollDelay(UNANSWERED_PERIOD_MS, state.error) : false),
  gcTime: Number.POSITIVE_INFINITY,
});

const MeContext = createContext<Me | null>(null);

export function SignedIn({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

/** The signed-in user, for what only a signed-in user gets to see. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error("useMe needs a signed-in user: render it below SignedIn.");
  return me;
}
