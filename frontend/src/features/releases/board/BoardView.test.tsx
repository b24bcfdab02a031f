import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { HeldBy, Hierarchy } from "@/lib/api/types";
import type { Change } from "@/lib/realtime/frames";
import { app, bundle, cluster, largeTree, tree, troubledTree, wave } from "@/test/fixtures";
import { renderApp } from "@/test/render-app";
import { servesTree } from "@/test/server";
import { freshnessFrame, patchFrame, snapshotFrame, sockets } from "@/test/sockets";
// Loaded here, since a test that waits for it waits too long on a busy machine.
import "./BoardView";
import { forgetPlaces } from "./places";

const PATH = "/releases/release:2025.11-payments";
const CORE = "wave:w2/cluster:us-east/bundle:core";
const SEARCH = `${CORE}/app:search-api`;
const SAID_OF_SEARCH = "search-api, failed, 1.0.0, image not found: search-api:4.12.0";

// Each test is a browser of its own.
beforeEach(forgetPlaces);

async function shows(body: Hierarchy, query = "") {
  servesTree(body);
  const app = renderApp(`/releases/${body.id}?view=board${query}`);
  await screen.findByRole("button", { name: "Names" });
  return { ...app, query: () => decodeURIComponent(app.router.state.location.search) };
}

/** A board to which changes are pushed. */
async function showsPushed(body = troubledTree(), query = "") {
  sockets.accept();
  const app = await shows(body, query);
  const socket = await sockets.current();
  await socket.sends(snapshotFrame(body, 1), freshnessFrame("live"));
  await screen.findByText("Live");
  let version = 1;
  const changes = (...all: Change[]) => socket.sends(patchFrame(++version, ...all));
  return { ...app, changes };
}

const set = (path: string, fields: Record<string, unknown>): Change => ({ op: "set", path, fields });

const card = (name: string) => screen.getByRole("grid", { name: `Cluster ${name}` });
const cell = (name: string | RegExp) => screen.getByRole("link", { name });
const stops = (within: HTMLElement) => [...within.querySelectorAll<HTMLElement>("[tabindex='0']")];
const painted = (within: HTMLElement, phase: string) => within.querySelectorAll(`path[data-phase=${phase}]`);

/** How many cells of a phase a card's picture shows. */
function paintedCells(within: HTMLElement, phase: string): number {
  return painted(within, phase)[0]?.getAttribute("d")?.match(/M/g)?.length ?? 0;
}

describe("the board", () => {
  it("shows the waves in order, each with its state, its counts and how long it took", async () => {
    await shows(troubledTree());
    const headings = await screen.findAllByRole("heading", { level: 2 });
    expect(headings.map(({ textContent }) => textContent)).toEqual(["Wave 1 w1", "Wave 2 w2"]);
    expect(screen.getByText("completed")).toBeVisible();
    expect(screen.getByRole("img", { name: "2 apps: 2 succeeded" })).toBeVisible();
    expect(screen.getAllByText("30 min")[0]).toBeVisible();
  });

  it("says at a wave what holds it up", async () => {
    const heldBy: HeldBy = {
      kind: "failed",
      path: SEARCH,
      entity_id: "app:search-api",
      names: ["w2", "us-east", "core", "search-api"],
      state: "failed",
      message: "image not found",
      since: null,
    };
    await shows(tree("release:held", [wave("w2", [cluster("us-east", [])], { held_by: heldBy })]));
    const note = await screen.findByTitle("Held by wave w2 › us-east › bundle core › search-api: image not found");
    expect(note).toBeVisible();
  });

  it("shows each cluster as a card with its bundles and apps, which say in words what they show", async () => {
    await shows(troubledTree());
    const east = card("us-east");
    expect(within(east).getByRole("heading", { level: 3 })).toHaveTextContent("us-east");
    expect(within(east).getByText("2 apps")).toBeVisible();
    const names = within(east)
      .getAllByRole("link")
      .map((link) => link.getAttribute("aria-label"));
    expect(names).toEqual([
      "us-east, cluster, deploying (active), 2 apps: 1 succeeded, 1 failed",
      "core, bundle, deploying (active), 2 apps: 1 succeeded, 1 failed",
      "ledger, running (succeeded), 1.0.0",
      SAID_OF_SEARCH,
      "edge, bundle, unknown, No worker answers for this bundle.",
    ]);
    expect(cell(/^edge, bundle/)).toHaveAttribute("data-aside", "No worker answers for this bundle.");
    expect(cell(/^invoice/)).toHaveAttribute("data-aside", "2.4.1");
  });

  it("explains the shapes that it has for itself, and counts them", async () => {
    await shows(troubledTree(), "&zoom=dots");
    const legend = within(screen.getByRole("list", { name: "Shapes of the apps" }));
    expect(legend.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
      "3 succeeded",
      "0 active",
      "1 failed",
      "0 stopped",
      "0 unknown",
      "0 pending",
    ]);
  });

  it("leads from an app, a bundle, a cluster and a wave into the tree, with its details open", async () => {
    const { user, query, router } = await shows(troubledTree());
    for (const [name, path] of [
      [SAID_OF_SEARCH, SEARCH],
      [/^edge, bundle/, "wave:w2/cluster:us-east/bundle:edge"],
      [/^us-east, cluster/, "wave:w2/cluster:us-east"],
      ["Wave 2 w2", "wave:w2"],
    ] as const) {
      expect(cell(name)).toHaveAttribute("href", `?entity=${path}`);
      await user.click(cell(name));
      expect(query()).toBe(`?entity=${path}`);
      await act(() => router.navigate(-1));
      await screen.findByRole("grid", { name: "Cluster us-east" });
    }
  });

  it("leaves it to the browser to open a tab", async () => {
    const { user, currentAddress } = await shows(troubledTree());
    // What the browser does then jsdom does not know.
    window.addEventListener("click", (event) => event.preventDefault(), { once: true });
    await user.keyboard("{Control>}");
    await user.click(cell(SAID_OF_SEARCH));
    await user.keyboard("{/Control}");
    expect(currentAddress()).toBe(`${PATH}?view=board`);
  });

  it("marks the entity that its address names", async () => {
    await shows(troubledTree(), `&entity=${SEARCH}`);
    expect(cell(SAID_OF_SEARCH)).toHaveAttribute("data-selected");
  });
});

