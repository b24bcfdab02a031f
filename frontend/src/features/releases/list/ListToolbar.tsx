import { Button, chakra, NativeSelect } from "@chakra-ui/react";
import type { ChangeEvent } from "react";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import { PHASE_LOOKS, PHASES_BY_CONCERN } from "@/lib/phase";
import { changeView, formatSort, isFiltered, type ListParams, parseSort, toggled } from "./list-params";
import type { ChangeView } from "./ReleaseListPage";
import { SearchBox } from "./SearchBox";
import { StatusFilter } from "./StatusFilter";

const Toolbar = chakra("section", {
  base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "3", mb: "4" },
});

const Chips = chakra("fieldset", { base: { display: "flex", flexWrap: "wrap", gap: "1.5" } });

const Chip = chakra("button", {
  base: {
    display: "inline-flex",
    alignItems: "center",
    gap: "1.5",
    px: "2.5",
    height: "8",
    borderWidth: "1px",
    borderRadius: "full",
    bg: "bg.panel",
    fontSize: "sm",
    cursor: "pointer",
    focusVisibleRing: "outside",
    _hover: { bg: "bg.muted" },
    _pressed: { borderColor: "currentcolor", fontWeight: "semibold" },
  },
});

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

function PhaseFilter({ params, onChange }: ToolbarProps) {
  return (
    <Chips aria-label="Phase">
      {PHASES_BY_CONCERN.map((phase) => {
        const pressed = params.phases.includes(phase);
        const toggle = () => onChange(changeView(params, { phases: toggled(params.phases, phase) }));
        return (
          <Chip
            key={phase}
            type="button"
            aria-pressed={pressed}
            onClick={toggle}
            color={`phase.${phase}.fg`}
            bg={pressed ? `phase.${phase}.subtle` : undefined}
          >
            <PhaseGlyph phase={phase} />
            {PHASE_LOOKS[phase].word}
          </Chip>
        );
      })}
    </Chips>
  );
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
      <SearchBox params={params} onChange={onChange} />
      <PhaseFilter params={params} onChange={onChange} />
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
