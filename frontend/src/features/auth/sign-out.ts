import { useMutation } from "@tanstack/react-query";
import { api, assertOk, csrfHeader } from "@/lib/api/client";
import { isSignedOut } from "@/lib/api/errors";
import { leaveTo } from "@/lib/destinations";

async function signOut(): Promise<void> {
  try {
    assertOk(await api.POST("/api/auth/logout/", { params: { header: await csrfHeader() } }));
  } catch (error) {
    // The session had ended already: that is what was asked for.
    if (!isSignedOut(error)) throw error;
  }
}

export function useSignOut() {
  return useMutation({
    mutationFn: signOut,
    // A full page load, so that nothing of what was seen stays in this tab's memory.
    onSuccess: () => leaveTo("/login"),
  });
}
