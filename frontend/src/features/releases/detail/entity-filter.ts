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
  /** Which words were found in what holds the branch, as bits; on them depends all below, too. */
  above: number;
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

/** As many as a number has bits to tell which of them were found; whoever types more looks for something else. */
const MOST_WORDS = 30;

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
}

/** What words are looked for in: ID, name, state, version and message. */
function searchable(entity: TreeEntity): string {
  const { id, name, state, error_message: message } = entity;
  return [id, name, state, versionOf(entity), message].join("\n").toLowerCase();
}

/**
 * Makes a filter, to be applied to a release as often as that changes: what a change leaves alone is not gone through
 * again.
 *
 * Phases are those of whatever is innermost in its branch, since a wave's own follows from what it holds. Failures are
 * what failed or can't be read, at any level. Each word may stand anywhere on the way to an entity, so that
 * "eu-west payments" finds the one in the other. A branch that has them all is shown with all that it holds; but what
 * the release says of itself does not count, which would be to show everything.
 */
export function filterFor(filter: EntityFilter): (release: TreeEntity) => Matches {
  const { phases, failuresOnly } = filter;
  const filtered = isFiltered(filter);
  const words = wordsOf(filter.text);
  const allWords = 2 ** words.length - 1;
  const isNarrowed = phases.length > 0 || failuresOnly;
  const verdicts = new WeakMap<TreeEntity, Verdict>();
  let sets = setsOf(verdicts);
  let isOverturned = false;

  function wordsIn(entity: TreeEntity): number {
    if (words.length === 0 || entity.type === "release") return 0;
    const text = searchable(entity);
    return words.reduce((found, word, index) => (text.includes(word) ? found | (1 << index) : found), 0);
  }

  function isLetThrough(entity: TreeEntity, isInnermost: boolean): boolean {
    if (failuresOnly && !isInTrouble(entity)) return false;
    return phases.length === 0 || (isInnermost && phases.includes(entity.phase));
  }

  function judge(entity: TreeEntity, above: number): Verdict {
    const known = verdicts.get(entity);
    if (known?.above === above) return known;
    isOverturned ||= known !== undefined;
    const children = childrenOf(entity);
    const own = wordsIn(entity);
    const here = above | own;
    const isLet = here === allWords && isLetThrough(entity, children.length === 0);
    const verdict = { above, isHit: isLet && (own !== 0 || isNarrowed), isShown: isLet, hitsBelow: 0 };
    for (const child of children) {
      const below = judge(child, here);
      verdict.hitsBelow += below.hitsBelow + (below.isHit ? 1 : 0);
      verdict.isShown ||= below.isShown;
    }
    verdicts.set(entity, verdict);
    return verdict;
  }

  return (release) => {
    if (!filtered) return { filter, filtered, count: 0, ...EVERYTHING };
    const { hitsBelow, isHit } = judge(release, 0);
    if (isOverturned) sets = setsOf(verdicts);
    isOverturned = false;
    return { filter, filtered, count: hitsBelow + (isHit ? 1 : 0), ...sets };
  };
}
