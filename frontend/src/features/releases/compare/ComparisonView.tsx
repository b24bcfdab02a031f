import { Button, chakra } from "@chakra-ui/react";
import { useMemo, useState } from "react";
import { Notice } from "@/components/Notice";
import type { Comparison } from "@/lib/api/types";
import { labelOf } from "@/lib/entities";
import { appsInWords } from "@/lib/phase";
import { CompareToolbar } from "./CompareToolbar";
import type { ChangeAddress, CompareAddress } from "./compare-address";
import { isMoving } from "./compare-query";
import { DifferenceTable } from "./DifferenceTable";
import { rowsOf } from "./differences";
import { NewVersions } from "./NewVersions";

const Summary = chakra("p", { base: { mb: "3" } });
const Remark = chakra("span", { base: { color: "fg.muted", fontSize: "sm" } });

interface ComparisonViewProps {
  comparison: Comparison;
  address: CompareAddress;
  stale: boolean;
  onChange: ChangeAddress;
}

/** "7 of 35 apps differ." */
function summaryOf({ counts, only_in_one: onlyInOne }: Comparison): string {
  const differing = counts.apps - counts.unchanged;
  if (differing > 0) return `${differing.toLocaleString("en")} of ${appsInWords(counts.apps)} differ.`;
  return onlyInOne.length > 0 ? "No app differs." : "No difference.";
}

/** Of a release that runs, most differ in nothing but that it has not come to them. */
function remarkOf({ a, b, counts }: Comparison): string | null {
  const moving = [a, b].filter(isMoving).map(labelOf);
  if (moving.length === 0 || counts.state === 0) return null;
  const verb = moving.length === 1 ? "still runs" : "still run";
  return `${moving.join(" and ")} ${verb}: what has yet to come there is in another state.`;
}

function useSides({ a, b }: Comparison) {
  const [idA, labelA, idB, labelB] = [a.id, labelOf(a), b.id, labelOf(b)];
  return useMemo(() => ({ a: { id: idA, label: labelA }, b: { id: idB, label: labelB } }), [idA, labelA, idB, labelB]);
}

function useOpened(): [ReadonlySet<string>, (key: string) => void] {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  function toggle(key: string) {
    setOpened((before) => {
      const now = new Set(before);
      if (!now.delete(key)) now.add(key);
      return now;
    });
  }
  return [opened, toggle];
}

function Nothing({ comparison, address, onChange }: Omit<ComparisonViewProps, "stale">) {
  const isFiltered = address.kinds.length > 0 || address.text !== "";
  if (!isFiltered) {
    const { counts } = comparison;
    return (
      <Notice mark="=" title="No difference.">
        {counts.apps === 0
          ? "Neither of the two holds any apps."
          : `All ${appsInWords(counts.apps)} have the same versions and states in both.`}
      </Notice>
    );
  }
  const clear = () => onChange({ kinds: [], text: "" });
  return (
    <Notice mark="○" title="Nothing fits." actions={<Button onClick={clear}>Clear filters</Button>}>
      None of the differences is what you search and filter for.
    </Notice>
  );
}

export function ComparisonView({ comparison, address, stale, onChange }: ComparisonViewProps) {
  const { kinds, text } = address;
  const [opened, toggle] = useOpened();
  const sides = useSides(comparison);
  const remark = remarkOf(comparison);
  const rows = useMemo(() => rowsOf(comparison, { kinds, text }, opened), [comparison, kinds, text, opened]);
  return (
    <>
      <Summary aria-live="polite">
        {summaryOf(comparison)} {remark && <Remark>{remark}</Remark>}
      </Summary>
      <NewVersions apps={comparison.apps} onChoose={(name) => onChange({ kinds: ["version"], text: name })} />
      <CompareToolbar address={address} comparison={comparison} onChange={onChange} />
      {rows.length > 0 ? (
        <DifferenceTable rows={rows} sides={sides} stale={stale} onToggle={toggle} />
      ) : (
        <Nothing comparison={comparison} address={address} onChange={onChange} />
      )}
    </>
  );
}
