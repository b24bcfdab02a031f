import { childrenOf, type TreeEntity } from "@/lib/entities";
import { isInTrouble } from "../tree/entities";
import type { ReleaseAddress } from "./release-address";

export type EntityFilter = Pick<ReleaseAddress, "text" | "phases" | "failuresOnly">;

/** What of a release a filter lets through. */
export interface Matches {
  /** Whether anything is filtered at all: where not, all of the release matches. */
  filtered: boolean;
  /** Each entity that matches itself. */
  hits: ReadonlySet<TreeEntity>;
  /** The hits, what leads to them, and what they hold where their own text matched. */
  shown: ReadonlySet<TreeEntity>;
}

export function isFiltered({ text, phases, failuresOnly }: EntityFilter): boolean {
  return text !== "" || phases.length > 0 || failuresOnly;
}

function versionOf(entity: TreeEntity): string {
  return "version" in entity && typeof entity.version === "string" ? entity.version : "";
}

/** What a text is looked for in: ID, name, state, version and message. */
function searchable(entity: TreeEntity): string {
  const { id, name, state, error_message: message } = entity;
  return [id, name, state, versionOf(entity), message].join("\n").toLowerCase();
}

/**
 * Applies a filter to a release.
 *
 * Phases are those of whatever is innermost in its branch, since a wave's own follows from what it holds. Failures are
 * what failed or can't be read, at any level. A branch whose own text matches is shown with all that it holds.
 */
export function matchesOf(release: TreeEntity, filter: EntityFilter): Matches {
  const { phases, failuresOnly } = filter;
  const filtered = isFiltered(filter);
  const text = filter.text.toLowerCase();
  const hits = new Set<TreeEntity>();
  const shown = new Set<TreeEntity>();

  function isHit(entity: TreeEntity, isInnermost: boolean): boolean {
    if (failuresOnly && !isInTrouble(entity)) return false;
    return phases.length === 0 || (isInnermost && phases.includes(entity.phase));
  }

  function visit(entity: TreeEntity, textAbove: boolean): boolean {
    const children = childrenOf(entity);
    const textHere = textAbove || searchable(entity).includes(text);
    let isShown = textHere && isHit(entity, children.length === 0);
    if (isShown) hits.add(entity);
    for (const child of children) isShown = visit(child, textHere) || isShown;
    if (isShown) shown.add(entity);
    return isShown;
  }

  if (filtered) visit(release, text === "");
  return { filtered, hits, shown };
}
