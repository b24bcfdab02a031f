import type { QueryClient } from "@tanstack/react-query";
import { categoryOf, sentenceOf } from "@/lib/api/errors";
import type { TreeEntity } from "@/lib/entities";
import { follow, type Link } from "@/lib/realtime/follow";
import { sessionQuery } from "@/lib/session";
import { treeSocketPath } from "../detail/live-tree";
import { treeQuery } from "../detail/release-query";
import { afterLook, afterLoss, type Following, isOver, type Told } from "./following";
import { type Sight, sightBody, sightOf } from "./sight";
import { readFollowing, subscribeToFollowing, updateFollowing } from "./store";

/** How often is asked where sockets are blocked. Nobody looks at it, and the whole tree comes each time. */
const POLL_MS = 15_000;
/** What a release that has ended may still say of what it held. */
const SETTLE_MS = 5_000;

const LOST: readonly string[] = ["forbidden", "not_found", "invalid"];

interface Watch {
  userId: number;
  client: QueryClient;
  /** Given each piece of news once. */
  onNews: (news: readonly Told[]) => void;
}

async function change({ userId, onNews }: Watch, edit: (state: Following) => Following): Promise<void> {
  const { before, now } = await updateFollowing(userId, edit);
  const news = now.told.filter((told) => !before.told.includes(told));
  if (news.length > 0) onNews(news);
}

function watchRelease(watch: Watch, releaseId: string, paths: readonly string[]): () => void {
  const { client } = watch;
  const path = treeSocketPath(releaseId);
  let settling: ReturnType<typeof setTimeout> | undefined;
  let polling: ReturnType<typeof setInterval> | undefined;

  function judge(release: TreeEntity, sight: Sight, settled: boolean) {
    void change(watch, (state) => afterLook(state, release, sight, { at: Date.now(), settled }));
  }

  function see(sight: Sight): Sight {
    const release = sight.get("");
    if (!release) return sight;
    clearTimeout(settling);
    // Set before the judgement, which may bring about that nothing more is to be watched here.
    if (isOver(release)) settling = setTimeout(() => judge(release, sight, true), SETTLE_MS);
    judge(release, sight, false);
    return sight;
  }

  function lose(error: unknown) {
    void change(watch, (state) => afterLoss(state, releaseId, sentenceOf(error), Date.now()));
  }

  async function ask() {
    try {
      const { tree } = await client.fetchQuery({ ...treeQuery(releaseId), gcTime: 0 });
      if (polling !== undefined) see(sightOf(tree, paths));
    } catch (error) {
      // Of what can't be read for now the next attempt will tell.
      if (polling !== undefined && LOST.includes(categoryOf(error))) lose(error);
    }
  }

  function endPolling() {
    clearInterval(polling);
    polling = undefined;
  }

  function onLink({ state }: Link) {
    if (state === "up") endPolling();
    if (state !== "down" || polling !== undefined) return;
    polling = setInterval(ask, POLL_MS);
    void ask();
  }

  const onSignedOut = () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  const feed = path === null ? null : { path, kind: sightBody(paths), store: see, refuse: lose };
  const unfollow = feed && follow(feed, { onLink, onSignedOut });
  return () => {
    unfollow?.();
    endPolling();
    clearTimeout(settling);
  };
}

function pathsByRelease({ followed }: Following): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const { releaseId, path } of followed) paths.set(releaseId, [...(paths.get(releaseId) ?? []), path]);
  return paths;
}

/** Watches all that a user follows, whichever page is open, until the returned function is called. */
export function watchFollowed(watch: Watch): () => void {
  const watched = new Map<string, { paths: string; stop: () => void }>();

  function keepUp() {
    const wanted = pathsByRelease(readFollowing(watch.userId));
    for (const [releaseId, { paths, stop }] of watched) {
      if (wanted.get(releaseId)?.join() === paths) continue;
      watched.delete(releaseId);
      stop();
    }
    for (const [releaseId, paths] of wanted) {
      if (watched.has(releaseId)) continue;
      watched.set(releaseId, { paths: paths.join(), stop: watchRelease(watch, releaseId, paths) });
    }
  }

  const unsubscribe = subscribeToFollowing(keepUp);
  keepUp();
  return () => {
    unsubscribe();
    for (const { stop } of watched.values()) stop();
  };
}
