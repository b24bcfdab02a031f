import { useState } from "react";
import type { Release } from "@/lib/api/types";
import { type Arranged, arrange, asItIs } from "./held-rows";

interface Shown {
  /** Of which view; null while what is shown is still the one before. */
  view: string | null;
  ids: readonly string[];
}

function isSame(before: readonly string[], now: readonly string[]): boolean {
  return before.length === now.length && before.every((id, index) => id === now[index]);
}

export interface HeldRows extends Arranged {
  /** Shows the page as it is by now. */
  showAll: () => void;
}

/** A page's rows, held at their places while somebody reads them. Another view is another page. */
export function useHeldRows(results: Release[], view: string | null, isReading: boolean): HeldRows {
  const [shown, setShown] = useState<Shown>({ view, ids: [] });
  const isHeld = isReading && view !== null && shown.view === view;
  const arranged = isHeld ? arrange(shown.ids, results) : asItIs(results);
  const ids = arranged.rows.map(({ id }) => id);
  if (shown.view !== view || !isSame(shown.ids, ids)) setShown({ view, ids });

  return { ...arranged, showAll: () => setShown({ view, ids: results.map(({ id }) => id) }) };
}
