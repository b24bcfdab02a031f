import { Button, chakra } from "@chakra-ui/react";
import { memo } from "react";
import { PhaseChips } from "@/components/PhaseChips";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import { SearchInput } from "@/components/SearchInput";
import type { Rollup } from "@/lib/api/types";
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

/** Says what of the release its views show. */
export const FilterBar = memo(function FilterBar(props: FilterBarProps) {
  const { filter, rollup, failures, entities, matching, onChange } = props;
  const { text, phases, failuresOnly } = filter;
  return (
    <Bar aria-label="Filter">
      <Text>
        <SearchInput
          label="Find in this release"
          value={text}
          onSearch={(found) => onChange({ text: found }, { replace: true })}
        />
      </Text>
      <Button
        size="xs"
        variant="outline"
        colorPalette="gray"
        title="What failed or can't be read, and the way there"
        _icon={{ width: "3", height: "3" }}
        aria-pressed={failuresOnly}
        onClick={() => onChange({ failuresOnly: !failuresOnly })}
        color={failures > 0 ? "phase.failed.fg" : undefined}
        bg={failuresOnly ? "phase.failed.subtle" : "bg.panel"}
        borderColor={failuresOnly ? "phase.failed.fg" : undefined}
      >
        <PhaseGlyph phase="failed" /> Failures only ({failures.toLocaleString("en")})
      </Button>
      <Phases>
        <PhaseChips size="xs" chosen={phases} counts={rollup} onChange={(chosen) => onChange({ phases: chosen })} />
      </Phases>
      <Found>
        <span role="status">
          {matching !== null && `${matching.toLocaleString("en")} of ${entities.toLocaleString("en")} match`}
        </span>
        {matching !== null && (
          <Button size="xs" variant="ghost" onClick={() => onChange(NO_FILTER)}>
            Clear filter
          </Button>
        )}
      </Found>
    </Bar>
  );
});
