import { Button, chakra } from "@chakra-ui/react";
import { DownloadIcon } from "@/components/icons";
import { SearchInput } from "@/components/SearchInput";
import type { Comparison } from "@/lib/api/types";
import { comparisonCsvHref } from "@/lib/destinations";
import { toggled } from "../list/list-params";
import type { ChangeAddress, CompareAddress } from "./compare-address";
import { countsByKind, KINDS, type Kind } from "./differences";

const Toolbar = chakra("section", {
  base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "2", mb: "3" },
});
const Chips = chakra("fieldset", { base: { display: "flex", flexWrap: "wrap", gap: "1.5" } });
const Search = chakra("div", { base: { flex: { base: "1 1 100%", sm: "0 1 16rem" } } });

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
    whiteSpace: "nowrap",
    cursor: "pointer",
    focusVisibleRing: "outside",
    _hover: { bg: "bg.muted" },
    _pressed: { borderColor: "brand.fg", bg: "brand.subtle", color: "brand.fg", fontWeight: "semibold" },
  },
});

const WORDS: Record<Kind, string> = {
  version: "Version",
  state: "State",
  duration: "Duration",
  only: "Only in one",
  unread: "Can't be read",
  unchanged: "Unchanged",
};

interface CompareToolbarProps {
  address: CompareAddress;
  comparison: Comparison;
  onChange: ChangeAddress;
}

/** What of a comparison is shown, and the way to keep it. */
export function CompareToolbar({ address, comparison, onChange }: CompareToolbarProps) {
  const { kinds, text } = address;
  const counts = countsByKind(comparison);
  // Hardly ever: where nothing is amiss there is nothing to choose.
  const offered = KINDS.filter((kind) => kind !== "unread" || counts.unread > 0 || kinds.includes(kind));
  const include = kinds.includes("unchanged") ? "unchanged" : null;
  return (
    <Toolbar aria-label="Filter differences">
      <Search>
        <SearchInput
          label="Find app, version, state"
          value={text}
          onSearch={(typed) => onChange({ text: typed }, { replace: true })}
        />
      </Search>
      <Chips aria-label="What differs">
        {offered.map((kind) => (
          <Chip
            key={kind}
            type="button"
            aria-pressed={kinds.includes(kind)}
            onClick={() => onChange({ kinds: toggled(kinds, kind) })}
          >
            {WORDS[kind]} <b>{counts[kind].toLocaleString("en")}</b>
          </Chip>
        ))}
      </Chips>
      <Button asChild size="sm" variant="outline" colorPalette="gray" bg="bg.panel" fontWeight="normal">
        <a href={comparisonCsvHref(comparison.a.id, comparison.b.id, include)} download>
          <DownloadIcon /> Export CSV
        </a>
      </Button>
    </Toolbar>
  );
}
