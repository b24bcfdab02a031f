import { act, screen, waitFor } from "@testing-library/react";
import { delay, HttpResponse, http, type JsonBodyType } from "msw";
import { describe, expect, it, vi } from "vitest";
import type { Hierarchy } from "@/lib/api/types";
import type { Change } from "@/lib/realtime/frames";
import { app, bundle, cluster, largeTree, problem, tree, troubledTree, wave } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { problemResponse, server, servesTree, servesTreeError, signedOut } from "@/test/server";
import { freshnessFrame, patchFrame, type ServedSocket, snapshotFrame, sockets } from "@/test/sockets";
import { clickArrow } from "@/test/tree";

const PATH = "/releases/release:2025.11-payments";
const CORE = "wave:w1/cluster:eu-west/bundle:core";
const LEDGER = `${CORE}/app:ledger`;

const set = (path: string, fields: Record<string, unknown>): Change => ({ op: "set", path, fields });

function line(name: RegExp): HTMLElement {
  return screen.getAllByRole("treeitem", { name })[0] as HTMLElement;
}

/** The line's part that flashes. */
function flashOf(name: RegExp): string | undefined {
  return line(name).querySelector<HTMLElement>(".tree-line")?.dataset.flash;
}

/** Counts the requests for the tree from now on. */
function countsRequests(body: Hierarchy = troubledTree()): { count: number } {
  const asked = { count: 0 };
  server.use(
    http.get("/api/releases/:id/hierarchy/", () => {
      asked.count += 1;
      return HttpResponse.json(body as JsonBodyType);
    }),
  );
  return asked;
}

function passes(milliseconds: number): Promise<unknown> {
  return act(() => vi.advanceTimersByTimeAsync(milliseconds));
}

/** A release page to which a tree is pushed. */
async function showsPushed(body = troubledTree(), version = 1) {
  sockets.accept();
  servesTree(body);
  const app = renderApp(`/releases/${body.id}`);
  const socket = await sockets.current();
  await socket.sends(snapshotFrame(body, version), freshnessFrame("live"));
  await screen.findByText("Live");
  return { ...app, socket };
}

