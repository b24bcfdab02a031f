import { Button, chakra } from "@chakra-ui/react";
import type { ChangeEvent } from "react";
import { useLocation } from "react-router";
import { CopyButton } from "@/components/CopyButton";
import { CloseIcon } from "@/components/icons";
import { PhaseChips } from "@/components/PhaseChips";
import { SearchInput } from "@/components/SearchInput";
import { Select } from "@/components/Select";
import { formatExact, parseMoment } from "@/lib/time";
import type { Counts } from "./counts";
import { changeView, formatSort, isFiltered, type ListParams, parseSort, withoutFilters } from "./list-params";
import type { ChangeView } from "./ReleaseListPage";
import { StatusFilter } from "./StatusFilter";
import { SORT_CHOICES } from "./view-words";
import { SavedViews } from "./views/SavedViews";

const Toolbar = chakra("section", {
  base: { display: "flex", flexDirection: "column", gap: "3", mb: "4" },
});

const Tools = chakra("div", { base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "2" } });
const Search = chakra("div", { base: { flex: { base: "1 1 100%", md: "0 1 18rem" } } });
const OfTheView = chakra("div", { base: { display: "flex", gap: "2", marginInlineStart: { md: "auto" } } });

const Unread = chakra("span", { base: { color: "fg.muted", fontSize: "xs" } });

interface ToolbarProps {
  params: ListParams;
  onChange: ChangeView;
}

function SortSelect({ params, onChange }: ToolbarProps) {
  const choose = (event: ChangeEvent<HTMLSelectElement>) =>
    onChange(changeView(params, { sort: parseSort(event.target.value) }));
  return (
    <Select size="sm" hideFrom="lg" aria-label="Sort" value={formatSort(params.sort)} onChange={choose}>
      {SORT_CHOICES.map(([ordering, label]) => (
        <option key={ordering} value={ordering}>
          {label}
        </option>
      ))}
    </Select>
  );
}

/** A filter by states comes from addresses alone: it has to be seen, and to be got rid of. */
function StateFilter({ params, onChange }: ToolbarProps) {
  if (params.states.length === 0) return null;
  const states = params.states.join(", ");
  return (
    <Button
      size="sm"
      variant="outline"
      colorPalette="gray"
      fontWeight="normal"
      bg="bg.panel"
      aria-label={`State: ${states}. Show any state`}
      onClick={() => onChange(changeView(params, { states: [] }))}
    >
      State: {states} <CloseIcon />
    </Button>
  );
}

/** With how many releases of each phase the other filters leave. What is not known is left open. */
function PhaseFilter({ params, counted: { counts, areOld }, onChange }: ToolbarProps & { counted: Counts }) {
  const asOf = parseMoment(counts?.as_of);
  return (
    <>
      <PhaseChips
        chosen={params.phases}
        counts={counts?.phases}
        title={asOf === null ? undefined : `${areOld ? "Not counted since" : "As of"} ${formatExact(asOf)}`}
        stale={areOld}
        onChange={(phases) => onChange(changeView(params, { phases }))}
      />
      {counts !== undefined && counts.unread > 0 && (
        <Unread title="Their workflows have not answered in time. They are asked again.">
          {counts.unread.toLocaleString("en")} not counted yet
        </Unread>
      )}
    </>
  );
}

export function ListToolbar({ params, counted, onChange }: ToolbarProps & { counted: Counts }) {
  const { pathname, search } = useLocation();
  return (
    <Toolbar aria-label="Filter releases">
      <Tools>
        <Search>
          <SearchInput
            label="Search by release ID"
            value={params.search}
            onSearch={(text) => onChange(changeView(params, { search: text }), { replace: true })}
          />
        </Search>
        <StatusFilter params={params} onChange={onChange} />
        <StateFilter params={params} onChange={onChange} />
        <SortSelect params={params} onChange={onChange} />
        <OfTheView>
          <SavedViews params={params} />
          <CopyButton bg="bg.panel" text={window.location.origin + pathname + search}>
            Copy link
          </CopyButton>
        </OfTheView>
      </Tools>
      <Tools>
        <PhaseFilter params={params} counted={counted} onChange={onChange} />
        {isFiltered(params) && (
          <Button size="sm" variant="ghost" onClick={() => onChange(withoutFilters(params))}>
            Clear filters
          </Button>
        )}
      </Tools>
    </Toolbar>
  );
}
