import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useLastError } from "@/lib/api/use-last-error";
import { SignedIn, sessionQuery } from "@/lib/session";
import { AppFrame, BareFrame, FrameSkeleton, PageSkeleton } from "./AppFrame";
import { PageBoundary } from "./PageBoundary";

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
          {/* A second boundary, so that a page that breaks leaves the header and its way out standing. */}
          <PageBoundary>
            {/* Another one for each page: the one before would stay until the script is there, and might, by a search
                that was typed last, lead the reader back to itself. */}
            <Suspense key={pathname} fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </PageBoundary>
        </AppFrame>
      </SignedIn>
    );
  }
  if (error && me === undefined) {
    return (
      <BareFrame>
        <ErrorNotice error={error} onRetry={session.refetch} />
      </BareFrame>
    );
  }
  return (
    <>
      {me === null && <Navigate to={signInPath(pathname, search)} replace />}
      {/* Also until the script of the sign-in page is there. */}
      <FrameSkeleton />
    </>
  );
}
