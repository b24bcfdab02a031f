import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Change } from "@/lib/realtime/frames";
import { app, bundle, cluster, largeTree, tree, troubledTree, wave } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { servesTree } from "@/test/server";
import { screenIs } from "@/test/setup";
import { freshnessFrame, patchFrame, snapshotFrame, sockets } from "@/test/sockets";

const PATH = "/releases/release:2025.11-payments";
const CORE = "wave:w2/cluster:us-east/bundle:core";
const SEARCH = `${CORE}/app:search-api`;

const line = (name: RegExp) => screen.findByRole("treeitem", { name });
const panel = () => screen.findByRole("complementary", { name: "Details" });
const heading = (name: string) => within(screen.getByRole("complementary")).findByRole("heading", { level: 2, name });

/** The value that stands beside a term of the panel. */
async function fact(term: string): Promise<HTMLElement> {
  const found = within(await panel()).getByText(term, { selector: "dt" });
  return found.nextElementSibling as HTMLElement;
}

const set = (path: string, fields: Record<string, unknown>): Change => ({ op: "set", path, fields });

async function showsPushed(address: string, body = troubledTree()) {
  sockets.accept();
  servesTree(body);
  const page = renderApp(address);
  const socket = await sockets.current();
  await socket.sends(snapshotFrame(body), freshnessFrame("live"));
  await screen.findByText("Live");
  return { ...page, socket };
}

