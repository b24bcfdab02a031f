import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { largeTree, troubledTree } from "@/test/fixtures";
import { renderApp } from "@/test/render-app";
import { servesTree } from "@/test/server";
import { freshnessFrame, patchFrame, snapshotFrame, sockets } from "@/test/sockets";
import { clickArrow } from "@/test/tree";

const PATH = "/releases/release:2025.11-payments";

const lines = () => screen.queryAllByRole("treeitem").map(({ dataset }) => dataset.key);
const box = () => screen.findByRole("searchbox", { name: "Find in this release" });

/** 1,111 entities, none of them open but the release, and one app that has failed. */
function largeWithFailure() {
  const large = largeTree();
  const app = large.waves[3]?.clusters[2]?.bundles[0]?.apps[4];
  if (app) Object.assign(app, { phase: "failed", state: "failed" });
  return large;
}

describe("the filter of a release", () => {
  it("by text shows what matches and the way there, says how many, and stands in the address", async () => {
    servesTree(troubledTree());
    const { user, currentAddress } = renderApp(PATH);
    await user.type(await box(), "Search-API");
    expect(await screen.findByText("1 of 12 match")).toHaveAttribute("role", "status");
    expect(currentAddress()).toBe(`${PATH}?text=Search-API`);
    expect(lines()).toEqual([
      "",
      "wave:w2",
      "wave:w2/cluster:us-east",
      "wave:w2/cluster:us-east/bundle:core",
      "wave:w2/cluster:us-east/bundle:core/app:search-api",
    ]);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(currentAddress()).toBe(PATH));
    expect(lines()).toHaveLength(12);
    expect(screen.queryByText(/ match$/)).not.toBeInTheDocument();
  });

  it("by phase counts the release's apps in each, and can be taken back", async () => {
    servesTree(troubledTree());
    const { user, router, currentAddress } = renderApp(PATH);
    await user.click(await screen.findByRole("button", { name: "succeeded 3" }));
    await waitFor(() => expect(currentAddress()).toBe(`${PATH}?phase=succeeded`));
    expect(screen.getByRole("button", { name: "succeeded 3" })).toHaveAttribute("aria-pressed", "true");
    expect(screen.getByText("3 of 12 match")).toBeVisible();
    expect(lines()).not.toContain("wave:w2/cluster:us-east/bundle:edge");
    await user.click(screen.getByRole("button", { name: "unknown 0" }));
    expect(await screen.findByText("4 of 12 match")).toBeVisible();
    await router.navigate(-1);
    expect(await screen.findByText("3 of 12 match")).toBeVisible();
  });

  it("is read from the address, and cleared as a whole", async () => {
    servesTree(troubledTree());
    const { user, currentAddress } = renderApp(`${PATH}?text=us-east&phase=failed,unknown&only=failures`);
    expect(await screen.findByText("2 of 12 match")).toBeVisible();
    expect(await box()).toHaveValue("us-east");
    expect(screen.getByRole("button", { name: "Failures only (2)" })).toHaveAttribute("aria-pressed", "true");
    await user.click(screen.getByRole("button", { name: "Clear filter" }));
    await waitFor(() => expect(currentAddress()).toBe(PATH));
    expect(await box()).toHaveValue("");
    expect(lines()).toHaveLength(12);
  });

  it("that nothing matches says so, and offers all", async () => {
    servesTree(troubledTree());
    const { user, currentAddress } = renderApp(`${PATH}?text=no-such-app`);
    expect(await screen.findByText("Nothing in this release matches.")).toBeVisible();
    expect(screen.getByText("0 of 12 match")).toBeVisible();
    expect(lines()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Show all" }));
    await waitFor(() => expect(currentAddress()).toBe(PATH));
    expect(lines()).toHaveLength(12);
  });

  it("opens the way to what matches, leaves closed what is closed by hand, and forgets that with the filter", async () => {
    const app = "wave:w3/cluster:c2/bundle:core/app:a4";
    sockets.accept();
    servesTree(largeWithFailure());
    const { user } = renderApp("/releases/release:large");
    const socket = await sockets.current();
    await socket.sends(snapshotFrame(largeWithFailure()), freshnessFrame("live"));
    await user.click(await screen.findByRole("button", { name: "Collapse all" }));
    await user.click(screen.getByRole("button", { name: "Failures only (1)" }));
    await waitFor(() => expect(lines()).toContain(app));
    await clickArrow(user, screen.getByRole("treeitem", { name: /cluster:c2/ }));
    expect(lines()).not.toContain(app);
    await socket.sends(patchFrame(2, { op: "set", path: app, fields: { state: "failed again" } }));
    expect(lines()).not.toContain(app);
    await user.click(screen.getByRole("button", { name: "Failures only (1)" }));
    await waitFor(() => expect(lines()).toHaveLength(11));
    await user.click(screen.getByRole("button", { name: "Failures only (1)" }));
    await waitFor(() => expect(lines()).toContain(app));
  });
});
