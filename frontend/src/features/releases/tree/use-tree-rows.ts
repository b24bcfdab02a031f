import { useMemo, useState } from "react";
import { type TreeEntity, wayTo } from "@/lib/entities";
import type { ViewProps } from "../detail/views";
import type { Said } from "./expansion";
import { rowsBy } from "./rows";
import { type Expansion, useExpansion } from "./use-expansion";

/**
 * Opens the way to each entity that is selected, as soon as it is there, and says which that was last. Once: what is
 * closed by hand afterwards stays closed.
 */
function useRevealed(release: TreeEntity, selected: string | null, { open }: Expansion): string | null {
  const [revealed, setRevealed] = useState<string | null>(null);
  if (selected === revealed) return revealed;
  const way = selected === null ? null : wayTo(release, selected);
  if (way) open(way.slice(0, -1).map(({ path }) => path));
  const now = way ? selected : null;
  if (now !== revealed) setRevealed(now);
  return now;
}

/** The rows of a release that are open and let through. `first` is taken for what the reader said of all branches. */
export function useTreeRows(
  { release, matches, selected }: Pick<ViewProps, "release" | "matches" | "selected">,
  first?: Said,
) {
  const { shown } = matches;
  const expansion = useExpansion(release, matches, first);
  const { isExpanded } = expansion;
  const revealed = useRevealed(release, selected, expansion);
  const rowsOf = useMemo(() => rowsBy({ isExpanded, isShown: (entity) => shown.has(entity) }), [isExpanded, shown]);
  const rows = useMemo(() => rowsOf(release), [rowsOf, release]);
  return { rows, expansion, revealed };
}
