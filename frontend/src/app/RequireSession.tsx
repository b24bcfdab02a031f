import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useLocation } from "react-router";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useLastError } from "@/lib/api/use-last-error";
import { SignedIn, sessionQuery } from "@/lib/session";
import { AppFrame, FrameSkeleton } from "./AppFrame";

function signInPath(pathname: string, search: string): string {
  return pathname === "/" ? "/login" : `/login?next=${encodeURIComponent(pathname + search)}`;
}

/** Lets only signed-in people through; others are led to the sign-in page, and back afterwards. */
export function RequireSession() {
  const session = useQuery(sessionQuery);
  const error = useLastError(session);
  const me = session.data;
  const { pathname, search } = useLocation();

  if (me) {
    return (
      <SignedIn me={me}>
        <AppFrame>
          <Outlet />
        </AppFrame>
      </SignedIn>
    );
  }
  if (me === null) return <Navigate to={signInPath(pathname, search)} replace />;
  if (error) return <ErrorNotice error={error} onRetry={session.refetch} />;
  return <FrameSkeleton />;
}
