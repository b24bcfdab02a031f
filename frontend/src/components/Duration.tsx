import { useClock } from "@/lib/clock";
import { lengthOf, type Span } from "@/lib/spans";
import { formatCalmDuration, formatDuration, formatExact } from "@/lib/time";

function wholeSpan({ start, end }: Span): string | undefined {
  if (start === null) return "not begun, or not known";
  return `from ${formatExact(start)} ${end === null ? "until now" : `to ${formatExact(end)}`}`;
}

interface DurationProps {
  span: Span;
  /** Where many stand together: what still goes on is told in coarser steps. */
  calm?: boolean;
}

/** "3 min 20 s", which goes on while the span does; from when to when on hover. A dash for what has not begun. */
export function Duration({ span, calm = false }: DurationProps) {
  const format = calm && span.end === null ? formatCalmDuration : formatDuration;
  const text = useClock((now) => {
    const length = lengthOf(span, now);
    return length === null ? "–" : format(length);
  });
  return <span title={wholeSpan(span)}>{text}</span>;
}
