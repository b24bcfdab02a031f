import type { ViewProps } from "../detail/views";

/** Every app of a release at a glance. */
export function BoardView({ frame }: ViewProps) {
  return frame(null, null);
}
