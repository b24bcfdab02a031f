import { useSyncExternalStore } from "react";

// One timer for every relative time on the page, and none while nothing shows one.
const TICK_MS = 1_000;

// Timers of a page out of sight, or on a machine that sleeps, stand still.
const GAP_MS = 5_000;
const WAKING_MS = 4_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let tickedAt = 0;
let wokenAt = 0;

function notice(now: number): void {
  if (now - tickedAt > GAP_MS) wokenAt = now;
  tickedAt = now;
}

function tick(): void {
  if (document.visibilityState !== "hidden") notice(Date.now());
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!timer) tickedAt = Date.now();
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * What `read` makes of the present moment, kept up as time goes by.
 *
 * `read` has to return a primitive: the component renders again only when that changes.
 */
export function useClock<T extends string | number | boolean | null>(read: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(Date.now()));
}

/** Whether the page was out of sight or asleep until a moment ago: what has come meanwhile may be yet to be delivered. */
export function isWaking(now: number): boolean {
  if (document.visibilityState === "hidden") return false;
  if (timer) notice(now);
  const awake = now - wokenAt;
  // Negative where the machine's clock was set back.
  return awake >= 0 && awake < WAKING_MS;
}