describe("the details of an entity", () => {
  it("open by a click on its line, which they mark, and stand in the address", async () => {
    servesTree(troubledTree());
    const { user, currentAddress } = renderApp(`${PATH}?text=search`);
    const search = await line(/app:search-api/);
    expect(search).toHaveAttribute("aria-selected", "false");
    await user.click(search);
    const details = await panel();
    expect(within(details).getByRole("heading", { level: 2, name: "app:search-api" })).toBeVisible();
    expect(currentAddress()).toBe(`${PATH}?text=search&entity=${SEARCH}`);
    expect(search).toHaveAttribute("aria-selected", "true");
    expect(within(details).getByRole("region", { name: "Message" })).toHaveTextContent("image not found");
    expect(await fact("Version")).toHaveTextContent("1.0.0");
    expect(await fact("Created")).toHaveTextContent("22 Nov 2025, 10:00:00");
    expect(await fact("Duration")).toHaveTextContent("30 min");
    expect(within(details).getByRole("link", { name: "JSON" })).toHaveAttribute(
      "href",
      `/api/releases/release:2025.11-payments/entities/app:search-api/?path=${SEARCH}`,
    );
    await user.click(within(details).getByRole("button", { name: "Copy ID" }));
    expect(await navigator.clipboard.readText()).toBe("app:search-api");
  });

  it("lead along the path, in the same view and under the same filter, and take the focus with them", async () => {
    servesTree(troubledTree());
    const { user, router, currentAddress } = renderApp(`${PATH}?only=failures&entity=${SEARCH}`);
    const trail = within(await panel()).getByRole("navigation", { name: "Path" });
    expect(
      within(trail)
        .getAllByRole("link")
        .map(({ textContent }) => textContent),
    ).toEqual(["release:2025.11-payments", "wave:w2", "cluster:us-east", "bundle:core"]);
    await user.click(within(trail).getByRole("link", { name: "cluster:us-east" }));
    expect(await heading("cluster:us-east")).toHaveFocus();
    expect(currentAddress()).toBe(`${PATH}?only=failures&entity=wave:w2/cluster:us-east`);
    expect(await line(/cluster:us-east/)).toHaveAttribute("aria-selected", "true");
    await act(() => router.navigate(-1));
    expect(await heading("app:search-api")).toBeVisible();
  });

  it("let it be followed, where there is something to wait for", async () => {
    servesTree(troubledTree());
    renderApp(`${PATH}?entity=wave:w2/cluster:us-east`);
    expect(within(await panel()).getByRole("button", { name: "Notify me" })).toBeVisible();
  });

  it("say what is wrong with it, and what that means", async () => {
    servesTree(troubledTree());
    renderApp(`${PATH}?entity=wave:w2/cluster:us-east/bundle:edge`);
    const details = within(await panel());
    expect(details.getByText("Problem: worker_unavailable")).toBeVisible();
    expect(details.getByText("No worker answers for this bundle.")).toBeVisible();
    expect(details.getByText(/Queries need one, even of workflows that have ended/)).toBeVisible();
    expect(await fact("In this state since")).toHaveTextContent("22 Nov 2025");
  });

  it("count what it holds, and lead to what failed there", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(`${PATH}?entity=wave:w2`);
    const details = within(await panel());
    expect(details.getByText("1 cluster")).toBeVisible();
    expect(details.getByRole("img", { name: "2 apps: 1 succeeded, 1 failed" })).toBeVisible();
    const failures = within(details.getByRole("list", { name: "What failed" }));
    expect(failures.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
      "app:search-api failed, in cluster:us-east › bundle:core",
      "bundle:edge unknown, in cluster:us-east",
    ]);
    await user.click(failures.getByRole("link", { name: "app:search-api" }));
    expect(await heading("app:search-api")).toHaveFocus();
  });

  it("name some of many failures, and offer all", async () => {
    const failed = Array.from({ length: 12 }, (_, index) => app(`a${index}`, { phase: "failed" }));
    servesTree(tree("release:r", [wave("w", [cluster("c", [bundle("b", failed)])])]));
    const { user, currentAddress } = renderApp("/releases/release:r?entity=wave:w");
    const list = within(await panel()).getByRole("list", { name: "What failed" });
    expect(within(list).getAllByRole("listitem")).toHaveLength(8);
    await user.click(screen.getByRole("button", { name: "Show the other 4, too" }));
    await waitFor(() => expect(currentAddress()).toBe("/releases/release:r?only=failures&entity=wave:w"));
  });

  it("step through its siblings as the filter shows them, in one step of the history", async () => {
    servesTree(troubledTree());
    const { user, router, currentAddress } = renderApp(PATH);
    await user.click((await screen.findAllByRole("treeitem", { name: /app:ledger/ }))[1] as HTMLElement);
    const next = within(await panel()).getByRole("button", { name: "Next app" });
    expect(screen.getByText("app 1 of 2")).toBeVisible();
    expect(screen.getByRole("button", { name: "Previous app" })).toHaveAttribute("aria-disabled", "true");
    await user.click(next);
    expect(await heading("app:search-api")).toBeVisible();
    expect(next).toHaveFocus();
    await user.click(next);
    expect(currentAddress()).toBe(`${PATH}?entity=${SEARCH}`);
    await act(() => router.navigate(-1));
    expect(currentAddress()).toBe(PATH);
    expect(screen.queryByRole("complementary")).not.toBeInTheDocument();
    await act(() => router.navigate(`${PATH}?text=search&entity=${SEARCH}`));
    await panel();
    expect(screen.queryByRole("button", { name: "Next app" })).not.toBeInTheDocument();
  });

  it("are those of the release itself, too", async () => {
    servesTree(
      troubledTree({
        status: "FAILED",
        ended_at: "2025-11-22T11:30:00Z",
        workflow_id: "wf",
        workflow_url: "https://t.test/wf",
      }),
    );
    const { user, currentAddress } = renderApp(PATH);
    await user.click(await line(/^release:/));
    expect(await fact("Temporal status")).toHaveTextContent("Failed");
    expect(await fact("Duration")).toHaveTextContent("3 h 30 min");
    expect(await fact("Ended")).toHaveTextContent("12:30:00");
    expect(within(await fact("Workflow")).getByRole("link")).toHaveAttribute("href", "https://t.test/wf");
    expect(currentAddress()).toBe(`${PATH}?entity=`);
    expect(within(await panel()).getByRole("link", { name: "JSON" })).toHaveAttribute(
      "href",
      "/api/releases/release:2025.11-payments/",
    );
  });

  it("show what else its workflow tells, whatever that is", async () => {
    const extra = {
      pipeline: "https://ci.example/runs/7",
      owner: { team: "search", people: ["ada", "grace"] },
      attempts: 3,
    };
    servesTree(tree("release:r", [wave("w", [], { sequence: 4, extra })]));
    renderApp("/releases/release:r?entity=wave:w");
    expect(within(await fact("pipeline")).getByRole("link")).toHaveAttribute("href", "https://ci.example/runs/7");
    expect(within(await panel()).getByRole("region", { name: "owner" })).toHaveTextContent(
      '"people": [ "ada", "grace" ]',
    );
    expect(await fact("attempts")).toHaveTextContent("3");
    expect(await fact("Sequence")).toHaveTextContent("4");
  });

  it("tell what holds a wave up", async () => {
    const held_by = {
      kind: "failed" as const,
      path: SEARCH,
      entity_id: "app:search-api",
      names: ["w2", "us-east", "core", "search-api"],
      state: "failed",
      message: "image not found",
      since: null,
    };
    const held = troubledTree();
    const waves = held.waves.map((each) => (each.id === "wave:w2" ? { ...each, held_by } : each));
    servesTree({ ...held, waves });
    renderApp(`${PATH}?entity=wave:w2`);
    expect(within(await panel()).getByTitle(/^Held by wave w2 › us-east/)).toBeVisible();
  });
});

