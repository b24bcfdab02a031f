import { type RefObject, useLayoutEffect, useState } from "react";

/** An element's width and height in whole CSS pixels, kept up as it grows and shrinks; 0 until it is laid out. */
export function useElementSize(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => {
      const { width, height } = element.getBoundingClientRect();
      const measured = { width: Math.round(width), height: Math.round(height) };
      setSize((known) => (known.width === measured.width && known.height === measured.height ? known : measured));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}
