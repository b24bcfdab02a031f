import { chakra } from "@chakra-ui/react";
import { Disclosure, disclosureItem } from "@/components/Disclosure";
import { EVERYTHING } from "./expansion";
import type { Expansion } from "./use-expansion";

const Item = chakra("button", { base: disclosureItem });

/** How many steps below the release all is open where a level is the last that shows. */
const LEVELS = [
  ["Waves", 1],
  ["Clusters", 2],
  ["Bundles", 3],
  ["Apps", EVERYTHING],
] as const;

/** Opens a release down to a level. */
export function DownTo({ openTo }: Pick<Expansion, "openTo">) {
  return (
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
  );
}
