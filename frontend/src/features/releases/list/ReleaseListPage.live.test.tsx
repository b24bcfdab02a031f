import { act, screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import type { Release, ReleasePage } from "@/lib/api/types";
import type { Change } from "@/lib/realtime/frames";
import { me, problem, release, rollupOf } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { problemResponse, server, servesList, signedInAs, signedOut } from "@/test/server";
import { screenIs } from "@/test/setup";
import { freshnessFrame, patchFrame, type ServedSocket, snapshotFrame, sockets } from "@/test/sockets";

const PAYMENTS = release("release:payments", { rollup: rollupOf({ succeeded: 12, active: 3, failed: 1 }) });
const SEARCH = release("release:search", { state: "completed", phase: "succeeded", status: "COMPLETED" });
const CART = release("release:cart", { rollup: rollupOf({ active: 2 }) });

const set = (path: string, fields: Record<string, unknown>): Change => ({ op: "set", path, fields });

function page(results: Release[], count = results.length): ReleasePage {
  return { count, next: null, previous: null, results };
}

function row(id: string): HTMLElement {
  return screen.getByRole("row", { name: new RegExp(id) });
}

function passes(milliseconds: number): Promise<unknown> {
  return act(() => vi.advanceTimersByTimeAsync(milliseconds));
}

/** A list page to which rows are pushed; requests are left unanswered. */
async function showsPushed(body = page([PAYMENTS, SEARCH]), address = "/releases") {
  sockets.accept();
  server.use(http.get("/api/releases/", () => delay("infinite")));
  const app = renderApp(address);
  const socket = await sockets.current();
  await socket.sends(snapshotFrame(body), freshnessFrame("live"));
  await screen.findByText("Live");
  return { ...app, socket };
}

describe("the release list, pushed to", () => {
  it("asks for what the address shows, with roll-ups", async () => {
    const { socket } = await showsPushed(
      page([PAYMENTS]),
      "/releases?search=pay&phase=failed,active&status=RUNNING&ordering=id&page_size=50&page=2",
    );
    expect(socket.url.pathname).toBe("/ws/releases/");
    expect(Object.fromEntries(socket.url.searchParams)).toEqual({
      search: "pay",
      phase: "failed,active",
      status: "RUNNING",
      ordering: "id",
      page_size: "50",
      page: "2",
      include: "rollup",
    });
  });

  it("shows rows, roll-ups and the count as they change, and asks for nothing meanwhile", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    const asked = servesList([]);
    expect(within(row("payments")).getByRole("img", { name: /16 apps/ })).toBeVisible();
    await socket.sends(
      patchFrame(
        2,
        set(PAYMENTS.id, { state: "verifying", rollup: rollupOf({ succeeded: 16 }) }),
        { op: "add", path: CART.id, entity: CART, index: 0 },
        set("", { count: 3 }),
      ),
    );
    expect(await within(row("payments")).findByText("verifying")).toBeVisible();
    expect(within(row("payments")).getByRole("img", { name: "16 apps: 16 succeeded" })).toBeVisible();
    expect(screen.getAllByRole("row").map(({ dataset }) => dataset.key)).toEqual([
      undefined,
      CART.id,
      PAYMENTS.id,
      SEARCH.id,
    ]);
    expect(screen.getByText("3 releases")).toBeVisible();
    await socket.sends(patchFrame(3, { op: "remove", path: SEARCH.id }, set("", { count: 2 })));
    await waitFor(() => expect(screen.queryByRole("row", { name: /search/ })).not.toBeInTheDocument());
    await passes(9_000);
    await socket.sends(freshnessFrame("live"));
    await passes(9_000);
    expect(asked).toHaveLength(0);
    expect(socket.heard).toEqual([]);
  });

  it("shows the newest snapshot after a gap", async () => {
    const { socket } = await showsPushed();
    await socket.sends(patchFrame(5, set(PAYMENTS.id, { state: "missed" })));
    expect(socket.heard).toEqual([{ type: "resync" }]);
    await socket.sends(snapshotFrame(page([CART]), 9));
    expect(await screen.findByRole("row", { name: /cart/ })).toBeVisible();
    expect(screen.queryByRole("row", { name: /payments/ })).not.toBeInTheDocument();
  });

  it.each([
    ["a page that is none", { ...snapshotFrame(page([])), data: { results: [null] } }],
    ["a row that is none", patchFrame(2, { op: "add", path: "release:x", entity: { id: "release:x" }, index: 0 })],
    ["no JSON", "release"],
  ])("stands whatever is sent to it: %s", async (_, frame) => {
    const { socket } = await showsPushed();
    await socket.sends(frame);
    expect(socket.heard).toEqual([{ type: "resync" }]);
    expect(row("payments")).toBeVisible();
  });

  it("keeps the last known roll-up, and waits for one that is not known yet", async () => {
    const unread = release("release:unread");
    const broken = release("release:broken", { problem: { code: "query_timeout", detail: "No answer." } });
    const { socket } = await showsPushed(page([PAYMENTS, unread, broken]));
    expect(within(row("unread")).queryByTitle(/could not be read/)).not.toBeInTheDocument();
    expect(within(row("broken")).getByTitle("can't be read")).toBeVisible();
    await socket.sends(patchFrame(2, set(PAYMENTS.id, { rollup: null, state: "verifying" })));
    expect(await within(row("payments")).findByText("verifying")).toBeVisible();
    expect(within(row("payments")).getByRole("img", { name: /16 apps/ })).toBeVisible();
    await socket.sends(patchFrame(3, set(unread.id, { rollup: rollupOf({ active: 5 }) })));
    expect(await within(row("unread")).findByRole("img", { name: "5 apps: 5 active" })).toBeVisible();
  });

  it("follows another view by another socket, and closes the one before", async () => {
    const { socket, user } = await showsPushed();
    await user.click(screen.getByRole("button", { name: /^failed/ }));
    await waitFor(() => expect(socket.closed).toBe(true));
    const next = await sockets.current();
    expect(next.url.searchParams.get("phase")).toBe("failed");
    await next.sends(snapshotFrame(page([CART])), freshnessFrame("live"));
    expect(await screen.findByRole("row", { name: /cart/ })).toBeVisible();
    expect(screen.queryByRole("row", { name: /payments/ })).not.toBeInTheDocument();
  });

  it("says how fresh it is", async () => {
    const { socket } = await showsPushed();
    await socket.sends(freshnessFrame("polled", { period: 30 }));
    expect(await screen.findByText("re-read every 30 s")).toBeVisible();
    await socket.sends(freshnessFrame("stale", { as_of: "2025-11-22T09:00:00Z", reason: "Temporal is away." }));
    expect(await screen.findByText(/Not updated since/)).toHaveTextContent("10:00:00");
    expect(screen.getByText(/Temporal is away/)).toBeVisible();
    expect(screen.getByText("Stale")).toBeVisible();
    expect(row("payments")).toBeVisible();
    await socket.sends(freshnessFrame("live"));
    expect(await screen.findByText("Live")).toBeVisible();
    expect(screen.queryByText(/Not updated since/)).not.toBeInTheDocument();
  });
});

