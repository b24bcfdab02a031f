import { chakra } from "@chakra-ui/react";
import type { ViewProps } from "../detail/views";
import { ReleaseTree } from "./ReleaseTree";
import { TreeToolbar } from "./TreeToolbar";
import { useTreeRows } from "./use-tree-rows";

const Empty = chakra("p", { base: { p: "6", color: "fg.muted", textAlign: "center" } });

/** The tree of a release with its tools. */
export function TreeView({ release, matches, selected, onSelect, frame }: ViewProps) {
  const { rows, expansion, revealed } = useTreeRows({ release, matches, selected });
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
