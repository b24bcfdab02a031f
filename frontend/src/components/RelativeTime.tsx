import { useClock } from "@/lib/clock";
import { formatAgo, formatExact, parseMoment } from "@/lib/time";

/** "5 min ago", with the exact time on hover and for assistive technology. A dash where there is no time. */
export function RelativeTime({ at }: { at: string | null | undefined }) {
  const moment = parseMoment(at);
  const text = useClock((now) => (moment === null ? null : formatAgo(moment, now)));
  if (moment === null) return <span title="not known">–</span>;
  const exact = formatExact(moment);
  return (
    <time dateTime={new Date(moment).toISOString()} title={exact}>
      {text}
      <span className="visually-hidden">, {exact}</span>
    </time>
  );
}
