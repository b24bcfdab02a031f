import { type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type ApiError, categoryOf } from "../api/errors";
import { sessionQuery } from "../session";
import { DOWN, type Feed, follow, type Link, OPENING } from "./follow";

/** What a socket is refused for as well, so that it need not even be tried. */
const HOPELESS: readonly string[] = ["forbidden", "not_found", "invalid"];

/**
 * Follows a feed, where there is one, for as long as it is the same object and its query has not been refused.
 *
 * `queryKey` names the query that the feed stores into.
 */
export function useRealtime<Body>(feed: Feed<Body> | null, queryKey: QueryKey): Link {
  const client = useQueryClient();
  const [known, setKnown] = useState<{ feed: Feed<Body> | null; link: Link }>({ feed, link: OPENING });
  // Read here rather than taken from useQuery, which in turn asks by what is returned. It renders again all the same.
  const error = client.getQueryState(queryKey)?.error;
  const isHopeless = Boolean(error) && HOPELESS.includes(categoryOf(error));

  useEffect(() => {
    if (isHopeless || !feed) return;
    return follow(feed, {
      onLink: (link) => setKnown({ feed, link }),
      onSignedOut: () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
    });
  }, [client, feed, isHopeless]);

  if (isHopeless || !feed) return DOWN;
  return known.feed === feed ? known.link : OPENING;
}

/** Options of a query whose entry is pushed: asked for by nobody meanwhile. */
const UNASKED = { refetchInterval: false, refetchOnWindowFocus: false, refetchOnReconnect: false } as const;

export function askedUnder(link: Link): typeof UNASKED | object {
  return link.state === "up" ? UNASKED : {};
}

/** Puts what was pushed in a query's place, and drops a request under way, whose answer would be older. */
export function storePushed<Data>(client: QueryClient, queryKey: QueryKey, data: Data): Data {
  void client.cancelQueries({ queryKey, exact: true });
  return client.setQueryData<Data>(queryKey, data) ?? data;
}

/** Makes a query fail as if its own request had been answered so. */
export function failQuery(client: QueryClient, queryKey: QueryKey, error: ApiError): void {
  void client.cancelQueries({ queryKey, exact: true });
  const query = client.getQueryCache().find({ queryKey, exact: true });
  query?.setState({ status: "error", error, errorUpdatedAt: Date.now() });
}
