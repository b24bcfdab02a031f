import { Navigate, type RouteObject, useLocation } from "react-router";
import { HOME } from "@/lib/destinations";
import { NotFoundPage } from "./NotFoundPage";
import { PASSWORD, type Page, SIGN_IN, SIGNED_IN } from "./pages";
import { RequireSession } from "./RequireSession";

const routeOf = ({ path, Component }: Page): RouteObject => ({ path, Component });

/** Filters that were added to the portal's bare address lead to the list as they are. */
function Root() {
  const { search } = useLocation();
  return <Navigate to={{ pathname: HOME, search }} replace />;
}

export const routes: RouteObject[] = [
  routeOf(SIGN_IN),
  ...PASSWORD.map(routeOf),
  {
    Component: RequireSession,
    children: [{ path: "/", Component: Root }, ...SIGNED_IN.map(routeOf), { path: "*", Component: NotFoundPage }],
  },
];
