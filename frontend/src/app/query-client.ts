import { QueryCache, QueryClient } from "@tanstack/react-query";
import { isSignedOut } from "@/lib/api/errors";
import { retryDelay, shouldRetry } from "@/lib/api/retry";
import { sessionQuery } from "@/lib/session";

export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError(error) {
        // RequireSession sees the session end and leads to the sign-in page, which also stops the polling.
        if (isSignedOut(error)) client.setQueryData(sessionQuery.queryKey, null);
      },
    }),
    defaultOptions: {
      queries: {
        retry: shouldRetry,
        retryDelay,
        // The default pauses queries while the browser believes itself offline: old data would look live.
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
  return client;
}