describe("the board of what holds nothing or can't be read", () => {
  const problem = { code: "worker_unavailable", detail: "No worker answers for this." };

  it("says so of a release", async () => {
    servesTree(tree("release:empty", []));
    renderApp("/releases/release:empty?view=board");
    expect(await screen.findByText("This release holds no waves.")).toBeVisible();
  });

  it("says so of a wave, a cluster and a bundle", async () => {
    await shows(
      tree("release:hollow", [
        wave("w1", []),
        wave("w2", [cluster("c1", []), cluster("c2", [bundle("b", [])])], { phase: "pending" }),
      ]),
    );
    expect(await screen.findByText("This wave holds no clusters.")).toBeVisible();
    expect(screen.getByText("This cluster holds no bundles.")).toBeVisible();
    expect(cell(/^b, bundle/)).toHaveAttribute("data-aside", "no apps");
  });

  it("says why a wave, a cluster and a bundle can't be read", async () => {
    const unread = { problem, state: null, phase: "unknown" as const };
    const waves = [
      wave("w1", [], unread),
      wave("w2", [cluster("c1", [], unread), cluster("c2", [bundle("b", [], unread)])]),
    ];
    await shows(tree("release:unread", waves));
    expect(await screen.findAllByText(problem.detail)).toHaveLength(2);
    expect(cell(/^b, bundle/)).toHaveAttribute("data-aside", problem.detail);
    expect(screen.queryByText(/holds no/)).not.toBeInTheDocument();
    expect(screen.queryByText("no apps")).not.toBeInTheDocument();
  });

  it("keeps apart what stands twice under one parent", async () => {
    const twin = cluster("c", [bundle("b", [app("a"), app("a")])]);
    await shows(tree("release:twice", [wave("w1", [twin, twin])]));
    expect(await screen.findAllByRole("grid", { name: "Cluster c" })).toHaveLength(2);
    expect(screen.getAllByRole("link", { name: /^a, running/ })).toHaveLength(4);
  });
});

