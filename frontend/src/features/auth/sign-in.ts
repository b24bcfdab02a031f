import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, bodyOf, csrfHeader } from "@/lib/api/client";
import type { Me } from "@/lib/api/types";
import { sessionQuery } from "@/lib/session";

export interface Credentials {
  email: string;
  password: string;
}

async function signIn(credentials: Credentials): Promise<Me> {
  return bodyOf(await api.POST("/api/auth/login/", { body: credentials, params: { header: await csrfHeader() } }));
}

/** What is to be done once somebody is signed in. */
export function useSignedIn(): (me: Me) => void {
  const client = useQueryClient();
  return (me) => {
    // What somebody else saw in this tab before is not this user's to see.
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
    client.setQueryData(sessionQuery.queryKey, me);
  };
}

export function useSignIn() {
  return useMutation({ mutationFn: signIn, onSuccess: useSignedIn() });
}
