import { chakra, Heading } from "@chakra-ui/react";
import { Dialog } from "../Dialog";
import type { Keys } from "./sequence";
import { type ShortcutGroup, turnShortcuts, useShortcutGroups, useShortcutsOn } from "./shortcuts";

const Rows = chakra("dl", {
  base: { display: "grid", gridTemplateColumns: "9rem 1fr", columnGap: "4", rowGap: "2", fontSize: "sm" },
});

const Pressed = chakra("dt", { base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "1" } });

const Key = chakra("kbd", {
  base: {
    minWidth: "6",
    px: "1.5",
    borderWidth: "1px",
    borderBottomWidth: "2px",
    borderRadius: "sm",
    bg: "bg.muted",
    fontFamily: "mono",
    fontSize: "xs",
    textAlign: "center",
  },
});

const Then = chakra("span", { base: { color: "fg.muted", fontSize: "xs" } });
const Switch = chakra("label", { base: { display: "flex", alignItems: "center", gap: "2", fontSize: "sm" } });

/** Keys that go by another name on the keyboard than in the browser. */
const NAMES: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  "Shift+Enter": "Shift + Enter",
  "Shift+ArrowLeft": "Shift + ←",
  "Shift+ArrowRight": "Shift + →",
};

function KeysOf({ keys }: { keys: Keys }) {
  return keys.split(" ").map((key, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a sequence may name a key twice, and never changes
    <span key={index}>
      {index > 0 && <Then>then </Then>}
      <Key>{NAMES[key] ?? key}</Key>
    </span>
  ));
}

function Group({ title, shortcuts }: ShortcutGroup) {
  return (
    <section>
      <Heading as="h3" size="sm" mb="2">
        {title}
      </Heading>
      <Rows>
        {shortcuts.map(({ keys, does }) => (
          <chakra.div key={keys} display="contents">
            <Pressed>
              <KeysOf keys={keys} />
            </Pressed>
            <dd>{does}</dd>
          </chakra.div>
        ))}
      </Rows>
    </section>
  );
}

/** All keys that mean something where the reader is, and the switch that turns the single ones off. */
export function KeyListDialog({ onClose }: { onClose: () => void }) {
  const groups = useShortcutGroups();
  const areOn = useShortcutsOn();
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      {groups.map((group) => (
        <Group key={group.title} {...group} />
      ))}
      <Switch>
        <input type="checkbox" checked={areOn} onChange={({ target }) => turnShortcuts(target.checked)} />
        Shortcuts of single characters, such as / and ?
      </Switch>
    </Dialog>
  );
}
