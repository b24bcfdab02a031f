import { useMutation } from "@tanstack/react-query";
import { api, assertOk, csrfHeader } from "@/lib/api/client";
import { isSignedOut } from "@/lib/api/errors";
import { leaveTo } from "@/lib/destinations";

async function endSession(): Promise<void> {
  assertOk(await api.POST("/api/auth/logout/", { params: { header: await csrfHeader() } }));
}

async function endAllSessions(): Promise<void> {
  assertOk(await api.POST("/api/auth/logout/everywhere/", { headers: await csrfHeader() }));
}

async function signOut(end: () => Promise<void>): Promise<void> {
  try {
    await end();
  } catch (error) {
    // The session had ended already: that is what was asked for.
    if (!isSignedOut(error)) throw error;
  }
}

/** Signs this browser out, or all of the user's browsers and programs. */
export function useSignOut({ everywhere }: { everywhere: boolean }) {
  return useMutation({
    mutationFn: () => signOut(everywhere ? endAllSessions : endSession),
    // A full page load, so that nothing of what was seen stays in this tab's memory.
    onSuccess: () => leaveTo("/login"),
  });
}
