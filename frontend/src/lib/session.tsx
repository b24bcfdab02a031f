import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { api, bodyOf } from "./api/client";
import { isSignedOut } from "./api/errors";
import { pollDelay } from "./api/retry";
import type { Me } from "./api/types";

// Roles change seldom; a reader who is given one should still see it without signing in anew.
const SESSION_STALE_MS = 60_000;
const UNANSWERED_PERIOD_MS = 3_000;
const NO_ROLE_PERIOD_MS = 15_000;
// What is pushed goes on without any request that would tell that this browser is not signed in any more.
const SIGNED_IN_PERIOD_MS = 20_000;

async function fetchSession(signal: AbortSignal): Promise<Me | null> {
  try {
    return bodyOf(await api.GET("/api/auth/me/", { signal }));
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

/** Whether somebody sees no release at all, for want of a role. */
export function hasNoRole({ scopes, sees_all }: Me): boolean {
  return scopes.length === 0 && !sees_all;
}

/** Soonest for who waits: for a portal that does not answer yet, or for a role. Never for who has to sign in. */
function sessionPeriod({ data, error }: { data: Me | null | undefined; error: Error | null }): number | false {
  if (data === undefined) return pollDelay(UNANSWERED_PERIOD_MS, error);
  if (data === null) return false;
  return hasNoRole(data) ? NO_ROLE_PERIOD_MS : SIGNED_IN_PERIOD_MS;
}

/** Who is signed in; null where nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => fetchSession(signal),
  staleTime: SESSION_STALE_MS,
  refetchInterval: ({ state }) => sessionPeriod(state),
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

/** Asks once more who is signed in, for a page that may show nothing because roles have changed. */
export function useSessionAskedAnew(): void {
  const client = useQueryClient();
  useEffect(() => {
    void client.refetchQueries(sessionQuery);
  }, [client]);
}
