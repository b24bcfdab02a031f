import type { Release, ReleasePage } from "../api/types";
import { isRelease } from "./checks";
import { type Change, type Fields, isFields, isTextOrNull } from "./frames";
import type { BodyKind } from "./replica";

function isPage(value: unknown): value is ReleasePage {
  if (!isFields(value)) return false;
  const { count, next, previous, results } = value;
  const isFramed = Number.isSafeInteger(count) && isTextOrNull(next) && isTextOrNull(previous);
  return isFramed && Array.isArray(results) && results.every(isRelease);
}

function withPageFields(page: ReleasePage, fields: Fields): ReleasePage | null {
  if ("results" in fields) return null;
  const changed = { ...page, ...fields };
  return isPage(changed) ? changed : null;
}

function withRows(page: ReleasePage, results: Release[] | null): ReleasePage | null {
  return results && { ...page, results };
}

function withRowFields(rows: Release[], id: string, fields: Fields): Release[] | null {
  const index = rows.findIndex((row) => row.id === id);
  if (index === -1 || "id" in fields) return null;
  const changed = { ...rows[index], ...fields };
  return isRelease(changed) ? rows.with(index, changed) : null;
}

function withRow(rows: Release[], id: string, row: unknown, index: number): Release[] | null {
  if (!isRelease(row) || row.id !== id || index > rows.length || rows.some((other) => other.id === id)) return null;
  return rows.toSpliced(index, 0, row);
}

function withoutRow(rows: Release[], id: string): Release[] | null {
  const left = rows.filter((row) => row.id !== id);
  return left.length < rows.length ? left : null;
}

function apply(page: ReleasePage, change: Change): ReleasePage | null {
  const { path } = change;
  const rows = page.results;
  switch (change.op) {
    case "set":
      if (path === "") return withPageFields(page, change.fields);
      return withRows(page, withRowFields(rows, path, change.fields));
    case "add":
      return withRows(page, withRow(rows, path, change.entity, change.index));
    case "remove":
      return withRows(page, withoutRow(rows, path));
  }
}

/** A page of the release list. */
export const PAGE_BODY: BodyKind<ReleasePage> = {
  read: (data) => (isPage(data) ? data : null),
  apply,
  stamp: (page) => page,
};
