import { chakra } from "@chakra-ui/react";
import { useMemo, useState } from "react";
import { type TreeEntity, wayTo } from "@/lib/entities";
import type { ViewProps } from "../detail/views";
import { ReleaseTree } from "./ReleaseTree";
import { rowsBy } from "./rows";
import { TreeToolbar } from "./TreeToolbar";
import { type Expansion, useExpansion } from "./use-expansion";

const Empty = chakra("p", { base: { p: "6", color: "fg.muted", textAlign: "center" } });

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

/** The tree of a release with its tools. */
export function TreeView({ release, matches, selected, onSelect, frame }: ViewProps) {
  const { shown } = matches;
  const expansion = useExpansion(release, matches);
  const { isExpanded } = expansion;
  const revealed = useRevealed(release, selected, expansion);
  const rowsOf = useMemo(() => rowsBy({ isExpanded, isShown: (entity) => shown.has(entity) }), [isExpanded, shown]);
  const rows = useMemo(() => rowsOf(release), [rowsOf, release]);
  const holdsNothing = release.waves.length === 0 && release.problem === null;

  return frame(
    <TreeToolbar openTo={expansion.openTo} />,
    <>
      <ReleaseTree
        root={release}
        rows={rows}
        expansion={expansion}
        selected={selected}
        revealed={revealed}
        onSelect={onSelect}
      />
      {holdsNothing && <Empty>This release holds no waves.</Empty>}
    </>,
  );
}
