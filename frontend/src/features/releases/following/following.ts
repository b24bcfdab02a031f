import type { Tone } from "@/components/toasts/toast";
import type { EntityType, Hierarchy, Phase } from "@/lib/api/types";
import { entityHref } from "@/lib/destinations";
import { labelOf, type TreeEntity, wayTo } from "@/lib/entities";
import { PHASE_LOOKS } from "@/lib/phase";
import { hasRunEnded } from "@/lib/run-status";

/** Each release of them costs a socket, and what nobody remembers to have asked for is noise. */
export const MOST_FOLLOWED = 30;
const MOST_TOLD = 10;

/** Something of which its user wants to know when it ends or fails. */
export interface Followed {
  releaseId: string;
  /** Empty for the release itself. */
  path: string;
  type: EntityType;
  name: string;
  /** The names of what holds it, from the release down; empty for a release. */
  within: string;
  /** As it was seen last: what it has come to be since is news. */
  phase: Phase;
}

/** News of what was followed, told once. */
export interface Told {
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  tone: Tone;
  /** "search-api failed" */
  title: string;
  /** "app in payments › world › europe: image not found" */
  detail: string;
  href: string | null;
  /** Whether a page that was in sight has shown it. */
  seen: boolean;
}

export interface Following {
  followed: readonly Followed[];
  /** Newest first. */
  told: readonly Told[];
}

export const NOTHING_FOLLOWED: Following = { followed: [], told: [] };

type Place = Pick<Followed, "releaseId" | "path">;

function isSame(one: Place, other: Place): boolean {
  return one.releaseId === other.releaseId && one.path === other.path;
}

export function isFollowed({ followed }: Following, place: Place): boolean {
  return followed.some((other) => isSame(other, place));
}

/** Whether a release's run has ended, so that nothing more will come of it. */
export function isOver(release: TreeEntity): boolean {
  return "status" in release && hasRunEnded(release.status);
}

export function isFull({ followed }: Following): boolean {
  return followed.length >= MOST_FOLLOWED;
}

/** What is to be remembered of an entity of a release that somebody begins to follow. */
export function followedOf(release: Hierarchy, entity: TreeEntity): Followed {
  const holders = (wayTo(release, entity.path) ?? [release]).slice(0, -1);
  return {
    releaseId: release.id,
    path: entity.path,
    type: entity.type,
    name: labelOf(entity),
    within: holders.map(labelOf).join(" › "),
    phase: entity.phase,
  };
}

export function withFollowed(state: Following, followed: Followed): Following {
  if (isFollowed(state, followed) || isFull(state)) return state;
  return { ...state, followed: [...state.followed, followed] };
}

export function withoutFollowed(state: Following, place: Place): Following {
  return { ...state, followed: state.followed.filter((other) => !isSame(other, place)) };
}

export function withNothingTold(state: Following): Following {
  return { ...state, told: [] };
}

export function withAllSeen(state: Following): Following {
  return { ...state, told: state.told.map((told) => ({ ...told, seen: true })) };
}

function withTold(state: Following, news: readonly Told[]): Following {
  return news.length === 0 ? state : { ...state, told: [...news, ...state.told].slice(0, MOST_TOLD) };
}

function placeOf({ type, within }: Followed): string {
  return within ? `${type} in ${within}` : type;
}

/** Why something failed: what it says itself, or of a release what holds it up. */
function whyOf(entity: TreeEntity): string | null {
  if (entity.error_message || !("waves" in entity)) return entity.error_message;
  const heldBy = entity.held_by;
  if (heldBy?.kind !== "failed" || heldBy.names.length === 0) return null;
  return `${heldBy.names.join(" › ")}: ${heldBy.message ?? heldBy.state ?? "failed"}`;
}

type Words = Pick<Told, "tone" | "title" | "detail">;

function toldOf(followed: Followed, words: Words, at: number): Told {
  const { releaseId, path } = followed;
  const href = entityHref(releaseId, path);
  return { ...words, id: `${releaseId}/${path} ${at}`, at, href, seen: false };
}

const ENDS: readonly Phase[] = ["succeeded", "failed", "stopped"];
/** What fails may be tried anew; of these nothing more is to come. */
const FINAL: readonly Phase[] = ["succeeded", "stopped"];

/** Whether nothing is to come any more of which one could be told. */
export function isPastFollowing(release: TreeEntity, { phase }: TreeEntity): boolean {
  return isOver(release) || FINAL.includes(phase);
}

function endedInWords(followed: Followed, entity: TreeEntity): Words {
  const why = entity.phase === "failed" ? whyOf(entity) : null;
  return {
    tone: entity.phase,
    title: `${labelOf(entity)} ${PHASE_LOOKS[entity.phase].word}`,
    detail: placeOf(followed) + (why ? `: ${why}` : ""),
  };
}

/** Its release's run has ended, without it or without a word of how. */
function neverEndedInWords(followed: Followed): Words {
  if (followed.path === "") return { tone: "unknown", title: `${followed.name} has ended`, detail: "release" };
  const detail = `${placeOf(followed)}, whose release has ended`;
  return { tone: "warning", title: `${followed.name} did not end`, detail };
}

function seenAs(followed: Followed, entity: TreeEntity): Followed {
  const name = labelOf(entity);
  const { phase } = entity;
  return name === followed.name && phase === followed.phase ? followed : { ...followed, name, phase };
}

interface Verdict {
  kept: Followed | null;
  news: Words | null;
}

function judge(followed: Followed, entity: TreeEntity | undefined, over: boolean, settled: boolean): Verdict {
  // What can't be read now has not changed for that.
  if (!entity || entity.phase === "unknown") {
    return over && settled ? { kept: null, news: neverEndedInWords(followed) } : { kept: followed, news: null };
  }
  const { phase } = entity;
  if (ENDS.includes(phase)) {
    const news = phase === followed.phase ? null : endedInWords(followed, entity);
    return { kept: over || FINAL.includes(phase) ? null : seenAs(followed, entity), news };
  }
  if (over && settled) return { kept: null, news: neverEndedInWords(followed) };
  return { kept: seenAs(followed, entity), news: null };
}

/**
 * What is followed of a release after a look at it, by path.
 *
 * `settled` is false while the last words of a release that has just ended may still be on their way.
 */
export function afterLook(
  state: Following,
  release: TreeEntity,
  entities: ReadonlyMap<string, TreeEntity>,
  { at, settled }: { at: number; settled: boolean },
): Following {
  const news: Told[] = [];
  const followed = state.followed.flatMap((each) => {
    if (each.releaseId !== release.id) return [each];
    const verdict = judge(each, entities.get(each.path), isOver(release), settled);
    if (verdict.news) news.push(toldOf(each, verdict.news, at));
    return verdict.kept ? [verdict.kept] : [];
  });
  const isUnchanged =
    followed.length === state.followed.length && followed.every((each, i) => each === state.followed[i]);
  return isUnchanged ? state : withTold({ ...state, followed }, news);
}

/** What is followed once a release is not to be seen any more, for the reason given. */
export function afterLoss(state: Following, releaseId: string, reason: string, at: number): Following {
  const lost = state.followed.find((each) => each.releaseId === releaseId);
  if (!lost) return state;
  const name = lost.within.split(" › ")[0] || lost.name;
  const told: Told = {
    ...{ id: `${releaseId} ${at}`, at, tone: "warning", title: `${name} is followed no more`, detail: reason },
    ...{ href: null, seen: false },
  };
  const followed = state.followed.filter((each) => each.releaseId !== releaseId);
  return withTold({ ...state, followed }, [told]);
}
