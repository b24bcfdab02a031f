/** Whether somebody sits at the page, by what they do to it. */

const WINDOW_MS = 60_000;
const DEEDS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

// Who has just opened the page is there.
let lastDeed = Date.now();

function note(): void {
  lastDeed = Date.now();
}

for (const deed of DEEDS) window.addEventListener(deed, note, { capture: true, passive: true });

/** Whether somebody did anything in the last minute. */
export function somebodyIsThere(): boolean {
  return Date.now() - lastDeed < WINDOW_MS;
}
