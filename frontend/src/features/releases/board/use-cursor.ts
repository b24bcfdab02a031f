import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useFocusHeir } from "../focus";
import type { Item } from "./layout";

/** Asks the focus to come to the entity at a path, wherever it is now. Each is a new one, even to the same place. */
export interface Summons {
  path: string;
  /** Without scrolling there. */
  quiet?: boolean;
}

/** How an item that gets the focus is scrolled to; what is handed the focus is not, as the eye may rest elsewhere. */
type Coming = "nearest" | "center" | "unmoved";

interface CursorOptions {
  card: RefObject<HTMLElement | null>;
  items: readonly Item[];
  summons: Summons | null;
  onSummonsMet: () => void;
}

/**
 * The one item of a card that is a stop of the tab order, and the focus that moves with it.
 *
 * Items bear their key as `data-key`, and that of the cursor has to be in the page.
 */
export function useCursor({ card, items, summons, onSummonsMet }: CursorOptions) {
  const [key, setKey] = useState(items[0]?.key);
  const [heard, setHeard] = useState<Summons | null>(null);
  const coming = useRef<Coming | null>(null);
  const cursor = items.find((item) => item.key === key) ?? items[0];

  if (summons !== heard) {
    setHeard(summons);
    const item = items.find(({ entity }) => entity.path === summons?.path);
    if (item) setKey(item.key);
  }

  useLayoutEffect(() => {
    if (!summons) return;
    coming.current = summons.quiet ? "unmoved" : "center";
    onSummonsMet();
  }, [summons, onSummonsMet]);

  // Before the heir's own effect, which would take the item that the focus leaves for one that was taken away.
  useLayoutEffect(() => {
    const how = coming.current;
    if (!how || !cursor) return;
    coming.current = null;
    const elements = card.current?.querySelectorAll<HTMLElement>("[data-key]") ?? [];
    const element = [...elements].find(({ dataset }) => dataset.key === cursor.key);
    if (how !== "unmoved") element?.scrollIntoView({ block: how });
    element?.focus({ preventScroll: true });
  });

  const keys = useMemo(() => items.map((item) => item.key), [items]);
  const heirProps = useFocusHeir(keys, (heir) => {
    coming.current = "unmoved";
    setKey(heir);
  });

  return {
    cursor,
    heirProps,
    /** Without moving the focus. */
    put: setKey,
    moveTo(to: Item): void {
      coming.current = "nearest";
      setKey(to.key);
    },
  };
}
