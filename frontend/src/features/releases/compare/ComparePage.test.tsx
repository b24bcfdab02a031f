import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http, type JsonBodyType } from "msw";
import { describe, expect, it, vi } from "vitest";
import type { Comparison } from "@/lib/api/types";
import { comparand, compared, comparison, DONE, held, lone, onlyInOne, servesComparison } from "@/test/comparison";
import { me, release } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { listPage, problemResponse, server, servesList, signedInAs } from "@/test/server";

const BOTH = "/compare?a=release:payments-1&b=release:payments-2";

const LEDGER = compared("ledger", ["version"], { version: "1.1.0" });
const PAYOUTS = compared("payouts", ["state", "phase"], {
  state: "failed",
  phase: "failed",
  error_message: "Image not found.",
});
const SLOW = compared("slow", ["duration"], { duration_seconds: 90 });
const SAME = compared("webhooks", []);
const SOME = comparison([LEDGER, PAYOUTS, SLOW, SAME, lone("card-vault", "b"), held("x", "gone", "a")], {
  only_in_one: [onlyInOne("gone", "a", 1)],
});

async function rowOf(name: RegExp): Promise<HTMLElement> {
  return screen.findByRole("row", { name });
}

function rowNames(): (string | undefined)[] {
  return screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => row.querySelector(".diff-name")?.textContent ?? undefined);
}

function answersWith(status: number, change = {}) {
  server.use(http.get("/api/compare/", () => problemResponse(status, change)));
}

describe("a comparison", () => {
  it("shows old and new of what differs, and once what does not", async () => {
    servesComparison(SOME);
    renderApp(BOTH);
    const ledger = await rowOf(/^ledger/);
    expect(ledger).toHaveAccessibleName(/w1 › eu-west › core from 1\.0\.0 to 1\.1\.0 running succeeded 30 s/);
    const payouts = await rowOf(/^payouts/);
    expect(payouts).toHaveAccessibleName(/1\.0\.0 from running succeeded to failed Image not found\./);
    expect(await rowOf(/^slow/)).toHaveAccessibleName(/from 30 s to 1 min 30 s \+1 min/);
    expect(await rowOf(/^card-vault/)).toHaveTextContent("only in release:payments-2");
    expect(screen.getByText("5 of 6 apps differ.")).toBeVisible();
    expect(screen.queryByRole("row", { name: /webhooks/ })).not.toBeInTheDocument();
    expect(document.title).toBe("release:payments-2 compared with release:payments-1 · Relportal");
  });

  it("leads to each app where its release shows it", async () => {
    servesComparison(SOME);
    renderApp(BOTH);
    const ledger = await rowOf(/^ledger/);
    const path = "wave:w1/cluster:eu-west/bundle:core/app:ledger";
    expect(within(ledger).getByRole("link", { name: "ledger in release:payments-1" })).toHaveAttribute(
      "href",
      `/releases/release:payments-1?entity=${path}`,
    );
    expect(within(ledger).getByRole("link", { name: "ledger in release:payments-2" })).toHaveAttribute(
      "href",
      `/releases/release:payments-2?entity=${path}`,
    );
    const added = await rowOf(/^card-vault/);
    expect(within(added).getAllByRole("link")).toHaveLength(1);
  });

  it("shows what one release alone has as one line, which opens", async () => {
    servesComparison(SOME);
    const { user } = renderApp(BOTH);
    const gone = await screen.findByRole("button", { name: "cluster w1 › gone only in release:payments-1 1 app" });
    expect(gone).toHaveAttribute("aria-expanded", "false");
    expect(rowNames()).toEqual(["cluster w1 › gone", "ledger", "payouts", "slow", "card-vault"]);
    await user.click(gone);
    expect(gone).toHaveAttribute("aria-expanded", "true");
    expect(rowNames()).toEqual(["cluster w1 › gone", "x", "ledger", "payouts", "slow", "card-vault"]);
  });

  it("says what can't be read, and does not say that it is gone", async () => {
    const problem = { code: "worker_unavailable", detail: "No worker answers." };
    const silent = compared("silent", ["unread"], { state: null, phase: "unknown", problem });
    const below = held("x", "dark", "a", ["unread"]);
    servesComparison(comparison([silent, below], { only_in_one: [onlyInOne("dark", "a", 1, true)] }));
    renderApp(BOTH);
    expect(await rowOf(/^silent/)).toHaveTextContent("No worker answers.");
    expect(screen.getByRole("button", { name: /gone|dark/ })).toHaveTextContent("can't be read in release:payments-2");
    expect(screen.getByRole("button", { name: "Can't be read 2" })).toBeVisible();
  });

  it("tells which versions are new at a glance, and leads to where", async () => {
    const apps = [1, 2, 3].map((n) => compared(`ledger-${n}`, ["version"], { version: "1.1.0" }));
    for (const app of apps) app.names = ["w1", "eu-west", "core", "ledger"];
    servesComparison(comparison([...apps, SLOW]));
    const { user, currentAddress } = renderApp(BOTH);
    const item = await screen.findByRole("button", { name: /^ledger/ });
    expect(item).toHaveTextContent("1.0.0 →to 1.1.0in 3 places");
    await user.click(item);
    expect(currentAddress()).toContain("differs=version&text=ledger");
    expect(rowNames()).toEqual(["ledger", "ledger", "ledger"]);
  });

  it("says so where nothing differs", async () => {
    servesComparison(comparison([SAME]));
    renderApp(BOTH);
    expect(await screen.findByRole("heading", { name: "No difference." })).toBeVisible();
    expect(screen.getByText("All 1 app have the same versions and states in both.")).toBeVisible();
  });

  it("offers it as a table", async () => {
    servesComparison(SOME);
    const { user } = renderApp(BOTH);
    const file = await screen.findByRole("link", { name: /Export CSV/ });
    const href = "/api/compare/export.csv?a=release:payments-1&b=release:payments-2";
    expect(file).toHaveAttribute("href", `${href}&bom=1`);
    await user.click(screen.getByRole("button", { name: "Unchanged 1" }));
    expect(file).toHaveAttribute("href", `${href}&include=unchanged&bom=1`);
  });
});

