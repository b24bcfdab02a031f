import type { Phase, RunStatus } from "@/lib/api/types";
import { isPhase } from "@/lib/phase";
import { isRunStatus } from "@/lib/run-status";

export const SORT_KEYS = ["started_at", "ended_at", "id", "status"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Sort {
  key: SortKey;
  descending: boolean;
}

export const PAGE_SIZES = [20, 50, 100] as const;
const DEFAULT_PAGE_SIZE = PAGE_SIZES[0];
const DEFAULT_SORT: Sort = { key: "started_at", descending: true };

/** A view of the release list; its address holds all of it. */
export interface ListParams {
  page: number;
  pageSize: number;
  search: string;
  phases: Phase[];
  /** The workflows' own texts. Nothing on the page chooses them, but addresses and saved views may. */
  states: string[];
  statuses: RunStatus[];
  sort: Sort;
}

/** Of a state, as the API takes it. */
const MAX_STATE = 50;

function isState(text: string): text is string {
  return text !== "" && text.length <= MAX_STATE;
}

function parsePage(text: string | null): number {
  const page = Number(text);
  return Number.isSafeInteger(page) && page > 0 ? page : 1;
}

function parsePageSize(text: string | null): number {
  return PAGE_SIZES.find((size) => String(size) === text) ?? DEFAULT_PAGE_SIZE;
}

function parseList<T extends string>(text: string | null, isMember: (word: string) => word is T): T[] {
  return [...new Set((text ?? "").split(",").map((word) => word.trim()))].filter(isMember);
}

export function parseSort(text: string | null): Sort {
  const descending = text?.startsWith("-") ?? false;
  const name = descending ? text?.slice(1) : text;
  const key = SORT_KEYS.find((candidate) => candidate === name);
  return key ? { key, descending } : DEFAULT_SORT;
}

export function formatSort({ key, descending }: Sort): SortKey | `-${SortKey}` {
  return descending ? `-${key}` : key;
}

/** Reads a view from an address. What makes no sense is left out rather than refused: addresses get mangled. */
export function parseListParams(params: URLSearchParams): ListParams {
  return {
    page: parsePage(params.get("page")),
    pageSize: parsePageSize(params.get("page_size")),
    search: (params.get("search") ?? "").trim(),
    phases: parseList(params.get("phase"), isPhase),
    states: parseList(params.get("state"), isState),
    statuses: parseList(params.get("status"), isRunStatus),
    sort: parseSort(params.get("ordering")),
  };
}

/** The shortest address of a view: defaults stay out of it. */
export function formatListParams(params: ListParams): URLSearchParams {
  const address = new URLSearchParams();
  if (params.search) address.set("search", params.search);
  if (params.phases.length > 0) address.set("phase", params.phases.join(","));
  if (params.states.length > 0) address.set("state", params.states.join(","));
  if (params.statuses.length > 0) address.set("status", params.statuses.join(","));
  const ordering = formatSort(params.sort);
  if (ordering !== formatSort(DEFAULT_SORT)) address.set("ordering", ordering);
  if (params.pageSize !== DEFAULT_PAGE_SIZE) address.set("page_size", String(params.pageSize));
  if (params.page > 1) address.set("page", String(params.page));
  return address;
}

/** The same view with something else chosen. Page 7 of one filter means nothing in another, so it starts over. */
export function changeView(params: ListParams, change: Partial<ListParams>): ListParams {
  return { ...params, page: 1, ...change };
}

export function isFiltered({ search, phases, states, statuses }: ListParams): boolean {
  return search !== "" || phases.length > 0 || states.length > 0 || statuses.length > 0;
}

/** The same order of all releases. */
export function withoutFilters(params: ListParams): ListParams {
  return changeView(params, { search: "", phases: [], states: [], statuses: [] });
}

/** The address of a view from its first page: two that look the same have the same. */
export function viewAddress(params: ListParams): string {
  return formatListParams({ ...params, page: 1 }).toString();
}

const FIRST_DESCENDING: readonly SortKey[] = ["started_at", "ended_at"];

/** A column's next order when its heading is pressed: times start with the newest, words with A. */
export function nextSort(current: Sort, key: SortKey): Sort {
  if (current.key !== key) return { key, descending: FIRST_DESCENDING.includes(key) };
  return { key, descending: !current.descending };
}

/** The list without one member that is in it, or with one that is not. */
export function toggled<T>(members: readonly T[], member: T): T[] {
  return members.includes(member) ? members.filter((other) => other !== member) : [...members, member];
}
