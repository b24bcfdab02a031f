import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useClock } from "./clock";

/** What is shown is not current: up to when it is known, in milliseconds since the epoch, and why. */
export interface Lapse {
  until: number;
  /** A sentence, which is told above it all. */
  reason: string;
}

const LapseContext = createContext<Lapse | null>(null);

interface LastKnownProps {
  until: number;
  /** Null while what is shown is current. */
  reason: string | null;
  children: ReactNode;
}

/** Says of all in it whether it is current, or known only up to a moment: past that, nothing in it goes on. */
export function LastKnown({ until, reason, children }: LastKnownProps) {
  const lapse = useMemo(() => (reason === null ? null : { until, reason }), [until, reason]);
  return <LapseContext value={lapse}>{children}</LapseContext>;
}

/** Null while what is shown here is current. */
export function useLapse(): Lapse | null {
  return useContext(LapseContext);
}

/**
 * What `read` makes of the moment up to which it is known what is shown here: the present one, kept up as time goes by,
 * unless that has lapsed. `read` is given the present one, too, and has to return a primitive.
 */
export function useKnownClock<T extends string | number | boolean | null>(read: (known: number, now: number) => T): T {
  const lapse = useLapse();
  return useClock((now) => read(lapse?.until ?? now, now));
}
