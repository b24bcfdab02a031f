import { chakra } from "@chakra-ui/react";
import { useEffect, useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RollupBar } from "@/components/RollupBar";
import type { Hierarchy } from "@/lib/api/types";
import { type TreeEntity, wayTo } from "@/lib/entities";
import { useKnownClock } from "@/lib/last-known";
import { knownRollup } from "@/lib/phase";
import { formatDuration, formatExact, parseMoment } from "@/lib/time";
import type { Tip, TipHolder } from "./tip";
import { shortName } from "./words";

const MARGIN_PX = 8;

const Frame = chakra("div", {
  base: {
    position: "absolute",
    zIndex: "tooltip",
    maxWidth: "min(24rem, calc(100vw - 1rem))",
    px: "3",
    py: "2",
    display: "flex",
    flexDirection: "column",
    alignItems: "flex-start",
    gap: "1",
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "md",
    boxShadow: "lg",
    fontSize: "xs",
    overflowWrap: "anywhere",
  },
});

const Name = chakra("div", { base: { fontSize: "sm", fontWeight: "semibold" } });
const Muted = chakra("div", { base: { color: "fg.muted" } });
const Line = chakra("div", {
  base: { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "2", maxWidth: "100%" },
});
const Message = chakra("div", {
  base: {
    color: "phase.failed.fg",
    lineClamp: 6,
  },
});

/** When an entity came to be in its state, as far as it tells; what ended its run came after all that it said. */
function stateSince({ reported_state, updated_at, created_at }: TreeEntity): number | null {
  return reported_state === null ? (parseMoment(updated_at) ?? parseMoment(created_at)) : null;
}

function TimeInState({ entity }: { entity: TreeEntity }) {
  const since = stateSince(entity);
  const length = useKnownClock((known) => (since === null ? null : formatDuration(Math.max(0, known - since))));
  if (since === null) return null;
  return (
    <Muted>
      for {length}, since {formatExact(since)}
    </Muted>
  );
}

function EntityTip({ entity, above }: { entity: TreeEntity; above: readonly TreeEntity[] }) {
  const rollup = entity.type === "app" ? null : knownRollup(entity);
  return (
    <>
      <Name>{shortName(entity)}</Name>
      {above.length > 0 && <Muted>{above.map(shortName).join(" › ")}</Muted>}
      <Line>
        <PhaseBadge phase={entity.phase} state={entity.state} />
        {"bundle_id" in entity && entity.version && <span>{entity.version}</span>}
      </Line>
      <TimeInState entity={entity} />
      {rollup && <RollupBar rollup={rollup} />}
      {entity.error_message && <Message>{entity.error_message}</Message>}
      {entity.problem && <ProblemNote problem={entity.problem} />}
    </>
  );
}

/**
 * At the cell's corner, below it and to its right, or where there is room; from the page's top left corner.
 *
 * Corner to corner it hides neither the cell's row nor its column, along which the eye and the pointer go; and the
 * pointer gets into it without leaving the cell for another.
 */
function placeOf({ beside }: Tip, { width, height }: DOMRect): { left: number; top: number } {
  const { clientWidth, clientHeight } = document.documentElement;
  const fitsRight = beside.right + width + MARGIN_PX <= clientWidth;
  const fitsBelow = beside.bottom + height + MARGIN_PX <= clientHeight;
  const left = fitsRight ? beside.right : beside.left - width;
  const top = fitsBelow ? beside.bottom : beside.top - height;
  return {
    left: window.scrollX + Math.max(MARGIN_PX, Math.min(left, clientWidth - width - MARGIN_PX)),
    top: window.scrollY + Math.max(MARGIN_PX, top),
  };
}

function usePlace(tip: Tip | null) {
  const frame = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  useLayoutEffect(() => {
    if (tip && frame.current) setPlace(placeOf(tip, frame.current.getBoundingClientRect()));
  }, [tip]);
  return { frame, place };
}

/** Wherever the focus is: WCAG asks that the pointer need not be moved to be rid of what it brought up. */
function useEscape(tip: Tip | null, holder: TipHolder): void {
  useEffect(() => {
    if (!tip) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      // For this alone: what else listens for the key would close, too.
      event.preventDefault();
      holder.hide();
    };
    document.addEventListener("keydown", onKeyDown, { capture: true });
    return () => document.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [tip, holder]);
}

/** Set from here, since no cell knows whether it is told of. */
function useDescription(tip: Tip | null, id: string): void {
  useLayoutEffect(() => {
    const focused = tip?.focused;
    focused?.setAttribute("aria-describedby", id);
    return () => focused?.removeAttribute("aria-describedby");
  }, [tip, id]);
}

interface BoardTipProps {
  holder: TipHolder;
  release: Hierarchy;
}

/** All that the board knows of the cell that is pointed at or has the focus; the same element for all of them. */
export function BoardTip({ holder, release }: BoardTipProps) {
  const tip = useSyncExternalStore(holder.subscribe, holder.current);
  const { frame, place } = usePlace(tip);
  const id = useId();
  useEscape(tip, holder);
  useDescription(tip, id);
  const [, ...way] = (tip && wayTo(release, tip.path)) ?? [];
  const entity = way.pop();
  if (!entity) return null;
  return createPortal(
    <Frame
      ref={frame}
      id={id}
      role="tooltip"
      style={place}
      onPointerEnter={() => holder.stay()}
      onPointerLeave={() => holder.leave()}
    >
      <EntityTip entity={entity} above={way} />
    </Frame>,
    // Out of the board, which clips what reaches beyond it, but not out of what assistive technology takes for content.
    document.querySelector("main") ?? document.body,
  );
}
