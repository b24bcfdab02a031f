import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, assertOk, csrfHeader } from "@/lib/api/client";
import { sessionQuery } from "@/lib/session";

export interface PasswordChange {
  password: string;
  new_password: string;
}

/** What an e-mailed link holds, and the password that it is to set. */
export interface PasswordReset {
  uid: string;
  token: string;
  new_password: string;
}

async function change(body: PasswordChange): Promise<void> {
  assertOk(await api.POST("/api/auth/password/change/", { body, headers: await csrfHeader() }));
}

async function askForLink(email: string): Promise<void> {
  const params = { header: await csrfHeader() };
  assertOk(await api.POST("/api/auth/password/forgotten/", { body: { email }, params }));
}

async function reset(body: PasswordReset): Promise<void> {
  assertOk(await api.POST("/api/auth/password/reset/", { body, params: { header: await csrfHeader() } }));
}

export const useChangePassword = () => useMutation({ mutationFn: change });

export const useAskForLink = () => useMutation({ mutationFn: askForLink });

export function useResetPassword() {
  const client = useQueryClient();
  // Whoever was signed in here with the password of before no longer is.
  return useMutation({ mutationFn: reset, onSuccess: () => client.setQueryData(sessionQuery.queryKey, null) });
}

/** What stands behind an address's #, as the mail gives it: `uid.token`. Null for anything else. */
export function linkOf(hash: string): Omit<PasswordReset, "new_password"> | null {
  const [, uid, token] = /^#([\w-]+)\.([A-Za-z0-9-]+)$/.exec(hash) ?? [];
  return uid && token ? { uid, token } : null;
}
