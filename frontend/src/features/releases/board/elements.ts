import type { KeyboardEvent, MouseEvent } from "react";

/** The key of the item that an element stands for or stands in. */
export function keyOf(target: EventTarget): string | undefined {
  return (target as Element).closest<HTMLElement>("[data-key]")?.dataset.key;
}

/** Whether a click on a link is for the browser: into a new tab or window, or to keep it. */
export function opensElsewhere({ ctrlKey, metaKey, shiftKey, altKey }: MouseEvent | KeyboardEvent): boolean {
  return ctrlKey || metaKey || shiftKey || altKey;
}