describe("the release page, pushed to", () => {
  it("asks for the release by its ID as it is", async () => {
    const { socket } = await showsPushed();
    expect(socket.url.href).toBe("ws://localhost:3000/ws/releases/release:2025.11-payments/");
  });

  it("shows each change as it comes, and asks for nothing meanwhile", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    const asked = countsRequests();
    await socket.sends(patchFrame(2, set(LEDGER, { state: "restarting", phase: "active" })));
    expect(await screen.findByText("restarting")).toBeVisible();
    await socket.sends(patchFrame(3, set("", { name: "Payments November", status: "COMPLETED", ended_at: null })));
    expect(await screen.findByRole("heading", { name: "Payments November" })).toBeVisible();
    expect(screen.getByText("Completed")).toBeVisible();
    await passes(9_000);
    await socket.sends(freshnessFrame("live"));
    await passes(9_000);
    expect(asked.count).toBe(0);
    expect(socket.heard).toEqual([]);
  });

  it("is there before the answer to its first request, which is dropped", async () => {
    sockets.accept();
    server.use(
      http.get("/api/releases/:id/hierarchy/", async () => {
        await delay(300);
        return HttpResponse.json(troubledTree({ name: "Too late" }) as JsonBodyType);
      }),
    );
    renderApp(PATH);
    await (await sockets.current()).sends(snapshotFrame(troubledTree({ name: "Pushed" })));
    expect(await screen.findByRole("heading", { name: "Pushed" })).toBeVisible();
    await act(() => delay(500));
    expect(screen.getByRole("heading", { name: "Pushed" })).toBeVisible();
  });

  it("asks once for a snapshot where a patch was missed, and goes on from it", async () => {
    const { socket } = await showsPushed();
    await socket.sends(patchFrame(3, set(LEDGER, { state: "third" })), patchFrame(4, set(LEDGER, { state: "fourth" })));
    expect(socket.heard).toEqual([{ type: "resync" }]);
    expect(screen.queryByText("third")).not.toBeInTheDocument();
    await socket.sends(
      snapshotFrame(troubledTree({ name: "Afresh" }), 4),
      patchFrame(5, set(LEDGER, { state: "fifth" })),
    );
    expect(await screen.findByText("fifth")).toBeVisible();
    expect(screen.getByRole("heading", { name: "Afresh" })).toBeVisible();
    expect(socket.heard).toHaveLength(1);
  });

  it.each([
    ["no JSON", "{"],
    ["a patch of what is not there", patchFrame(2, set("wave:gone", { state: "x" }))],
    ["a state that can't be drawn", patchFrame(2, set(LEDGER, { state: { odd: true } }))],
    ["a phase that there is not", patchFrame(2, set(LEDGER, { phase: "baking" }))],
    ["a tree that is none", { type: "snapshot", version: 2, as_of: "", freshness: "live", data: { waves: [null] } }],
  ])("stands whatever is sent to it: %s", async (_, frame) => {
    const { socket } = await showsPushed();
    await socket.sends(frame);
    expect(socket.heard).toEqual([{ type: "resync" }]);
    expect(line(/app:ledger/)).toBeVisible();
  });

  it("connects anew where the snapshot that it asked for does not come", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    await socket.sends("{");
    await passes(5_100);
    expect(socket.closed).toBe(true);
    await (await sockets.current()).sends(snapshotFrame(troubledTree({ name: "Afresh" })));
    expect(await screen.findByRole("heading", { name: "Afresh" })).toBeVisible();
  });

  it("says how often a release is re-read that the server can't be told of", async () => {
    const { socket } = await showsPushed();
    await socket.sends(freshnessFrame("polled", { period: 12.4 }));
    expect(await screen.findByText("Polled")).toBeVisible();
    expect(screen.getByText("re-read every 12 s")).toBeVisible();
    expect(screen.queryByText("Live")).not.toBeInTheDocument();
  });

  it("says that the state is old, since when and why, until it is current again", async () => {
    const { socket } = await showsPushed();
    const reason = "Unable to load release information. Please try again. Temporal is away.";
    await socket.sends(freshnessFrame("stale", { as_of: "2025-11-22T09:00:00Z", reason }));
    expect(await screen.findByText(/Not updated since/)).toHaveTextContent("10:00:00");
    expect(screen.getByText(/Temporal is away/)).toBeVisible();
    expect(screen.getByText("Stale")).toBeVisible();
    expect(screen.queryByText("Live")).not.toBeInTheDocument();
    await socket.sends(freshnessFrame("live"));
    expect(await screen.findByText("Live")).toBeVisible();
    expect(screen.queryByText(/Not updated since/)).not.toBeInTheDocument();
  });

  it("says why a release can't be read at first, and fills when it can", async () => {
    useSwiftTime();
    sockets.accept();
    servesTreeError(503);
    renderApp(PATH);
    const socket = await sockets.current();
    await socket.sends(freshnessFrame("stale", { as_of: null, reason: "Temporal is away." }));
    expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
    servesTree(troubledTree());
    await passes(3_100);
    expect(await screen.findByText("Polled")).toBeVisible();
    await socket.sends(snapshotFrame(troubledTree()), freshnessFrame("live"));
    expect(await screen.findByText("Live")).toBeVisible();
  });
});

