import { type FocusEvent, useLayoutEffect, useRef } from "react";

/**
 * Who takes the focus over from a row: itself while it is there; else the next of its old neighbours that still is,
 * downwards first. Null where none is left.
 */
export function heirOf(key: string, before: readonly string[], now: readonly string[]): string | null {
  const left = new Set(now);
  if (left.has(key)) return key;
  const place = before.indexOf(key);
  if (place === -1) return null;
  const next = before.slice(place).find((candidate) => left.has(candidate));
  return next ?? before.slice(0, place).findLast((candidate) => left.has(candidate)) ?? null;
}

/**
 * Props of a container that hand the focus on when the row that holds it is taken away.
 *
 * Rows bear their key as `data-key`. `keys` are those of all rows, in order; `handOn` has to focus the heir's.
 */
export function useFocusHeir(keys: readonly string[], handOn: (heir: string) => void) {
  const holder = useRef<{ element: HTMLElement; key: string }>(null);
  const known = useRef(keys);

  useLayoutEffect(() => {
    const before = known.current;
    known.current = keys;
    const held = holder.current;
    if (!held || held.element.isConnected) return;
    holder.current = null;
    const heir = heirOf(held.key, before, keys);
    if (heir !== null) handOn(heir);
  });

  return {
    onFocus({ target }: FocusEvent<HTMLElement>) {
      const key = target.closest<HTMLElement>("[data-key]")?.dataset.key;
      holder.current = key === undefined ? null : { element: target, key };
    },
    // Not heard of what is taken out of the page: React keeps events to itself while it changes it.
    onBlur() {
      holder.current = null;
    },
  };
}
