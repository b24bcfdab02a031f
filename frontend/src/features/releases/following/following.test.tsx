import { act, cleanup, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { App, Hierarchy } from "@/lib/api/types";
import { app, bundle, cluster, tree, wave } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { server, servesList, servesTree, servesTreeError, signedOut } from "@/test/server";
import { freshnessFrame, patchFrame, type ServedSocket, snapshotFrame, sockets } from "@/test/sockets";
import { type Following, followedOf, withFollowed } from "./following";
import { readFollowing } from "./store";

const RELEASE = "release:payments";
const API = "wave:w1/cluster:eu/bundle:core/app:api";
const STORED = "relportal.following.1";

function withApi(api: Partial<App>, change: Partial<Hierarchy> = {}): Hierarchy {
  const core = bundle("core", [app("api", { phase: "active", name: "API", ...api })]);
  return tree(RELEASE, [wave("w1", [cluster("eu", [core])])], { name: "Payments", ...change });
}

const payments = (change: Partial<Hierarchy> = {}) => withApi({}, change);

/** The browser's notifications, as far as it lets the portal show any. */
class Notifications {
  static permission: NotificationPermission = "granted";
  /** What the reader answers when they are asked. */
  static answer: NotificationPermission = "granted";
  static asked = 0;
  static shown: Notifications[] = [];
  onclick: (() => void) | null = null;
  closed = false;

  constructor(
    readonly title: string,
    readonly options: NotificationOptions,
  ) {
    Notifications.shown.push(this);
  }

  static async requestPermission(): Promise<NotificationPermission> {
    Notifications.asked += 1;
    Notifications.permission = Notifications.answer;
    return Notifications.answer;
  }

  close() {
    this.closed = true;
  }
}

const shown = () => Notifications.shown.map(({ title, options }) => [title, options.body]);

beforeEach(() => {
  Object.assign(Notifications, { permission: "granted", answer: "granted", asked: 0, shown: [] });
  vi.stubGlobal("Notification", Notifications);
  vi.stubGlobal("isSecureContext", true);
  servesList([]);
  servesTree(payments());
});

/** As if it had been asked for in an earlier visit. */
function follows(...paths: string[]) {
  const release = payments();
  const entities = [release, release.waves[0]?.clusters[0]?.bundles[0]?.apps[0]];
  const state = entities
    .flatMap((entity) => (entity && paths.includes(entity.path) ? [followedOf(release, entity)] : []))
    .reduce(withFollowed, { followed: [], told: [] } as Following);
  localStorage.setItem(STORED, JSON.stringify(state));
}

const followed = () => readFollowing(1).followed.map(({ releaseId, path, phase }) => [releaseId, path, phase]);
const bell = () => screen.getByRole("button", { name: /followed$/ });

async function socketOf(releaseId: string): Promise<ServedSocket> {
  const find = () => sockets.open.find(({ url }) => url.pathname === `/ws/releases/${releaseId}/`);
  await vi.waitFor(() => expect(find()).toBeDefined(), { timeout: 10_000 });
  return find() as ServedSocket;
}

/** The list of releases, with what is followed told by a socket of its own. */
async function opensListWatching(now = payments()) {
  sockets.accept();
  const app = renderApp("/releases");
  await screen.findByText("There are no releases yet.");
  const socket = await socketOf(RELEASE);
  await socket.sends(snapshotFrame(now), freshnessFrame("live"));
  return { ...app, socket };
}

const fails = patchFrame(2, { op: "set", path: API, fields: { phase: "failed", error_message: "image not found" } });

describe("“Notify me”", () => {
  async function opensRelease() {
    const app = renderApp(`/releases/${RELEASE}`);
    return { ...app, button: await screen.findByRole("button", { name: "Notify me" }) };
  }

  it("asks for the permission when it is pressed, not before, and remembers what is followed", async () => {
    Notifications.permission = "default";
    const { user, button } = await opensRelease();
    expect(Notifications.asked).toBe(0);
    expect(button).toHaveAttribute("aria-pressed", "false");
    await user.click(button);
    expect(await screen.findByText(/Following Payments until it ends. You will be notified/)).toBeVisible();
    expect(Notifications.asked).toBe(1);
    expect(button).toHaveAttribute("aria-pressed", "true");
    expect(followed()).toEqual([[RELEASE, "", "active"]]);
    expect(bell()).toHaveAccessibleName("1 followed");
    await user.click(button);
    expect(button).toHaveAttribute("aria-pressed", "false");
    expect(followed()).toEqual([]);
    expect(bell()).toHaveAccessibleName("Nothing followed");
  });

  it.each([
    ["denied", /blocks the portal's notifications.*told here/],
    ["default", /Without the browser's permission you will be told here/],
  ] as const)("follows all the same where the answer is %s, and says how it will be told", async (answer, words) => {
    Object.assign(Notifications, { permission: "default", answer });
    const { user, button } = await opensRelease();
    await user.click(button);
    expect(await screen.findByText(words)).toBeVisible();
    expect(followed()).toHaveLength(1);
  });

  it("follows where the browser knows no notifications", async () => {
    vi.stubGlobal("isSecureContext", false);
    const { user, button } = await opensRelease();
    await user.click(button);
    expect(await screen.findByText(/needs HTTPS.*told here/)).toBeVisible();
    expect(followed()).toHaveLength(1);
  });

  it("says so where the browser keeps nothing", async () => {
    const { user, button } = await opensRelease();
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    await user.click(button);
    expect(await screen.findByText(/keeps nothing for the portal/)).toBeVisible();
    expect(button).toHaveAttribute("aria-pressed", "false");
  });

  it("is not there for a release that has ended", async () => {
    servesTree(payments({ status: "COMPLETED", phase: "succeeded" }));
    renderApp(`/releases/${RELEASE}`);
    await screen.findByRole("tree");
    expect(screen.queryByRole("button", { name: "Notify me" })).not.toBeInTheDocument();
  });
});

describe("what is followed", () => {
  it("is told by a notification and in passing when it fails, whichever page is open, and once", async () => {
    follows(API);
    const { socket } = await opensListWatching();
    expect(shown()).toEqual([]);
    await socket.sends(fails, freshnessFrame("live"));
    const where = "app in Payments › wave:w1 › cluster:eu › bundle:core: image not found";
    await waitFor(() => expect(shown()).toEqual([["✕ API failed", where]]));
    const said = screen.getByText(/API failed/);
    expect(said).toHaveTextContent(where);
    expect(within(said).getByRole("link")).toHaveAttribute("href", `/releases/${RELEASE}?entity=${API}`);
    await socket.sends(snapshotFrame(payments(), 3), freshnessFrame("live"));
    expect(shown()).toHaveLength(1);
  });

  it("is watched on, by the same socket, when the reader goes to another page", async () => {
    follows(API);
    const { user, socket, currentAddress } = await opensListWatching();
    await user.click(screen.getByRole("link", { name: "Compare two" }));
    await screen.findByRole("heading", { name: "Compare releases" });
    expect(currentAddress()).toBe("/compare");
    expect(socket.closed).toBe(false);
    await socket.sends(fails, freshnessFrame("live"));
    await waitFor(() => expect(shown()).toHaveLength(1));
    vi.spyOn(window, "focus").mockImplementation(() => {});
    Notifications.shown[0]?.onclick?.();
    await waitFor(() => expect(currentAddress()).toBe(`/releases/${RELEASE}?entity=${API}`));
  });

  it("leads to what it tells of by a click on the notification", async () => {
    follows(API);
    const focus = vi.spyOn(window, "focus").mockImplementation(() => {});
    const { socket, currentAddress } = await opensListWatching();
    await socket.sends(fails);
    await waitFor(() => expect(Notifications.shown).toHaveLength(1));
    act(() => Notifications.shown[0]?.onclick?.());
    await waitFor(() => expect(currentAddress()).toBe(`/releases/${RELEASE}?entity=${API}`));
    expect(focus).toHaveBeenCalled();
    expect(Notifications.shown[0]?.closed).toBe(true);
  });

  it("is told at the next opening where it ended while no tab was open, and not again after that", async () => {
    follows("");
    const ended = payments({ status: "COMPLETED", phase: "succeeded" });
    await opensListWatching(ended);
    await waitFor(() => expect(shown()).toEqual([["✓ Payments succeeded", "release"]]));
    expect(await screen.findByText(/Payments succeeded/)).toBeVisible();
    expect(followed()).toEqual([]);
    await vi.waitFor(() => expect(sockets.open.some(({ url }) => url.pathname.includes(RELEASE))).toBe(false));
  });

  it("is waited for where its release has ended before it, for as long as its last words may take", async () => {
    useSwiftTime();
    follows(API);
    const over = { status: "TERMINATED", phase: "stopped" } as const;
    const { socket } = await opensListWatching(withApi({ phase: "active" }, over));
    await act(() => vi.advanceTimersByTimeAsync(3_000));
    expect(followed()).toHaveLength(1);
    await socket.sends(patchFrame(2, { op: "set", path: API, fields: { name: "The API" } }));
    await act(() => vi.advanceTimersByTimeAsync(6_000));
    expect(followed()).toEqual([]);
    expect(shown()).toMatchObject([["⚠ The API did not end", expect.stringMatching(/whose release has ended$/)]]);
  });

  it("is known from before after a reload", async () => {
    follows(API);
    const { socket } = await opensListWatching();
    await socket.sends(fails);
    await waitFor(() => expect(shown()).toHaveLength(1));
    cleanup();
    await vi.waitFor(() => expect(socket.closed).toBe(true));
    await opensListWatching(withApi({ phase: "failed" }));
    expect(shown()).toHaveLength(1);
    expect(screen.queryByText(/API failed/)).not.toBeInTheDocument();
  });

  it("is said in passing once the tab is looked at", async () => {
    follows(API);
    const { socket } = await opensListWatching();
    const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await socket.sends(fails);
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(screen.queryByText(/API failed/)).not.toBeInTheDocument();
    seen.mockReturnValue("visible");
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
    expect(await screen.findByText(/API failed/)).toBeVisible();
  });

  it("is asked for where sockets are blocked", async () => {
    useSwiftTime();
    follows(API);
    renderApp("/releases");
    await screen.findByText("There are no releases yet.");
    servesTree(withApi({ phase: "failed" }));
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    await waitFor(() => expect(shown()).toMatchObject([["✕ API failed", expect.any(String)]]));
  });

  it("is let go with a word once its release is out of the reader's scope", async () => {
    follows("", API);
    const { socket } = await opensListWatching();
    await socket.sends({ type: "error", code: "permission_denied", detail: "You don't have permission." });
    await socket.closes(4403);
    expect(await screen.findByText(/Payments is followed no more · You don't have permission/)).toBeVisible();
    expect(followed()).toEqual([]);
  });

  it("is let go with a word where its release is gone, without sockets as well", async () => {
    useSwiftTime();
    follows(API);
    servesTreeError(404);
    renderApp("/releases");
    await screen.findByText("There are no releases yet.");
    await act(() => vi.advanceTimersByTimeAsync(5_000));
    expect(await screen.findByText(/Payments is followed no more · Release not found/)).toBeVisible();
    expect(followed()).toEqual([]);
  });

  it("is waited for while the portal is out of reach", async () => {
    useSwiftTime();
    follows(API);
    server.use(http.get("/api/releases/:id/hierarchy/", () => HttpResponse.error()));
    renderApp("/releases");
    await screen.findByText("There are no releases yet.");
    await act(() => vi.advanceTimersByTimeAsync(40_000));
    expect(followed()).toHaveLength(1);
    expect(screen.queryByText(/followed no more/)).not.toBeInTheDocument();
  });

  it("is not watched any more once its reader is signed out", async () => {
    follows(API);
    const { socket, queryClient } = await opensListWatching();
    signedOut();
    await act(() => queryClient.refetchQueries({ queryKey: ["session"] }));
    expect(await screen.findByRole("button", { name: "Sign in" })).toBeVisible();
    await vi.waitFor(() => expect(socket.closed).toBe(true));
    expect(followed()).toHaveLength(1);
  });

  it("is each user's own", async () => {
    localStorage.setItem("relportal.following.2", JSON.stringify({ followed: [], told: [] }));
    follows(API);
    localStorage.setItem("relportal.following.2", localStorage.getItem(STORED) ?? "");
    localStorage.removeItem(STORED);
    renderApp("/releases");
    expect(await screen.findByRole("button", { name: "Nothing followed" })).toBeVisible();
  });

  it("is not broken by what an older portal may have left", async () => {
    const entry = { releaseId: RELEASE, path: "", type: "release", name: "Payments", within: "", phase: "baking" };
    localStorage.setItem(STORED, JSON.stringify({ followed: [entry, null, 7], told: "none" }));
    renderApp("/releases");
    expect(await screen.findByRole("button", { name: "Nothing followed" })).toBeVisible();
  });

  it("follows what another tab follows", async () => {
    renderApp("/releases");
    await screen.findByRole("button", { name: "Nothing followed" });
    follows(API);
    act(() => void window.dispatchEvent(new StorageEvent("storage", { key: STORED })));
    expect(bell()).toHaveAccessibleName("1 followed");
  });
});

describe("the bell", () => {
  it("lists what is followed, each with a way there and a way out", async () => {
    follows("", API);
    const { user, socket } = await opensListWatching();
    await user.click(bell());
    const list = screen.getByRole("list", { name: "Followed" });
    expect(within(list).getAllByRole("listitem")).toHaveLength(2);
    expect(within(list).getByRole("link", { name: "API" })).toHaveAttribute(
      "href",
      `/releases/${RELEASE}?entity=${API}`,
    );
    expect(within(list).getByText("active app in Payments › wave:w1 › cluster:eu › bundle:core")).toBeVisible();
    await user.click(within(list).getByRole("button", { name: "Stop following API" }));
    expect(followed()).toEqual([[RELEASE, "", "active"]]);
    await user.click(within(list).getByRole("button", { name: "Stop following Payments" }));
    expect(screen.getByText(/tells you when it ends or fails/)).toBeVisible();
    await vi.waitFor(() => expect(socket.closed).toBe(true));
    await vi.waitFor(() => expect(sockets.open.every(({ url }) => url.pathname === "/ws/releases/")).toBe(true));
  });

  it("keeps what was told of late, until it is cleared", async () => {
    follows(API);
    const { user, socket } = await opensListWatching();
    await socket.sends(fails);
    await waitFor(() => expect(shown()).toHaveLength(1));
    await user.click(bell());
    const told = screen.getByRole("list", { name: "Lately told" });
    expect(within(told).getByRole("link", { name: "API failed" })).toBeVisible();
    expect(within(told).getByText(/just now/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Clear" }));
    expect(screen.queryByRole("list", { name: "Lately told" })).not.toBeInTheDocument();
  });

  it("offers to allow notifications where nobody has decided yet", async () => {
    Notifications.permission = "default";
    follows(API);
    const { user } = renderApp("/releases");
    await user.click(await screen.findByRole("button", { name: "1 followed" }));
    await user.click(screen.getByRole("button", { name: "Allow notifications" }));
    expect(Notifications.asked).toBe(1);
    await waitFor(() => expect(screen.queryByRole("button", { name: "Allow notifications" })).not.toBeInTheDocument());
  });
});
