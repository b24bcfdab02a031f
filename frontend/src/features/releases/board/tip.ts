import { useState } from "react";

/** Of which entity the tooltip tells, and beside what on the screen. */
export interface Tip {
  path: string;
  /** What it tells of, in the window's coordinates. */
  beside: Pick<DOMRect, "left" | "right" | "top" | "bottom">;
  /** What has the focus and is told of; null where it is only pointed at. */
  focused: Element | null;
}

// Time to move from the cell into the tooltip beside it.
const LINGER_MS = 150;

/**
 * The one tooltip of a board: over whichever cell the pointer is or the focus stands.
 *
 * It stands outside React's state, so that to point at a cell draws nothing anew but the tooltip.
 */
export class TipHolder {
  #tip: Tip | null = null;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = (): Tip | null => this.#tip;

  show(tip: Tip): void {
    this.stay();
    if (tip.path !== this.#tip?.path) this.#set(tip);
  }

  /** The pointer or the focus has left; it may be on its way into the tooltip. */
  leave(): void {
    this.stay();
    this.#leaving = setTimeout(() => this.hide(), LINGER_MS);
  }

  stay(): void {
    clearTimeout(this.#leaving);
  }

  hide(): void {
    this.stay();
    if (this.#tip) this.#set(null);
  }

  #set(tip: Tip | null): void {
    this.#tip = tip;
    for (const listener of this.#listeners) listener();
  }
}

export function useTipHolder(): TipHolder {
  const [holder] = useState(() => new TipHolder());
  return holder;
}
