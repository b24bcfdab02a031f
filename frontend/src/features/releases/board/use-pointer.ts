import { type PointerEvent, type RefObject, useState } from "react";
import type { Geometry } from "./geometry";
import { type Item, itemAt, type PlacedCluster } from "./layout";
import type { TipHolder } from "./tip";

interface Surroundings {
  /** What items have their places in. */
  cells: RefObject<HTMLElement | null>;
  placed: PlacedCluster;
  geometry: Geometry;
  tips: TipHolder;
}

interface Point {
  clientX: number;
  clientY: number;
}

/** Which item the pointer is over, painted or not, and the tooltip that follows it. */
export function usePointer({ cells, placed, geometry, tips }: Surroundings) {
  const [hovered, setHovered] = useState<string | null>(null);

  /** The cells' corner on the screen, and the pixels to a unit of the layout. */
  function origin() {
    const { left = 0, top = 0, width = 0 } = cells.current?.getBoundingClientRect() ?? {};
    return { left, top, scale: width / geometry.inner || 1 };
  }

  function itemUnder({ clientX, clientY }: Point): Item | null {
    const { left, top, scale } = origin();
    return itemAt(placed, (clientX - left) / scale, (clientY - top) / scale);
  }

  function tell(item: Item, focused: Element | null): void {
    const { left, top, scale } = origin();
    const { x, y, width, height } = item.box;
    const beside = {
      left: left + x * scale,
      right: left + (x + width) * scale,
      top: top + y * scale,
      bottom: top + (y + height) * scale,
    };
    tips.show({ path: item.entity.path, beside, focused });
  }

  function leave(): void {
    if (hovered === null) return;
    setHovered(null);
    tips.leave();
  }

  const pointerProps = {
    onPointerMove(event: PointerEvent) {
      // A finger on the screen scrolls or chooses; it points at nothing.
      if (event.pointerType === "touch") return;
      const item = itemUnder(event);
      if (!item) return leave();
      setHovered(item.key);
      tell(item, null);
    },
    onPointerLeave: leave,
  };
  return { hovered, itemUnder, tell, pointerProps };
}
