import { useKnownClock, useLapse } from "@/lib/last-known";
import { lengthOf, type Span } from "@/lib/spans";
import { formatCalmDuration, formatDuration, formatExact } from "@/lib/time";

function wholeSpan({ start, end }: Span, knownUntil: number | undefined): string {
  if (start === null) return "not begun, or not known";
  const from = `from ${formatExact(start)}`;
  if (end !== null) return `${from} to ${formatExact(end)}`;
  return knownUntil === undefined ? `${from} until now` : `${from}, known until ${formatExact(knownUntil)}`;
}

interface DurationProps {
  span: Span;
  /** Where many stand together: what still goes on is told in coarser steps. */
  calm?: boolean;
}

/**
 * "3 min 20 s", which goes on while the span does; from when to when on hover. It stops where
 * what it stands in is known no further. A dash for what has not begun.
 */
export function Duration({ span, calm = false }: DurationProps) {
  const format = calm && span.end === null ? formatCalmDuration : formatDuration;
  const lapse = useLapse();
  const text = useKnownClock((known) => {
    const length = lengthOf(span, known);
    return length === null ? "–" : format(length);
  });
  return <span title={wholeSpan(span, lapse?.until)}>{text}</span>;
}
