import { PHASE_LOOKS } from "@/lib/phase";
import { RUN_STATUS_WORDS } from "@/lib/run-status";
import { formatSort, type ListParams, PAGE_SIZES, parseSort } from "./list-params";

export const SORT_CHOICES: readonly [ordering: string, label: string][] = [
  ["-started_at", "Newest start first"],
  ["started_at", "Oldest start first"],
  ["-ended_at", "Last ended first"],
  ["ended_at", "First ended first"],
  ["id", "ID, A to Z"],
  ["-id", "ID, Z to A"],
  ["status", "Status, A to Z"],
  ["-status", "Status, Z to A"],
];

function sortInWords({ sort }: ListParams): string {
  const ordering = formatSort(sort);
  if (ordering === formatSort(parseSort(null))) return "";
  return SORT_CHOICES.find(([choice]) => choice === ordering)?.[1] ?? "";
}

function filterWords(params: ListParams): string[] {
  const words = [
    params.search && `“${params.search}”`,
    params.phases.map((phase) => PHASE_LOOKS[phase].word).join(", "),
    params.states.length > 0 && `state ${params.states.join(", ")}`,
    params.statuses.map((status) => RUN_STATUS_WORDS[status]).join(", "),
  ];
  return words.filter((word) => typeof word === "string").filter(Boolean);
}

/** What is searched and filtered for: "“pay” · failed, active · Running". Empty where nothing is. */
export function filtersInWords(params: ListParams): string {
  return filterWords(params).join(" · ");
}

/** What a view shows: its filters, order and size, where these are not the usual ones. */
export function viewInWords(params: ListParams): string {
  const size = params.pageSize === PAGE_SIZES[0] ? "" : `${params.pageSize} per page`;
  return [...filterWords(params), sortInWords(params), size].filter(Boolean).join(" · ") || "all releases";
}
