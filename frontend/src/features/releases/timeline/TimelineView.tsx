import type { ViewProps } from "../detail/views";

/** When each part of a release was worked on. */
export function TimelineView({ frame }: ViewProps) {
  return frame(null, null);
}
