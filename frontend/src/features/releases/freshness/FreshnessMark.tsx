import { chakra } from "@chakra-ui/react";
import { useClock } from "@/lib/clock";
import type { Link } from "@/lib/realtime/follow";
import { formatClock, formatExact } from "@/lib/time";
import { POLL_PERIOD_MS, type Standing } from "./standing";

interface Look {
  word: string;
  meaning: string;
  color: string;
}

const LOOKS: Record<Standing, Look> = {
  opening: { word: "Connecting", meaning: "Changes will be pushed in a moment.", color: "phase.pending.solid" },
  live: { word: "Live", meaning: "Each change is pushed as it happens.", color: "phase.succeeded.solid" },
  polled: { word: "Polled", meaning: "This is read again from time to time.", color: "phase.active.solid" },
  stale: { word: "Stale", meaning: "This is the last known state.", color: "phase.unknown.solid" },
  disconnected: { word: "Disconnected", meaning: "This is the last known state.", color: "phase.failed.solid" },
};

const Mark = chakra("span", {
  base: { display: "inline-flex", flexWrap: "wrap", alignItems: "center", columnGap: "1.5", whiteSpace: "nowrap" },
});
const Dot = chakra("span", { base: { width: "2", height: "2", borderRadius: "full" } });
const Word = chakra("span", { base: { fontWeight: "semibold" } });

/** Who asks whom how often: the portal Temporal, or this page the portal. */
function periodInWords(link: Link): string | null {
  if (link.state !== "up") return `every ${POLL_PERIOD_MS / 1_000} s`;
  return link.period === null ? null : `re-read every ${Math.max(1, Math.round(link.period))} s`;
}

interface FreshnessMarkProps {
  standing: Standing;
  link: Link;
  /** When what is shown was last confirmed, in milliseconds since the epoch. */
  asOf: number;
}

export function FreshnessMark({ standing, link, asOf }: FreshnessMarkProps) {
  const { word, meaning, color } = LOOKS[standing];
  const clock = useClock((now) => formatClock(asOf, now));
  const period = standing === "polled" ? periodInWords(link) : null;
  return (
    <Mark title={`${meaning} As of ${formatExact(asOf)}`}>
      <Dot bg={color} />
      <Word>{word}</Word>
      {period && <span>{period}</span>}
      <span>
        as of <time dateTime={new Date(asOf).toISOString()}>{clock}</time>
      </span>
    </Mark>
  );
}
