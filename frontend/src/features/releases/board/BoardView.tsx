import { chakra } from "@chakra-ui/react";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import type { Hierarchy } from "@/lib/api/types";
import { formatReleaseAddress, useReleaseAddress, type Zoom } from "../detail/release-address";
import type { ViewProps } from "../detail/views";
import { countFailures } from "../tree/entities";
import { Board } from "./Board";
import { BoardTip } from "./BoardTip";
import { BoardTools } from "./BoardTools";
import { boardStyles } from "./board-styles";
import { nextTrouble } from "./failures";
import { Legend } from "./Legend";
import { useTipHolder } from "./tip";
import type { Summons } from "./use-cursor";
import { useReturn } from "./use-return";
import { useAutomaticZoom } from "./zoom";

const Frame = chakra("div", { base: boardStyles });
const Empty = chakra("p", { base: { p: "6", color: "fg.muted", textAlign: "center" } });

/** The focus' way from one of a release's failures to the next, and the summons that takes it there. */
function useTroubleTour(release: Hierarchy) {
  const [summons, setSummons] = useState<Summons | null>(null);
  const focused = useRef<string | null>(null);
  const latest = useRef(release);
  useLayoutEffect(() => {
    latest.current = release;
  });
  const onSummonsMet = useCallback(() => setSummons(null), []);

  const goOn = useCallback((step: 1 | -1) => {
    const path = nextTrouble(latest.current, focused.current, step);
    if (path !== null) setSummons({ path });
    return path !== null;
  }, []);
  const shortcuts = useMemo<ShortcutGroup>(
    () => ({
      title: "Board",
      shortcuts: [
        { keys: "n", does: "Go to the next that failed or can't be read", run: () => goOn(1) },
        { keys: "N", does: "Go to the one before", run: () => goOn(-1) },
        { keys: "Tab", does: "Go to the next wave or cluster" },
        { keys: "ArrowRight", does: "Go to the next app; up and down, Home and End go, too" },
        { keys: "Enter", does: "Show it in the tree" },
      ],
    }),
    [goOn],
  );
  useShortcuts(shortcuts);
  return { summons, setSummons, focused, goOn, onSummonsMet };
}

function useZoom(release: Hierarchy): [Zoom, (zoom: Zoom) => void] {
  const [{ zoom }, change] = useReleaseAddress();
  const automatic = useAutomaticZoom(release.rollup?.total ?? 0);
  // A zoom is a way to look, not a step to go back to.
  const choose = (chosen: Zoom) => change({ zoom: chosen === automatic ? null : chosen }, { replace: true });
  return [zoom ?? automatic, choose];
}

/** Every app of a release at a glance. */
export function BoardView({ release, matches, selected, onShowInTree, frame }: ViewProps) {
  const [address] = useReleaseAddress();
  const [zoom, chooseZoom] = useZoom(release);
  const { summons, setSummons, focused, goOn, onSummonsMet } = useTroubleTour(release);
  const tips = useTipHolder();
  const opened = useReturn(({ path }) => path !== null && setSummons({ path, quiet: true }));

  const hands = useMemo(
    () => ({
      tips,
      hrefOf: (path: string) => `?${formatReleaseAddress({ ...address, view: "tree", entity: path })}`,
      onOpen(path: string) {
        opened.current = path;
        onShowInTree(path);
      },
      onSummonsMet,
    }),
    [tips, address, opened, onShowInTree, onSummonsMet],
  );

  if (release.waves.length === 0) {
    return frame(null, release.problem === null && <Empty>This release holds no waves.</Empty>);
  }
  return frame(
    <BoardTools
      zoom={zoom}
      onZoom={chooseZoom}
      hasTrouble={countFailures(release) > 0}
      onNextTrouble={() => goOn(1)}
    />,
    <Frame>
      <Legend rollup={release.rollup} zoom={zoom} filtered={matches.filtered} />
      <Board
        release={release}
        zoom={zoom}
        hands={hands}
        focused={focused}
        matches={matches}
        selected={selected}
        summons={summons}
      />
      <BoardTip holder={tips} release={release} />
    </Frame>,
  );
}
