/** Where a board was left. */
export interface Place {
  /** Of the window, in pixels. */
  scroll: number;
  /** The path of what led away from it; null where something else did. */
  path: string | null;
}

// By the history entry's key. As long as the page lives: what the back button leads back to beyond that, the browser
// scrolls by itself.
const places = new Map<string, Place>();

export function rememberPlace(entry: string, place: Place): void {
  places.set(entry, place);
}

export function placeOf(entry: string): Place | undefined {
  return places.get(entry);
}

export function forgetPlaces(): void {
  places.clear();
}
