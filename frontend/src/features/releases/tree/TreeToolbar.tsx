import { Button, chakra } from "@chakra-ui/react";
import { memo, type ReactNode } from "react";
import { CollapseIcon, ExpandIcon } from "@/components/icons";
import { DownTo } from "./DownTo";
import { EVERYTHING } from "./expansion";
import type { Expansion } from "./use-expansion";

const Bar = chakra("div", { base: { display: "flex", alignItems: "center", gap: "2" } });
const Words = chakra("span", { base: { srOnly: { base: true, xl: false } } });

interface ToolProps {
  words: string;
  icon: ReactNode;
  onClick: () => void;
}

function Tool({ words, icon, onClick }: ToolProps) {
  return (
    <Button
      size="xs"
      variant="outline"
      colorPalette="gray"
      bg="bg.panel"
      px="2"
      // A narrow screen has no room for both: all is to open down to the apps, or to the waves.
      hideBelow="sm"
      title={words}
      onClick={onClick}
    >
      {icon} <Words>{words}</Words>
    </Button>
  );
}

/** Opens and closes much of the tree at once. */
export const TreeToolbar = memo(function TreeToolbar({ openTo }: Pick<Expansion, "openTo">) {
  return (
    <Bar role="toolbar" aria-label="Tree">
      <Tool words="Expand all" icon={<ExpandIcon />} onClick={() => openTo(EVERYTHING)} />
      {/* The release itself stays open: closing it too would leave one line that says nothing. */}
      <Tool words="Collapse all" icon={<CollapseIcon />} onClick={() => openTo(1)} />
      <DownTo openTo={openTo} />
    </Bar>
  );
});
