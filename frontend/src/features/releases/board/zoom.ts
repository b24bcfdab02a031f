import { useState } from "react";
import type { Zoom } from "../detail/release-address";

// So many names fit two screens or three; so many glyphs do.
const MOST_NAMES = 60;
const MOST_GLYPHS = 2_000;

export function zoomFor(apps: number): Zoom {
  if (apps <= MOST_NAMES) return "names";
  return apps <= MOST_GLYPHS ? "glyphs" : "dots";
}

/**
 * The zoom for a release of so many apps, as long as its reader chooses none.
 *
 * A tree may arrive in parts, so that it may go on to a farther one; apps that are removed bring it back to no nearer
 * one, which would only move what is looked at.
 */
export function useAutomaticZoom(apps: number): Zoom {
  const [most, setMost] = useState(apps);
  if (apps > most) setMost(apps);
  return zoomFor(Math.max(apps, most));
}
