import type { Phase } from "@/lib/api/types";
import type { Zoom } from "../detail/release-address";

/** The zooms at which cells are painted. */
export type PaintedZoom = Exclude<Zoom, "names">;

/**
 * One layer of a cell's picture: path data that begins where the cell does, in the layout's units, and how it is
 * painted.
 *
 * All cells of one phase in a card are one path: "M x y" and this, over and over. So 15,000 apps take a few hundred
 * elements, which follow colours, modes and screens by themselves as a canvas would not.
 */
export interface Layer {
  name: "tile" | "fill" | "stroke";
  path: string;
}

const TILE = "m3 0h10a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3h-10a3 3 0 0 1-3-3v-10a3 3 0 0 1 3-3z";

// In the middle of 16 by 16. Those of PhaseGlyph, but drawn from a corner.
const GLYPHS: Record<Phase, readonly Layer[]> = {
  pending: [{ name: "stroke", path: "m4 8a4 4 0 1 0 8 0a4 4 0 1 0-8 0z" }],
  active: [
    { name: "tile", path: TILE },
    // A ring, with half of it filled.
    { name: "fill", path: "m3 8a5 5 0 1 0 10 0a5 5 0 1 0-10 0zm5-3.5a3.5 3.5 0 0 1 0 7z" },
  ],
  succeeded: [
    { name: "tile", path: TILE },
    { name: "stroke", path: "m4 8.4l2.7 2.7l5.3-6" },
  ],
  failed: [
    // Larger than all others, and dark where they are light.
    { name: "tile", path: "m-1-1h18v18h-18z" },
    { name: "stroke", path: "m4 4l8 8m0-8l-8 8" },
  ],
  stopped: [
    { name: "tile", path: TILE },
    { name: "fill", path: "m4 4h8v8h-8z" },
  ],
  unknown: [
    { name: "tile", path: TILE },
    { name: "stroke", path: "m5.4 6.2c0-1.7 1.1-2.8 2.6-2.8s2.6 1 2.6 2.5c0 1.8-2.6 1.9-2.6 3.7m0 1.9v1.4" },
  ],
};

// In 7 by 7: too small for a glyph, not for a shape.
const DOTS: Record<Phase, readonly Layer[]> = {
  pending: [{ name: "fill", path: "m1 1h5v5h-5zm1 1v3h3v-3z" }],
  active: [{ name: "fill", path: "h7v7h-7zm4 1v5h2v-5z" }],
  succeeded: [{ name: "fill", path: "m2 1h3l1 1v3l-1 1h-3l-1-1v-3z" }],
  // A square with a cross cut out, beyond its own bounds.
  failed: [
    {
      name: "fill",
      path: "m-1-1h9v9h-9zm4.5 3.4l-1.7-1.7l-1.1 1.1l1.7 1.7l-1.7 1.7l1.1 1.1l1.7-1.7l1.7 1.7l1.1-1.1l-1.7-1.7l1.7-1.7l-1.1-1.1z",
    },
  ],
  stopped: [{ name: "fill", path: "h7v7h-7z" }],
  unknown: [{ name: "fill", path: "m3.5-0.5l4 4l-4 4l-4-4z" }],
};

export const CELL_SHAPES: Record<PaintedZoom, Record<Phase, readonly Layer[]>> = { glyphs: GLYPHS, dots: DOTS };
