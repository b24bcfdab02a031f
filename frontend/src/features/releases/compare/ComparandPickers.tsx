import { Button, chakra, IconButton, Skeleton } from "@chakra-ui/react";
import { Link } from "react-router";
import { SwapIcon } from "@/components/icons";
import { PhaseBadge } from "@/components/PhaseBadge";
import { RelativeTime } from "@/components/RelativeTime";
import type { Comparand, Comparison } from "@/lib/api/types";
import { releaseHref } from "@/lib/destinations";
import { labelOf } from "@/lib/entities";
import { appsInWords } from "@/lib/phase";
import type { ChangeAddress, CompareAddress } from "./compare-address";
import { ReleasePicker } from "./ReleasePicker";

const Frame = chakra("section", {
  base: {
    display: "grid",
    gridTemplateColumns: { base: "minmax(0, 1fr)", md: "minmax(0, 1fr) auto minmax(0, 1fr)" },
    columnGap: "3",
    rowGap: "2",
    mb: "4",
  },
});

const Side = chakra("div", { base: { minWidth: 0 } });
const Swap = chakra("div", { base: { pt: { md: "7" }, justifySelf: "center" } });

// As high as what comes into it, so that nothing moves when it does.
const Facts = chakra("div", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    alignContent: "flex-start",
    columnGap: "2",
    minHeight: "7",
    mt: "1",
    fontSize: "xs",
    color: "fg.muted",
  },
});

const Why = chakra("span", { base: { color: "fg.muted", fontSize: "xs", textAlign: "end" } });

const ReleaseLink = chakra(Link, {
  base: {
    color: "brand.fg",
    fontWeight: "semibold",
    fontSize: "sm",
    overflowWrap: "anywhere",
    borderRadius: "sm",
    focusVisibleRing: "outside",
    _hover: { textDecoration: "underline" },
  },
});

const CHOSEN_WORDS = {
  line: "the last that worked before it",
  scope: "no earlier one of its kind worked: the last of any that did",
};

interface FactsOfProps {
  release: Comparand | undefined;
  isLoading: boolean;
}

function FactsOf({ release, isLoading }: FactsOfProps) {
  if (!release) return <Facts>{isLoading && <Skeleton height="4" width="60%" />}</Facts>;
  return (
    <Facts>
      <ReleaseLink to={releaseHref(release.id)}>{labelOf(release)}</ReleaseLink>
      <PhaseBadge phase={release.phase} state={release.state} />
      <span>{appsInWords(release.rollup.total)}</span>
      <span>
        started <RelativeTime at={release.started_at} />
      </span>
    </Facts>
  );
}

/** How the first of the two came to be it; where somebody chose it, the way back to the one that stands to reason. */
function WhyA({ address, comparison, onChange }: Omit<ComparandPickersProps, "isLoading">) {
  if (address.a !== null) {
    return (
      <Button size="2xs" variant="ghost" onClick={() => onChange({ a: null })}>
        Take the last that worked
      </Button>
    );
  }
  if (!comparison || comparison.chosen === "caller") return null;
  return <Why>{CHOSEN_WORDS[comparison.chosen]}</Why>;
}

interface ComparandPickersProps {
  address: CompareAddress;
  comparison: Comparison | undefined;
  isLoading: boolean;
  onChange: ChangeAddress;
}

/** Which two releases are compared, and what they are. */
export function ComparandPickers({ address, comparison, isLoading, onChange }: ComparandPickersProps) {
  const { a, b } = address;
  const isDefault = a === null && b !== null;
  const chosenA = a ?? comparison?.a.id ?? null;
  return (
    <Frame aria-label="Releases to compare">
      <Side>
        <ReleasePicker
          label="From (A)"
          value={chosenA}
          placeholder={isDefault ? "The last that worked" : "Search by release ID"}
          note={b !== null && <WhyA address={address} comparison={comparison} onChange={onChange} />}
          onChoose={(id) => onChange({ a: id })}
        />
        <FactsOf release={comparison?.a} isLoading={isLoading} />
      </Side>
      <Swap>
        <IconButton
          size="sm"
          variant="outline"
          colorPalette="gray"
          bg="bg.panel"
          aria-label="Swap the two"
          title="Swap the two"
          disabled={chosenA === null && b === null}
          onClick={() => onChange({ a: b, b: chosenA })}
        >
          <SwapIcon />
        </IconButton>
      </Swap>
      <Side>
        <ReleasePicker
          label="To (B)"
          value={b}
          placeholder="Search by release ID"
          isSearch={comparison === undefined}
          onChoose={(id) => onChange({ b: id })}
        />
        <FactsOf release={comparison?.b} isLoading={isLoading} />
      </Side>
    </Frame>
  );
}
