import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { focusedIndex } from "./keyboard";

/**
 * How the focus comes to a line. `taken`: it has it already. `given`: nobody asked for that, so the page stays where it
 * is. `moved`: by a key. `found`: the page was opened for it. `led`: something else on the page asks for it.
 */
type Manner = "taken" | "given" | "moved" | "found" | "led";

interface Stop {
  key: string;
  manner: Manner;
}

/** What was asked for from elsewhere is shown, but the focus stays with whatever has it, unless that led there. */
function isFocusFree(manner: Manner): boolean {
  const holder = document.activeElement;
  if (!holder || holder === document.body) return true;
  return manner === "led" && holder.matches("a") && holder.closest("aside, dialog") === null;
}

/**
 * The one line of the tree that takes part in the tab order, and how the focus comes to it.
 *
 * `wanted` is the line that is asked for from elsewhere, if any is.
 */
export function useTreeFocus(keys: readonly string[], rootKey: string, wanted: string | null) {
  const [known, setKnown] = useState(wanted);
  const [stop, setStop] = useState<Stop>({ key: wanted ?? rootKey, manner: wanted === null ? "taken" : "found" });
  const focused = useMemo(() => focusedIndex(keys, stop.key), [keys, stop.key]);

  if (wanted !== known) {
    setKnown(wanted);
    if (wanted !== null) setStop({ key: wanted, manner: "led" });
  }

  return {
    stop,
    focused,
    moveTo: (key: string) => setStop({ key, manner: "moved" }),
    giveTo: (key: string) => setStop({ key, manner: "given" }),
    take: (key: string) => key !== stop.key && setStop({ key, manner: "taken" }),
  };
}

interface Line {
  /** Null until it is drawn, in sight or not. */
  find: () => HTMLElement | null;
  show: () => void;
}

/** Does what each stop of the focus takes, as soon as its line is drawn. */
export function useArrival(stop: Stop, { find, show }: Line): void {
  const arrived = useRef<Stop>(null);
  useLayoutEffect(() => {
    const line = arrived.current === stop ? null : find();
    if (!line) return;
    arrived.current = stop;
    const { manner } = stop;
    if (manner === "taken") return;
    if (manner === "given" || manner === "moved" || isFocusFree(manner)) line.focus({ preventScroll: true });
    if (manner !== "given") show();
  });
}
