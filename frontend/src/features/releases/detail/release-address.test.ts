import { describe, expect, it } from "vitest";
import { entityHref } from "@/lib/destinations";
import { formatReleaseAddress, parseReleaseAddress } from "./release-address";

const parse = (query: string) => parseReleaseAddress(new URLSearchParams(query));
const PLAIN = parse("");

describe("a release page's address", () => {
  it.each([
    "",
    "view=board",
    "view=timeline&text=api%20gateway&phase=failed,active&only=failures",
    "entity=wave:w2/cluster:us-east/bundle:core/app:search-api",
    "view=timeline&as=table",
    "entity=",
  ])("%j is read and written alike", (query) => {
    expect(formatReleaseAddress(parse(query))).toBe(query);
  });

  it("leaves out what makes no sense", () => {
    expect(parse("view=map&phase=broken,failed,failed&only=successes&text=%20%20")).toEqual({
      ...PLAIN,
      phases: ["failed"],
    });
  });

  it("keeps whatever an ID may hold", () => {
    const entity = "wave:a&b=c/cluster:%#?+ é";
    expect(parse(formatReleaseAddress({ ...PLAIN, entity })).entity).toBe(entity);
  });

  it("is where links to an entity lead", () => {
    const { search } = new URL(entityHref("release:a", "wave:w1/cluster:eu west"), "https://portal.test");
    expect(parse(search).entity).toBe("wave:w1/cluster:eu west");
  });
});
