import { Button, chakra } from "@chakra-ui/react";
import { memo, useCallback } from "react";
import { PhaseChips } from "@/components/PhaseChips";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import { SearchInput } from "@/components/SearchInput";
import type { Phase, Rollup } from "@/lib/api/types";
import { useLapse } from "@/lib/last-known";
import { formatCount } from "@/lib/numbers";
import { type EntityFilter, NO_FILTER } from "./entity-filter";
import type { ChangeAddress } from "./release-address";

const Bar = chakra("section", {
  base: { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "2", rowGap: "1.5" },
});
const Text = chakra("div", { base: { flex: { base: "1 1 10rem", md: "0 1 15rem" } } });
const Phases = chakra("div", {
  base: {
    minWidth: 0,
    // On a narrow screen in one line, which is scrolled sideways: what sticks to the screen's top must leave room.
    flex: { base: "1 1 100%", md: "0 1 auto" },
    order: { base: 1, md: 0 },
    overflowX: { base: "auto", md: "visible" },
    scrollbarWidth: "none",
    "& > fieldset": { flexWrap: { base: "nowrap", md: "wrap" }, p: { base: "0.5", md: "0" } },
  },
});
const Found = chakra("div", {
  base: { display: "flex", alignItems: "center", gap: "2", order: 1, fontSize: "xs", color: "fg.muted" },
});

interface FailuresSwitchProps {
  count: number;
  pressed: boolean;
  onChange: ChangeAddress;
}

const FailuresSwitch = memo(function FailuresSwitch({ count, pressed, onChange }: FailuresSwitchProps) {
  return (
    <Button
      size="xs"
      variant="outline"
      colorPalette="gray"
      title="What failed or can't be read, and the way there"
      _icon={{ width: "3", height: "3" }}
      aria-pressed={pressed}
      onClick={() => onChange({ failuresOnly: !pressed })}
      color={count > 0 ? "phase.failed.fg" : undefined}
      bg={pressed ? "phase.failed.subtle" : "bg.panel"}
      borderColor={pressed ? "phase.failed.fg" : undefined}
    >
      <PhaseGlyph phase="failed" /> Failures only ({formatCount(count)})
    </Button>
  );
});

interface FilterBarProps {
  filter: EntityFilter;
  /** Of the whole release. */
  rollup: Rollup;
  failures: number;
  entities: number;
  /** How many of the entities match; null where nothing is filtered. */
  matching: number | null;
  onChange: ChangeAddress;
}

/** Says what of the release its views show. In parts, each drawn again only when it says something else. */
export const FilterBar = memo(function FilterBar(props: FilterBarProps) {
  const { filter, rollup, failures, entities, matching, onChange } = props;
  const find = useCallback((text: string) => onChange({ text }, { replace: true }), [onChange]);
  const choose = useCallback((phases: Phase[]) => onChange({ phases }), [onChange]);
  return (
    <Bar aria-label="Filter">
      <Text>
        <SearchInput label="Find in this release" value={filter.text} onSearch={find} />
      </Text>
      <FailuresSwitch count={failures} pressed={filter.failuresOnly} onChange={onChange} />
      <Phases>
        <PhaseChips size="xs" chosen={filter.phases} counts={rollup} stale={useLapse() !== null} onChange={choose} />
      </Phases>
      <Found>
        <span role="status">{matching !== null && `${formatCount(matching)} of ${formatCount(entities)} match`}</span>
        {matching !== null && (
          <Button size="xs" variant="ghost" onClick={() => onChange(NO_FILTER)}>
            Clear filter
          </Button>
        )}
      </Found>
    </Bar>
  );
});
