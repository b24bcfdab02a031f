import type { ReactNode } from "react";
import type { Hierarchy } from "@/lib/api/types";
import type { Matches } from "./entity-filter";

/** What each view of a release is given. */
export interface ViewProps {
  release: Hierarchy;
  matches: Matches;
  /** The path of the entity whose details are open; null where none is. */
  selected: string | null;
  /** Opens the details of the entity at a path; `enter` moves the focus there, as the key of that name does. */
  onSelect: (path: string, options?: { enter: boolean }) => void;
  /** Leads to the entity at a path in the tree, and opens its details there. */
  onShowInTree: (path: string) => void;
  /** Puts the view's own tools into the bar that stays in sight, and the rest below it. */
  frame: (tools: ReactNode, content: ReactNode) => ReactNode;
}
