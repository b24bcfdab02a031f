import { useCallback, useSyncExternalStore } from "react";
import { isPhase } from "@/lib/phase";
import { type Followed, type Following, NOTHING_FOLLOWED, type Told } from "./following";

/** What each user follows stays in the browser in which they asked for it: that is where notifications appear. */
const storageKey = (userId: number) => `relportal.following.${userId}`;

type Fields = Readonly<Record<string, unknown>>;

function hasTexts(value: unknown, names: readonly string[]): value is Fields {
  return (
    typeof value === "object" && value !== null && names.every((name) => typeof (value as Fields)[name] === "string")
  );
}

function isFollowedEntry(value: unknown): value is Followed {
  return hasTexts(value, ["releaseId", "path", "type", "name", "within", "phase"]) && isPhase(String(value.phase));
}

function isToldEntry(value: unknown): value is Told {
  if (!hasTexts(value, ["id", "tone", "title", "detail"])) return false;
  return (
    typeof value.at === "number" &&
    typeof value.seen === "boolean" &&
    (value.href === null || hasTexts(value, ["href"]))
  );
}

function entries<T>(value: unknown, isEntry: (entry: unknown) => entry is T): T[] {
  return Array.isArray(value) ? value.filter(isEntry) : [];
}

/** Written by this portal, but perhaps by an older or a newer one: what is not understood is left out. */
function parse(text: string | null): Following {
  if (text === null) return NOTHING_FOLLOWED;
  try {
    const { followed, told } = JSON.parse(text) as Fields;
    return { followed: entries(followed, isFollowedEntry), told: entries(told, isToldEntry) };
  } catch {
    return NOTHING_FOLLOWED;
  }
}

const listeners = new Set<() => void>();
const parsed = new Map<string, { text: string | null; state: Following }>();

/** The same object for as long as nothing changes, in whichever tab. */
export function readFollowing(userId: number): Following {
  const key = storageKey(userId);
  const text = localStorage.getItem(key);
  const known = parsed.get(key);
  if (known && known.text === text) return known.state;
  const state = parse(text);
  parsed.set(key, { text, state });
  return state;
}

function write(userId: number, state: Following): void {
  localStorage.setItem(storageKey(userId), JSON.stringify(state));
  for (const listener of listeners) listener();
}

/** Tabs take turns, where the browser lets them: of two that write at once, one would undo what the other wrote. */
async function inTurn<T>(userId: number, work: () => T): Promise<T> {
  if (!navigator.locks) return work();
  return navigator.locks.request(`${storageKey(userId)}.write`, () => work());
}

/** Changes what is followed, and returns what was there and what is there now. */
export function updateFollowing(
  userId: number,
  change: (state: Following) => Following,
): Promise<{ before: Following; now: Following }> {
  return inTurn(userId, () => {
    const before = readFollowing(userId);
    const now = change(before);
    if (now !== before) write(userId, now);
    return { before, now };
  });
}

/** Tells of each change, by whichever tab, until the returned function is called. */
export function subscribeToFollowing(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export function useFollowing(userId: number): Following {
  const read = useCallback(() => readFollowing(userId), [userId]);
  return useSyncExternalStore(subscribeToFollowing, read);
}
