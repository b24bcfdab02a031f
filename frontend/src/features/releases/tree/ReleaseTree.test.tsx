import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { app, bundle, cluster, largeTree, tree, troubledTree, wave } from "@/test/fixtures";
import { renderApp } from "@/test/render-app";
import { servesTree } from "@/test/server";
import { clickArrow } from "@/test/tree";

const PATH = "/releases/release:2025.11-payments";

async function line(name: RegExp): Promise<HTMLElement> {
  return screen.findByRole("treeitem", { name });
}

function lineIds(): (string | null)[] {
  const id = /^(release|wave|cluster|bundle|app):/;
  return screen.getAllByRole("treeitem").map((item) => within(item).getByText(id).textContent);
}

describe("the tree", () => {
  it("shows all five levels of a small release, each with its state, roll-up and place", async () => {
    servesTree(troubledTree());
    renderApp(PATH);
    const cluster = await line(/cluster:eu-west/);
    expect(cluster).toHaveAttribute("aria-level", "3");
    expect(cluster).toHaveAttribute("aria-expanded", "true");
    expect(within(cluster).getByRole("img", { name: "2 apps: 2 succeeded" })).toBeVisible();
    const invoice = await line(/app:invoice/);
    expect(invoice).toHaveAttribute("aria-level", "5");
    expect(invoice).toHaveAttribute("aria-posinset", "2");
    expect(invoice).toHaveAttribute("aria-setsize", "2");
    expect(invoice).not.toHaveAttribute("aria-expanded");
    expect(within(invoice).getByText("running")).toBeVisible();
    expect(within(invoice).getByText("2.4.1")).toBeVisible();
    expect(screen.getAllByRole("treeitem", { name: /app:ledger/ })).toHaveLength(2);
  });

  it("shows the error message of what failed, and a problem in its place", async () => {
    servesTree(troubledTree());
    renderApp(PATH);
    const failed = await line(/app:search-api/);
    expect(within(failed).getByText("image not found: search-api:4.12.0")).toBeVisible();
    const unreadable = await line(/bundle:edge/);
    expect(within(unreadable).getByText("No worker answers for this bundle.")).toBeVisible();
    expect(within(unreadable).getByText("unknown")).toBeVisible();
  });

  it("opens and closes a branch by click", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    await clickArrow(user, await line(/wave:w1/));
    expect(await line(/wave:w1/)).toHaveAttribute("aria-expanded", "false");
    expect(screen.queryByRole("treeitem", { name: /cluster:eu-west/ })).not.toBeInTheDocument();
    await clickArrow(user, await line(/wave:w1/));
    expect(await line(/cluster:eu-west/)).toBeVisible();
  });

  it("expands and collapses everything", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    await user.click(await screen.findByRole("button", { name: "Collapse all" }));
    expect(lineIds()).toEqual(["release:2025.11-payments", "wave:w1", "wave:w2"]);
    await user.click(screen.getByRole("button", { name: "Expand all" }));
    expect(screen.getAllByRole("treeitem")).toHaveLength(12);
  });

  it("opens down to a level, and closes what is further down", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    await user.click(await screen.findByRole("button", { name: "Down to" }));
    await user.click(screen.getByRole("button", { name: "Clusters" }));
    expect(lineIds()).toEqual(["release:2025.11-payments", "wave:w1", "cluster:eu-west", "wave:w2", "cluster:us-east"]);
    expect(screen.getByRole("button", { name: "Down to" })).toHaveFocus();
    await user.keyboard("{Enter}");
    await user.click(screen.getByRole("button", { name: "Apps" }));
    expect(screen.getAllByRole("treeitem")).toHaveLength(12);
  });

  it("shows failures only, with the way there, and keeps that in the address", async () => {
    servesTree(troubledTree());
    const { user, currentAddress } = renderApp(PATH);
    await user.click(await screen.findByRole("button", { name: "Failures only (2)" }));
    await waitFor(() => expect(currentAddress()).toBe(`${PATH}?only=failures`));
    expect(lineIds()).toEqual([
      "release:2025.11-payments",
      "wave:w2",
      "cluster:us-east",
      "bundle:core",
      "app:search-api",
      "bundle:edge",
    ]);
    expect(await line(/wave:w2/)).toHaveAttribute("aria-setsize", "1");
  });

  it("says so where nothing failed", async () => {
    servesTree(tree("release:fine", [wave("w1", [])]));
    renderApp("/releases/release:fine?only=failures");
    expect(await screen.findByText("Nothing in this release has failed.")).toBeVisible();
  });

  it("draws only what is in sight of 1,000 entities", async () => {
    const large = largeTree();
    servesTree(large);
    const { user } = renderApp("/releases/release:large");
    await line(/wave:w9/);
    expect(screen.getAllByRole("treeitem")).toHaveLength(11);
    await user.click(screen.getByRole("button", { name: "Expand all" }));
    const drawn = screen.getAllByRole("treeitem");
    expect(drawn.length).toBeGreaterThan(11);
    expect(drawn.length).toBeLessThan(80);
  });

  it("keeps apart what stands twice under one parent", async () => {
    servesTree(tree("release:twice", [wave("w1", [cluster("c", [bundle("b", [app("a"), app("a")])])])]));
    const { user } = renderApp("/releases/release:twice");
    expect(await screen.findAllByRole("treeitem", { name: /app:a/ })).toHaveLength(2);
    await user.click(screen.getByRole("button", { name: "Collapse all" }));
    expect(screen.queryByRole("treeitem", { name: /app:a/ })).not.toBeInTheDocument();
  });
});

