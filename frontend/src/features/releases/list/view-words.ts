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

/** What a view shows: "“pay” · failed, active · Running · Oldest start first". */
export function viewInWords(params: ListParams): string {
  const parts = [
    params.search && `“${params.search}”`,
    params.phases.map((phase) => PHASE_LOOKS[phase].word).join(", "),
    params.states.length > 0 && `state ${params.states.join(", ")}`,
    params.statuses.map((status) => RUN_STATUS_WORDS[status]).join(", "),
    sortInWords(params),
    params.pageSize !== PAGE_SIZES[0] && `${params.pageSize} per page`,
  ];
  return parts.filter(Boolean).join(" · ") || "all releases";
}
