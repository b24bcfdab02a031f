import { useSyncExternalStore } from "react";
import type { Phase } from "@/lib/api/types";

/** The look: that of a phase for what came to be so, be it a release that failed or a copy that succeeded. */
export type Tone = Phase | "info" | "warning";

export interface ToastOptions {
  tone?: Tone;
  /** A later toast on the same topic takes the place of the one before. Its text, unless said otherwise. */
  topic?: string;
  /** Where more is to be seen. */
  link?: { to: string; words: string };
  /** Until it is dismissed; else for some seconds. What bears a link stays, so that there is time to follow it. */
  stays?: boolean;
}

export interface Toast {
  id: number;
  text: string;
  tone: Tone;
  topic: string;
  link: ToastOptions["link"];
  stays: boolean;
}

// More would cover the page; the oldest gives way.
const MOST_AT_ONCE = 5;

const listeners = new Set<() => void>();
let toasts: readonly Toast[] = [];
let lastId = 0;

function keep(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/**
 * Says something in passing: what was done, what has happened elsewhere, what mends itself.
 *
 * What keeps a page from being used belongs in its place on the page, not here.
 */
export function toast(text: string, { tone = "info", topic = text, link, stays = Boolean(link) }: ToastOptions = {}) {
  lastId += 1;
  const others = toasts.filter((other) => other.topic !== topic);
  keep([...others, { id: lastId, text, tone, topic, link, stays }].slice(-MOST_AT_ONCE));
}

export function dismissToast(id: number): void {
  keep(toasts.filter((other) => other.id !== id));
}

export function clearToasts(): void {
  keep([]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Those that stand, oldest first. */
export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(subscribe, () => toasts);
}
