import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { tree, wave } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { problemResponse, server, servesList, servesTree } from "@/test/server";

async function opensList() {
  servesList([]);
  const app = renderApp("/releases?phase=failed");
  await screen.findByText("No release matches.");
  return app;
}

async function opensRelease() {
  servesList([]);
  servesTree(tree("release:payments", []));
  const app = renderApp("/releases/release:payments");
  await screen.findByRole("tree");
  return app;
}

const keyList = () => screen.queryByRole("dialog", { name: "Keyboard shortcuts" });

describe("keys", () => {
  it("/ leads to the page's search, and is not typed into it", async () => {
    const { user } = await opensList();
    await user.keyboard("/");
    expect(screen.getByRole("searchbox")).toHaveFocus();
    expect(screen.getByRole("searchbox")).toHaveValue("");
  });

  it("g l leads to the list of releases", async () => {
    const { user, currentAddress } = await opensRelease();
    await user.keyboard("gl");
    await waitFor(() => expect(currentAddress()).toBe("/releases"));
  });

  it("g c leads to comparing, of the release in sight where there is one", async () => {
    server.use(http.get("/api/compare/", () => problemResponse(404)));
    const { user, currentAddress } = await opensRelease();
    await user.keyboard("gc");
    await waitFor(() => expect(currentAddress()).toBe("/compare?b=release:payments"));
  });

  it("g c leads to the choice of two releases from elsewhere", async () => {
    const { user, currentAddress } = await opensList();
    await user.keyboard("gc");
    await waitFor(() => expect(currentAddress()).toBe("/compare"));
  });

  it("g b, g i and g t choose the view of a release", async () => {
    const { user, currentAddress } = await opensRelease();
    await user.keyboard("gb");
    await waitFor(() => expect(currentAddress()).toMatch(/view=board/));
    await user.keyboard("gi");
    await waitFor(() => expect(currentAddress()).toMatch(/view=timeline/));
    await user.keyboard("gt");
    await waitFor(() => expect(currentAddress()).toBe("/releases/release:payments"));
  });

  it("are no sequence any more after a second", async () => {
    useSwiftTime();
    const { user, currentAddress } = await opensRelease();
    await user.keyboard("g");
    await act(() => vi.advanceTimersByTimeAsync(1_100));
    await user.keyboard("l");
    expect(currentAddress()).toBe("/releases/release:payments");
  });

  it("are text in a field", async () => {
    const { user, currentAddress } = await opensList();
    await user.type(screen.getByRole("searchbox"), "gl/?");
    expect(screen.getByRole("searchbox")).toHaveValue("gl/?");
    expect(currentAddress()).toMatch(/^\/releases\?phase=failed/);
    expect(keyList()).not.toBeInTheDocument();
  });

  it.each([
    ["held with Ctrl", { ctrlKey: true }],
    ["held with Alt", { altKey: true }],
    ["held with Meta", { metaKey: true }],
    ["part of a composition", { isComposing: true }],
    ["repeating", { repeat: true }],
  ])("mean nothing while %s", async (_, change) => {
    await opensList();
    fireEvent.keyDown(document.body, { key: "/", ...change });
    expect(screen.getByRole("searchbox")).not.toHaveFocus();
  });

  it.each([
    ["the tree", ""],
    ["the timeline", "?view=timeline"],
  ])("lead from within %s, too, where letters lead to the lines that begin so", async (_, query) => {
    servesList([]);
    servesTree(tree("release:payments", [wave("gateways", []), wave("boards", [])]));
    const { user, currentAddress } = renderApp(`/releases/release:payments${query}`);
    const lines = await screen.findAllByRole("treeitem");
    lines[0]?.focus();
    await user.keyboard("b");
    expect(screen.getByRole("treeitem", { name: /boards/ })).toHaveFocus();
    await user.keyboard("{Home}");
    await user.keyboard("g");
    await user.keyboard("b");
    await waitFor(() => expect(currentAddress()).toMatch(/view=board/));
  });

  it("leave a line's name to be typed on where they are no sequence", async () => {
    servesList([]);
    servesTree(tree("release:payments", [wave("gala", []), wave("gateways", [])]));
    const { user } = renderApp("/releases/release:payments");
    const lines = await screen.findAllByRole("treeitem");
    lines[0]?.focus();
    await user.keyboard("gat");
    expect(screen.getByRole("treeitem", { name: /gateways/ })).toHaveFocus();
  });

  it("mean nothing where something else has taken them, which also breaks a sequence off", async () => {
    const { currentAddress } = await opensRelease();
    const take = (event: KeyboardEvent) => event.preventDefault();
    fireEvent.keyDown(document.body, { key: "g" });
    document.body.addEventListener("keydown", take, { once: true });
    fireEvent.keyDown(document.body, { key: "x" });
    fireEvent.keyDown(document.body, { key: "l" });
    expect(currentAddress()).toBe("/releases/release:payments");
  });
});

describe("the list of keys", () => {
  it("opens by ?, names the keys of the page in sight, and gives the focus back by its cross", async () => {
    const { user } = await opensRelease();
    const line = screen.getByRole("treeitem");
    line.focus();
    await user.keyboard("?");
    const dialog = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    expect(within(dialog).getByText("Go to the list of releases")).toBeVisible();
    expect(within(dialog).getByText("Show the board")).toBeVisible();
    expect(within(dialog).getByRole("heading", { name: "In the tree" })).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Close" }));
    expect(keyList()).not.toBeInTheDocument();
    expect(line).toHaveFocus();
  });

  it("names no keys of pages that are not in sight", async () => {
    const { user } = await opensList();
    await user.keyboard("?");
    const dialog = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    expect(within(dialog).getByRole("heading", { name: "Everywhere" })).toBeVisible();
    expect(within(dialog).queryByRole("heading", { name: "In the tree" })).not.toBeInTheDocument();
  });

  it("lets no key through to the page", async () => {
    const { user, currentAddress } = await opensRelease();
    await user.keyboard("?");
    await screen.findByRole("dialog");
    await user.keyboard("gl");
    expect(currentAddress()).toBe("/releases/release:payments");
  });

  it("opens from the account's menu as well, which gets the focus back", async () => {
    const { user } = await opensList();
    const menu = screen.getByRole("button", { name: /^Account/ });
    await user.click(menu);
    await user.click(screen.getByRole("button", { name: "Keyboard shortcuts" }));
    await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    expect(screen.queryByRole("button", { name: "Sign out" })).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(menu).toHaveFocus();
  });

  it("turns single keys off, for this browser and for good, and on again", async () => {
    const { user } = await opensList();
    const open = async () => {
      await user.click(screen.getByRole("button", { name: /^Account/ }));
      await user.click(screen.getByRole("button", { name: "Keyboard shortcuts" }));
      await screen.findByRole("dialog");
    };
    await open();
    await user.click(screen.getByRole("checkbox", { name: /single characters/ }));
    await user.click(screen.getByRole("button", { name: "Close" }));
    await user.keyboard("/?");
    expect(screen.getByRole("searchbox")).not.toHaveFocus();
    expect(keyList()).not.toBeInTheDocument();
    expect(localStorage.getItem("relportal.shortcuts")).toBe("off");
    await open();
    await user.click(screen.getByRole("checkbox", { name: /single characters/ }));
    await user.click(screen.getByRole("button", { name: "Close" }));
    await user.keyboard("/");
    expect(screen.getByRole("searchbox")).toHaveFocus();
  });
});
