import { act, screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { me, release, rollupOf, tree } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { listPage, problemResponse, server, servesList, servesTree, signedInAs } from "@/test/server";
import { screenIs } from "@/test/setup";

const PAYMENTS = release("release:2025.11-payments", {
  name: "Payments November",
  rollup: rollupOf({ succeeded: 12, active: 3, failed: 1 }),
});
const SEARCH = release("release:2025.11-search", { state: "completed", phase: "succeeded", status: "COMPLETED" });

async function rowOf(id: string): Promise<HTMLElement> {
  return screen.findByRole("row", { name: new RegExp(id) });
}

describe("the release list", () => {
  it("shows each release with its state, phase, status and a link to it", async () => {
    servesList([PAYMENTS, SEARCH]);
    renderApp("/releases");
    const row = await rowOf("2025.11-payments");
    expect(within(row).getByRole("link", { name: "Payments November" })).toHaveAttribute(
      "href",
      "/releases/release:2025.11-payments",
    );
    expect(within(row).getByText("release:2025.11-payments")).toBeVisible();
    expect(within(row).getByText("deploying")).toBeVisible();
    expect(within(row).getByText("active")).toBeVisible();
    expect(within(row).getByText("Running")).toBeVisible();
    expect(screen.getByText("2 releases")).toBeVisible();
  });

  it("shows exact times on hover, in the reader's zone and in UTC", async () => {
    servesList([PAYMENTS]);
    renderApp("/releases");
    const started = (await rowOf("2025.11-payments")).querySelector("time");
    expect(started).toHaveAttribute("datetime", "2025-11-22T08:00:00.000Z");
    expect(started?.title).toContain("09:00:00");
    expect(started?.title).toContain("08:00:00 UTC");
  });

  it("tells exact times to assistive technology too", async () => {
    servesList([PAYMENTS]);
    renderApp("/releases");
    const row = await rowOf("2025.11-payments");
    expect(row).toHaveTextContent(/y ago, 22 Nov 2025, 09:00:00 CET · 22 Nov 2025, 08:00:00 UTC/);
  });

  it("tells where each release stands, what holds it up and how long it took", async () => {
    servesList([
      release("release:broken", {
        state: "failed",
        phase: "failed",
        status: "FAILED",
        ended_at: "2025-11-22T09:05:00Z",
        rollup: rollupOf({ succeeded: 3, failed: 1 }),
        held_by: {
          kind: "failed",
          path: "wave:two/cluster:eu-west/bundle:core/app:search-api",
          entity_id: "app:search-api",
          names: ["wave 2", "eu-west", "core", "search-api"],
          state: "failed",
          message: "image not found",
          since: "2025-11-22T09:03:00Z",
        },
        stands_at: { wave: 2, of: 5 },
      }),
    ]);
    renderApp("/releases");
    const row = await rowOf("release:broken");
    expect(await within(row).findByText("wave 2 of 5")).toBeVisible();
    expect(row).toHaveTextContent(
      "Held by wave 2 › eu-west › bundle core › search-api: image not found, 22 Nov 2025, 10:03",
    );
    expect(within(row).getByRole("link", { name: "search-api" })).toBeVisible();
    expect(within(row).getByText("1 h 5 min")).toBeVisible();
    expect(row).toHaveTextContent(/ended \d+ \w+ ago/);
  });

  it("awaits nothing in a release that has ended, whatever its apps said last", async () => {
    const heldBy = { kind: "active" as const, path: "wave:one", entity_id: "wave:one", names: ["one"] };
    servesList([
      release("release:done", {
        state: "completed",
        phase: "succeeded",
        rollup: rollupOf({ succeeded: 1 }),
        held_by: { ...heldBy, state: "deploying", message: null, since: null },
        stands_at: { wave: 1, of: 1 },
      }),
    ]);
    renderApp("/releases");
    const row = await rowOf("release:done");
    expect(await within(row).findByText("wave 1 of 1")).toBeVisible();
    expect(row).not.toHaveTextContent("At wave");
  });

  it("shows the rows first and adds the roll-ups when they are there", async () => {
    const asked = servesList([PAYMENTS]);
    renderApp("/releases");
    await rowOf("2025.11-payments");
    expect(asked[0]?.has("include")).toBe(false);
    expect(await screen.findByRole("img", { name: "16 apps: 12 succeeded, 3 active, 1 failed" })).toBeVisible();
    expect(asked.filter((query) => query.get("include") === "rollup")).toHaveLength(1);
  });

  it("shows a problem in place of a state that can't be read", async () => {
    servesList([
      release("release:broken", {
        state: null,
        phase: "unknown",
        problem: { code: "query_timeout", detail: "The worker did not answer within 5 seconds." },
      }),
    ]);
    renderApp("/releases");
    const row = await rowOf("release:broken");
    expect(within(row).getByTitle("The worker did not answer within 5 seconds.")).toBeVisible();
    expect(within(row).queryByText("unknown")).not.toBeInTheDocument();
  });

  it("shows how a release ended beside why it can't be read, and does not count the apps that nobody could read", async () => {
    servesList([
      release("release:ended-early", {
        state: "terminated",
        phase: "stopped",
        status: "TERMINATED",
        problem: { code: "worker_unavailable", detail: "No worker answers for this release." },
        rollup: rollupOf({}),
      }),
      release("release:empty", { rollup: rollupOf({}) }),
    ]);
    renderApp("/releases");
    const row = await rowOf("release:ended-early");
    expect(within(row).getByText("terminated")).toBeVisible();
    expect(within(row).getByText("No worker answers for this release.")).toBeVisible();
    expect(await within(row).findByTitle("can't be read")).toHaveTextContent("apps not known");
    expect(within(await rowOf("release:empty")).getByText("no apps")).toBeVisible();
    expect(within(row).queryByText("no apps")).not.toBeInTheDocument();
  });

  it("shows cards where the screen is narrow", async () => {
    screenIs.wide = false;
    servesList([PAYMENTS, SEARCH]);
    renderApp("/releases");
    const cards = await screen.findByRole("list", { name: "Releases" });
    expect(within(cards).getAllByRole("listitem")).toHaveLength(2);
    expect(screen.queryByRole("table")).not.toBeInTheDocument();
  });

  it("says in words on a card that a release's apps are not known", async () => {
    screenIs.wide = false;
    servesList([release("release:slow", { rollup: null })]);
    renderApp("/releases");
    expect(await screen.findByTitle("could not be read in time")).toHaveTextContent("apps not known");
  });

  it("reads the whole view from the address", async () => {
    const asked = servesList([SEARCH], 90);
    renderApp("/releases?search=sea&phase=failed,active&status=RUNNING&ordering=id&page_size=50&page=2");
    await rowOf("2025.11-search");
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      search: "sea",
      phase: "failed,active",
      status: "RUNNING",
      ordering: "id",
      page_size: "50",
      page: "2",
    });
    expect(screen.getByRole("searchbox")).toHaveValue("sea");
    expect(screen.getByRole("button", { name: /^failed/ })).toHaveAttribute("aria-pressed", "true");
    expect(screen.getByRole("button", { name: /^succeeded/ })).toHaveAttribute("aria-pressed", "false");
    expect(screen.getByRole("columnheader", { name: "Release" })).toHaveAttribute("aria-sort", "ascending");
    expect(screen.getByText("51–90 of 90")).toBeVisible();
  });

  it("keeps filters in the address, and the back button takes them back", async () => {
    servesList([PAYMENTS]);
    const { user, router, currentAddress } = renderApp("/releases?page=3");
    await user.click(await screen.findByRole("button", { name: /^failed/ }));
    await waitFor(() => expect(currentAddress()).toBe("/releases?phase=failed"));
    await user.click(screen.getByRole("button", { name: "Any status" }));
    await user.click(screen.getByRole("button", { name: "Timed out" }));
    await waitFor(() => expect(currentAddress()).toBe("/releases?phase=failed&status=TIMED_OUT"));
    await act(() => router.navigate(-1));
    expect(currentAddress()).toBe("/releases?phase=failed");
  });

  it("searches once the typing pauses, as one step of the history", async () => {
    const asked = servesList([PAYMENTS]);
    const { user, currentAddress } = renderApp("/releases");
    await rowOf("2025.11-payments");
    await user.type(screen.getByRole("searchbox"), "pay");
    await waitFor(() => expect(currentAddress()).toBe("/releases?search=pay"));
    const searched = () => [...new Set(asked.map((query) => query.get("search")))];
    await waitFor(() => expect(searched()).toEqual([null, "pay"]));
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    await waitFor(() => expect(currentAddress()).toBe("/releases"));
    expect(screen.getByRole("searchbox")).toHaveValue("");
  });

  it("sorts by its headings", async () => {
    servesList([PAYMENTS]);
    const { user, currentAddress } = renderApp("/releases");
    await user.click(await screen.findByRole("button", { name: "Ended" }));
    await waitFor(() => expect(currentAddress()).toBe("/releases?ordering=-ended_at"));
    await user.click(screen.getByRole("button", { name: "Ended" }));
    await waitFor(() => expect(currentAddress()).toBe("/releases?ordering=ended_at"));
  });

  it("pages", async () => {
    servesList([PAYMENTS], 45);
    const { user, currentAddress } = renderApp("/releases");
    expect(await screen.findByText("Page 1 of 3")).toBeVisible();
    expect(screen.getByRole("button", { name: "Previous" })).toBeDisabled();
    await user.click(screen.getByRole("button", { name: "Next" }));
    await waitFor(() => expect(currentAddress()).toBe("/releases?page=2"));
    await user.selectOptions(screen.getByLabelText("Releases per page"), "100");
    await waitFor(() => expect(currentAddress()).toBe("/releases?page_size=100"));
  });

  it.each(["/releases?page=9", "/releases?search=pay&page=9"])(
    "leads back to the first page from beyond the last at %s",
    async (address) => {
      server.use(
        http.get("/api/releases/", ({ request }) =>
          listPage(new URL(request.url).searchParams.get("page") === "1" ? [PAYMENTS] : [], 1),
        ),
      );
      const { user } = renderApp(address);
      expect(await screen.findByText("There is no page 9.")).toBeVisible();
      expect(screen.queryByText("No release matches.")).not.toBeInTheDocument();
      await user.click(screen.getByRole("button", { name: "First page" }));
      expect(await rowOf("2025.11-payments")).toBeVisible();
    },
  );

  it("says so where there are no releases", async () => {
    servesList([]);
    renderApp("/releases");
    expect(await screen.findByText("There are no releases yet.")).toBeVisible();
    expect(screen.getByText(/Your roles let you see release:\*; an administrator can change that/)).toBeVisible();
  });

  it("tells administrators where releases are looked for, where there are none", async () => {
    servesList([]);
    signedInAs(me({ is_staff: true, sees_all: true }));
    renderApp("/releases");
    expect(await screen.findByText(/TEMPORAL_NAMESPACE and RELEASE_LIST_QUERY/)).toBeVisible();
  });

  it("says so where nothing matches, and clears the filters", async () => {
    servesList([]);
    const { user, currentAddress } = renderApp("/releases?phase=failed&search=pay");
    const notice = await screen.findByText("No release matches.");
    expect(notice).toBeVisible();
    expect(screen.getByText(/fits “pay” · failed\. The search looks for a part of the ID\./)).toBeVisible();
    await user.click(screen.getAllByRole("button", { name: "Clear filters" })[0] as HTMLElement);
    await waitFor(() => expect(currentAddress()).toBe("/releases"));
  });

  it("tells somebody without a role whom to ask, and asks the server for nothing", async () => {
    const asked = servesList([]);
    signedInAs(me({ roles: [], scopes: [] }));
    renderApp("/releases");
    expect(await screen.findByText("You have no role yet.")).toBeVisible();
    expect(screen.getByText(/Ask an administrator/)).toBeVisible();
    expect(asked).toHaveLength(0);
  });

  it("shows the releases by itself once a role is given", async () => {
    useSwiftTime();
    servesList([PAYMENTS]);
    signedInAs(me({ roles: [], scopes: [] }));
    renderApp("/releases");
    await screen.findByText("You have no role yet.");
    signedInAs(me());
    await act(() => vi.advanceTimersByTimeAsync(15_100));
    expect(await rowOf("2025.11-payments")).toBeVisible();
  });

  it("shows the list to a superuser, who needs no scope", async () => {
    servesList([PAYMENTS]);
    signedInAs(me({ roles: [], scopes: [], sees_all: true }));
    renderApp("/releases");
    expect(await rowOf("2025.11-payments")).toBeVisible();
  });
});