describe("the release page, known up to a moment only", () => {
  const HELD = tree("release:held", [wave("w2", [cluster("eu-west", [])], { phase: "active", state: "deploying" })], {
    phase: "active",
    started_at: "2025-11-22T09:50:00Z",
    updated_at: "2025-11-22T09:57:00Z",
    held_by: {
      kind: "active",
      path: "wave:w2",
      entity_id: "wave:w2",
      names: ["wave 2"],
      state: "deploying",
      message: null,
      since: "2025-11-22T09:56:00Z",
    },
  });

  async function showsStale() {
    sockets.accept();
    servesTree(HELD);
    const shown = renderApp("/releases/release:held?entity=wave:w2");
    const socket = await sockets.current();
    await socket.sends(snapshotFrame(HELD), freshnessFrame("stale", { reason: "Temporal does not answer." }));
    await screen.findByText("Stale");
    return { ...shown, socket };
  }

  const factOf = (term: string, within: Element | null) =>
    [...(within?.querySelectorAll("dt") ?? [])].find(({ textContent }) => textContent === term)?.nextElementSibling;

  it("stops every clock at that moment", async () => {
    useSwiftTime();
    await showsStale();
    const panel = await screen.findByRole("complementary", { name: "Details" });
    const header = screen.getByRole("heading", { level: 1 }).closest("[data-stale]");
    await passes(8_000);
    expect(header).toHaveTextContent("At wave 2: deploying for 4 min");
    expect(factOf("Duration", header)).toHaveTextContent("10 min");
    expect(factOf("Duration", header)?.firstElementChild).toHaveAttribute(
      "title",
      expect.stringContaining("known until"),
    );
    expect(factOf("In this state for", panel)).toHaveTextContent("30 min");
    expect(factOf("Duration", panel)).toHaveTextContent("1 h");
  });

  it("greys what it says of the release everywhere, but not how fresh it is, until it is current again", async () => {
    const { socket } = await showsStale();
    const header = screen.getByRole("heading", { level: 1 }).closest("[data-stale]");
    expect(header).toHaveTextContent("At wave 2: deploying for 4 min");
    expect(screen.getByText("Stale").closest("[data-of-page]")).not.toBeNull();
    expect(screen.getByRole("group", { name: "Phase" })).toHaveAttribute("data-stale");
    await socket.sends(freshnessFrame("live"));
    await screen.findByText("Live");
    expect(document.querySelector("[data-stale]")).toBeNull();
  });
});

