import { type PointerEvent, useRef } from "react";
import { timeBelow } from "./ticks";
import type { Stretch } from "./zoom";

/** Shows the time below the pointer, past React: it follows each move of the hand. */
export function useCursor(sight: Stretch, trackPx: number) {
  const label = useRef<HTMLDivElement>(null);
  const line = useRef<HTMLSpanElement>(null);

  function hide() {
    for (const { current } of [label, line]) if (current) current.hidden = true;
  }

  function onPointerMove({ clientX, pointerType }: PointerEvent<HTMLElement>) {
    const track = label.current?.parentElement;
    if (!label.current || !line.current || !track) return;
    const left = clientX - track.getBoundingClientRect().left;
    if (pointerType !== "mouse" || left < 0 || left > trackPx) return hide();
    for (const element of [label.current, line.current]) {
      element.hidden = false;
      element.style.left = `${left}px`;
    }
    // What it says has to stay in sight, too.
    label.current.dataset.side = left > trackPx / 2 ? "before" : "behind";
    label.current.textContent = timeBelow(sight.from + (left / trackPx) * (sight.to - sight.from));
  }

  return { label, line, props: { onPointerMove, onPointerLeave: hide } };
}