describe("the release list over time", () => {
  it("picks up changes every 3 seconds, without asking for roll-ups each time", async () => {
    useSwiftTime();
    const asked = servesList([PAYMENTS]);
    renderApp("/releases");
    await rowOf("2025.11-payments");
    await screen.findByRole("img", { name: /16 apps/ });
    servesList([{ ...PAYMENTS, state: "verifying" }]);
    await act(() => vi.advanceTimersByTimeAsync(3_100));
    expect(await screen.findByText("verifying")).toBeVisible();
    expect(screen.getByRole("img", { name: /16 apps/ })).toBeVisible();
    expect(asked.filter((query) => query.has("include"))).toHaveLength(1);
  });

  it("keeps the last known rows when a poll fails, says so, and recovers by itself", async () => {
    useSwiftTime();
    servesList([PAYMENTS]);
    renderApp("/releases");
    await rowOf("2025.11-payments");
    server.use(http.get("/api/releases/", () => problemResponse(503)));
    await act(() => vi.advanceTimersByTimeAsync(3_100));
    expect(await screen.findByText(/Not updated since/)).toBeVisible();
    expect(screen.getByText(/Unable to load release information/)).toBeVisible();
    expect(await rowOf("2025.11-payments")).toBeVisible();
    servesList([PAYMENTS]);
    await act(() => vi.advanceTimersByTimeAsync(3_100));
    await waitFor(() => expect(screen.queryByText(/Not updated since/)).not.toBeInTheDocument());
  });

  it("keeps what holds a release up while only its row is read again", async () => {
    useSwiftTime();
    const since = new Date(Date.now() - 4 * 60_000 - 2_000).toISOString();
    const heldBy = { kind: "active" as const, path: "app:api", entity_id: "app:api", names: ["api"], message: null };
    servesList([{ ...PAYMENTS, held_by: { ...heldBy, state: "deploying", since } }]);
    renderApp("/releases");
    const row = await rowOf("2025.11-payments");
    expect(await within(row).findByText("for 4 min")).toBeVisible();
    servesList([{ ...PAYMENTS, state: "verifying" }]);
    await act(() => vi.advanceTimersByTimeAsync(3_100));
    expect(await within(row).findByText("verifying")).toBeVisible();
    expect(row).toHaveTextContent("At api: deploying for 4 min");
  });

  it("keeps a roll-up that could not be read again", async () => {
    useSwiftTime();
    servesList([PAYMENTS]);
    renderApp("/releases");
    await screen.findByRole("img", { name: /16 apps/ });
    const asked = servesList([{ ...PAYMENTS, rollup: null }]);
    await act(() => vi.advanceTimersByTimeAsync(15_100));
    await waitFor(() => expect(asked.some((query) => query.has("include"))).toBe(true));
    expect(screen.getByRole("img", { name: /16 apps/ })).toBeVisible();
  });

  it("leads to the sign-in page and stops asking when the session has ended", async () => {
    useSwiftTime();
    servesList([PAYMENTS]);
    const { currentAddress } = renderApp("/releases?phase=active");
    await rowOf("2025.11-payments");
    const asked = vi.fn();
    server.use(
      http.get("/api/releases/", () => {
        asked();
        return problemResponse(401);
      }),
    );
    await act(() => vi.advanceTimersByTimeAsync(3_100));
    expect(await screen.findByText("Please log in again.")).toBeVisible();
    expect(currentAddress()).toBe("/login?next=%2Freleases%3Fphase%3Dactive");
    const askedBefore = asked.mock.calls.length;
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    expect(asked).toHaveBeenCalledTimes(askedBefore);
  });

  it("does not ask while the tab is hidden", async () => {
    useSwiftTime();
    const asked = servesList([PAYMENTS]);
    renderApp("/releases");
    await screen.findByRole("img", { name: /16 apps/ });
    const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    const askedBefore = asked.length;
    await act(() => vi.advanceTimersByTimeAsync(30_000));
    expect(asked).toHaveLength(askedBefore);
    visibility.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    await waitFor(() => expect(asked.length).toBeGreaterThan(askedBefore));
  });
});

describe("coming back to the list", () => {
  const LEDGER = release("release:ledger");

  async function opensAndLeaves(leave: (app: ReturnType<typeof renderApp>, link: HTMLElement) => Promise<void>) {
    servesList([PAYMENTS, LEDGER]);
    servesTree(tree(LEDGER.id, []));
    const app = renderApp("/releases");
    await leave(app, await screen.findByRole("link", { name: LEDGER.id }));
    await screen.findByRole("tree");
    act(() => app.router.navigate(-1));
    return screen.findByRole("link", { name: LEDGER.id });
  }

  it("gives the focus back to the row that was left by keyboard", async () => {
    const link = await opensAndLeaves(async ({ user }, row) => {
      row.focus();
      await user.keyboard("{Enter}");
    });
    expect(link).toHaveFocus();
  });

  it("moves no focus for who points", async () => {
    const link = await opensAndLeaves(({ user }, row) => user.click(row));
    expect(link).not.toHaveFocus();
  });
});
