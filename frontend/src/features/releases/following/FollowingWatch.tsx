import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { useNavigate } from "react-router";
import { toast } from "@/components/toasts/toast";
import { useMe } from "@/lib/session";
import { type Following, type Told, withAllSeen } from "./following";
import { lead } from "./lead";
import { notify } from "./notifications";
import { updateFollowing, useFollowing } from "./store";

const RELOAD_MS = 30_000;
/** Beyond these, the list in the header tells the rest. */
const MOST_TOASTS = 3;

interface WatchOptions {
  userId: number;
  client: QueryClient;
  onNews: (news: readonly Told[]) => void;
}

/** What watches is loaded for those only who follow something, and again where the portal was out of reach. */
function startWatch(options: WatchOptions): () => void {
  let stop: (() => void) | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  async function load() {
    try {
      const { watchFollowed } = await import("./watch");
      if (!ended) stop = watchFollowed(options);
    } catch {
      if (!ended) retry = setTimeout(load, RELOAD_MS);
    }
  }

  void load();
  return () => {
    ended = true;
    clearTimeout(retry);
    stop?.();
  };
}

function sayInPassing(news: readonly Told[]): void {
  const rest = news.length - MOST_TOASTS;
  if (rest > 0) toast(`${rest} more of what you follow: see the bell above.`, { stays: true });
  // Newest first in the list, last in the corner.
  for (const { id, tone, title, detail, href } of news.slice(0, MOST_TOASTS).toReversed()) {
    toast(`${title} · ${detail}`, {
      tone,
      topic: id,
      stays: true,
      ...(href ? { link: { to: href, words: "Show" } } : {}),
    });
  }
}

/** Says each piece of news in one tab, and where it is seen. */
function useNews(userId: number, { told }: Following): void {
  const hasNews = told.some(({ seen }) => !seen);

  useEffect(() => {
    if (!hasNews) return;
    const say = async () => {
      if (document.visibilityState === "hidden") return;
      const { before } = await updateFollowing(userId, withAllSeen);
      sayInPassing(before.told.filter(({ seen }) => !seen));
    };
    void say();
    document.addEventListener("visibilitychange", say);
    return () => document.removeEventListener("visibilitychange", say);
  }, [userId, hasNews]);
}

/** Watches what the reader follows, whichever page is open, and tells them what comes of it. Draws nothing. */
export function FollowingWatch() {
  const { id: userId } = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const following = useFollowing(userId);
  const followsAny = following.followed.length > 0;
  // A new function with each page: what watches goes on for all of them.
  const open = useEffectEvent((href: string) => void navigate(href));

  useEffect(() => {
    if (!followsAny) return;
    const onNews = (news: readonly Told[]) => {
      for (const told of news) notify(told, (href) => open(href));
    };
    return lead(`relportal.following.${userId}`, () => startWatch({ userId, client, onNews }));
  }, [userId, client, followsAny]);

  useNews(userId, following);
  return null;
}
