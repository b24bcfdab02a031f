import { type RefObject, useEffect, useState } from "react";

// Fractions of a pixel, and what bounces at the top of a touched screen, are no scrolling.
const TOP_PX = 8;

// So that the pill is still there when the click ends that took the focus out of the rows.
const SETTLE_MS = 300;

// Past this, a pointer that lies over the rows is one that somebody has put aside.
const POINTER_MS = 2_000;

/** What bears the focus or a selection in here is being read: rows, and what offers to change them. */
const READ = "[data-key], [data-offers-rows]";

function isRead(frame: HTMLElement, node: Node | null): boolean {
  if (!node || !frame.contains(node)) return false;
  const element = node instanceof Element ? node : node.parentElement;
  return Boolean(element?.closest(READ));
}

function isAtIt(frame: HTMLElement | null): boolean {
  if (window.scrollY > TOP_PX) return true;
  if (!frame) return false;
  const selection = document.getSelection();
  const isSelecting = selection !== null && !selection.isCollapsed && isRead(frame, selection.anchorNode);
  return isSelecting || isRead(frame, document.activeElement);
}

/**
 * Whether somebody reads the rows in the frame, so that none may be pushed away: the page is scrolled down, or a row
 * has the focus, or a selection, or a pointer that moves over it.
 */
export function useReading(frame: RefObject<HTMLElement | null>): boolean {
  const [isReading, setReading] = useState(false);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;

    function leaveAfter(milliseconds: number) {
      clearTimeout(timer);
      timer = setTimeout(() => setReading(isAtIt(frame.current)), milliseconds);
    }

    function look() {
      clearTimeout(timer);
      if (isAtIt(frame.current)) setReading(true);
      else leaveAfter(SETTLE_MS);
    }

    function onPointer({ target }: PointerEvent) {
      if (!frame.current || !isRead(frame.current, target as Node)) return;
      setReading(true);
      leaveAfter(POINTER_MS);
    }

    look();
    window.addEventListener("scroll", look, { passive: true });
    document.addEventListener("pointermove", onPointer, { passive: true });
    const looks = ["selectionchange", "focusin", "focusout"] as const;
    for (const name of looks) document.addEventListener(name, look);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("scroll", look);
      document.removeEventListener("pointermove", onPointer);
      for (const name of looks) document.removeEventListener(name, look);
    };
  }, [frame]);

  return isReading;
}
