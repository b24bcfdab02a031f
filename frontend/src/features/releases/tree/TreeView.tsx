import { chakra } from "@chakra-ui/react";
import { useMemo } from "react";
import { useReleaseAddress } from "../detail/release-address";
import type { ViewProps } from "../detail/views";
import { findFailures } from "./entities";
import { ReleaseTree } from "./ReleaseTree";
import { visibleRows } from "./rows";
import { TreeToolbar } from "./TreeToolbar";
import { useExpansion } from "./use-expansion";

const Empty = chakra("p", { base: { p: "6", color: "fg.muted", textAlign: "center" } });

/** The tree of a release with its tools. */
export function TreeView({ release, matches, frame }: ViewProps) {
  const [{ failuresOnly }, change] = useReleaseAddress();
  const failures = useMemo(() => findFailures(release), [release]);
  const expansion = useExpansion(release, failures, failuresOnly);
  const { isExpanded } = expansion;
  const holdsNothing = release.waves.length === 0 && release.problem === null;
  const rows = visibleRows(release, {
    isExpanded,
    isShown: (entity) => !matches.filtered || matches.shown.has(entity),
  });

  return frame(
    <TreeToolbar
      expansion={expansion}
      failureCount={failures.count}
      failuresOnly={failuresOnly}
      onFailuresOnly={(only) => change({ failuresOnly: only })}
    />,
    <>
      {rows.length > 0 ? (
        <ReleaseTree root={release} rows={rows} expansion={expansion} />
      ) : (
        <Empty>Nothing in this release has failed.</Empty>
      )}
      {rows.length > 0 && holdsNothing && <Empty>This release holds no waves.</Empty>}
    </>,
  );
}
