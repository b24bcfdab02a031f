import type { Hierarchy } from "@/lib/api/types";
import type { TreeEntity } from "@/lib/entities";
import { surroundingsIn, type Times, timesOf, tookOf } from "./times";

export type SortKey = "started" | "ended" | "took";

/** In the release's own order where it is null. */
export type Sort = { key: SortKey; descending: boolean } | null;

// What takes longest is looked for first; of times, the earliest.
const DESCENDING_FIRST: Record<SortKey, boolean> = { started: false, ended: false, took: true };

/** What one more press on a column's head asks for: the one way, the other, the release's own order. */
export function nextSort(sort: Sort, key: SortKey): Sort {
  if (sort?.key !== key) return { key, descending: DESCENDING_FIRST[key] };
  return sort.descending === DESCENDING_FIRST[key] ? { key, descending: !sort.descending } : null;
}

function startedOf(times: Times): number | null {
  return times.kind === "span" ? times.from : null;
}

function endedOf(times: Times): number | null {
  if (times.kind === "moment") return times.at;
  if (times.kind === "none") return null;
  return times.goesOn ? Number.POSITIVE_INFINITY : times.to;
}

const VALUES: Record<SortKey, (times: Times) => number | null> = { started: startedOf, ended: endedOf, took: tookOf };

/** Entities in order; those of which it is not known come last either way. */
export function sorted(
  entities: readonly TreeEntity[],
  sort: Sort,
  { release, now }: { release: Hierarchy; now: number },
): readonly TreeEntity[] {
  if (!sort) return entities;
  const unknown = sort.descending ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const around = surroundingsIn(release);
  const valued = entities.map((entity) => {
    const value = VALUES[sort.key](timesOf(around, entity, now));
    return { entity, isKnown: value !== null, value: value ?? unknown };
  });
  valued.sort((one, other) => {
    if (one.isKnown !== other.isKnown) return one.isKnown ? -1 : 1;
    if (one.value === other.value) return 0;
    return one.value < other.value === sort.descending ? 1 : -1;
  });
  return valued.map(({ entity }) => entity);
}
