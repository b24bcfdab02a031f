import type { Hierarchy } from "@/lib/api/types";

interface EntityPanelProps {
  release: Hierarchy;
  /** The path of the entity; the release's own is empty. */
  path: string;
  onSelect: (path: string) => void;
  onClose: () => void;
}

/** All that is known of one entity. */
export function EntityPanel({ path }: EntityPanelProps) {
  return <aside aria-label="Details">{path}</aside>;
}
