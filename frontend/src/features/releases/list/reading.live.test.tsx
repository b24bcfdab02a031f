import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Release } from "@/lib/api/types";
import type { Change } from "@/lib/realtime/frames";
import { release } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { server, servesList } from "@/test/server";
import { screenIs } from "@/test/setup";
import { freshnessFrame, patchFrame, snapshotFrame, sockets } from "@/test/sockets";

const [ONE, TWO, THREE] = ["one", "two", "three"].map((name) => release(`release:${name}`)) as [
  Release,
  Release,
  Release,
];
const NEW = release("release:new");
const NEWER = release("release:newer");

const add = (entity: Release, index: number): Change => ({ op: "add", path: entity.id, entity, index });
const remove = ({ id }: Release): Change => ({ op: "remove", path: id });
const set = ({ id }: Release, fields: Record<string, unknown>): Change => ({ op: "set", path: id, fields });

function shown(): (string | undefined)[] {
  return [...document.querySelectorAll<HTMLElement>("[data-key]")].map(({ dataset }) => dataset.key);
}

const ids = (...releases: Release[]) => releases.map(({ id }) => id);

function row({ id }: Release): HTMLElement {
  return screen.getByRole("row", { name: new RegExp(`${id}\\b`) });
}

const pill = (name: string | RegExp) => screen.findByRole("button", { name });

function scrollsTo(top: number) {
  Object.defineProperty(window, "scrollY", { configurable: true, value: top });
  fireEvent.scroll(window);
}

/** For the moment after which somebody is taken to have left the rows. */
function leaves(): Promise<unknown> {
  return act(() => vi.advanceTimersByTimeAsync(2_100));
}

async function showsRows(address = "/releases", rows = [ONE, TWO, THREE]) {
  sockets.accept();
  server.use(http.get("/api/releases/", () => delay("infinite")));
  const app = renderApp(address);
  const socket = await sockets.current();
  await socket.sends(
    snapshotFrame({ count: 3, next: null, previous: null, results: rows }),
    freshnessFrame(address.includes("phase") ? "polled" : "live"),
  );
  await waitFor(() => expect(shown()).toEqual(ids(...rows)));
  return { ...app, socket };
}

beforeEach(() => {
  useSwiftTime();
});

afterEach(() => scrollsTo(0));

