import { Button, chakra } from "@chakra-ui/react";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import type { Expansion } from "./use-expansion";

const Bar = chakra("div", {
  base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "2" },
});

interface TreeToolbarProps {
  expansion: Expansion;
  failureCount: number;
  failuresOnly: boolean;
  onFailuresOnly: (failuresOnly: boolean) => void;
}

export function TreeToolbar({ expansion, failureCount, failuresOnly, onFailuresOnly }: TreeToolbarProps) {
  return (
    <Bar role="toolbar" aria-label="Tree">
      <Button size="xs" variant="outline" colorPalette="gray" bg="bg.panel" onClick={expansion.expandAll}>
        Expand all
      </Button>
      <Button size="xs" variant="outline" colorPalette="gray" bg="bg.panel" onClick={expansion.collapseAll}>
        Collapse all
      </Button>
      <Button
        size="xs"
        variant="outline"
        colorPalette="gray"
        title="What failed or can't be read, and the way there"
        _icon={{ width: "3", height: "3" }}
        aria-pressed={failuresOnly}
        onClick={() => onFailuresOnly(!failuresOnly)}
        color={failureCount > 0 ? "phase.failed.fg" : undefined}
        bg={failuresOnly ? "phase.failed.subtle" : "bg.panel"}
        borderColor={failuresOnly ? "phase.failed.fg" : undefined}
      >
        <PhaseGlyph phase="failed" /> Failures only ({failureCount.toLocaleString("en")})
      </Button>
    </Bar>
  );
}