describe("the board's zoom", () => {
  it("is near for a small release, and farther for one of 900 apps, of which it draws what is near the screen", async () => {
    await shows(largeTree());
    expect(screen.getByRole("button", { name: "Glyphs" })).toHaveAttribute("aria-pressed", "true");
    const cards = await screen.findAllByRole("grid");
    expect(cards.length).toBeLessThan(100);
    expect(paintedCells(cards[0] as HTMLElement, "succeeded")).toBe(9);
  });

  it("is chosen, and shared by the address", async () => {
    const { user, currentAddress } = await shows(troubledTree());
    await user.click(screen.getByRole("button", { name: "Dots" }));
    await waitFor(() => expect(currentAddress()).toBe(`${PATH}?view=board&zoom=dots`));
    const east = card("us-east");
    expect(paintedCells(east, "succeeded")).toBe(1);
    expect(paintedCells(east, "failed")).toBe(1);
    // The bundle that can't be read has a cell of its own.
    expect(paintedCells(east, "unknown")).toBe(1);
    expect(within(east).queryByText("core")).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Names" }));
    await waitFor(() => expect(currentAddress()).toBe(`${PATH}?view=board`));
  });

  it.each(["glyphs", "dots"])(
    "paints each phase in a shape of its own, as %s: none is told by colour alone",
    async (zoom) => {
      const phases = ["pending", "active", "succeeded", "failed", "stopped", "unknown"] as const;
      const apps = phases.map((phase) => app(phase, { phase }));
      await shows(tree("release:all", [wave("w1", [cluster("c", [bundle("b", apps)])])]), `&zoom=${zoom}`);
      const shapeOf = (phase: string) =>
        [...painted(card("c"), phase)].map((path) => path.getAttribute("d")?.replace(/^M[\d.]+ [\d.]+/, "")).join();
      expect(new Set(phases.map(shapeOf)).size).toBe(phases.length);
    },
  );

  it("leads from what is painted into the tree, too", async () => {
    const { user, query } = await shows(troubledTree(), "&zoom=dots");
    await user.pointer({ target: card("us-east"), keys: "[MouseLeft]", coords: { clientX: 10, clientY: 3 } });
    expect(query()).toBe(`?zoom=dots&entity=${SEARCH}`);
  });
});

describe("the board's filter", () => {
  it("dims what does not match, leaves it where it is, and counts what does", async () => {
    await shows(troubledTree(), "&phase=failed");
    expect(screen.getByText("What does not match the filter is dimmed.")).toBeVisible();
    expect(within(card("us-east")).getByText("1 of 2 match")).toBeVisible();
    expect(within(card("eu-west")).getByText("0 of 2 match")).toBeVisible();
    expect(card("eu-west")).toHaveAttribute("data-dimmed");
    expect(cell(SAID_OF_SEARCH)).not.toHaveAttribute("data-dimmed");
    expect(cell(/^invoice/)).toHaveAttribute("data-dimmed");
  });

  it("dims what is painted", async () => {
    await shows(troubledTree(), "&zoom=glyphs&text=search");
    const east = card("us-east");
    expect(painted(east, "failed")[0]).not.toHaveAttribute("data-dimmed");
    expect(painted(east, "succeeded")[0]).toHaveAttribute("data-dimmed");
  });
});

describe("the board by keyboard", () => {
  it("has one stop of the tab order for each wave and card", async () => {
    const { user } = await shows(troubledTree());
    cell("Wave 1 w1").focus();
    await user.tab();
    expect(cell(/^eu-west, cluster/)).toHaveFocus();
    await user.tab();
    expect(cell("Wave 2 w2")).toHaveFocus();
    await user.tab();
    expect(cell(/^us-east, cluster/)).toHaveFocus();
    expect(stops(card("us-east"))).toHaveLength(1);
  });

  it.each(["names", "glyphs", "dots"])("walks the cells of a card by arrows, as %s", async (zoom) => {
    const { user, query } = await shows(troubledTree(), `&zoom=${zoom}`);
    cell(/^us-east, cluster/).focus();
    await user.keyboard("{Control>}{End}{/Control}");
    expect(cell(/^edge, bundle/)).toHaveFocus();
    await user.keyboard("{ArrowLeft}");
    expect(cell(SAID_OF_SEARCH)).toHaveFocus();
    expect(stops(card("us-east"))).toEqual([cell(SAID_OF_SEARCH)]);
    expect(cell(SAID_OF_SEARCH).closest("[role=row]")).toHaveAttribute("aria-rowindex");
    await user.keyboard("{Enter}");
    expect(query()).toContain(`entity=${SEARCH}`);
    expect(query()).not.toContain("view=board");
  });

  it("goes from failure to failure", async () => {
    const { user } = await shows(troubledTree());
    await user.click(screen.getByRole("button", { name: "Next failure" }));
    expect(cell(SAID_OF_SEARCH)).toHaveFocus();
    await user.keyboard("n");
    expect(cell(/^edge, bundle/)).toHaveFocus();
    await user.keyboard("n");
    expect(cell(SAID_OF_SEARCH)).toHaveFocus();
    await user.keyboard("{Shift>}n{/Shift}");
    expect(cell(/^edge, bundle/)).toHaveFocus();
    await user.click(screen.getByRole("button", { name: "Next failure" }));
    expect(cell(SAID_OF_SEARCH)).toHaveFocus();
  });

  it("goes to a wave that can't be read, and nowhere where nothing failed", async () => {
    const problem = { code: "worker_unavailable", detail: "No worker answers for this wave." };
    const { user } = await shows(tree("release:a", [wave("w1", [], { problem, phase: "unknown" })]));
    await user.click(screen.getByRole("button", { name: "Next failure" }));
    expect(cell("Wave 1 w1")).toHaveFocus();
  });

  it("comes back to where it left", async () => {
    const { user, router } = await shows(troubledTree(), "&zoom=glyphs");
    await user.click(screen.getByRole("button", { name: "Next failure" }));
    await user.keyboard("{Enter}");
    await screen.findByRole("tree");
    await act(() => router.navigate(-1));
    await waitFor(() => expect(cell(SAID_OF_SEARCH)).toHaveFocus());
  });
});

