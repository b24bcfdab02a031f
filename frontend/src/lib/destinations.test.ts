import { describe, expect, it } from "vitest";
import { isAdminPage, isServerPage, releaseHref, safeNext } from "./destinations";

const ORIGIN = "https://portal.test";

describe("where sign-in leads", () => {
  it.each([
    ["/releases?phase=failed&page=2#x"],
    ["/releases/release:2025.11-payments"],
    ["/admin/accounts/user/"],
    ["/api/docs/"],
  ])("is %s when asked for", (next) => {
    expect(safeNext(next, ORIGIN)).toBe(next);
  });

  it.each([
    null,
    "",
    "releases",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/login?next=/login",
    "/",
    "//",
  ])("is the home page for %j", (next) => {
    expect(safeNext(next, ORIGIN)).toBe("/releases");
  });
});

describe("addresses", () => {
  it("tell Django's pages from the portal's own", () => {
    expect(["/admin/", "/api/docs/", "/api", "/metrics"].every(isServerPage)).toBe(true);
    expect(["/releases", "/administrators", "/apical"].some(isServerPage)).toBe(false);
    expect(isAdminPage("/admin/x")).toBe(true);
    expect(isAdminPage("/administration")).toBe(false);
  });

  it("keep an ID's colon and escape what would lead elsewhere", () => {
    expect(releaseHref("release:2025.11-payments")).toBe("/releases/release:2025.11-payments");
    expect(releaseHref("release:a/b?c")).toBe("/releases/release:a%2Fb%3Fc");
  });
});
