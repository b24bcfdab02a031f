import { type RefObject, useLayoutEffect, useState } from "react";
import { UNITS_IN_REM } from "./geometry";
import type { Item } from "./layout";

// A card that is higher is drawn in parts; what is lower is not worth a listener.
const TALL = 900;
const STEP = 300;
/** So much is drawn above and below what is in sight. */
const BEYOND = 2 * STEP;

const ALL = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

interface Part {
  from: number;
  to: number;
}

/** The part of a tall card that is near the screen, in the layout's units from its cells' top, in steps. */
function partNear(cells: HTMLElement): Part {
  const units = UNITS_IN_REM / Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const top = -cells.getBoundingClientRect().top * units;
  const from = Math.floor((top - BEYOND) / STEP) * STEP;
  return { from, to: Math.ceil((top + window.innerHeight * units + BEYOND) / STEP) * STEP };
}

/** Tells items near the screen from those of a tall card that are not. */
export function useNear(cells: RefObject<HTMLElement | null>, height: number): (item: Item) => boolean {
  const isTall = height > TALL;
  const [part, setPart] = useState<Part>({ from: 0, to: 0 });

  useLayoutEffect(() => {
    if (!isTall) return;
    const follow = () => {
      const near = cells.current && partNear(cells.current);
      if (near) setPart((known) => (known.from === near.from && known.to === near.to ? known : near));
    };
    follow();
    window.addEventListener("scroll", follow, { passive: true });
    return () => window.removeEventListener("scroll", follow);
  }, [cells, isTall]);

  const { from, to } = isTall ? part : ALL;
  return ({ box }) => box.y + box.height > from && box.y < to;
}
