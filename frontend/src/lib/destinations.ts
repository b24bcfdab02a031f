export const HOME = "/releases";
export const TOKENS = "/account/tokens";
export const SECOND_FACTOR = "/account/second-factor";

// Pages that Django serves: the router knows nothing of them, the browser has to load them.
const SERVER_PREFIXES = ["/admin", "/api", "/metrics", "/static"];

/**
 * A `next` that is safe to follow: a path on this origin, never the sign-in page itself.
 *
 * Anything else, such as `//evil.example` or `javascript:`, gives the home page.
 */
export function safeNext(next: string | null, origin = window.location.origin): string {
  if (!next?.startsWith("/")) return HOME;
  let url: URL;
  try {
    // The URL parser reads "/\evil" and "//evil" as another host, as the browser would.
    url = new URL(next, origin);
  } catch {
    return HOME;
  }
  if (url.origin !== origin || url.pathname === "/login" || url.pathname === "/") return HOME;
  return url.pathname + url.search + url.hash;
}

export function isServerPage(path: string): boolean {
  return SERVER_PREFIXES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

export function isAdminPage(path: string): boolean {
  return path === "/admin" || path.startsWith("/admin/");
}

/** One segment of an address. The contract: the colons and dots of IDs stand in addresses as they are. */
export function pathSegment(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":");
}

export function releaseHref(releaseId: string): string {
  return `/releases/${pathSegment(releaseId)}`;
}

/** Where a release's page shows one of its entities, by its path. The release itself has the empty path. */
export function entityHref(releaseId: string, path: string): string {
  const way = path.split("/").map(pathSegment).join("/");
  return path === "" ? releaseHref(releaseId) : `${releaseHref(releaseId)}?entity=${way}`;
}

/** A release with all that it holds, as a file: as JSON for people to read, or as CSV that Excel knows for UTF-8. */
export function exportHref(releaseId: string, format: "json" | "csv"): string {
  const options = { json: "pretty=1", csv: "bom=1" };
  return `/api/releases/${pathSegment(releaseId)}/export.${format}?${options[format]}`;
}

/** Where the API tells of one entity of a release, or of the release itself. */
export function entityJsonHref(releaseId: string, { id, path }: { id: string; path: string }): string {
  const release = `/api/releases/${pathSegment(releaseId)}/`;
  const way = path.split("/").map(pathSegment).join("/");
  return path === "" ? release : `${release}entities/${pathSegment(id)}/?path=${way}`;
}

/** An address's query with IDs in it as they are. Null values are left out. */
function queryOf(values: Readonly<Record<string, string | null>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === null ? [] : `${name}=${pathSegment(value)}`))
    .join("&");
}

/** Where two releases are compared; without the first, `b` is with the last one before it that worked. */
export function compareHref(b: string | null = null, a: string | null = null): string {
  const query = queryOf({ a, b });
  return query ? `/compare?${query}` : "/compare";
}

/** A comparison as a table that Excel knows for UTF-8. */
export function comparisonCsvHref(a: string, b: string, include: "unchanged" | null = null): string {
  return `/api/compare/export.csv?${queryOf({ a, b, include, bom: "1" })}`;
}

/** A full page load, for what the router does not serve. */
export function leaveTo(url: string): void {
  window.location.assign(url);
}
