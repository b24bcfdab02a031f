import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, assertOk, bodyOf, csrfHeader } from "@/lib/api/client";
import { ApiError, categoryOf, sentenceOf } from "@/lib/api/errors";
import type { NewServiceToken, ServiceToken } from "@/lib/api/types";

export const tokensQuery = queryOptions({
  queryKey: ["service-tokens"],
  queryFn: async ({ signal }) => bodyOf(await api.GET("/api/auth/service-tokens/", { signal })),
});

async function make(body: NewServiceToken) {
  return bodyOf(await api.POST("/api/auth/service-tokens/", { body, headers: await csrfHeader() }));
}

async function revoke({ id }: Pick<ServiceToken, "id">): Promise<void> {
  try {
    const params = { path: { id } };
    assertOk(await api.DELETE("/api/auth/service-tokens/{id}/", { params, headers: await csrfHeader() }));
  } catch (error) {
    // Revoked elsewhere before: that is what was asked for.
    if (categoryOf(error) !== "not_found") throw error;
  }
}

function useTokenMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }) });
}

export const useMakeToken = () => useTokenMutation(make);
export const useRevokeToken = () => useTokenMutation(revoke);

/** Why it could not be done, in a sentence: what the server says of the fields, where they are at fault. */
export function refusalOf(error: unknown): string {
  if (categoryOf(error) === "unavailable") return "The portal does not answer. Please try again.";
  const [sentence] = error instanceof ApiError ? Object.values(error.fields).flat() : [];
  return sentence ?? sentenceOf(error);
}
