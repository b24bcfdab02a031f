import { useState } from "react";
import type { Failures, TreeEntity } from "./entities";
import { branchKeys, initiallyExpanded } from "./expansion";

export interface Expansion {
  isExpanded: (key: string) => boolean;
  toggle: (key: string) => void;
  expand: (keys: readonly string[]) => void;
  expandAll: () => void;
  collapseAll: () => void;
}

function withToggled(keys: ReadonlySet<string>, key: string): Set<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** Which branches are open. Two memories: failures are open unless closed, anything else is closed unless opened. */
export function useExpansion(root: TreeEntity, failures: Failures, failuresOnly: boolean): Expansion {
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => initiallyExpanded(root, failures));
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());

  if (failuresOnly) {
    return {
      isExpanded: (key) => !closed.has(key),
      toggle: (key) => setClosed((keys) => withToggled(keys, key)),
      expand: (keys) => setClosed((before) => new Set([...before].filter((key) => !keys.includes(key)))),
      expandAll: () => setClosed(new Set()),
      collapseAll: () => setClosed(new Set(branchKeys(root))),
    };
  }
  return {
    isExpanded: (key) => opened.has(key),
    toggle: (key) => setOpened((keys) => withToggled(keys, key)),
    expand: (keys) => setOpened((before) => new Set([...before, ...keys])),
    expandAll: () => setOpened(new Set(branchKeys(root))),
    // The release itself stays open: closing it too would leave one line that says nothing.
    collapseAll: () => setOpened(new Set([root.path])),
  };
}
