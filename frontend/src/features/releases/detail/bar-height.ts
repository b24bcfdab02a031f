import { createContext, useContext, useEffect } from "react";

/** How much of the screen's top the bar above a view covers while it sticks there, in CSS pixels. */
export const BarHeight = createContext(0);

export function useBarHeight(): number {
  return useContext(BarHeight);
}

/** Has the browser, too, keep clear of the bar what it scrolls to, as when the focus moves. */
export function useScrollPadding(height: number): void {
  useEffect(() => {
    const { style } = document.documentElement;
    style.scrollPaddingTop = `${height}px`;
    return () => {
      style.removeProperty("scroll-padding-top");
    };
  }, [height]);
}
