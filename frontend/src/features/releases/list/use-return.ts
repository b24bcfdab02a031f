import { type MouseEvent, type RefObject, useEffect } from "react";
import { useLocation } from "react-router";

// Which row's link led away from a list, by the history entry's key, for as long as the page lives.
const left = new Map<string, string>();

function linkOf(frame: HTMLElement | null, id: string): HTMLElement | null {
  const rows = frame?.querySelectorAll<HTMLElement>("[data-key]") ?? [];
  return [...rows].find(({ dataset }) => dataset.key === id)?.querySelector("a") ?? null;
}

/**
 * Gives the focus back to the row whose link led away, when the reader comes back to the list by the browser's history.
 *
 * Only where it was followed by keyboard: to whoever points, a focused row would say nothing, and hold the list up.
 * Where the page is scrolled to is the browser's business. Returns props of the frame that holds the rows.
 */
export function useReturn(frame: RefObject<HTMLElement | null>) {
  const { key: entry } = useLocation();

  useEffect(() => {
    const id = left.get(entry);
    if (id === undefined) return;
    left.delete(entry);
    if (document.activeElement === document.body) linkOf(frame.current, id)?.focus({ preventScroll: true });
  }, [frame, entry]);

  function onClickCapture({ target, detail }: MouseEvent) {
    const row = (target as Element).closest("a")?.closest<HTMLElement>("[data-key]");
    // A key's click counts no presses.
    if (detail === 0 && row?.dataset.key) left.set(entry, row.dataset.key);
  }

  return { onClickCapture };
}