describe("the release page without push", () => {
  it("polls where sockets are blocked, says so, and returns to push by itself", async () => {
    useSwiftTime();
    servesTree(troubledTree());
    renderApp(PATH);
    expect(await screen.findByText("Polled")).toBeVisible();
    expect(screen.getByText("every 3 s")).toBeVisible();
    servesTree(troubledTree({ name: "By poll" }));
    await passes(3_100);
    expect(await screen.findByRole("heading", { name: "By poll" })).toBeVisible();

    sockets.accept();
    await passes(14_000);
    await (await sockets.current()).sends(snapshotFrame(troubledTree({ name: "By push" })), freshnessFrame("live"));
    expect(await screen.findByText("Live")).toBeVisible();
    expect(screen.getByRole("heading", { name: "By push" })).toBeVisible();
    const asked = countsRequests();
    await passes(8_000);
    expect(asked.count).toBe(0);
  });

  it("is not live any more when the socket is gone, and polls until another is open", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    sockets.block();
    const asked = countsRequests(troubledTree({ name: "By poll" }));
    await socket.closes(1012);
    expect(await screen.findByText("Polled")).toBeVisible();
    expect(screen.queryByText("Live")).not.toBeInTheDocument();
    await passes(3_100);
    expect(asked.count).toBe(1);
    expect(await screen.findByRole("heading", { name: "By poll" })).toBeVisible();
    sockets.accept();
    await passes(14_000);
    await (await sockets.current()).sends(snapshotFrame(troubledTree()), freshnessFrame("live"));
    expect(await screen.findByText("Live")).toBeVisible();
  });

  it("says since when the portal can't be reached at all", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    sockets.block();
    server.use(http.get("/api/releases/:id/hierarchy/", () => HttpResponse.error()));
    await socket.closes(1006);
    await passes(3_100);
    expect(await screen.findByText("Disconnected")).toBeVisible();
    expect(screen.getByText(/Not updated since/).parentElement).toHaveTextContent("The portal can't be reached.");
    expect(screen.getByRole("tree")).toBeVisible();
  });

  it("says after 15 s of silence that the portal has not answered since, until it is heard again", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    server.use(http.get("/api/releases/:id/hierarchy/", () => delay("infinite")));
    await passes(12_000);
    expect(screen.getByText("Live")).toBeVisible();
    await passes(3_500);
    expect(screen.getByText("Disconnected")).toBeVisible();
    expect(screen.getByText(/Not updated since/).parentElement).toHaveTextContent("The portal has not answered since.");
    expect(socket.closed).toBe(false);
    await socket.sends(freshnessFrame("live"));
    expect(await screen.findByText("Live")).toBeVisible();
    await passes(12_000);
    expect(socket.closed).toBe(false);
  });

  it("is said to be disconnected for as long as nothing answers, whatever it tries", async () => {
    useSwiftTime();
    await showsPushed();
    server.use(http.get("/api/releases/:id/hierarchy/", () => delay("infinite")));
    sockets.block();
    await passes(15_500);
    for (let second = 0; second < 20; second += 1) {
      expect(screen.getByText("Disconnected")).toBeVisible();
      await passes(1_000);
    }
  });

  it("polls where only its socket has fallen silent", async () => {
    useSwiftTime();
    await showsPushed();
    await passes(19_000);
    expect(await screen.findByText("Polled")).toBeVisible();
  });

  it("gives a page that has slept a moment to hear what came meanwhile", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    server.use(http.get("/api/releases/:id/hierarchy/", () => delay("infinite")));
    vi.setSystemTime(Date.now() + 3_600_000);
    await passes(1_000);
    expect(screen.queryByText("Disconnected")).not.toBeInTheDocument();
    await socket.sends(freshnessFrame("live"));
    await passes(12_000);
    expect(screen.getByText("Live")).toBeVisible();
    expect(socket.closed).toBe(false);
  });

  it("is disconnected soon after a sleep in which the connection was lost", async () => {
    useSwiftTime();
    await showsPushed();
    server.use(http.get("/api/releases/:id/hierarchy/", () => delay("infinite")));
    vi.setSystemTime(Date.now() + 3_600_000);
    await passes(5_500);
    expect(screen.getByText("Disconnected")).toBeVisible();
  });

  it("is disconnected at once when the browser goes offline, and connects when it is back", async () => {
    useSwiftTime();
    const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    const { socket } = await showsPushed();
    sockets.block();
    act(() => void window.dispatchEvent(new Event("offline")));
    expect(await screen.findByText("Disconnected")).toBeVisible();
    expect(screen.getByText(/Not updated since/).parentElement).toHaveTextContent("This browser is offline.");
    expect(socket.closed).toBe(true);
    online.mockRestore();
    sockets.accept();
    act(() => void window.dispatchEvent(new Event("online")));
    await (await sockets.current()).sends(snapshotFrame(troubledTree()), freshnessFrame("live"));
    expect(await screen.findByText("Live")).toBeVisible();
  });

  it("is live where it is pushed to although the browser believes itself offline", async () => {
    const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    await showsPushed();
    act(() => void window.dispatchEvent(new Event("offline")));
    await waitFor(() => expect(sockets.all).toHaveLength(2));
    await (await sockets.current()).sends(snapshotFrame(troubledTree()), freshnessFrame("live"));
    expect(await screen.findByText("Live")).toBeVisible();
    online.mockRestore();
  });

  it("takes 25 s of silence for a dead connection", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    await passes(24_000);
    expect(socket.closed).toBe(false);
    await passes(1_500);
    expect(socket.closed).toBe(true);
    await (await sockets.current()).sends(snapshotFrame(troubledTree({ name: "Afresh" })));
    expect(await screen.findByRole("heading", { name: "Afresh" })).toBeVisible();
  });

  it.each<[string, EventTarget, string]>([
    ["the window gets the focus", window, "focus"],
    ["the tab is shown", document, "visibilitychange"],
    ["the network is back", window, "online"],
  ])("connects at once when %s", async (_, target, type) => {
    useSwiftTime();
    const { socket } = await showsPushed();
    sockets.block();
    await socket.closes(1006);
    await passes(20_000);
    sockets.accept();
    act(() => void target.dispatchEvent(new Event(type)));
    await passes(100);
    expect(sockets.open).toHaveLength(1);
  });

  it("leaves a connection that speaks as it is when the window gets the focus", async () => {
    const { socket } = await showsPushed();
    act(() => void window.dispatchEvent(new Event("focus")));
    await act(() => delay(50));
    expect(sockets.open).toEqual([socket]);
  });

  it("closes its connection with the page", async () => {
    const { socket, router } = await showsPushed();
    await act(() => router.navigate("/no/such/page"));
    await waitFor(() => expect(socket.closed).toBe(true));
    expect(sockets.open).toHaveLength(0);
  });
});

