import { useEffect, useLayoutEffect, useRef } from "react";
import { useLocation } from "react-router";
import { type Place, placeOf, rememberPlace } from "./places";

/**
 * Brings the reader who comes back to a board to where they left it.
 *
 * `onReturn` is called once the board stands there again, with what led away from it. Returns the ref of what does.
 */
export function useReturn(onReturn: (place: Place) => void) {
  const { key: entry } = useLocation();
  const opened = useRef<string | null>(null);
  const latest = useRef(onReturn);
  useLayoutEffect(() => {
    latest.current = onReturn;
  });

  // After the first paint: how high the board is follows from how wide it is, which is measured first.
  useEffect(() => {
    const place = placeOf(entry);
    if (place) {
      window.scrollTo(0, place.scroll);
      latest.current(place);
    }
    // What the window says once the board is gone is of what has taken its place.
    let scroll = window.scrollY;
    const follow = () => {
      scroll = window.scrollY;
    };
    window.addEventListener("scroll", follow, { passive: true });
    return () => {
      window.removeEventListener("scroll", follow);
      rememberPlace(entry, { scroll, path: opened.current });
    };
  }, [entry]);

  return opened;
}