describe("the board's tooltip", () => {
  it("tells all of the cell that is pointed at, stays while it is read, and goes by Escape", async () => {
    const { user } = await shows(troubledTree(), "&zoom=dots");
    await user.pointer({ target: card("us-east"), coords: { clientX: 10, clientY: 3 } });
    const tip = await screen.findByRole("tooltip");
    expect(tip).toHaveTextContent("search-api");
    expect(tip).toHaveTextContent("w2 › us-east › core");
    expect(tip).toHaveTextContent("image not found: search-api:4.12.0");
    expect(tip).toHaveTextContent("1.0.0");
    expect(tip).toHaveTextContent(/for .* since 22 Nov 2025/);
    await user.pointer({ target: tip });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(screen.getByRole("tooltip")).toBeVisible();
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("tooltip")).not.toBeInTheDocument();
  });

  it("follows the focus of the keyboard, and describes what has it", async () => {
    const { user } = await shows(troubledTree());
    await user.tab();
    cell(/^us-east, cluster/).focus();
    await user.keyboard("{ArrowDown}{ArrowDown}");
    const tip = await screen.findByRole("tooltip");
    expect(tip).toHaveTextContent("ledger");
    expect(document.activeElement).toHaveAttribute("aria-describedby", tip.id);
  });

  it("goes when the pointer leaves", async () => {
    const { user } = await shows(troubledTree());
    await user.pointer({ target: card("us-east"), coords: { clientX: 10, clientY: 3 } });
    await screen.findByRole("tooltip");
    await user.pointer({ target: document.body });
    await waitFor(() => expect(screen.queryByRole("tooltip")).not.toBeInTheDocument());
  });
});

describe("the board, pushed to", () => {
  it("shows a change in its cell and in the counts, and flashes it", async () => {
    const { changes } = await showsPushed(troubledTree(), "&zoom=glyphs");
    const east = card("us-east");
    expect(east.querySelector(".board-flash")).toBeNull();
    await changes(set(SEARCH, { state: "running", phase: "succeeded", error_message: null }));
    expect(paintedCells(east, "succeeded")).toBe(2);
    expect(paintedCells(east, "failed")).toBe(0);
    expect(east.querySelectorAll(".board-flash")).toHaveLength(1);
    expect(card("eu-west").querySelector(".board-flash")).toBeNull();
  });

  it("keeps the focus on a cell whose state changes", async () => {
    const { user, changes } = await showsPushed(troubledTree(), "&zoom=dots");
    await user.click(screen.getByRole("button", { name: "Next failure" }));
    await changes(set(SEARCH, { state: "deploying", phase: "active", error_message: null }));
    expect(cell("search-api, deploying (active), 1.0.0")).toHaveFocus();
  });

  it.each(["names", "dots"])("hands the focus on when its cell is taken away, as %s", async (zoom) => {
    const { user, changes } = await showsPushed(troubledTree(), `&zoom=${zoom}`);
    await user.click(screen.getByRole("button", { name: "Next failure" }));
    await changes({ op: "remove", path: SEARCH });
    expect(cell(/^edge, bundle/)).toHaveFocus();
  });

  it("keeps every card in its place when an app comes to the fullest bundle", async () => {
    const apps = Array.from({ length: 24 }, (_, index) => app(`a${index}`));
    const names = Array.from({ length: 12 }, (_, index) => `c${index}`);
    const clusters = names.map((name) => cluster(name, [bundle("core", apps)]));
    const { changes } = await showsPushed(tree("release:full", [wave("w", clusters)]), "&zoom=glyphs");
    const rows = () => names.map((name) => card(name).closest<HTMLElement>(".board-band")?.style.cssText);
    const before = rows();
    expect(new Set(before).size).toBeGreaterThan(1);
    const path = "wave:w/cluster:c0/bundle:core";
    await changes({ op: "add", path: `${path}/app:guest`, entity: app("guest")(path), index: 0 });
    expect(paintedCells(card("c0"), "succeeded")).toBe(25);
    expect(rows()).toEqual(before);
  });

  it("draws no card anew that a change has not touched", async () => {
    const { changes } = await showsPushed();
    const west = card("eu-west").querySelector("[data-key]");
    await changes(set(SEARCH, { state: "deploying", phase: "active" }));
    expect(card("eu-west").querySelector("[data-key]")).toBe(west);
  });
});