describe("the release page, cut off", () => {
  async function isRefused(socket: ServedSocket, status: number) {
    await socket.sends({ ...problem(status), type: "error" });
    await socket.closes(4000 + status);
  }

  it("leads to the sign-in page when the session has ended", async () => {
    const { socket, currentAddress } = await showsPushed();
    signedOut();
    await isRefused(socket, 401);
    expect(await screen.findByText("Please log in again.")).toBeVisible();
    expect(currentAddress()).toBe("/login?next=%2Freleases%2Frelease%3A2025.11-payments");
    expect(sockets.open).toHaveLength(0);
  });

  it("leads to the sign-in page also where only this browser has lost the session, which no socket can tell", async () => {
    useSwiftTime();
    await showsPushed();
    signedOut();
    await passes(20_100);
    expect(await screen.findByText("Please log in again.")).toBeVisible();
  });

  it("connects again where the session still stands", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    await isRefused(socket, 401);
    await passes(2_000);
    await (await sockets.current()).sends(snapshotFrame(troubledTree()));
    expect(await screen.findByText("Live")).toBeVisible();
  });

  it("shows nothing more of a release once one may not see it, and does not try again", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    const asked = countsRequests();
    await isRefused(socket, 403);
    expect(
      await screen.findByRole("heading", { name: "You don't have permission to view this resource." }),
    ).toBeVisible();
    expect(screen.getByText(/permission_denied, request req-7/)).toBeVisible();
    expect(screen.queryByRole("tree")).not.toBeInTheDocument();
    await passes(20_000);
    expect(sockets.all).toEqual([socket]);
    expect(asked.count).toBe(0);
  });

  it.each([
    [404, "Release not found. It may have been completed or removed."],
    [400, "This is not the address of a release."],
  ])("shows the page of error %i, without trying again", async (status, heading) => {
    useSwiftTime();
    sockets.accept();
    server.use(http.get("/api/releases/:id/hierarchy/", () => delay("infinite")));
    renderApp(PATH);
    const socket = await sockets.current();
    await isRefused(socket, status);
    expect(await screen.findByRole("heading", { name: heading })).toBeVisible();
    await passes(20_000);
    expect(sockets.all).toEqual([socket]);
  });

  it("does not even try for a release that its request was refused for", async () => {
    useSwiftTime();
    servesTreeError(404);
    renderApp(PATH);
    await screen.findByRole("heading", { name: /Release not found/ });
    sockets.accept();
    await passes(20_000);
    expect(sockets.all).toEqual([]);
  });

  it.each(["rel:1", "release:..%2Fadmin", "release:"])("does not try for %s, which is no release", async (id) => {
    sockets.accept();
    servesTreeError(400);
    renderApp(`/releases/${id}`);
    await screen.findByRole("heading", { name: "This is not the address of a release." });
    expect(sockets.all).toEqual([]);
  });

  it("follows again when a release is there after all", async () => {
    servesTreeError(404);
    sockets.accept();
    const { queryClient } = renderApp(PATH);
    await screen.findByRole("heading", { name: /Release not found/ });
    servesTree(troubledTree());
    await act(() => queryClient.refetchQueries({ queryKey: ["releases"] }));
    await (await sockets.current()).sends(snapshotFrame(troubledTree()));
    expect(await screen.findByText("Live")).toBeVisible();
  });

  it.each([1012, 1013, 1006])("comes back after close code %i", async (code) => {
    useSwiftTime();
    const { socket } = await showsPushed();
    await socket.closes(code);
    await passes(2_000);
    expect(await sockets.current()).not.toBe(socket);
  });

  it("keeps polling a server that answers errors, by its own patience", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    sockets.block();
    server.use(http.get("/api/releases/:id/hierarchy/", () => problemResponse(503, {}, { "Retry-After": "10" })));
    await socket.closes(1012);
    await passes(3_100);
    expect(await screen.findByText("Stale")).toBeVisible();
  });
});

