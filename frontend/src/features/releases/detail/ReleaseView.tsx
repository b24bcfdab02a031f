import { chakra } from "@chakra-ui/react";
import { type ComponentType, lazy, type ReactNode, Suspense, useMemo } from "react";
import { type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import type { Hierarchy } from "@/lib/api/types";
import { TreeView } from "../tree/TreeView";
import { matchesOf } from "./entity-filter";
import { type ChangeAddress, useReleaseAddress, type View } from "./release-address";
import { ViewFrame } from "./ViewFrame";
import type { ViewProps } from "./views";

const EntityPanel = lazy(async () => ({ default: (await import("../panel/EntityPanel")).EntityPanel }));

const VIEW_COMPONENTS: Record<View, ComponentType<ViewProps>> = {
  tree: TreeView,
  board: lazy(async () => ({ default: (await import("../board/BoardView")).BoardView })),
  timeline: lazy(async () => ({ default: (await import("../timeline/TimelineView")).TimelineView })),
};

const Columns = chakra("div", {
  base: {
    display: "grid",
    columnGap: "4",
    gridTemplateColumns: "minmax(0, 1fr)",
    "&[data-panel]": { lg: { gridTemplateColumns: "minmax(0, 1fr) 24rem" } },
  },
});

function useViewShortcuts(change: ChangeAddress): void {
  const group = useMemo<ShortcutGroup>(
    () => ({
      title: "This release",
      shortcuts: [
        { keys: "g t", does: "Show the tree", run: () => change({ view: "tree" }) },
        { keys: "g b", does: "Show the board", run: () => change({ view: "board" }) },
        { keys: "g i", does: "Show the timeline", run: () => change({ view: "timeline" }) },
      ],
    }),
    [change],
  );
  useShortcuts(group);
}

interface ReleaseViewProps {
  release: Hierarchy;
  /** Says why what is shown is not current; stays in sight however far it is scrolled. */
  banner: ReactNode;
  /** Up to when it is known, in milliseconds since the epoch, where it is stale; null where that is now. */
  knownUntil: number | null;
}

/** A release in the view that its address asks for, with the details of the entity that it names. */
export function ReleaseView({ release, banner, knownUntil }: ReleaseViewProps) {
  const [address, change] = useReleaseAddress();
  useViewShortcuts(change);
  const { view, entity, text, phases, failuresOnly } = address;
  const matches = useMemo(
    () => matchesOf(release, { text, phases, failuresOnly }),
    [release, text, phases, failuresOnly],
  );
  const Chosen = VIEW_COMPONENTS[view];
  const select = (path: string) => change({ entity: path });
  const frame = (tools: ReactNode, content: ReactNode) => (
    <ViewFrame address={address} banner={banner} tools={tools}>
      {content}
    </ViewFrame>
  );

  return (
    <Columns data-panel={entity === null ? undefined : ""}>
      <div>
        <Suspense fallback={frame(null, null)}>
          <Chosen
            release={release}
            matches={matches}
            knownUntil={knownUntil}
            selected={entity}
            onSelect={select}
            onShowInTree={(path) => change({ view: "tree", entity: path })}
            frame={frame}
          />
        </Suspense>
      </div>
      {entity !== null && (
        <Suspense>
          <EntityPanel release={release} path={entity} onSelect={select} onClose={() => change({ entity: null })} />
        </Suspense>
      )}
    </Columns>
  );
}
