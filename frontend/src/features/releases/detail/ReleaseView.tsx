import { chakra } from "@chakra-ui/react";
import { type ReactNode, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { Hierarchy } from "@/lib/api/types";
import { findFailures } from "../tree/entities";
import { ReleaseTree } from "../tree/ReleaseTree";
import { visibleRows } from "../tree/rows";
import { TreeToolbar } from "../tree/TreeToolbar";
import { useExpansion } from "../tree/use-expansion";

const Sticky = chakra("div", {
  base: {
    position: "sticky",
    top: 0,
    zIndex: "sticky",
    bg: "bg.canvas",
    py: "2",
    display: "flex",
    flexDirection: "column",
    gap: "2",
  },
});

const Panel = chakra("div", {
  base: {
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "lg",
    overflow: "clip",
    // What is stale must not pass for live, wherever on the page the eye falls.
    "&[data-stale]": { filter: "saturate(0.35)" },
  },
});
const Empty = chakra("p", { base: { p: "6", color: "fg.muted", textAlign: "center" } });

interface ReleaseViewProps {
  release: Hierarchy;
  /** Says why the tree is not current; stays in sight however far the tree is scrolled. */
  banner: ReactNode;
}

/** The tree of a release with its tools. */
export function ReleaseView({ release, banner }: ReleaseViewProps) {
  const [address, setAddress] = useSearchParams();
  const failuresOnly = address.get("only") === "failures";
  const failures = useMemo(() => findFailures(release), [release]);
  const expansion = useExpansion(release, failures, failuresOnly);
  const { isExpanded } = expansion;
  const holdsNothing = release.waves.length === 0 && release.problem === null;
  const rows = visibleRows(release, {
    isExpanded,
    isShown: (entity) => !failuresOnly || failures.branches.has(entity),
  });

  function showFailuresOnly(only: boolean) {
    setAddress((before) => {
      const next = new URLSearchParams(before);
      if (only) next.set("only", "failures");
      else next.delete("only");
      return next;
    });
  }

  return (
    <>
      <Sticky>
        {banner}
        <TreeToolbar
          expansion={expansion}
          failureCount={failures.count}
          failuresOnly={failuresOnly}
          onFailuresOnly={showFailuresOnly}
        />
      </Sticky>
      <Panel data-stale={banner ? "" : undefined}>
        {rows.length > 0 ? (
          <ReleaseTree root={release} rows={rows} expansion={expansion} />
        ) : (
          <Empty>Nothing in this release has failed.</Empty>
        )}
        {rows.length > 0 && holdsNothing && <Empty>This release holds no waves.</Empty>}
      </Panel>
    </>
  );
}
