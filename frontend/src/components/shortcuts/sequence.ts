/** Which keys lead to something: one of `KeyboardEvent.key`, or several to be pressed one after another, as "g l". */
export type Keys = string;

export interface Step {
  /** What has been pressed of a sequence that is not yet whole; empty between sequences. */
  pressed: string;
  /** The keys that are whole with this one; null where none are. */
  hit: Keys | null;
}

/** What one more key makes of those pressed before. One that leads nowhere from there begins anew. */
export function advance(pressed: string, key: string, known: readonly Keys[]): Step {
  const now = pressed === "" ? key : `${pressed} ${key}`;
  if (known.includes(now)) return { pressed: "", hit: now };
  if (known.some((keys) => keys.startsWith(`${now} `))) return { pressed: now, hit: null };
  return pressed === "" ? { pressed: "", hit: null } : advance("", key, known);
}