describe("the tree by keyboard", () => {
  it("is one stop of the tab order, and is walked by the arrow keys", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    const root = await line(/release:2025.11-payments/);
    expect(screen.getAllByRole("treeitem").filter(({ tabIndex }) => tabIndex === 0)).toEqual([root]);
    root.focus();
    await user.keyboard("{ArrowDown}");
    expect(await line(/wave:w1/)).toHaveFocus();
    await user.keyboard("{ArrowRight}");
    expect(await line(/cluster:eu-west/)).toHaveFocus();
    await user.keyboard("{ArrowLeft}");
    expect(await line(/cluster:eu-west/)).toHaveAttribute("aria-expanded", "false");
    await user.keyboard("{ArrowLeft}");
    expect(await line(/wave:w1/)).toHaveFocus();
    await user.keyboard("{End}");
    expect(await line(/bundle:edge/)).toHaveFocus();
    await user.keyboard("{Home}");
    expect(await line(/release:2025.11-payments/)).toHaveFocus();
  });

  it("opens and closes with Space, and keeps the focus", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    (await line(/release:2025.11-payments/)).focus();
    await user.keyboard("{ArrowDown} ");
    expect(await line(/wave:w1/)).toHaveAttribute("aria-expanded", "false");
    expect(await line(/wave:w1/)).toHaveFocus();
    await user.keyboard(" ");
    expect(await line(/wave:w1/)).toHaveAttribute("aria-expanded", "true");
  });

  it("goes to the line whose name is typed", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    (await line(/release:2025.11-payments/)).focus();
    await user.keyboard("us");
    expect(await line(/cluster:us-east/)).toHaveFocus();
  });

  it("keeps what is typed in it from the page's own keys", async () => {
    servesTree(troubledTree());
    const { user, currentAddress } = renderApp(PATH);
    (await line(/release:2025.11-payments/)).focus();
    await user.keyboard("gb");
    expect(await line(/release:2025.11-payments/)).toHaveFocus();
    expect(currentAddress()).toBe(PATH);
  });

  it("reaches the last of 1,000 entities and comes back", async () => {
    // By their keys: to find one by its name, jsdom works out those of all.
    const focusIsAt = (key: string) =>
      waitFor(() => expect(document.activeElement).toHaveAttribute("data-key", key), { timeout: 15_000 });
    servesTree(largeTree());
    const { user } = renderApp("/releases/release:large");
    const [root] = await screen.findAllByRole("treeitem");
    root?.focus();
    await user.keyboard("{End}");
    await focusIsAt("wave:w9");
    await user.keyboard("*");
    expect(document.activeElement).toHaveAttribute("aria-expanded", "true");
    await user.keyboard("{End}");
    await focusIsAt("wave:w9/cluster:c9");
    await user.keyboard("{Home}");
    await focusIsAt("");
  });
});
