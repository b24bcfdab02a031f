import { useEffect, useEffectEvent, useRef } from "react";
import { type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import type { Hierarchy } from "@/lib/api/types";
import { wayTo } from "@/lib/entities";
import { useMediaQuery } from "@/lib/media";
import type { Matches } from "../detail/entity-filter";
import { EntityDetails } from "./EntityDetails";
import { NoSuchEntity } from "./NoSuchEntity";
import { PanelColumn, PanelSheet } from "./PanelFrame";
import { PanelHeader } from "./PanelHeader";

/** From here on there is room for the details beside the view. */
const BESIDE = "(min-width: 64em)";

const KEYS: ShortcutGroup = {
  title: "In the details",
  shortcuts: [{ keys: "Escape", does: "Close them, and go back to the line" }],
};

interface EntityPanelProps {
  release: Hierarchy;
  /** The path of the entity; the release's own is empty. */
  path: string;
  matches: Matches;
  /** How often the focus was sent here. */
  entered: number;
  onSelect: (path: string) => void;
  onClose: () => void;
}

/** Gives the focus back, once the panel is gone that had it, to what shows the same entity. */
function useFocusGivenBack(path: string) {
  const hasFocus = useRef(false);
  const giveBack = useEffectEvent(() => {
    if (!hasFocus.current) return;
    document.querySelector<HTMLElement>(`[data-key="${CSS.escape(path)}"]`)?.focus();
  });
  useEffect(() => () => giveBack(), []);
  return {
    onFocus: () => {
      hasFocus.current = true;
    },
    onBlur: () => {
      hasFocus.current = false;
    },
  };
}

/** All that is known of one entity: beside the view, or over it where there is no room. */
export function EntityPanel({ release, path, matches, entered, onSelect, onClose }: EntityPanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const isBeside = useMediaQuery(BESIDE);
  const Frame = isBeside ? PanelColumn : PanelSheet;
  const way = wayTo(release, path);
  const entity = way?.at(-1);
  const focusProps = useFocusGivenBack(path);
  useShortcuts(KEYS);

  const enter = () => heading.current?.focus();
  useEffect(() => {
    // What covers the page has the focus in any case.
    if (entered > 0 || !isBeside) heading.current?.focus();
  }, [entered, isBeside]);

  return (
    <Frame label="Details" onClose={onClose} {...focusProps}>
      {(close) => (
        <>
          <PanelHeader
            way={way}
            path={path}
            heading={heading}
            onFollow={enter}
            isShown={(entity) => matches.shown.has(entity)}
            onSelect={onSelect}
            onClose={close}
          />
          {entity ? (
            <EntityDetails key={path} release={release} entity={entity} onFollow={enter} />
          ) : (
            <NoSuchEntity release={release} path={path} onFollow={enter} />
          )}
        </>
      )}
    </Frame>
  );
}
