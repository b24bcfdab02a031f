import type { Cluster, Wave } from "@/lib/api/types";

/** What stands on the board from one edge to the other: a wave's heading, a row of its clusters, word of their lack. */
export type Band =
  | { kind: "wave"; key: string; wave: Wave; number: number }
  | { kind: "cards"; key: string; clusters: readonly Cluster[] }
  | { kind: "nothing"; key: string; wave: Wave };

function rowsOf(wave: Wave, key: string, cardsInRow: number): Band[] {
  const rows = Math.ceil(wave.clusters.length / cardsInRow);
  return Array.from({ length: rows }, (_, row) => {
    const clusters = wave.clusters.slice(row * cardsInRow, (row + 1) * cardsInRow);
    return { kind: "cards", key: `${key} row ${row}`, clusters };
  });
}

/** A release from top to bottom. Keys are unique even where a broken tree holds the same wave twice. */
export function bandsOf(waves: readonly Wave[], cardsInRow: number): Band[] {
  return waves.flatMap((wave, index): Band[] => {
    const key = `${wave.path}#${index}`;
    const heading: Band = { kind: "wave", key, wave, number: index + 1 };
    if (wave.clusters.length === 0) return [heading, { kind: "nothing", key: `${key} nothing`, wave }];
    return [heading, ...rowsOf(wave, key, cardsInRow)];
  });
}

/** Whether the entity at a path is, or is within, the one at another. */
export function holds(holder: string, path: string): boolean {
  return path === holder || path.startsWith(`${holder}/`);
}

/** Where the entity at a path stands, or what holds it; -1 where nothing does. */
export function bandOf(bands: readonly Band[], path: string): number {
  return bands.findIndex((band) => {
    if (band.kind === "wave") return band.wave.path === path;
    return band.kind === "cards" && band.clusters.some((cluster) => holds(cluster.path, path));
  });
}