describe("the release list, known up to a moment only", () => {
  const AWAY = { code: "temporal_unavailable", detail: "Temporal does not answer." } as const;
  const HELD = release("release:held", {
    started_at: "2025-11-22T09:50:00Z",
    rollup: rollupOf({ active: 2 }),
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
  const FAILED = release("release:failed", {
    name: "Payments November",
    state: "rolled back",
    phase: "failed",
    status: "FAILED",
    error_message: "image not found",
    rollup: rollupOf({ failed: 1 }),
  });
  const UNREAD = { name: null, state: "failed", error_message: null, updated_at: null, created_at: null, rollup: null };

  const stale = freshnessFrame("stale", { reason: AWAY.detail });

  it("keeps what was last read, and says why it is old once, not in each row", async () => {
    const { socket } = await showsPushed(page([HELD, FAILED]));
    await socket.sends(
      stale,
      patchFrame(2, set(HELD.id, { problem: AWAY, rollup: null, held_by: null })),
      patchFrame(3, set(FAILED.id, { ...UNREAD, problem: AWAY })),
    );
    expect(await screen.findByText("Stale")).toBeVisible();
    expect(screen.getAllByText(/Temporal does not answer/)).toHaveLength(1);
    expect(row("held")).toHaveTextContent("At wave 2: deploying for 4 min");
    expect(row("failed")).toHaveTextContent("Payments November");
    expect(row("failed")).not.toHaveTextContent("updated –");

    const { name, state, error_message, updated_at } = FAILED;
    const read = { name: `${name}, again`, state, error_message, updated_at, problem: null };
    await socket.sends(patchFrame(4, set(HELD.id, { problem: null }), set(FAILED.id, read)), freshnessFrame("live"));
    expect(await within(row("failed")).findByText("Payments November, again")).toBeVisible();
    expect(socket.heard).toEqual([]);
  });

  it("says in a row what is wrong with that one alone", async () => {
    const own = { code: "query_timeout", detail: "Its workflow has not answered in time." };
    const { socket } = await showsPushed(page([HELD, PAYMENTS]));
    await socket.sends(patchFrame(2, set(HELD.id, { problem: own })));
    expect(await within(row("held")).findByText(own.detail)).toBeVisible();
    await socket.sends(stale);
    expect(await screen.findByText("Stale")).toBeVisible();
    expect(within(row("held")).getByText(own.detail)).toBeVisible();
  });

  it("stops every clock at that moment", async () => {
    useSwiftTime();
    const { socket } = await showsPushed(page([HELD]));
    await socket.sends(stale);
    await screen.findByText("Stale");
    await passes(8_000);
    expect(row("held")).toHaveTextContent("At wave 2: deploying for 4 min");
    expect(within(row("held")).getByText("10 min")).toBeVisible();
  });

  it("forgets what was read of a run once there is another", async () => {
    const { socket } = await showsPushed(page([FAILED]));
    await socket.sends(patchFrame(2, set(FAILED.id, { ...UNREAD, run_id: "run-2", problem: AWAY })));
    expect(await within(row("failed")).findByText(AWAY.detail)).toBeVisible();
    expect(row("failed")).not.toHaveTextContent("Payments November");
  });
});

describe("the release list without push", () => {
  it("polls where sockets are blocked, says so, and returns to push by itself", async () => {
    useSwiftTime();
    const asked = servesList([PAYMENTS]);
    renderApp("/releases");
    expect(await screen.findByText("Polled")).toBeVisible();
    expect(screen.getByText("every 3 s")).toBeVisible();
    await passes(3_100);
    await waitFor(() => expect(asked.filter((query) => !query.has("include")).length).toBeGreaterThan(1));
    sockets.accept();
    await passes(14_000);
    await (await sockets.current()).sends(snapshotFrame(page([CART])), freshnessFrame("live"));
    expect(await screen.findByText("Live")).toBeVisible();
    expect(row("cart")).toBeVisible();
  });

  it("is not live any more when the socket is gone, and does not ask at once for the roll-ups that it told", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    sockets.block();
    const asked = servesList([{ ...PAYMENTS, state: "verifying" }]);
    await socket.closes(1012);
    expect(await screen.findByText("Polled")).toBeVisible();
    expect(screen.queryByText("Live")).not.toBeInTheDocument();
    await passes(3_100);
    expect(await screen.findByText("verifying")).toBeVisible();
    expect(screen.getByRole("img", { name: /16 apps/ })).toBeVisible();
    expect(asked.some((query) => query.has("include"))).toBe(false);
    await passes(13_000);
    expect(asked.some((query) => query.has("include"))).toBe(true);
  });

  it("says that the portal can't be reached", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    sockets.block();
    server.use(http.get("/api/releases/", () => Response.error()));
    await socket.closes(1006);
    await passes(3_100);
    expect(await screen.findByText("Disconnected")).toBeVisible();
    expect(screen.getByText(/The portal can't be reached/)).toBeVisible();
  });
});

describe("the release list, cut off", () => {
  async function isRefused(socket: ServedSocket, status: number) {
    await socket.sends({ ...problem(status), type: "error" });
    await socket.closes(4000 + status);
  }

  it("leads to the sign-in page when the session has ended", async () => {
    const { socket, currentAddress } = await showsPushed();
    signedOut();
    await isRefused(socket, 401);
    expect(await screen.findByText("Please log in again.")).toBeVisible();
    expect(currentAddress()).toBe("/login?next=%2Freleases");
  });

  it("shows nothing more once one may see no release, and does not try again", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    await isRefused(socket, 403);
    expect(
      await screen.findByRole("heading", { name: "You don't have permission to view this resource." }),
    ).toBeVisible();
    expect(screen.queryByRole("table")).not.toBeInTheDocument();
    await passes(20_000);
    expect(sockets.all).toEqual([socket]);
  });

  it("tells who has just lost all roles so, and not that nothing matches", async () => {
    const { socket } = await showsPushed(page([PAYMENTS]), "/releases?search=pay");
    signedInAs(me({ roles: [], scopes: [] }));
    await socket.sends(snapshotFrame(page([]), 9));
    expect(await screen.findByText("You have no role yet.")).toBeVisible();
    expect(screen.queryByText("No release matches.")).not.toBeInTheDocument();
  });

  it("opens no socket for somebody without a role", async () => {
    sockets.accept();
    signedInAs(me({ roles: [], scopes: [] }));
    renderApp("/releases");
    await screen.findByText("You have no role yet.");
    expect(sockets.all).toEqual([]);
  });

  it("keeps polling by the server's own patience where it is overloaded", async () => {
    useSwiftTime();
    const { socket } = await showsPushed();
    sockets.block();
    server.use(http.get("/api/releases/", () => problemResponse(503)));
    await socket.closes(1013);
    await passes(3_100);
    expect(await screen.findByText("Stale")).toBeVisible();
  });
});

describe("a change of the list, under the reader's eye", () => {
  it("flashes its row, but not for a roll-up that has come to be known", async () => {
    const { socket } = await showsPushed();
    await socket.sends(
      patchFrame(2, set(PAYMENTS.id, { state: "verifying" }), set(SEARCH.id, { rollup: rollupOf({ active: 1 }) })),
    );
    await waitFor(() => expect(row("payments").dataset.flash).toBe("even"));
    expect(row("search").dataset.flash).toBeUndefined();
    await socket.sends(patchFrame(3, set(SEARCH.id, { rollup: rollupOf({ failed: 1 }) })));
    await waitFor(() => expect(row("search").dataset.flash).toBe("even"));
  });

  it("flashes its card on a narrow screen", async () => {
    screenIs.wide = false;
    const { socket } = await showsPushed();
    await socket.sends(patchFrame(2, set(PAYMENTS.id, { state: "verifying" })));
    const card = screen.getAllByRole("listitem")[0] as HTMLElement;
    await waitFor(() => expect(card.dataset.flash).toBe("even"));
  });

  it("leaves the focus where it is, and hands that of a row that leaves to its neighbour", async () => {
    const { socket } = await showsPushed();
    within(row("payments")).getByRole("link").focus();
    await socket.sends(patchFrame(2, { op: "add", path: CART.id, entity: CART, index: 2 }));
    expect(await screen.findByRole("row", { name: /cart/ })).toBeVisible();
    expect(within(row("payments")).getByRole("link")).toHaveFocus();
    await socket.sends(patchFrame(3, { op: "remove", path: PAYMENTS.id }));
    await waitFor(() => expect(within(row("search")).getByRole("link")).toHaveFocus());
    await socket.sends(patchFrame(4, { op: "remove", path: SEARCH.id }));
    await waitFor(() => expect(within(row("cart")).getByRole("link")).toHaveFocus());
  });
});
