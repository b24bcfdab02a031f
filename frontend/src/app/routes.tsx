import { type ComponentType, lazy } from "react";
import { matchPath, Navigate, type RouteObject } from "react-router";
import { HOME } from "@/lib/destinations";
import { NotFoundPage } from "./NotFoundPage";
import { RequireSession } from "./RequireSession";

interface Page {
  path: string;
  /** Fetches the page's script, once; again only where that failed. */
  load: () => Promise<{ default: ComponentType }>;
}

function page(path: string, fetchPage: () => Promise<ComponentType>): Page {
  let loading: Promise<{ default: ComponentType }> | undefined;
  const fetchAnew = async () => {
    try {
      return { default: await fetchPage() };
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
  return {
    path,
    load: () => {
      loading ??= fetchAnew();
      return loading;
    },
  };
}

const SIGN_IN = page("/login", async () => (await import("@/features/auth/SignInPage")).SignInPage);

const SIGNED_IN = [
  page("/releases", async () => (await import("@/features/releases/list/ReleaseListPage")).ReleaseListPage),
  page("/releases/:releaseId", async () => (await import("@/features/releases/detail/ReleasePage")).ReleasePage),
  page("/compare", async () => (await import("@/features/releases/compare/ComparePage")).ComparePage),
];

const routeOf = ({ path, load }: Page): RouteObject => ({ path, Component: lazy(load) });

export const routes: RouteObject[] = [
  routeOf(SIGN_IN),
  {
    Component: RequireSession,
    children: [
      { path: "/", element: <Navigate to={HOME} replace /> },
      ...SIGNED_IN.map(routeOf),
      { path: "*", Component: NotFoundPage },
    ],
  },
];

/** Fetches the script of an address's page before that page is drawn, which waits for the session. */
export function preloadPage(pathname: string): void {
  const wanted = [SIGN_IN, ...SIGNED_IN].find(({ path }) => matchPath(path, pathname));
  // Where this fails, the page itself tries once more, and says so.
  wanted?.load().catch(() => {});
}
