import { useCallback, useState } from "react";
import type { Cluster } from "@/lib/api/types";
import type { TreeEntity } from "@/lib/entities";
import { differIn } from "../flash";
import type { Item } from "./layout";

const differVisibly = differIn<TreeEntity>(["state", "phase", "error_message", "problem"]);

function matters(before: TreeEntity, now: TreeEntity): boolean {
  const versions = "bundle_id" in before && "bundle_id" in now && before.version !== now.version;
  return versions || differVisibly(before, now);
}

function changedKeys(before: readonly Item[], now: readonly Item[]): string[] {
  const known = new Map(before.map(({ key, entity }) => [key, entity]));
  return now
    .filter(({ key, entity }) => {
      const old = known.get(key);
      // A cluster and a bundle change with each of their apps, which tells better where to look.
      return entity.type === "app" && old !== undefined && old !== entity && matters(old, entity);
    })
    .map(({ key }) => key);
}

export interface Changes {
  /** Which cells have just changed, each with the number of its change. */
  changes: ReadonlyMap<string, number>;
  onShown: (key: string) => void;
}

/** What has changed in a card while it is on the page, until it has been shown to have. */
export function useChanges(cluster: Cluster, items: readonly Item[]): Changes {
  const [before, setBefore] = useState({ cluster, items });
  const [changes, setChanges] = useState<ReadonlyMap<string, number>>(new Map());
  const [count, setCount] = useState(0);

  if (before.cluster !== cluster) {
    setBefore({ cluster, items });
    const keys = changedKeys(before.items, items);
    if (keys.length > 0) {
      setCount(count + 1);
      setChanges(new Map([...changes, ...keys.map((key) => [key, count] as const)]));
    }
  }

  const onShown = useCallback(
    (shown: string) => setChanges((known) => new Map([...known].filter(([key]) => key !== shown))),
    [],
  );
  return { changes, onShown };
}