describe("the filters of a comparison", () => {
  it("are in the address, both ways", async () => {
    servesComparison(SOME);
    const { user, currentAddress } = renderApp(`${BOTH}&differs=version`);
    await rowOf(/^ledger/);
    expect(rowNames()).toEqual(["ledger"]);
    expect(screen.getByRole("button", { name: "Version 1" })).toHaveAttribute("aria-pressed", "true");
    await user.click(screen.getByRole("button", { name: "State 1" }));
    expect(currentAddress()).toBe(`${BOTH}&differs=version,state`);
    expect(rowNames()).toEqual(["ledger", "payouts"]);
    await user.click(screen.getByRole("button", { name: "Version 1" }));
    await user.click(screen.getByRole("button", { name: "State 1" }));
    expect(currentAddress()).toBe(BOTH);
  });

  it("search for names, versions and states", async () => {
    servesComparison(SOME);
    const { user, currentAddress } = renderApp(BOTH);
    await user.type(await screen.findByRole("searchbox"), "image");
    await waitFor(() => expect(rowNames()).toEqual(["payouts"]));
    expect(currentAddress()).toBe(`${BOTH}&text=image`);
  });

  it("say so where nothing fits, and can be cleared", async () => {
    servesComparison(SOME);
    const { user, currentAddress } = renderApp(`${BOTH}&text=nothing-like-it`);
    expect(await screen.findByRole("heading", { name: "Nothing fits." })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(await rowOf(/^ledger/)).toBeVisible();
    expect(currentAddress()).toBe(BOTH);
  });

  it("ask for what is unchanged only where it is wanted, and keep the rest in sight meanwhile", async () => {
    const asked = servesComparison(SOME);
    const { user } = renderApp(BOTH);
    await rowOf(/^ledger/);
    expect(asked.map((query) => query.get("include"))).toEqual([null]);
    await user.click(screen.getByRole("button", { name: "Unchanged 1" }));
    expect(screen.getByRole("button", { name: "Unchanged 1" })).toBeVisible();
    expect(await rowOf(/^webhooks/)).toBeVisible();
    expect(asked.map((query) => query.get("include"))).toEqual([null, "unchanged"]);
  });
});

describe("what is compared", () => {
  it("is chosen first", async () => {
    renderApp("/compare");
    expect(await screen.findByRole("heading", { name: "Choose the releases to compare." })).toBeVisible();
    expect(screen.getByRole("button", { name: "Swap the two" })).toBeDisabled();
  });

  it("is with the last release that worked where nothing else is said", async () => {
    const asked = servesComparison({ ...SOME, chosen: "line" });
    renderApp("/compare?b=release:payments-2");
    expect(await screen.findByText(/the last that worked before it/)).toBeVisible();
    expect(asked[0]?.toString()).toBe("b=release%3Apayments-2");
    expect(screen.getByRole("combobox", { name: "From (A)" })).toHaveValue("payments-1");
  });

  it("says so where that is one of another kind", async () => {
    servesComparison({ ...SOME, chosen: "scope" });
    renderApp("/compare?b=release:payments-2");
    expect(await screen.findByText(/no earlier one of its kind worked/)).toBeVisible();
  });

  it("says so where there is none that worked", async () => {
    answersWith(404, { code: "previous_release_not_found", detail: "No release that you may see …" });
    renderApp("/compare?b=release:payments-1");
    expect(await screen.findByRole("heading", { name: "There is none before it that worked." })).toBeVisible();
    expect(screen.getByRole("combobox", { name: "From (A)" })).toBeVisible();
  });

  it("is never a release and itself", async () => {
    renderApp("/compare?a=release:payments-1&b=release:payments-1");
    expect(await screen.findByRole("heading", { name: "This is one release twice." })).toBeVisible();
  });

  it("wants another where there is but the first", async () => {
    renderApp("/compare?a=release:payments-1");
    expect(await screen.findByText("Choose what to compare it with under B.")).toBeVisible();
  });

  it("can be swapped, also where the first was chosen by the server", async () => {
    servesComparison({ ...SOME, chosen: "line" });
    const { user, currentAddress } = renderApp("/compare?b=release:payments-2");
    await rowOf(/^ledger/);
    await user.click(screen.getByRole("button", { name: "Swap the two" }));
    expect(currentAddress()).toBe("/compare?a=release:payments-2&b=release:payments-1");
  });

  it("goes back to the last that worked", async () => {
    servesComparison(SOME);
    const { user, currentAddress } = renderApp(BOTH);
    await rowOf(/^ledger/);
    await user.click(screen.getByRole("button", { name: "Take the last that worked" }));
    expect(currentAddress()).toBe("/compare?b=release:payments-2");
  });

  it("leads to both releases", async () => {
    servesComparison(comparison([LEDGER], { a: comparand("release:payments-1", { ...DONE, name: "Payments One" }) }));
    renderApp(BOTH);
    expect(await screen.findByRole("link", { name: "Payments One" })).toHaveAttribute(
      "href",
      "/releases/release:payments-1",
    );
    expect(screen.getByRole("link", { name: "release:payments-2" })).toHaveAttribute(
      "href",
      "/releases/release:payments-2",
    );
  });

  it("says to who has no role what to do", async () => {
    signedInAs(me({ roles: [], scopes: [] }));
    renderApp("/compare");
    expect(await screen.findByRole("heading", { name: "You have no role yet." })).toBeVisible();
  });
});

describe("the search key", () => {
  it("leads to what is yet to be chosen, then to the search among the differences", async () => {
    servesComparison(SOME);
    servesList([]);
    const { user, router } = renderApp("/compare");
    await screen.findByRole("combobox", { name: "To (B)" });
    await user.keyboard("/");
    expect(screen.getByRole("combobox", { name: "To (B)" })).toHaveFocus();
    await act(() => router.navigate(BOTH));
    await rowOf(/^ledger/);
    act(() => (document.activeElement as HTMLElement).blur());
    await user.keyboard("/");
    expect(screen.getByRole("searchbox")).toHaveFocus();
  });
});

describe("choosing a release", () => {
  const RELEASES = [
    release("release:payments-3"),
    release("release:payments-2", { state: "completed", phase: "succeeded" }),
    release("release:payments-1", { state: "failed", phase: "failed" }),
  ];

  function box(name = "To (B)"): HTMLElement {
    return screen.getByRole("combobox", { name });
  }

  function options(): (string | undefined)[] {
    return screen.queryAllByRole("option").map((option) => option.firstElementChild?.textContent ?? undefined);
  }

  function pointedAt(): string | undefined {
    const id = box().getAttribute("aria-activedescendant");
    return id ? (document.getElementById(id)?.firstElementChild?.textContent ?? undefined) : undefined;
  }

  async function opens(address = "/compare") {
    const asked = servesList(RELEASES);
    servesComparison({ ...SOME, chosen: "line" });
    const app = renderApp(address);
    await screen.findByRole("combobox", { name: "To (B)" });
    return { ...app, asked };
  }

  it("goes by keyboard alone", async () => {
    const { user, currentAddress } = await opens();
    box().focus();
    expect(box()).toHaveAttribute("aria-expanded", "false");
    await user.keyboard("{ArrowDown}");
    expect(box()).toHaveAttribute("aria-expanded", "true");
    await waitFor(() => expect(options()).toEqual(["payments-3", "payments-2", "payments-1"]));
    expect(pointedAt()).toBeUndefined();
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(pointedAt()).toBe("payments-2");
    expect(screen.getByRole("option", { selected: true })).toHaveTextContent("payments-2");
    await user.keyboard("{ArrowUp}{ArrowUp}");
    expect(pointedAt()).toBe("payments-1");
    await user.keyboard("{ArrowDown}");
    expect(pointedAt()).toBe("payments-3");
    await user.keyboard("{Enter}");
    expect(currentAddress()).toBe("/compare?b=release:payments-3");
    expect(box()).toHaveValue("payments-3");
    expect(box()).toHaveAttribute("aria-expanded", "false");
    expect(box()).toHaveFocus();
  });

  it("looks for what is typed once the typing pauses, and points at the first", async () => {
    const { user, asked, currentAddress } = await opens();
    await user.type(box(), "release:pay");
    await waitFor(() => expect(asked.at(-1)?.get("search")).toBe("pay"));
    expect(asked.map((query) => query.get("search"))).toEqual([null, "pay"]);
    await waitFor(() => expect(pointedAt()).toBe("payments-3"));
    await user.keyboard("{Enter}");
    expect(currentAddress()).toBe("/compare?b=release:payments-3");
  });

  it("goes by mouse", async () => {
    const { user, currentAddress } = await opens();
    await user.click(box());
    await user.click(await screen.findByRole("option", { name: /payments-1/ }));
    expect(currentAddress()).toBe("/compare?b=release:payments-1");
  });

  it("is given up by Escape and by leaving, and what was chosen stands", async () => {
    const { user, currentAddress } = await opens("/compare?b=release:payments-2");
    await user.type(box(), "nonsense");
    await user.keyboard("{Escape}");
    expect(box()).toHaveValue("payments-2");
    expect(screen.queryByRole("listbox")).not.toBeInTheDocument();
    await user.type(box(), "nonsense");
    await user.tab();
    expect(box()).toHaveValue("payments-2");
    expect(currentAddress()).toBe("/compare?b=release:payments-2");
  });

  it("says that it looks, that nothing is found, and why it can't look", async () => {
    const { user } = await opens();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.use(
      http.get("/api/releases/", async () => {
        await asked;
        return listPage([]);
      }),
    );
    await user.click(box());
    expect(screen.getByText("Looking …")).toBeVisible();
    answer();
    expect(await screen.findByText("No release that you may see has this in its ID.")).toBeVisible();
    server.use(http.get("/api/releases/", () => problemResponse(503)));
    await user.type(box(), "x");
    expect(await screen.findByText("Unable to load release information. Please try again.")).toBeVisible();
  });

  it("takes an ID that is not listed, such as one beyond those that are shown", async () => {
    const { user, currentAddress } = await opens();
    server.use(http.get("/api/releases/", () => listPage([])));
    await user.type(box(), "payments-0");
    await screen.findByText("No release that you may see has this in its ID.");
    await user.keyboard("{Enter}");
    expect(currentAddress()).toBe("/compare?b=release:payments-0");
  });

  it("takes nothing that is no ID", async () => {
    const { user, currentAddress } = await opens();
    server.use(http.get("/api/releases/", () => listPage([])));
    await user.type(box(), "a b");
    await screen.findByText("No release that you may see has this in its ID.");
    await user.keyboard("{Enter}");
    expect(currentAddress()).toBe("/compare");
  });
});

describe("a comparison that goes wrong", () => {
  it.each([
    [403, "You don't have permission to view this resource."],
    [404, "Release not found. It may have been completed or removed."],
    [503, "Unable to load release information. Please try again."],
    [500, "An unexpected error occurred. Please try again later."],
  ])("says so by its page, with the choice left: %i", async (status, heading) => {
    answersWith(status);
    renderApp(BOTH);
    expect(await screen.findByRole("heading", { name: heading })).toBeVisible();
    expect(screen.getByRole("combobox", { name: "From (A)" })).toHaveValue("payments-1");
  });

  it("says which of the two it is about", async () => {
    answersWith(404, {
      detail: "Release not found. It may have been completed or removed. This is about the release given as a.",
      errors: { a: ["Release not found. It may have been completed or removed."] },
    });
    renderApp(BOTH);
    expect(await screen.findByText("This is about the release given as a.")).toBeVisible();
  });

  it("tries again by hand", async () => {
    answersWith(503);
    const { user } = renderApp(BOTH);
    const again = await screen.findByRole("button", { name: "Try again" });
    servesComparison(SOME);
    await user.click(again);
    expect(await rowOf(/^ledger/)).toBeVisible();
  });
});

describe("a comparison over time", () => {
  const MOVING = comparison([LEDGER, PAYOUTS], { b: comparand("release:payments-2", { name: "Payments Two" }) });

  function counts(body: Comparison | (() => Response)) {
    const asked: (string | null)[] = [];
    server.use(
      http.get("/api/compare/", ({ request }) => {
        asked.push(request.headers.get("If-None-Match"));
        return typeof body === "function"
          ? body()
          : HttpResponse.json(body as JsonBodyType, { headers: { ETag: '"v1"' } });
      }),
    );
    return asked;
  }

  function passes(milliseconds: number) {
    return act(() => vi.advanceTimersByTimeAsync(milliseconds));
  }

  it("is of a moment, and is read again every few seconds while one of them runs", async () => {
    useSwiftTime();
    const asked = counts(MOVING);
    renderApp(BOTH);
    expect(await screen.findByText(/as of/)).toHaveTextContent(/as of .*, read again every 5 s/);
    expect(screen.getByText(/Payments Two still runs: what has yet to come there/)).toBeVisible();
    await passes(5_100);
    expect(asked).toEqual([null, '"v1"']);
  });

  it("takes the answer's date for its as-of where nothing changed", async () => {
    useSwiftTime();
    vi.setSystemTime(new Date("2025-11-22T10:00:00Z"));
    counts(MOVING);
    renderApp(BOTH);
    expect(await screen.findByText(/as of/)).toHaveTextContent("as of 11:00:00");
    counts(() => new HttpResponse(null, { status: 304, headers: { Date: "Sat, 22 Nov 2025 10:00:05 GMT" } }));
    await passes(5_100);
    await waitFor(() => expect(screen.getByText(/as of/)).toHaveTextContent("as of 11:00:05"));
    expect(await rowOf(/^ledger/)).toBeVisible();
  });

  it("is read once where both are over, and again by hand", async () => {
    useSwiftTime();
    const asked = counts(comparison([LEDGER]));
    const { user } = renderApp(BOTH);
    await rowOf(/^ledger/);
    await passes(30_000);
    expect(asked).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: "Refresh" }));
    await waitFor(() => expect(asked).toHaveLength(2));
  });

  it("keeps the last known state when it can't be read, says so, and recovers", async () => {
    useSwiftTime();
    counts(MOVING);
    renderApp(BOTH);
    await rowOf(/^ledger/);
    counts(() => problemResponse(503, { detail: "Unable to load release information. Please try again. Gone." }));
    await passes(5_100);
    const banner = (await screen.findByText(/Not updated since/)).closest("[role=status]");
    expect(banner).toHaveTextContent("Gone.");
    expect(await rowOf(/^ledger/)).toBeVisible();
    counts(MOVING);
    await passes(5_100);
    await waitFor(() => expect(screen.queryByText(/Not updated since/)).not.toBeInTheDocument());
  });

  it("says that the server itself shows an old state", async () => {
    servesComparison(comparison([LEDGER], { b: comparand("release:payments-2", { freshness: "stale" }) }));
    renderApp(BOTH);
    expect(await screen.findByText(/Temporal can't be read at the moment/)).toBeVisible();
  });

  it("leaves open what was opened", async () => {
    useSwiftTime();
    counts({ ...SOME, b: MOVING.b });
    const { user } = renderApp(BOTH);
    await user.click(await screen.findByRole("button", { name: /cluster w1 › gone/ }));
    counts({ ...SOME, b: MOVING.b, apps: [...SOME.apps] });
    await passes(5_100);
    expect(screen.getByRole("button", { name: /cluster w1 › gone/ })).toHaveAttribute("aria-expanded", "true");
    expect(rowNames()).toContain("x");
  });
});