describe("a change of the tree, under the reader's eye", () => {
  it("flashes its line, and those of closed branches above it", async () => {
    const { socket, user } = await showsPushed();
    await clickArrow(user, line(/wave:w2/));
    expect(document.querySelector("[data-flash]")).toBeNull();
    const rollup = { ...troubledTree().rollup, active: 1 };
    await socket.sends(
      patchFrame(
        2,
        set(LEDGER, { state: "restarting", phase: "active" }),
        set("wave:w1", { rollup }),
        set("wave:w2", { rollup }),
      ),
    );
    await waitFor(() => expect(flashOf(/app:ledger/)).toBe("even"));
    expect(flashOf(/wave:w1/)).toBeUndefined();
    expect(flashOf(/wave:w2/)).toBe("even");
    expect(flashOf(/app:invoice/)).toBeUndefined();
    await socket.sends(patchFrame(3, set(LEDGER, { state: "running", phase: "succeeded" })));
    await waitFor(() => expect(flashOf(/app:ledger/)).toBe("odd"));
  });

  it("does not flash what only has another time", async () => {
    const { socket } = await showsPushed();
    await socket.sends(patchFrame(2, set(LEDGER, { updated_at: "2025-11-22T12:00:00Z" })), freshnessFrame("live"));
    await socket.sends(patchFrame(3, set(`${CORE}/app:invoice`, { version: "2.5.0" })));
    await waitFor(() => expect(flashOf(/app:invoice/)).toBe("even"));
    expect(flashOf(/app:ledger/)).toBeUndefined();
  });

  it("moves neither the focus nor the scroll nor what is open", async () => {
    const scrolled = vi.spyOn(window, "scrollTo");
    const { socket, user } = await showsPushed();
    await clickArrow(user, line(/wave:w2/));
    line(/^release/).focus();
    await user.keyboard("{Home}{ArrowDown}{ArrowDown}{ArrowDown}");
    expect(line(/bundle:core/)).toHaveFocus();
    scrolled.mockClear();
    await socket.sends(
      patchFrame(
        2,
        { op: "add", path: "wave:w0", entity: wave("w0", [cluster("x", [])])(""), index: 0 },
        set(`${CORE}`, { state: "verifying" }),
        set("wave:w2", { state: "verifying" }),
      ),
    );
    expect(await screen.findByRole("treeitem", { name: /wave:w0/ })).toBeVisible();
    expect(line(/bundle:core/)).toHaveFocus();
    expect(line(/wave:w2/)).toHaveAttribute("aria-expanded", "false");
    expect(scrolled).not.toHaveBeenCalled();
  });

  it("hands the focus of what is removed to its neighbour, then to what held it", async () => {
    const { socket, user } = await showsPushed();
    line(/^release/).focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}");
    expect(line(/app:ledger/)).toHaveFocus();
    await socket.sends(patchFrame(2, { op: "remove", path: LEDGER }));
    await waitFor(() => expect(line(/app:invoice/)).toHaveFocus());
    await socket.sends(patchFrame(3, { op: "remove", path: "wave:w2" }));
    expect(line(/app:invoice/)).toHaveFocus();
    await socket.sends(patchFrame(4, { op: "remove", path: `${CORE}/app:invoice` }));
    await waitFor(() => expect(line(/bundle:core/)).toHaveFocus());
  });

  it("does not take the focus for a line that nobody had focused", async () => {
    const { socket, user } = await showsPushed();
    const button = screen.getByRole("button", { name: "Expand all" });
    await clickArrow(user, line(/wave:w1/));
    await user.click(button);
    await socket.sends(patchFrame(2, { op: "remove", path: "wave:w1" }));
    await waitFor(() => expect(screen.queryByRole("treeitem", { name: /wave:w1/ })).not.toBeInTheDocument());
    expect(button).toHaveFocus();
  });

  it("draws again only what changed of 1,000 entities", async () => {
    const { socket, queryClient } = await showsPushed(largeTree());
    const before = queryClient.getQueryData<{ tree: Hierarchy }>(["releases", "tree", "release:large"])?.tree;
    await socket.sends(patchFrame(2, set("wave:w3/cluster:c2", { state: "verifying", phase: "active" })));
    const now = queryClient.getQueryData<{ tree: Hierarchy }>(["releases", "tree", "release:large"])?.tree;
    expect(now?.waves[3]?.clusters[2]?.state).toBe("verifying");
    expect(now?.waves.filter((held, index) => held !== before?.waves[index])).toHaveLength(1);
    expect(now?.waves[3]?.clusters[2]?.bundles).toBe(before?.waves[3]?.clusters[2]?.bundles);
  });

  it("opens what grows as it would have been at first", async () => {
    const { socket } = await showsPushed();
    const entity = cluster("ap-south", [bundle("cache", [app("redis")])])("wave:w1");
    await socket.sends(patchFrame(2, { op: "add", path: entity.path, entity, index: 1 }));
    expect(await screen.findByRole("treeitem", { name: /app:redis/ })).toBeVisible();
  });
});
