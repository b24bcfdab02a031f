import { type KeyboardEvent, useState } from "react";

interface Choice {
  id: string;
}

/** What is being typed, and which of the options is pointed at; -1 for none. Null while nothing is being chosen. */
interface Editing {
  text: string;
  /** Whether `text` is what to look for, and not just what stood there when it was opened. */
  typed: boolean;
  active: number;
}

interface ComboboxOptions {
  /** What stands in the box while nothing is being chosen. */
  text: string;
  onChoose: (id: string) => void;
  /** The ID that a text is by itself, whether or not it is among the options; null where it is none. */
  idOf: (text: string) => string | null;
}

/**
 * Choosing one of several by typing: the ARIA combobox with a list, by mouse and by keyboard.
 *
 * Arrows open the list and go through it, Enter chooses, Escape and leaving the box give up.
 */
export function useCombobox({ text, onChoose, idOf }: ComboboxOptions) {
  const [editing, setEditing] = useState<Editing | null>(null);

  const open = () => setEditing((before) => before ?? { text, typed: false, active: -1 });
  const close = () => setEditing(null);

  function type(typed: string) {
    // What is typed is looked for, so that the first that fits is what is meant.
    setEditing({ text: typed, typed: true, active: 0 });
  }

  function choose(id: string) {
    close();
    onChoose(id);
  }

  function move(step: 1 | -1, count: number) {
    if (!editing) return open();
    const from = editing.active === -1 && step === -1 ? 0 : editing.active;
    setEditing({ ...editing, active: count === 0 ? -1 : (from + step + count) % count });
  }

  function onKeyDown(event: KeyboardEvent, options: readonly Choice[]) {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown") move(1, options.length);
    else if (event.key === "ArrowUp") move(-1, options.length);
    else if (event.key === "Enter" && editing) enter(options);
    else if (event.key === "Escape" && editing) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function enter(options: readonly Choice[]) {
    if (!editing) return;
    const chosen = options[editing.active]?.id ?? (editing.typed ? idOf(editing.text) : null);
    if (chosen) choose(chosen);
  }

  return {
    text: editing?.text ?? text,
    search: editing?.typed ? editing.text.trim() : "",
    isOpen: editing !== null,
    active: editing?.active ?? -1,
    open,
    close,
    type,
    choose,
    onKeyDown,
  };
}
