import type { Cluster } from "@/lib/api/types";
import type { TreeEntity } from "@/lib/entities";
import type { Matches } from "../detail/entity-filter";

/**
 * Which of a cluster's bundles and apps the filter lets through: a digit for each, in the board's order.
 *
 * What doesn't match is dimmed, not removed: a board is read by places, and they must not move. As a text it is the
 * same for as long as it says the same, so that a card is drawn again only when it has to be.
 */
export type Matched = string;

export function matchedIn({ bundles }: Cluster, { shown }: Matches): Matched {
  let matched = "";
  for (const bundle of bundles) {
    matched += shown.has(bundle) ? "1" : "0";
    for (const app of bundle.apps) matched += shown.has(app) ? "1" : "0";
  }
  return matched;
}

/** What of a card the filter dims, and how many of its apps it does not. */
export interface Dimming {
  dimmed: ReadonlySet<TreeEntity>;
  /** Null where nothing is filtered. */
  matchingApps: number | null;
}

const NOTHING: Dimming = { dimmed: new Set(), matchingApps: null };

export function dimmingOf({ bundles }: Cluster, matched: Matched | null): Dimming {
  if (matched === null) return NOTHING;
  const dimmed = new Set<TreeEntity>();
  let matchingApps = 0;
  for (const [index, entity] of bundles.flatMap((bundle) => [bundle, ...bundle.apps]).entries()) {
    if (matched[index] === "0") dimmed.add(entity);
    else if (entity.type === "app") matchingApps += 1;
  }
  return { dimmed, matchingApps };
}
