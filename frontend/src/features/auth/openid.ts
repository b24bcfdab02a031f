import { queryOptions } from "@tanstack/react-query";
import { api, bodyOf } from "@/lib/api/client";

/** How one may sign in besides by a password. It changes with the portal's settings alone. */
export const optionsQuery = queryOptions({
  queryKey: ["sign-in-options"],
  queryFn: async ({ signal }) => bodyOf(await api.GET("/api/auth/options/", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

const WHOM_TO_ASK = "Ask an administrator.";

const REFUSED = "Your sign-in could not be confirmed. Please try again.";

/** Why a sign-in by OpenID Connect led back to the sign-in page, by the code that it came with. */
const SENTENCES = new Map([
  ["denied", "You were not signed in there: it was cancelled, or you may not use this portal."],
  ["unavailable", "The service that you sign in with does not answer. Please try again."],
  ["refused", REFUSED],
  ["expired", "That took too long, or began in another browser. Please sign in again."],
  ["no_email", `The service that you sign in with confirms no e-mail address of yours. ${WHOM_TO_ASK}`],
  ["not_active", `Your account here is not active any more. ${WHOM_TO_ASK}`],
  ["linked_elsewhere", `The account of your e-mail address is linked to another sign-in. ${WHOM_TO_ASK}`],
  ["throttled", "Too many sign-ins from your network. Please wait a minute."],
]);

export function sentenceOfProblem(code: string | null): string | null {
  return code === null ? null : (SENTENCES.get(code) ?? REFUSED);
}
