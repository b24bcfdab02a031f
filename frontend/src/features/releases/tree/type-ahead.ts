import { useRef } from "react";
import type { TreeRow } from "./rows";

// What is typed after a longer pause is another name.
const PAUSE_MS = 800;

function beginsWith({ entity: { name, id } }: TreeRow, text: string): boolean {
  const idName = id.slice(id.indexOf(":") + 1);
  return Boolean(name?.toLowerCase().startsWith(text)) || idName.toLowerCase().startsWith(text);
}

/** The next line from `start` on, all around, whose name or ID begins so; null where there is none. */
function findFrom(rows: readonly TreeRow[], start: number, text: string): number | null {
  for (let step = 0; step < rows.length; step += 1) {
    const index = (start + step) % rows.length;
    const row = rows[index];
    if (row && beginsWith(row, text)) return index;
  }
  return null;
}

function isOneLetter(text: string): boolean {
  return [...text].every((letter) => letter === text[0]);
}

/**
 * The line that typed text leads to: the focused one for as long as it fits, or the next that does. One letter, also
 * when it is typed again and again, leads on to the next line that begins with it.
 */
export function lineFor(text: string, rows: readonly TreeRow[], focused: number): number | null {
  const sought = text.toLowerCase();
  const longer = sought.length > 1 ? findFrom(rows, focused, sought) : null;
  if (longer !== null || !isOneLetter(sought)) return longer;
  return findFrom(rows, focused + 1, sought.charAt(0));
}

/** Whether a key writes a letter that a name may begin with; some are the page's own keys. */
export function isTyped(key: string): boolean {
  return key.length === 1 && !" /?".includes(key);
}

/** Gathers what is typed, key by key, into the text that it amounts to by now. */
export function useTypedText(): (key: string, at: number) => string {
  const typed = useRef({ text: "", at: 0 });
  return (key, at) => {
    const text = at - typed.current.at > PAUSE_MS ? key : typed.current.text + key;
    typed.current = { text, at };
    return text;
  };
}
