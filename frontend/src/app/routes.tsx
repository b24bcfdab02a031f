import { Navigate, type RouteObject } from "react-router";
import { HOME } from "@/lib/destinations";
import { FrameSkeleton } from "./AppFrame";
import { NotFoundPage } from "./NotFoundPage";
import { RequireSession } from "./RequireSession";
import { RouteError } from "./RouteError";

const signedInRoutes: RouteObject[] = [
  { index: true, element: <Navigate to={HOME} replace /> },
  {
    path: "releases",
    lazy: async () => ({ Component: (await import("@/features/releases/list/ReleaseListPage")).ReleaseListPage }),
  },
  {
    path: "releases/:releaseId",
    lazy: async () => ({ Component: (await import("@/features/releases/detail/ReleasePage")).ReleasePage }),
  },
  {
    path: "compare",
    lazy: async () => ({ Component: (await import("@/features/releases/compare/ComparePage")).ComparePage }),
  },
  { path: "*", Component: NotFoundPage },
];

export const routes: RouteObject[] = [
  {
    ErrorBoundary: RouteError,
    HydrateFallback: FrameSkeleton,
    children: [
      {
        path: "login",
        lazy: async () => ({ Component: (await import("@/features/auth/SignInPage")).SignInPage }),
      },
      {
        Component: RequireSession,
        // A second boundary, so that a page that breaks leaves the header and its way out standing.
        children: [{ ErrorBoundary: RouteError, children: signedInRoutes }],
      },
    ],
  },
];
