import { type AnimationEvent, useState } from "react";

type Beat = "even" | "odd";

export interface FlashProps {
  /** Which of two animations that look the same runs: a change of it starts one over while another still runs. */
  "data-flash": Beat | undefined;
  onAnimationEnd: (event: AnimationEvent) => void;
}

/**
 * Props of a row that flash it when what it shows has changed in a way that matters.
 *
 * A row that is new to the page does not flash, or all of them would with every page turned and every branch opened.
 */
export function useFlash<T>(shown: T, matters: (before: T, now: T) => boolean): FlashProps {
  const [before, setBefore] = useState(shown);
  const [beat, setBeat] = useState<Beat>();

  if (shown !== before) {
    setBefore(shown);
    if (matters(before, shown)) setBeat(beat === "even" ? "odd" : "even");
  }

  return {
    "data-flash": beat,
    // A row that is moved in the page would run an animation that it still bears once more.
    onAnimationEnd: ({ target, currentTarget }) => target === currentTarget && setBeat(undefined),
  };
}

function isSame(before: unknown, now: unknown): boolean {
  return before === now || JSON.stringify(before) === JSON.stringify(now);
}

/** Whether two objects differ in one of the named fields. */
export function differIn<T>(names: readonly (keyof T)[]): (before: T, now: T) => boolean {
  return (before, now) => names.some((name) => !isSame(before[name], now[name]));
}