describe("the details by keyboard", () => {
  it("are gone to with Enter, and left with Escape for the line", async () => {
    servesTree(troubledTree());
    const { user, currentAddress } = renderApp(PATH);
    (await line(/^release:/)).focus();
    await user.keyboard("{ArrowDown}{Enter}");
    expect(await within(await panel()).findByRole("heading", { level: 2, name: "wave:w1" })).toHaveFocus();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(currentAddress()).toBe(PATH));
    expect(screen.queryByRole("complementary")).not.toBeInTheDocument();
    expect(await line(/wave:w1/)).toHaveFocus();
  });

  it("are gone to anew where they are open already", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(`${PATH}?entity=wave:w1`);
    await panel();
    (await line(/wave:w1/)).focus();
    await user.keyboard("{Enter}");
    expect(await heading("wave:w1")).toHaveFocus();
  });

  it("of an app are shown with Space, while the focus stays, and closed from there with Escape", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    const invoice = await line(/app:invoice/);
    invoice.focus();
    await user.keyboard(" ");
    expect(within(await panel()).getByRole("heading", { level: 2, name: "app:invoice" })).toBeVisible();
    expect(invoice).toHaveFocus();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("complementary")).not.toBeInTheDocument());
    expect(invoice).toHaveFocus();
  });

  it("are closed with their button, which gives the focus back to the line that they are of by then", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(`${PATH}?entity=${CORE}/app:ledger`);
    await user.click(within(await panel()).getByRole("button", { name: "Next app" }));
    await user.click(within(await panel()).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("complementary")).not.toBeInTheDocument());
    expect(await line(/app:search-api/)).toHaveFocus();
  });
});

