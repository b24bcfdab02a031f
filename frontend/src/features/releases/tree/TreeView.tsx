import { chakra } from "@chakra-ui/react";
import { useMemo } from "react";
import type { ViewProps } from "../detail/views";
import { ReleaseTree } from "./ReleaseTree";
import { rowsBy } from "./rows";
import { TreeToolbar } from "./TreeToolbar";
import { useExpansion } from "./use-expansion";

const Empty = chakra("p", { base: { p: "6", color: "fg.muted", textAlign: "center" } });

/** The tree of a release with its tools. */
export function TreeView({ release, matches, frame }: ViewProps) {
  const { shown } = matches;
  const expansion = useExpansion(release, matches);
  const { isExpanded } = expansion;
  const rowsOf = useMemo(() => rowsBy({ isExpanded, isShown: (entity) => shown.has(entity) }), [isExpanded, shown]);
  const rows = useMemo(() => rowsOf(release), [rowsOf, release]);
  const holdsNothing = release.waves.length === 0 && release.problem === null;

  return frame(
    <TreeToolbar openTo={expansion.openTo} />,
    <>
      <ReleaseTree root={release} rows={rows} expansion={expansion} />
      {holdsNothing && <Empty>This release holds no waves.</Empty>}
    </>,
  );
}
