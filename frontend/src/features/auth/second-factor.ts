import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, assertOk, bodyOf, csrfHeader } from "@/lib/api/client";
import { ApiError } from "@/lib/api/errors";
import { useSignedIn } from "./sign-in";

/** What is still to come after the password: a code, or setting up what makes codes. */
export type SecondStep = "code" | "set-up";

/** The step that an address names, which another service's sign-in led to. */
export const stepNamed = (name: string | null): SecondStep | undefined =>
  name === "code" || name === "set-up" ? name : undefined;

/** The step that a refused sign-in asks for. */
export function stepAfter(error: unknown): SecondStep | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (error.code === "second_factor_required") return "code";
  return error.code === "second_factor_missing" ? "set-up" : undefined;
}

/** Whether the password was given too long ago, or is another by now. */
export const isTooLate = (error: unknown): boolean => error instanceof ApiError && error.code === "not_authenticated";

export const secondFactorQuery = queryOptions({
  queryKey: ["second-factor"],
  queryFn: async ({ signal }) => bodyOf(await api.GET("/api/auth/second-factor/", { signal })),
});

const header = async () => ({ header: await csrfHeader() });

export function useSignInByCode() {
  return useMutation({
    mutationFn: async (code: string) =>
      bodyOf(await api.POST("/api/auth/login/code/", { body: { code }, params: await header() })),
    onSuccess: useSignedIn(),
  });
}

/** A secret for an app. Nobody who is only half signed in has to give the password again. */
export function useSetUp() {
  return useMutation({
    mutationFn: async (password: string | undefined) =>
      bodyOf(
        await api.POST("/api/auth/second-factor/set-up/", {
          body: password === undefined ? {} : { password },
          params: await header(),
        }),
      ),
  });
}

function useSecondFactorMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries(secondFactorQuery) });
}

async function codesFrom(path: "confirm" | "recovery-codes", code: string): Promise<string[]> {
  const options = { body: { code }, params: await header() };
  return bodyOf(await api.POST(`/api/auth/second-factor/${path}/`, options)).recovery_codes;
}

export const useConfirm = () => useSecondFactorMutation((code: string) => codesFrom("confirm", code));

export const useNewCodes = () => useSecondFactorMutation((code: string) => codesFrom("recovery-codes", code));

export const useTurnOff = () =>
  useSecondFactorMutation(async (body: { code: string; password?: string }) =>
    assertOk(await api.POST("/api/auth/second-factor/turn-off/", { body, params: await header() })),
  );
