import type { Release, ReleasePage } from "@/lib/api/types";

/** What only a release's workflow tells: with one that can't be asked, the server may know none of it. */
function readOf({ name, error_message, created_at, updated_at, reported_state }: Release) {
  return { name, error_message, created_at, updated_at, reported_state };
}

function isSameRun(one: Release, other: Release): boolean {
  return one.id === other.id && one.run_id === other.run_id;
}

/** A row as it is, but with what was read before of the same run, where nothing is known of that now. */
function withLastRead(row: Release, before: Release): Release {
  const known = Object.entries(readOf(row)).filter(([, value]) => value !== null);
  const isUnknown = row.state === null && before.status === row.status;
  const state = isUnknown ? { state: before.state, phase: before.phase } : {};
  return { ...row, ...readOf(before), ...Object.fromEntries(known), ...state };
}

/**
 * A page whose rows that can't be read tell what was last read of them, beside their problem.
 *
 * `before` is what was shown of the same view.
 */
export function withLastReadOf(page: ReleasePage, before: ReleasePage | undefined): ReleasePage {
  if (!before || page.results.every(({ problem }) => problem === null)) return page;
  const results = page.results.map((row) => {
    const known = row.problem && before.results.find((other) => isSameRun(row, other));
    return known ? withLastRead(row, known) : row;
  });
  return { ...page, results };
}
