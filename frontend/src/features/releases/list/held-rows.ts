import type { Release } from "@/lib/api/types";

/** The rows of a page as somebody sees them who reads it while it changes. */
export interface Arranged {
  rows: Release[];
  /** How many are on the page that would push rows if they were shown. */
  withheld: number;
  /** Whether the rows stand in another order than they have come to. */
  isReordered: boolean;
}

/** The page just as it is. */
export function asItIs(results: Release[]): Arranged {
  return { rows: results, withheld: 0, isReordered: false };
}

/**
 * The page with every row at its place among those that were shown.
 *
 * What is shown is shown as it is now, and goes if it is not on the page any more. What comes after all of it pushes
 * nothing, and is shown at once.
 */
export function arrange(shown: readonly string[], results: Release[]): Arranged {
  const place = new Map(shown.map((id, index) => [id, index]));
  const staying = results.filter(({ id }) => place.has(id));
  if (staying.length === 0) return asItIs(results);
  const end = results.findLastIndex(({ id }) => place.has(id)) + 1;
  const inPlace = staying.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  return {
    rows: [...inPlace, ...results.slice(end)],
    withheld: end - staying.length,
    isReordered: inPlace.some((row, index) => row !== staying[index]),
  };
}
