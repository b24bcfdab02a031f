import { useEffect, useSyncExternalStore } from "react";
import { advance, type Keys } from "./sequence";

/** Past this, the next key is no part of the sequence any more. */
const SEQUENCE_MS = 1_000;

export interface Shortcut {
  keys: Keys;
  /** What they do, as the key list has it. */
  does: string;
  /**
   * Does it. False says that there was nothing to do it to: then the key stays the browser's.
   *
   * Absent where whatever has the focus heeds the key itself, and it stands here for the list alone.
   */
  run?: () => unknown;
}

export interface ShortcutGroup {
  title: string;
  shortcuts: readonly Shortcut[];
}

let groups: readonly ShortcutGroup[] = [];
const listeners = new Set<() => void>();

function keep(next: readonly ShortcutGroup[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Has keys heeded and listed for as long as the caller stands on the page. The group has to stay the same object. */
export function useShortcuts(group: ShortcutGroup): void {
  useEffect(() => {
    keep([...groups, group]);
    return () => keep(groups.filter((other) => other !== group));
  }, [group]);
}

/** The keys of all that stands on the page. */
export function useShortcutGroups(): readonly ShortcutGroup[] {
  return useSyncExternalStore(subscribe, () => groups);
}

const WRITES = "input, textarea, select, [contenteditable]:not([contenteditable=false])";
const DIALOGS = "dialog[open], [aria-modal=true]";

/** Whether a key is meant for something else: a field, a dialog, or the browser. */
function isElsewhere(event: KeyboardEvent): boolean {
  if (!areShortcutsOn() || event.isComposing || event.repeat) return true;
  if (event.ctrlKey || event.altKey || event.metaKey) return true;
  return Boolean((event.target as Element | null)?.closest?.(WRITES)) || document.querySelector(DIALOGS) !== null;
}

function find(keys: Keys | null): Shortcut | undefined {
  if (keys === null) return undefined;
  return groups.flatMap(({ shortcuts }) => shortcuts).find((shortcut) => shortcut.run && shortcut.keys === keys);
}

function knownKeys(): Keys[] {
  return groups.flatMap(({ shortcuts }) => shortcuts.filter(({ run }) => run).map(({ keys }) => keys));
}

/** Whether it did something, and the key is not the browser's. */
function ran(keys: Keys | null): boolean {
  const run = find(keys)?.run;
  return run !== undefined && run() !== false;
}

/**
 * Heeds the keys of all groups until the returned function is called.
 *
 * Whatever has the focus comes first, and takes what it needs, as a tree takes letters that names begin with. Only the
 * key that makes a sequence whole is taken from it: else none could be pressed there.
 */
export function listenToKeys(): () => void {
  let pressed = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  function forget() {
    pressed = "";
    clearTimeout(timer);
  }

  function onSequence(event: KeyboardEvent) {
    // Shift alone, as on the way to a question mark, breaks no sequence off.
    if (event.key === "Shift") return;
    const before = pressed;
    forget();
    if (isElsewhere(event)) return;
    const step = advance(before, event.key, knownKeys());
    pressed = step.pressed;
    if (pressed !== "") timer = setTimeout(forget, SEQUENCE_MS);
    if (step.hit === event.key || !ran(step.hit)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onSingle(event: KeyboardEvent) {
    if (event.defaultPrevented || isElsewhere(event)) return;
    if (ran(event.key)) event.preventDefault();
  }

  document.addEventListener("keydown", onSequence, { capture: true });
  document.addEventListener("keydown", onSingle);
  return () => {
    forget();
    document.removeEventListener("keydown", onSequence, { capture: true });
    document.removeEventListener("keydown", onSingle);
  };
}

// Keys of a single character get in the way of those who speak to their machine: they can be turned off (WCAG 2.1.4).
const STORAGE_KEY = "relportal.shortcuts";

export function areShortcutsOn(): boolean {
  return localStorage.getItem(STORAGE_KEY) !== "off";
}

export function turnShortcuts(on: boolean): void {
  if (on) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, "off");
  for (const listener of listeners) listener();
}

export function useShortcutsOn(): boolean {
  return useSyncExternalStore(subscribe, areShortcutsOn);
}
