import { useMemo, useState } from "react";
import type { TreeEntity } from "@/lib/entities";
import type { Failures } from "./entities";
import { branchKeys, type Decided, withBranches, withNewBranches } from "./expansion";

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

/** The branches of the whole tree: each is decided on once, when it appears, and from then on by the reader alone. */
function useDecided(root: TreeEntity, failures: Failures) {
  const [before, setDecided] = useState<Decided>(new Map());
  // What the reader last said of all, which what arrives later follows too; null until they do.
  const [all, setAll] = useState<boolean | null>(null);
  const decided = useMemo(() => withNewBranches(before, { root, failures, all }), [before, root, failures, all]);
  if (decided !== before) setDecided(decided);

  function decideAll(open: boolean) {
    setAll(open);
    setDecided((known) => withBranches(known, [...known.keys()], open));
  }

  return { decided, setDecided, decideAll };
}

/** Which branches are open. Two memories: where only failures are shown, what was not closed is open. */
export function useExpansion(root: TreeEntity, failures: Failures, failuresOnly: boolean): Expansion {
  const { decided, setDecided, decideAll } = useDecided(root, failures);
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
    isExpanded: (key) => decided.get(key) === true,
    toggle: (key) => setDecided((known) => withBranches(known, [key], !known.get(key))),
    expand: (keys) => setDecided((known) => withBranches(known, keys, true)),
    expandAll: () => decideAll(true),
    collapseAll: () => {
      decideAll(false);
      // The release itself stays open: closing it too would leave one line that says nothing.
      setDecided((known) => withBranches(known, [root.path], true));
    },
  };
}
