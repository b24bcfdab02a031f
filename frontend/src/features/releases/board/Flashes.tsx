import { memo } from "react";
import { boxStyle } from "./CardCell";
import type { Item } from "./layout";
import type { Changes } from "./use-changes";

interface FlashesProps extends Changes {
  items: readonly Item[];
}

/** Rings around what has just changed. */
export const Flashes = memo(function Flashes({ items, changes, onShown }: FlashesProps) {
  if (changes.size === 0) return null;
  return items
    .filter(({ key }) => changes.has(key))
    .map(({ key, box }) => (
      <span
        // A change while the last one still flashes begins a ring anew.
        key={`${key} ${changes.get(key)}`}
        className="board-flash"
        aria-hidden="true"
        style={boxStyle(box)}
        onAnimationEnd={() => onShown(key)}
      />
    ));
});
