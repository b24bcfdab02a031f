import { chakra } from "@chakra-ui/react";
import { useClock } from "@/lib/clock";
import { formatAgo, formatClock, formatExact } from "@/lib/time";
import { RefreshIcon, WarningIcon } from "./icons";
import { type Retry, RetryButton } from "./RetryButton";

const Banner = chakra("div", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: "3",
    rowGap: "1",
    px: "3",
    py: "2",
    borderRadius: "md",
    borderWidth: "1px",
    borderColor: "phase.unknown.solid",
    bg: "phase.unknown.subtle",
    color: "phase.unknown.fg",
    fontSize: "sm",
  },
});

const Words = chakra("p", { base: { flex: "1 1 16rem" } });

interface StaleBannerProps {
  /** When what is shown was last confirmed, in milliseconds since the epoch. */
  since: number;
  reason: string;
  onRetry: Retry;
}

/** Says that what is shown is the last known state, since when, and why. */
export function StaleBanner({ since, reason, onRetry }: StaleBannerProps) {
  const clock = useClock((now) => formatClock(since, now));
  const ago = useClock((now) => formatAgo(since, now));
  return (
    <Banner role="status">
      <WarningIcon />
      <Words>
        <strong>
          Not updated since{" "}
          <time dateTime={new Date(since).toISOString()} title={formatExact(since)}>
            {clock}
          </time>
        </strong>{" "}
        <span aria-hidden="true">({ago})</span>. {reason}
      </Words>
      <RetryButton size="xs" variant="outline" colorPalette="gray" onRetry={onRetry}>
        <RefreshIcon /> Try now
      </RetryButton>
    </Banner>
  );
}
