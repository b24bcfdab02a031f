import { Navigate, type RouteObject } from "react-router";
import { HOME } from "@/lib/destinations";
import { NotFoundPage } from "./NotFoundPage";
import { PASSWORD, type Page, SIGN_IN, SIGNED_IN } from "./pages";
import { RequireSession } from "./RequireSession";

const routeOf = ({ path, Component }: Page): RouteObject => ({ path, Component });

export const routes: RouteObject[] = [
  routeOf(SIGN_IN),
  ...PASSWORD.map(routeOf),
  {
    Component: RequireSession,
    children: [
      { path: "/", element: <Navigate to={HOME} replace /> },
      ...SIGNED_IN.map(routeOf),
      { path: "*", Component: NotFoundPage },
    ],
  },
];
