import { chakra } from "@chakra-ui/react";
import {
  type ComponentType,
  type KeyboardEvent,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useState,
} from "react";
import { type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import type { Hierarchy } from "@/lib/api/types";
import { onDemand, preloadLater } from "@/lib/on-demand";
import { isPhase } from "@/lib/phase";
import { countEntities, countFailures } from "../tree/entities";
import { TreeView } from "../tree/TreeView";
import { filterFor, isForFailures, type Matches, NO_FILTER } from "./entity-filter";
import { FilterBar } from "./FilterBar";
import { NothingMatches } from "./NothingMatches";
import { type ChangeAddress, type ReleaseAddress, useReleaseAddress, type View } from "./release-address";
import { ViewFrame } from "./ViewFrame";
import type { ViewProps } from "./views";

const PANEL = onDemand(async () => (await import("../panel/EntityPanel")).EntityPanel);
const BOARD = onDemand(async () => (await import("../board/BoardView")).BoardView);
const TIMELINE = onDemand(async () => (await import("../timeline/TimelineView")).TimelineView);

const VIEW_COMPONENTS: Record<View, ComponentType<ViewProps>> = {
  tree: TreeView,
  board: BOARD.Component,
  timeline: TIMELINE.Component,
};

const Columns = chakra("div", {
  base: {
    display: "grid",
    columnGap: "4",
    alignItems: "start",
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
}

/** What of the release the address asks for. The filter is kept while it stays the same: it remembers what it judged. */
function useMatches(release: Hierarchy, { text, phases, failuresOnly }: ReleaseAddress): Matches {
  const phaseList = phases.join(",");
  const matchesOf = useMemo(
    () => filterFor({ text, phases: phaseList.split(",").filter(isPhase), failuresOnly }),
    [text, phaseList, failuresOnly],
  );
  return useMemo(() => matchesOf(release), [matchesOf, release]);
}

/** Opens and closes the details. Stable functions: views draw again what is given new ones. */
function useDetails(change: ChangeAddress) {
  const [entered, setEntered] = useState(0);
  const select = useCallback(
    (path: string, { enter } = { enter: false }) => {
      change({ entity: path });
      setEntered((times) => (enter ? times + 1 : 0));
    },
    [change],
  );
  // Stepping through siblings is one step of the history, not one for each.
  const step = useCallback((path: string) => change({ entity: path }, { replace: true }), [change]);
  const close = useCallback(() => change({ entity: null }), [change]);
  return { entered, select, step, close };
}

/** A release in the view that its address asks for, with the details of the entity that it names. */
export function ReleaseView({ release, banner }: ReleaseViewProps) {
  const [address, change] = useReleaseAddress();
  useViewShortcuts(change);
  useEffect(() => preloadLater([PANEL, BOARD, TIMELINE]), []);
  const { view, entity } = address;
  const matches = useMatches(release, address);
  const { filter, filtered, count } = matches;
  const Chosen = VIEW_COMPONENTS[view];
  const { entered, select, step, close } = useDetails(change);
  const showInTree = useCallback((path: string) => change({ view: "tree", entity: path }), [change]);
  const filterBar = (
    <FilterBar
      filter={filter}
      rollup={release.rollup}
      failures={countFailures(release)}
      entities={countEntities(release)}
      matching={filtered ? count : null}
      onChange={change}
    />
  );
  const frame = (tools: ReactNode, content: ReactNode) => (
    <ViewFrame address={address} banner={banner} filter={filterBar} tools={tools}>
      {filtered && count === 0 ? (
        <NothingMatches failures={isForFailures(filter)} onClear={() => change(NO_FILTER)} />
      ) : (
        content
      )}
    </ViewFrame>
  );

  function onKeyDown(event: KeyboardEvent) {
    const isLeft = event.key === "Escape" && entity !== null && !event.defaultPrevented;
    // A dialog is left by the browser, and says so itself.
    if (isLeft && !(event.target as Element).closest("dialog")) close();
  }

  return (
    <Columns data-panel={entity === null ? undefined : ""} onKeyDown={onKeyDown}>
      <div>
        <Suspense fallback={frame(null, null)}>
          <Chosen
            release={release}
            matches={matches}
            selected={entity}
            onSelect={select}
            onShowInTree={showInTree}
            frame={frame}
          />
        </Suspense>
      </div>
      {entity !== null && (
        <Suspense>
          <PANEL.Component
            release={release}
            path={entity}
            matches={matches}
            entered={entered}
            onSelect={step}
            onClose={close}
          />
        </Suspense>
      )}
    </Columns>
  );
}
