import { chakra } from "@chakra-ui/react";
import { memo } from "react";
import type { Rollup } from "@/lib/api/types";
import { countsByProgress, describeRollup } from "@/lib/phase";
import { PhaseGlyph } from "./PhaseGlyph";

const Line = chakra("div", { base: { display: "flex", alignItems: "center", gap: "3", minWidth: 0 } });

const Bar = chakra("div", {
  base: {
    display: "flex",
    gap: "1px",
    height: "2",
    minWidth: "12",
    flex: "1 1 4rem",
    maxWidth: "40",
    borderRadius: "full",
    overflow: "hidden",
    bg: "bg.muted",
  },
});

const Counts = chakra("div", {
  base: { display: "flex", gap: "2.5", fontSize: "xs", whiteSpace: "nowrap", fontWeight: "medium" },
});

const Nothing = chakra("span", { base: { color: "fg.muted", fontSize: "xs" } });

const Count = chakra("span", { base: { display: "inline-flex", alignItems: "center", gap: "1" } });

/** Apps by phase: a bar to compare at a glance, and the counts themselves beside it. */
export const RollupBar = memo(function RollupBar({ rollup }: { rollup: Rollup }) {
  const counts = countsByProgress(rollup);
  const sentence = describeRollup(rollup);
  if (counts.length === 0) return <Nothing>{sentence}</Nothing>;
  return (
    <Line role="img" aria-label={sentence} title={sentence}>
      <Bar>
        {counts.map(({ phase, count }) => (
          // A sliver stays visible: one failed app of 500 must not vanish in the rounding.
          <chakra.div key={phase} bg={`phase.${phase}.solid`} minWidth="3px" style={{ flexGrow: count }} />
        ))}
      </Bar>
      <Counts>
        {counts.map(({ phase, count }) => (
          <Count key={phase} color={`phase.${phase}.fg`}>
            <PhaseGlyph phase={phase} />
            {count.toLocaleString("en")}
          </Count>
        ))}
      </Counts>
    </Line>
  );
});