describe("an address that names an entity", () => {
  const DEEP = "wave:w7/cluster:c3/bundle:core/app:a8";

  it("opens the way to it, and puts the focus there", async () => {
    servesTree(largeTree());
    renderApp(`/releases/release:large?entity=${DEEP}`);
    const deep = await line(/app:a8/);
    expect(deep).toHaveAttribute("aria-level", "5");
    expect(deep).toHaveAttribute("aria-posinset", "9");
    expect(deep).toHaveAttribute("aria-selected", "true");
    expect(deep).toHaveFocus();
    expect(within(await panel()).getByRole("heading", { level: 2, name: "app:a8" })).toBeVisible();
  });

  it("leaves closed what is closed by hand after that", async () => {
    const { user, socket } = await showsPushed(`/releases/release:large?entity=${DEEP}`, largeTree());
    await user.click(screen.getByRole("button", { name: "Collapse all" }));
    await socket.sends(patchFrame(2, set(DEEP, { state: "verifying" })));
    expect(screen.queryByRole("treeitem", { name: /app:a8/ })).not.toBeInTheDocument();
    expect(within(await panel()).getByText("verifying")).toBeVisible();
  });

  it("opens the way as soon as it is there", async () => {
    const { socket } = await showsPushed("/releases/release:large?entity=wave:late/cluster:c", largeTree());
    expect(within(await panel()).getByText(/does not hold it/)).toBeVisible();
    const late = wave("late", [cluster("c", [])])("");
    await socket.sends(patchFrame(2, { op: "add", path: "wave:late", entity: late, index: 0 }));
    expect(await line(/cluster:c$|cluster:c /)).toHaveAttribute("aria-selected", "true");
    expect(await heading("cluster:c")).toBeVisible();
  });

  it("that is not there says so, and leads to the nearest that is", async () => {
    servesTree(troubledTree());
    const { user, currentAddress } = renderApp(`${PATH}?entity=wave:w2/cluster:gone/bundle:core`);
    const details = within(await panel());
    expect(details.getByText(/does not hold it/)).toBeVisible();
    await user.click(details.getByRole("link", { name: "wave:w2" }));
    expect(currentAddress()).toBe(`${PATH}?entity=wave:w2`);
    await user.click(details.getByRole("button", { name: "Close" }));
    expect(currentAddress()).toBe(PATH);
  });
});

describe("the details of what changes", () => {
  const flashing = async () => (await panel()).querySelectorAll("[data-flash]").length;

  it("follow it, flash what is another, and lose neither the choice nor the focus", async () => {
    const { socket, user } = await showsPushed(`${PATH}?entity=${SEARCH}`);
    const close = within(await panel()).getByRole("button", { name: "Close" });
    close.focus();
    expect(await flashing()).toBe(0);
    await socket.sends(patchFrame(2, set(SEARCH, { state: "retrying", phase: "active", version: "2.0.0" })));
    expect(within(await panel()).getByText("retrying")).toBeVisible();
    expect(await fact("Version")).toHaveTextContent("2.0.0");
    expect(await flashing()).toBe(2);
    expect(close).toHaveFocus();
    expect(await line(/app:search-api/)).toHaveAttribute("aria-selected", "true");
    await user.click(within(await panel()).getByRole("button", { name: "Previous app" }));
    await heading("app:ledger");
    expect(await flashing()).toBe(0);
  });

  it("say when it is removed", async () => {
    const { socket } = await showsPushed(`${PATH}?entity=${SEARCH}`);
    await socket.sends(patchFrame(2, { op: "remove", path: SEARCH }));
    expect(within(await panel()).getByText(/may have been removed/)).toBeVisible();
    expect(within(await panel()).getByRole("link", { name: "bundle:core" })).toBeVisible();
  });

  it("count the time in an active state, until what is shown is stale", async () => {
    useSwiftTime();
    vi.setSystemTime(new Date("2025-11-22T09:32:00Z"));
    const { socket } = await showsPushed(`${PATH}?entity=wave:w2/cluster:us-east`);
    expect(await fact("In this state for")).toHaveTextContent(/^2 min( \d s)?$/);
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(await fact("In this state for")).toHaveTextContent(/^2 min 1\d s$/);
    await socket.sends(freshnessFrame("stale", { as_of: "2025-11-22T09:31:00Z" }));
    expect(await fact("In this state for")).toHaveTextContent(/^1 min$/);
    expect((await panel()).querySelector("[data-stale]")).not.toBeNull();
  });
});

describe("the details on a narrow screen", () => {
  it("cover the page, have the focus, and give it back to the line", async () => {
    screenIs.wide = false;
    servesTree(troubledTree());
    const { user, currentAddress } = renderApp(PATH);
    await user.click(await line(/app:invoice/));
    const sheet = await screen.findByRole("dialog", { name: "Details" });
    expect(within(sheet).getByRole("heading", { level: 2, name: "app:invoice" })).toHaveFocus();
    await user.click(within(sheet).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(currentAddress()).toBe(PATH));
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(await line(/app:invoice/)).toHaveFocus();
  });
});