describe("rows that somebody reads", () => {
  it("are not pushed away by new releases where the page is scrolled: these are offered, and announced", async () => {
    const { socket, user } = await showsRows();
    const scrolled = vi.spyOn(window, "scrollTo");
    scrollsTo(400);
    await socket.sends(patchFrame(2, add(NEW, 0), remove(THREE)));
    expect(await pill("1 new release")).toBeVisible();
    expect(shown()).toEqual(ids(ONE, TWO));
    await socket.sends(patchFrame(3, add(NEWER, 0), remove(TWO), set(ONE, { state: "verifying" })));
    const button = await pill("2 new releases");
    expect(screen.getAllByRole("status").map(({ textContent }) => textContent)).toContain("2 new releases");
    expect(within(row(ONE)).getByText("verifying")).toBeVisible();
    expect(shown()).toEqual(ids(ONE));
    await user.click(button);
    expect(shown()).toEqual(ids(NEWER, NEW, ONE));
    expect(scrolled).toHaveBeenCalledWith({ top: 0 });
    expect(screen.getByRole("table", { name: "Releases" })).toHaveFocus();
    expect(screen.queryByRole("button", { name: /new release/ })).not.toBeInTheDocument();
  });

  it("let new releases in by themselves once they are left", async () => {
    const { socket } = await showsRows();
    scrollsTo(400);
    await socket.sends(patchFrame(2, add(NEW, 0)));
    await pill("1 new release");
    scrollsTo(0);
    await leaves();
    expect(shown()).toEqual(ids(NEW, ONE, TWO, THREE));
    await socket.sends(patchFrame(3, add(NEWER, 0)));
    await waitFor(() => expect(shown()).toEqual(ids(NEWER, NEW, ONE, TWO, THREE)));
  });

  it("stay where they are while one of them has the focus", async () => {
    const { socket, user } = await showsRows();
    within(row(TWO)).getByRole("link").focus();
    await socket.sends(patchFrame(2, add(NEW, 0)));
    await pill("1 new release");
    expect(within(row(TWO)).getByRole("link")).toHaveFocus();
    await leaves();
    expect(shown()).toEqual(ids(ONE, TWO, THREE));
    await user.click(screen.getByRole("searchbox"));
    await leaves();
    expect(shown()).toEqual(ids(NEW, ONE, TWO, THREE));
  });

  it("stay where they are while something in them is selected", async () => {
    const { socket } = await showsRows();
    document.getSelection()?.selectAllChildren(within(row(TWO)).getByRole("link"));
    await act(() => vi.advanceTimersByTimeAsync(0));
    await socket.sends(patchFrame(2, add(NEW, 0)));
    await pill("1 new release");
    document.getSelection()?.removeAllRanges();
    await leaves();
    expect(shown()).toEqual(ids(NEW, ONE, TWO, THREE));
  });

  it("stay where they are while a pointer moves over them: nobody shall hit another than they aim at", async () => {
    const { socket } = await showsRows();
    fireEvent.pointerMove(within(row(TWO)).getByRole("link"));
    await socket.sends(patchFrame(2, add(NEW, 0)));
    await pill("1 new release");
    await leaves();
    expect(shown()).toEqual(ids(NEW, ONE, TWO, THREE));
  });

  it("are joined at once by what comes after them", async () => {
    const { socket } = await showsRows("/releases?ordering=started_at");
    scrollsTo(400);
    await socket.sends(patchFrame(2, add(NEW, 3)));
    await waitFor(() => expect(shown()).toEqual(ids(ONE, TWO, THREE, NEW)));
    expect(screen.queryByRole("button", { name: /new release/ })).not.toBeInTheDocument();
  });

  it.each(["/releases?page=2", "/releases?phase=active", "/releases?status=RUNNING"])(
    "are told what has come in, which need not be new, at %s",
    async (address) => {
      const { socket } = await showsRows(address);
      scrollsTo(400);
      await socket.sends(patchFrame(2, add(NEW, 0)));
      expect(await pill("1 more release")).toBeVisible();
    },
  );

  it("keep their order, and are told that it is another", async () => {
    const { socket, user } = await showsRows("/releases?ordering=-ended_at");
    scrollsTo(400);
    await socket.sends(patchFrame(2, remove(THREE), add(THREE, 0)));
    const button = await pill("The order has changed");
    expect(shown()).toEqual(ids(ONE, TWO, THREE));
    await user.click(button);
    expect(shown()).toEqual(ids(THREE, ONE, TWO));
  });

  it("give way to those of another view", async () => {
    const { socket, user } = await showsRows();
    scrollsTo(400);
    await socket.sends(patchFrame(2, add(NEW, 0)));
    await pill("1 new release");
    await user.click(screen.getByRole("button", { name: /^failed/ }));
    await waitFor(() => expect(socket.closed).toBe(true));
    const next = await sockets.current();
    await next.sends(snapshotFrame({ count: 2, next: null, previous: null, results: [NEWER, ONE] }));
    await waitFor(() => expect(shown()).toEqual(ids(NEWER, ONE)));
  });

  it("let new releases in at the press of a key", async () => {
    const { socket, user } = await showsRows();
    scrollsTo(400);
    await socket.sends(patchFrame(2, add(NEW, 0)));
    await pill("1 new release");
    await user.keyboard(".");
    expect(shown()).toEqual(ids(NEW, ONE, TWO, THREE));
  });

  it("stay where they are as cards, too", async () => {
    screenIs.wide = false;
    const { socket, user } = await showsRows();
    scrollsTo(400);
    await socket.sends(patchFrame(2, add(NEW, 0)));
    await user.click(await pill("1 new release"));
    expect(shown()).toEqual(ids(NEW, ONE, TWO, THREE));
    expect(screen.getByRole("list", { name: "Releases" })).toHaveFocus();
  });

  it("stay where they are where nothing is pushed, and the page asks", async () => {
    servesList([ONE, TWO]);
    renderApp("/releases");
    await waitFor(() => expect(shown()).toEqual(ids(ONE, TWO)));
    scrollsTo(400);
    servesList([NEW, ONE, TWO]);
    await act(() => vi.advanceTimersByTimeAsync(6_100));
    expect(await pill("1 new release")).toBeVisible();
    expect(shown()).toEqual(ids(ONE, TWO));
  });
});

describe("a page that is turned", () => {
  it("is read from its top", async () => {
    servesList([ONE], 45);
    const { user } = renderApp("/releases");
    const scrolled = vi.spyOn(window, "scrollTo");
    await user.click(await screen.findByRole("button", { name: "Next" }));
    expect(scrolled).toHaveBeenCalledWith({ top: 0 });
  });
});
