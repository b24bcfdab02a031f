import { startTransition, useCallback, useMemo, useState } from "react";
import type { TreeEntity } from "@/lib/entities";
import type { EntityFilter, Matches } from "../detail/entity-filter";
import { type FirstLook, NOTHING_SAID, openAsSaid, type Said, saidOf, saidOfAll, withNewBranches } from "./expansion";

export interface Expansion {
  isExpanded: (entity: TreeEntity) => boolean;
  open: (paths: readonly string[]) => void;
  close: (path: string) => void;
  /** Opens all down to so many steps below the release, and closes what is further down. */
  openTo: (depth: number) => void;
}

/** What was open of each branch when it appeared, which is decided once. */
function useFirstLook(root: TreeEntity): FirstLook {
  const [before, setSeen] = useState<FirstLook>(new Map());
  const seen = withNewBranches(before, root);
  if (seen !== before) setSeen(seen);
  return seen;
}

type Say = (change: (said: Said) => Said) => void;

/** What the reader said under one filter; under the next, they have said nothing yet. */
function useSaid(filter: EntityFilter | null, first: Said): [Said, Say] {
  const [kept, setKept] = useState({ filter, said: first });
  const said = kept.filter === filter ? kept.said : NOTHING_SAID;
  const say = useCallback<Say>(
    (change) => {
      setKept((memory) => ({ filter, said: change(memory.filter === filter ? memory.said : NOTHING_SAID) }));
    },
    [filter],
  );
  return [said, say];
}

/**
 * Which branches are open: as the reader said; else what was when it appeared, or, where the release is filtered, the
 * way to each match. What they say under a filter is forgotten with it. `first` is taken for what they said of all.
 */
export function useExpansion(root: TreeEntity, matches: Matches, first: Said = NOTHING_SAID): Expansion {
  const { filter, filtered, leading } = matches;
  const firstLook = useFirstLook(root);
  const ofAll = useSaid(null, first);
  const ofFiltered = useSaid(filter, NOTHING_SAID);
  const [said, say] = filtered ? ofFiltered : ofAll;

  const isExpanded = useCallback(
    (entity: TreeEntity) =>
      openAsSaid(said, entity.path) ?? (filtered ? leading.has(entity) : firstLook.get(entity.path) === true),
    [said, filtered, leading, firstLook],
  );

  const changes = useMemo(
    () => ({
      open: (paths: readonly string[]) => say((before) => saidOf(before, paths, true)),
      close: (path: string) => say((before) => saidOf(before, [path], false)),
      // Of thousands of lines, which the page must not stand still for.
      openTo: (depth: number) => startTransition(() => say(() => saidOfAll(depth))),
    }),
    [say],
  );
  return { isExpanded, ...changes };
}
