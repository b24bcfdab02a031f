import { Button, chakra, NativeSelect } from "@chakra-ui/react";
import type { ChangeEvent } from "react";
import { PhaseChips } from "@/components/PhaseChips";
import { SearchInput } from "@/components/SearchInput";
import { changeView, formatSort, isFiltered, type ListParams, parseSort } from "./list-params";
import type { ChangeView } from "./ReleaseListPage";
import { StatusFilter } from "./StatusFilter";

const Toolbar = chakra("section", {
  base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "3", mb: "4" },
});

const Search = chakra("div", { base: { flex: { base: "1 1 100%", md: "0 1 18rem" } } });

const SORT_CHOICES: readonly [ordering: string, label: string][] = [
  ["-started_at", "Newest start first"],
  ["started_at", "Oldest start first"],
  ["-ended_at", "Last ended first"],
  ["ended_at", "First ended first"],
  ["id", "ID, A to Z"],
  ["-id", "ID, Z to A"],
];

interface ToolbarProps {
  params: ListParams;
  onChange: ChangeView;
}

function SortSelect({ params, onChange }: ToolbarProps) {
  const choose = (event: ChangeEvent<HTMLSelectElement>) =>
    onChange(changeView(params, { sort: parseSort(event.target.value) }));
  return (
    <NativeSelect.Root size="sm" width="auto" hideFrom="lg">
      <NativeSelect.Field aria-label="Sort" value={formatSort(params.sort)} onChange={choose} bg="bg.panel">
        {SORT_CHOICES.map(([ordering, label]) => (
          <option key={ordering} value={ordering}>
            {label}
          </option>
        ))}
      </NativeSelect.Field>
      <NativeSelect.Indicator />
    </NativeSelect.Root>
  );
}

export function ListToolbar({ params, onChange }: ToolbarProps) {
  const clear = () => onChange(changeView(params, { search: "", phases: [], statuses: [] }));
  return (
    <Toolbar aria-label="Filter releases">
      <Search>
        <SearchInput
          label="Search by release ID"
          value={params.search}
          onSearch={(search) => onChange(changeView(params, { search }), { replace: true })}
        />
      </Search>
      <PhaseChips chosen={params.phases} onChange={(phases) => onChange(changeView(params, { phases }))} />
      <StatusFilter params={params} onChange={onChange} />
      <SortSelect params={params} onChange={onChange} />
      {isFiltered(params) && (
        <Button size="sm" variant="ghost" onClick={clear}>
          Clear filters
        </Button>
      )}
    </Toolbar>
  );
}
