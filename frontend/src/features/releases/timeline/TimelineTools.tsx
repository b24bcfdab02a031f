import { Button, chakra } from "@chakra-ui/react";
import { MinusIcon, PlusIcon } from "@/components/icons";
import { DownTo } from "../tree/DownTo";
import type { Expansion } from "../tree/use-expansion";
import type { Zooming } from "./use-zoom";

const Bar = chakra("div", { base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "2" } });

interface TimelineToolsProps {
  openTo: Expansion["openTo"];
  zooming: Zooming;
  /** Whether the end of the timeline moves, so that it can be kept in sight. */
  moves: boolean;
  asTable: boolean;
  onTable: (asTable: boolean) => void;
}

const look = { size: "xs", variant: "outline", colorPalette: "gray", bg: "bg.panel" } as const;

function ZoomTools({ zooming, moves }: Pick<TimelineToolsProps, "zooming" | "moves">) {
  const { zoom, zoomIn, zoomOut, fit, follow } = zooming;
  return (
    <>
      <Button {...look} px="0" aria-label="Zoom in" title="Zoom in: +, or Ctrl and wheel" onClick={zoomIn}>
        <PlusIcon />
      </Button>
      <Button
        {...look}
        px="0"
        aria-label="Zoom out"
        title="Zoom out: −, or Ctrl and wheel"
        disabled={zoom === null}
        onClick={zoomOut}
      >
        <MinusIcon />
      </Button>
      <Button {...look} title="All of the release: 0" disabled={zoom === null} onClick={fit}>
        Fit all
      </Button>
      {moves && (
        <Button
          {...look}
          title="Keep what happens now in sight"
          disabled={zoom === null || zoom.to === null}
          onClick={follow}
        >
          To now
        </Button>
      )}
    </>
  );
}

/** How much of a release the timeline shows, how closely, and how. */
export function TimelineTools({ openTo, zooming, moves, asTable, onTable }: TimelineToolsProps) {
  return (
    <Bar role="group" aria-label="Timeline">
      <DownTo openTo={openTo} />
      {!asTable && <ZoomTools zooming={zooming} moves={moves} />}
      <Button {...look} aria-pressed={asTable} title="The same as a table" onClick={() => onTable(!asTable)}>
        Table
      </Button>
    </Bar>
  );
}
