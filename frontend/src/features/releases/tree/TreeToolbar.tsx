import { Button, chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Disclosure, disclosureItem } from "@/components/Disclosure";
import { CollapseIcon, ExpandIcon } from "@/components/icons";
import { EVERYTHING } from "./expansion";
import type { Expansion } from "./use-expansion";

const Bar = chakra("div", { base: { display: "flex", alignItems: "center", gap: "2" } });
const Words = chakra("span", { base: { srOnly: { base: true, xl: false } } });
const Item = chakra("button", { base: disclosureItem });

/** How many steps below the release all is open where a level is the last that shows. */
const LEVELS = [
  ["Waves", 1],
  ["Clusters", 2],
  ["Bundles", 3],
  ["Apps", EVERYTHING],
] as const;

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
export function TreeToolbar({ openTo }: Pick<Expansion, "openTo">) {
  return (
    <Bar role="toolbar" aria-label="Tree">
      <Tool words="Expand all" icon={<ExpandIcon />} onClick={() => openTo(EVERYTHING)} />
      {/* The release itself stays open: closing it too would leave one line that says nothing. */}
      <Tool words="Collapse all" icon={<CollapseIcon />} onClick={() => openTo(1)} />
      <Disclosure size="xs" variant="outline" bg="bg.panel" align="end" button="Down to" title="Open down to a level">
        {(close) =>
          LEVELS.map(([word, depth]) => (
            <Item
              key={word}
              type="button"
              onClick={() => {
                openTo(depth);
                close();
              }}
            >
              {word}
            </Item>
          ))
        }
      </Disclosure>
    </Bar>
  );
}
