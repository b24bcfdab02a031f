import { type PointerEvent, useRef } from "react";
import type { Hierarchy, Wave } from "@/lib/api/types";
import { surroundingsIn, timesOf } from "./times";
import { centredOn, inSight, placeOf, type Stretch, type Zoom } from "./zoom";

/** Waves mostly follow one another: a few lines are enough to tell those apart that do not. */
const LINES = 3;

interface OverviewProps {
  release: Hierarchy;
  sight: Stretch;
  whole: Stretch;
  now: number;
  setZoom: (change: (zoom: Zoom) => Zoom) => void;
}

function percent(share: number): string {
  return `${Math.min(Math.max(share, 0), 1) * 100}%`;
}

interface WaveProps extends Pick<OverviewProps, "now" | "release"> {
  wave: Wave;
  all: Stretch;
  line: number;
}

function WaveLine({ wave, all, line, now, release }: WaveProps) {
  const times = timesOf(surroundingsIn(release), wave, now);
  if (times.kind !== "span") return null;
  const [from, to] = [placeOf(times.from, all), placeOf(times.to, all)];
  const top = percent(line / LINES);
  return <i data-phase={wave.phase} style={{ left: percent(from), width: percent(to - from), top }} />;
}

/** All of the release in one strip, with what of it is in sight: a press leads elsewhere. */
export function Overview({ release, sight, whole, now, setZoom }: OverviewProps) {
  const held = useRef(false);
  const all = inSight(null, whole);

  function lookAt(event: PointerEvent<HTMLElement>) {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const moment = all.from + ((event.clientX - left) / width) * (all.to - all.from);
    setZoom((zoom) => centredOn(zoom, whole, moment));
  }

  return (
    <div
      className="timeline-overview"
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        held.current = true;
        lookAt(event);
      }}
      onPointerMove={(event) => held.current && lookAt(event)}
      onPointerUp={() => {
        held.current = false;
      }}
    >
      <div className="timeline-overview-waves">
        {release.waves.map((wave, index) => (
          <WaveLine key={wave.path} wave={wave} all={all} line={index % LINES} now={now} release={release} />
        ))}
      </div>
      {sight.to - sight.from < all.to - all.from && (
        <div
          className="timeline-overview-sight"
          style={{
            left: percent(placeOf(sight.from, all)),
            width: percent(placeOf(sight.to, all) - placeOf(sight.from, all)),
          }}
        />
      )}
    </div>
  );
}
