import type { ReactNode } from "react";
import type { Phase } from "@/lib/api/types";

// Drawn, not typed: fonts differ in the size and the weight of ○ ◐ ✓ ✕ ■.
const SHAPES: Record<Phase, ReactNode> = {
  pending: <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  active: (
    <>
      <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6 1.4a4.6 4.6 0 0 0 0 9.2Z" fill="currentColor" />
    </>
  ),
  succeeded: <path d="m1.5 6.4 3.1 3.1 6-7" fill="none" stroke="currentColor" strokeWidth="2" />,
  failed: <path d="m2 2 8 8M10 2l-8 8" fill="none" stroke="currentColor" strokeWidth="2.2" />,
  stopped: <rect x="1.5" y="1.5" width="9" height="9" fill="currentColor" />,
  unknown: (
    <path
      d="M3.3 4.2C3.3 2.5 4.5 1.4 6 1.4s2.7 1 2.7 2.5C8.7 5.8 6 5.7 6 7.7M6 9.7v1.3"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
    />
  ),
};

export function PhaseGlyph({ phase }: { phase: Phase }) {
  return (
    <svg className="phase-glyph" viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[phase]}
    </svg>
  );
}
