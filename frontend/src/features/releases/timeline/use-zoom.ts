import { type PointerEvent, type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import { atTheEnd, inSight, movedBy, type Stretch, type Zoom, zoomedBy, zoomedTo } from "./zoom";

const STEP = 2;
/** Of what is in sight, how much a key moves on. */
const KEY_SHARE = 0.2;
/** How much a wheel that turned by one pixel zooms: a notch of most is 100 to 120. */
const WHEEL_ZOOM = 0.002;
/** Below this a press is a click, however unsteady the hand. */
const DRAG_PX = 4;
const LINE_PX = 16;

export interface Zooming {
  zoom: Zoom;
  sight: Stretch;
  zoomIn: () => void;
  zoomOut: () => void;
  fit: () => void;
  follow: () => void;
  showStretch: (stretch: Stretch) => void;
  setZoom: (change: (zoom: Zoom) => Zoom) => void;
}

/** What of a timeline the reader looks at, and how they change it. */
export function useZoom(whole: Stretch): Zooming {
  const [zoom, setZoom] = useState<Zoom>(null);
  return {
    zoom,
    sight: inSight(zoom, whole),
    zoomIn: () => setZoom(zoomedBy(zoom, whole, 1 / STEP)),
    zoomOut: () => setZoom(zoomedBy(zoom, whole, STEP)),
    fit: () => setZoom(null),
    follow: () => setZoom(atTheEnd(zoom)),
    showStretch: (stretch) => setZoom(zoomedTo(stretch, whole)),
    setZoom,
  };
}

/** What a key asks of the zoom; null for a key that means nothing to it. */
export function zoomForKey(
  { key, shiftKey }: { key: string; shiftKey: boolean },
  zoom: Zoom,
  whole: Stretch,
): { zoom: Zoom } | null {
  const { from, to } = inSight(zoom, whole);
  switch (key) {
    case "+":
    case "=":
      return { zoom: zoomedBy(zoom, whole, 1 / STEP) };
    case "-":
    case "_":
      return { zoom: zoomedBy(zoom, whole, STEP) };
    case "0":
      return { zoom: null };
    case "ArrowLeft":
      return shiftKey ? { zoom: movedBy(zoom, whole, -(to - from) * KEY_SHARE) } : null;
    case "ArrowRight":
      return shiftKey ? { zoom: movedBy(zoom, whole, (to - from) * KEY_SHARE) } : null;
    default:
      return null;
  }
}

interface Track {
  /** What takes the wheel and the pointer. */
  chart: RefObject<HTMLElement | null>;
  /** The part of it that time runs along. */
  track: RefObject<HTMLElement | null>;
}

function pixels(delta: number, event: WheelEvent): number {
  return event.deltaMode === WheelEvent.DOM_DELTA_LINE ? delta * LINE_PX : delta;
}

/** How far a wheel was turned sideways, also by those who have to hold Shift for it. */
function sideways(event: WheelEvent): number {
  if (event.shiftKey && event.deltaX === 0) return pixels(event.deltaY, event);
  return Math.abs(event.deltaX) > Math.abs(event.deltaY) ? pixels(event.deltaX, event) : 0;
}

/** Ctrl and wheel zoom, and so do two fingers on a touchpad; sideways moves. Otherwise the page scrolls, as ever. */
export function useWheelZoom({ chart, track }: Track, { setZoom, sight }: Zooming, whole: Stretch): void {
  const onWheel = useEffectEvent((event: WheelEvent) => {
    const rect = track.current?.getBoundingClientRect();
    if (!rect || rect.width === 0) return;
    const perPixel = (sight.to - sight.from) / rect.width;
    const aside = sideways(event);
    if (event.ctrlKey) {
      const pointed = sight.from + (event.clientX - rect.left) * perPixel;
      const factor = Math.exp(pixels(event.deltaY, event) * WHEEL_ZOOM);
      setZoom((zoom) => zoomedBy(zoom, whole, factor, pointed));
    } else if (aside !== 0) {
      setZoom((zoom) => movedBy(zoom, whole, aside * perPixel));
    } else {
      return;
    }
    // Neither does the browser zoom the page, nor does it go back one.
    event.preventDefault();
  });

  useEffect(() => {
    const element = chart.current;
    if (!element) return;
    const listener = (event: WheelEvent) => onWheel(event);
    element.addEventListener("wheel", listener, { passive: false });
    return () => element.removeEventListener("wheel", listener);
  }, [chart]);
}

/** Props of a chart that is moved by dragging it; `wasDragged` tells a click apart that only ended a drag. */
export function useDragging({ track }: Pick<Track, "track">, { zoom, setZoom, sight }: Zooming, whole: Stretch) {
  const drag = useRef<{ x: number; zoom: Zoom; moved: boolean }>(null);

  function onPointerDown(event: PointerEvent<HTMLElement>) {
    drag.current = event.button === 0 && zoom !== null ? { x: event.clientX, zoom, moved: false } : null;
  }

  function onPointerMove(event: PointerEvent<HTMLElement>) {
    const held = drag.current;
    const width = track.current?.getBoundingClientRect().width;
    if (!held || !width || event.buttons === 0) return;
    const moved = event.clientX - held.x;
    if (!held.moved && Math.abs(moved) < DRAG_PX) return;
    if (!held.moved) event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { ...held, moved: true };
    setZoom(() => movedBy(held.zoom, whole, (-moved * (sight.to - sight.from)) / width));
  }

  return {
    props: { onPointerDown, onPointerMove },
    wasDragged: () => {
      const dragged = drag.current?.moved === true;
      drag.current = null;
      return dragged;
    },
  };
}
