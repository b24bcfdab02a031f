import { chakra } from "@chakra-ui/react";
import type { Freshness } from "@/lib/api/types";
import { useClock } from "@/lib/clock";
import { formatClock, formatExact } from "@/lib/time";

const LOOKS: Record<Freshness, { word: string; meaning: string; color: string }> = {
  live: { word: "Live", meaning: "The portal is told of each change as it happens.", color: "phase.succeeded.solid" },
  polled: {
    word: "Polled",
    meaning: "The portal re-reads this release from time to time.",
    color: "phase.active.solid",
  },
  stale: { word: "Stale", meaning: "This is the last known state.", color: "phase.unknown.solid" },
};

const Mark = chakra("span", {
  base: { display: "inline-flex", alignItems: "center", gap: "1.5", whiteSpace: "nowrap" },
});
const Dot = chakra("span", { base: { width: "2", height: "2", borderRadius: "full" } });
const Word = chakra("span", { base: { fontWeight: "semibold" } });

interface FreshnessMarkProps {
  freshness: Freshness;
  asOf: number;
}

export function FreshnessMark({ freshness, asOf }: FreshnessMarkProps) {
  const { word, meaning, color } = LOOKS[freshness];
  const clock = useClock((now) => formatClock(asOf, now));
  return (
    <Mark title={`${meaning} As of ${formatExact(asOf)}`}>
      <Dot bg={color} />
      <Word>{word}</Word>
      <span>
        as of <time dateTime={new Date(asOf).toISOString()}>{clock}</time>
      </span>
    </Mark>
  );
}
