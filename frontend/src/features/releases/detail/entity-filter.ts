import { childrenOf, type TreeEntity } from "@/lib/entities";
import { isInTrouble } from "../tree/entities";
import type { ReleaseAddress } from "./release-address";

export type EntityFilter = Pick<ReleaseAddress, "text" | "phases" | "failuresOnly">;

export const NO_FILTER: EntityFilter = { text: "", phases: [], failuresOnly: false };

export type EntitySet = Pick<ReadonlySet<TreeEntity>, "has">;

/**
 * What of a release a filter lets through.
 *
 * While the sets stay the same objects, so does what they say of each entity that does.
 */
export interface Matches {
  filter: EntityFilter;
  /** Whether anything is filtered at all: where not, all of the release matches. */
  filtered: boolean;
  /** How many entities match themselves. */
  count: number;
  /** Each entity that matches itself. */
  hits: EntitySet;
  /** What leads to a hit below it. */
  leading: EntitySet;
  /** The hits, what leads to them, and what they hold where their own text matched. */
  shown: EntitySet;
}

/** What a filter makes of one branch. */
interface Verdict {
  /** Whether the text was found in something that holds the branch, on which all below depends too. */
  textAbove: boolean;
  isHit: boolean;
  isShown: boolean;
  hitsBelow: number;
}

type Sets = Pick<Matches, "hits" | "leading" | "shown">;

const ALL: EntitySet = { has: () => true };
const EVERYTHING: Sets = { hits: ALL, leading: ALL, shown: ALL };

function setsOf(verdicts: WeakMap<TreeEntity, Verdict>): Sets {
  const those = (isMember: (verdict: Verdict) => boolean): EntitySet => ({
    has(entity) {
      const verdict = verdicts.get(entity);
      return verdict !== undefined && isMember(verdict);
    },
  });
  return {
    hits: those(({ isHit }) => isHit),
    leading: those(({ hitsBelow }) => hitsBelow > 0),
    shown: those(({ isShown }) => isShown),
  };
}

export function isFiltered({ text, phases, failuresOnly }: EntityFilter): boolean {
  return text !== "" || phases.length > 0 || failuresOnly;
}

/** Whether all failures are asked for, and nothing else. */
export function isForFailures({ text, phases, failuresOnly }: EntityFilter): boolean {
  return failuresOnly && text === "" && phases.length === 0;
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
 * Makes a filter, to be applied to a release as often as that changes: what a change leaves alone is not gone through
 * again.
 *
 * Phases are those of whatever is innermost in its branch, since a wave's own follows from what it holds. Failures are
 * what failed or can't be read, at any level. A branch whose own text matches is shown with all that it holds; but the
 * release's own text does not count, which would be to show everything.
 */
export function filterFor(filter: EntityFilter): (release: TreeEntity) => Matches {
  const { phases, failuresOnly } = filter;
  const filtered = isFiltered(filter);
  const text = filter.text.toLowerCase();
  const isNarrowed = phases.length > 0 || failuresOnly;
  const verdicts = new WeakMap<TreeEntity, Verdict>();
  let sets = setsOf(verdicts);
  let isOverturned = false;

  function hasText(entity: TreeEntity): boolean {
    return text === "" || (entity.type !== "release" && searchable(entity).includes(text));
  }

  function isLetThrough(entity: TreeEntity, isInnermost: boolean): boolean {
    if (failuresOnly && !isInTrouble(entity)) return false;
    return phases.length === 0 || (isInnermost && phases.includes(entity.phase));
  }

  function judge(entity: TreeEntity, textAbove: boolean): Verdict {
    const known = verdicts.get(entity);
    if (known?.textAbove === textAbove) return known;
    isOverturned ||= known !== undefined;
    const children = childrenOf(entity);
    const textHere = hasText(entity);
    const isLet = (textHere || textAbove) && isLetThrough(entity, children.length === 0);
    const verdict = { textAbove, isHit: isLet && (textHere || isNarrowed), isShown: isLet, hitsBelow: 0 };
    for (const child of children) {
      const below = judge(child, textHere || textAbove);
      verdict.hitsBelow += below.hitsBelow + (below.isHit ? 1 : 0);
      verdict.isShown ||= below.isShown;
    }
    verdicts.set(entity, verdict);
    return verdict;
  }

  return (release) => {
    if (!filtered) return { filter, filtered, count: 0, ...EVERYTHING };
    const { hitsBelow, isHit } = judge(release, false);
    if (isOverturned) sets = setsOf(verdicts);
    isOverturned = false;
    return { filter, filtered, count: hitsBelow + (isHit ? 1 : 0), ...sets };
  };
}
