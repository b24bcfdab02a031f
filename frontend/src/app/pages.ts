import type { ComponentType } from "react";
import { matchPath } from "react-router";
import { type OnDemand, onDemand } from "@/lib/on-demand";

export interface Page extends OnDemand<object> {
  path: string;
}

const page = (path: string, fetchScript: () => Promise<ComponentType>): Page => ({ path, ...onDemand(fetchScript) });

export const SIGN_IN = page("/login", async () => (await import("@/features/auth/SignInPage")).SignInPage);

/** For whoever is not signed in, and can't. */
export const PASSWORD: readonly Page[] = [
  page("/forgot-password", async () => (await import("@/features/auth/ForgotPasswordPage")).ForgotPasswordPage),
  page("/reset-password", async () => (await import("@/features/auth/ResetPasswordPage")).ResetPasswordPage),
];

export const SIGNED_IN: readonly Page[] = [
  page("/releases", async () => (await import("@/features/releases/list/ReleaseListPage")).ReleaseListPage),
  page("/releases/:releaseId", async () => (await import("@/features/releases/detail/ReleasePage")).ReleasePage),
  page("/account/tokens", async () => (await import("@/features/account/TokensPage")).TokensPage),
  page("/account/second-factor", async () => (await import("@/features/auth/SecondFactorPage")).SecondFactorPage),
  page("/compare", async () => (await import("@/features/releases/compare/ComparePage")).ComparePage),
  page("/account", async () => (await import("@/features/auth/AccountPage")).AccountPage),
];

/** Fetches the script of an address's page before that page is drawn, which waits for the session. */
export function preloadPage(pathname: string): void {
  [SIGN_IN, ...PASSWORD, ...SIGNED_IN].find(({ path }) => matchPath(path, pathname))?.preload();
}
