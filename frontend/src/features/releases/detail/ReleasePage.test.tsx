import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http, type JsonBodyType } from "msw";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { app, bundle, cluster, tree, troubledTree, wave } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { problemResponse, server, servesTree, servesTreeError } from "@/test/server";
import { clickArrow } from "@/test/tree";

const PATH = "/releases/release:2025.11-payments";

function poll() {
  return act(() => vi.advanceTimersByTimeAsync(3_100));
}

describe("the release page", () => {
  it("shows what the release is, how it stands, and when that was confirmed", async () => {
    servesTree(
      troubledTree({
        name: "Payments November",
        status: "TERMINATED",
        state: "terminated",
        phase: "stopped",
        reported_state: "deploying",
        ended_at: "2025-11-22T10:00:00Z",
        workflow_id: "release:2025.11-payments",
        workflow_url: "https://temporal.test/run-1",
        freshness: "polled",
      }),
    );
    renderApp(PATH);
    expect(await screen.findByRole("heading", { name: "Payments November" })).toBeVisible();
    expect(screen.getAllByText("terminated")[0]).toBeVisible();
    expect(screen.getAllByText("last said “deploying”")[0]).toBeVisible();
    expect(screen.getByText("Terminated")).toBeVisible();
    expect(screen.getByText("Polled")).toBeVisible();
    expect(screen.getByText(/^as of/)).toBeVisible();
    expect(screen.getByText("4 apps")).toBeVisible();
    expect(screen.getByText("2 h")).toHaveAttribute("title", expect.stringMatching(/^from 22 Nov 2025, 09:00:00/));
    expect(screen.getByRole("link", { name: /release:2025.11-payments/ })).toHaveAttribute(
      "href",
      "https://temporal.test/run-1",
    );
    expect(document.title).toBe("■ Payments November stopped · Relportal");
  });

  it("shows how a release ended beside why it can't be read, and does not say that it has no apps", async () => {
    const problem = { code: "worker_unavailable", detail: "No worker answers for this release." };
    servesTree(tree("release:ended", [], { state: "terminated", phase: "stopped", status: "TERMINATED", problem }));
    renderApp("/releases/release:ended");
    expect((await screen.findAllByText("terminated"))[0]).toBeVisible();
    expect(screen.getAllByText(problem.detail)[0]).toBeVisible();
    expect(screen.queryByText("no apps")).not.toBeInTheDocument();
    expect(screen.queryByText("This release holds no waves.")).not.toBeInTheDocument();
  });

  it("says so where a release holds nothing", async () => {
    servesTree(tree("release:empty", []));
    renderApp("/releases/release:empty");
    expect(await screen.findByText("This release holds no waves.")).toBeVisible();
  });

  it("copies the release's ID", async () => {
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    await user.click(await screen.findByRole("button", { name: "Copy ID" }));
    expect(await navigator.clipboard.readText()).toBe("release:2025.11-payments");
  });

  it("asks for the release by its ID as it is", async () => {
    const asked = vi.fn();
    server.use(
      http.get("/api/releases/:id/hierarchy/", ({ request }) => {
        asked(new URL(request.url).pathname);
        return HttpResponse.json(troubledTree() as JsonBodyType);
      }),
    );
    renderApp(PATH);
    await screen.findByRole("tree");
    expect(asked).toHaveBeenCalledWith("/api/releases/release:2025.11-payments/hierarchy/");
  });
});

describe("the release page's errors", () => {
  it("leads back to the list from a release that is not there", async () => {
    servesTreeError(404);
    const { user, currentAddress } = renderApp(PATH);
    expect(
      await screen.findByRole("heading", { name: "Release not found. It may have been completed or removed." }),
    ).toBeVisible();
    await user.click(screen.getByRole("link", { name: "Back to the releases" }));
    await waitFor(() => expect(currentAddress()).toBe("/releases"));
  });

  it.each([
    ["and back to where one came from", true],
    ["for who opened a link", false],
  ])("leads away from a release that one may not see, %s", async (_, canGoBack) => {
    vi.stubGlobal("navigation", { canGoBack });
    onTestFinished(() => void vi.stubGlobal("navigation", undefined));
    servesTreeError(403);
    renderApp(PATH);
    expect(
      await screen.findByRole("heading", { name: "You don't have permission to view this resource." }),
    ).toBeVisible();
    expect(screen.getByRole("link", { name: "Back to the releases" })).toBeVisible();
    expect(screen.queryAllByRole("button", { name: "Go back" })).toHaveLength(canGoBack ? 1 : 0);
  });

  it("asks to log in again", async () => {
    servesTreeError(401);
    const { currentAddress } = renderApp(PATH);
    expect(await screen.findByRole("button", { name: "Sign in" })).toBeVisible();
    expect(screen.getByText("Please log in again.")).toBeVisible();
    expect(currentAddress()).toBe("/login?next=%2Freleases%2Frelease%3A2025.11-payments");
  });

  it("tries again by hand where the source can't be read", async () => {
    servesTreeError(503, { detail: "Unable to load release information. Please try again. No worker answers." });
    const { user } = renderApp(PATH);
    expect(
      await screen.findByRole("heading", { name: "Unable to load release information. Please try again." }),
    ).toBeVisible();
    expect(screen.getByText("No worker answers.")).toBeVisible();
    expect(screen.getByText(/temporal_unavailable, request req-7/)).toBeVisible();
    servesTree(troubledTree());
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("tree")).toBeVisible();
  });

  it("tries again by itself no sooner than the server asked for, and stands still meanwhile", async () => {
    useSwiftTime();
    servesTreeError(503, {}, { "Retry-After": "10" });
    renderApp(PATH);
    await screen.findByRole("button", { name: "Try again" });
    const asked = vi.fn();
    server.use(
      http.get("/api/releases/:id/hierarchy/", () => {
        asked();
        return problemResponse(503);
      }),
    );
    await act(() => vi.advanceTimersByTimeAsync(8_000));
    expect(asked).not.toHaveBeenCalled();
    await act(() => vi.advanceTimersByTimeAsync(2_200));
    expect(asked).toHaveBeenCalledOnce();
    expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
    servesTree(troubledTree());
    await poll();
    expect(await screen.findByRole("tree")).toBeVisible();
  });

  it("offers to try again and the way back after an unexpected error", async () => {
    servesTreeError(500);
    renderApp(PATH);
    expect(
      await screen.findByRole("heading", { name: "An unexpected error occurred. Please try again later." }),
    ).toBeVisible();
    expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
    expect(screen.getByRole("link", { name: "Back to the releases" })).toBeVisible();
  });

  it("takes a foreign error page for what its status says", async () => {
    server.use(
      http.get("/api/releases/:id/hierarchy/", () => HttpResponse.html("<h1>Bad gateway</h1>", { status: 502 })),
    );
    renderApp(PATH);
    expect(
      await screen.findByRole("heading", { name: "Unable to load release information. Please try again." }),
    ).toBeVisible();
  });

  it("takes silence for a source that can't be read", async () => {
    server.use(http.get("/api/releases/:id/hierarchy/", () => HttpResponse.error()));
    renderApp(PATH);
    expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
  });

  it("says what is wrong with a malformed ID", async () => {
    servesTreeError(400);
    renderApp("/releases/rel:1");
    expect(await screen.findByRole("heading", { name: "This is not the address of a release." })).toBeVisible();
    expect(screen.getByText(/“rel:1” is no release ID/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Back to the releases" })).toBeVisible();
  });
});

describe("the release page over time", () => {
  it("keeps the tree when nothing changed, and takes the answer's date for its as-of", async () => {
    useSwiftTime();
    vi.setSystemTime(new Date("2025-11-22T10:00:00Z"));
    const asked: (string | null)[] = [];
    server.use(
      http.get("/api/releases/:id/hierarchy/", ({ request }) => {
        asked.push(request.headers.get("If-None-Match"));
        if (asked.length > 1) {
          return new HttpResponse(null, { status: 304, headers: { Date: "Sat, 22 Nov 2025 10:00:03 GMT" } });
        }
        const body = troubledTree({ as_of: "2025-11-22T10:00:00Z" });
        return HttpResponse.json(body as JsonBodyType, { headers: { ETag: '"v1"' } });
      }),
    );
    renderApp(PATH);
    expect(await screen.findByText("as of", { exact: false })).toHaveTextContent("as of 11:00:00");
    await poll();
    await waitFor(() => expect(screen.getByText(/^as of/)).toHaveTextContent("as of 11:00:03"));
    expect(asked).toEqual([null, '"v1"']);
    expect(screen.getByRole("tree")).toBeVisible();
    expect(screen.queryByText(/Not updated since/)).not.toBeInTheDocument();
  });

  it("keeps the last known tree when a poll fails: never as live, with the reason, until it works again", async () => {
    useSwiftTime();
    servesTree(troubledTree());
    renderApp(PATH);
    expect(await screen.findByText("Polled")).toBeVisible();
    servesTreeError(503, { detail: "Unable to load release information. Please try again. Temporal is away." });
    await poll();
    const banner = (await screen.findByText(/Not updated since/)).closest("[role=status]") as HTMLElement;
    expect(banner).toHaveTextContent("Temporal is away.");
    expect(screen.getByText("Stale")).toBeVisible();
    expect(screen.queryByText("Polled")).not.toBeInTheDocument();
    expect(screen.queryByText("Live")).not.toBeInTheDocument();
    expect(screen.getByRole("tree")).toBeVisible();

    servesTree(troubledTree());
    await poll();
    expect(await screen.findByText("Polled")).toBeVisible();
    expect(screen.queryByText(/Not updated since/)).not.toBeInTheDocument();
  });

  it("tries at once when asked to from the banner", async () => {
    useSwiftTime();
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    await screen.findByText("Polled");
    servesTreeError(503, {}, { "Retry-After": "60" });
    await poll();
    const banner = (await screen.findByText(/Not updated since/)).closest("[role=status]") as HTMLElement;
    servesTree(troubledTree());
    await user.click(within(banner).getByRole("button", { name: "Try now" }));
    expect(await screen.findByText("Polled")).toBeVisible();
  });

  it("says that the server itself shows an old state", async () => {
    servesTree(troubledTree({ freshness: "stale", as_of: "2025-11-22T09:00:00Z" }));
    renderApp(PATH);
    expect(await screen.findByText(/Not updated since/)).toHaveTextContent("10:00:00");
    expect(screen.getByText(/Temporal can't be read at the moment/)).toBeVisible();
  });

  it("shows nothing more of a release once one may not see it", async () => {
    useSwiftTime();
    servesTree(troubledTree());
    renderApp(PATH);
    await screen.findByRole("tree");
    servesTreeError(403);
    await poll();
    expect(
      await screen.findByRole("heading", { name: "You don't have permission to view this resource." }),
    ).toBeVisible();
    expect(screen.queryByRole("tree")).not.toBeInTheDocument();
  });

  it("keeps what is open when the tree changes under it", async () => {
    useSwiftTime();
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    await clickArrow(user, await screen.findByRole("treeitem", { name: /wave:w1/ }));
    const grown = troubledTree();
    servesTree({ ...grown, version: 2, waves: [...grown.waves, wave("w3", [])("")] });
    await poll();
    expect(await screen.findByRole("treeitem", { name: /wave:w3/ })).toBeVisible();
    expect(screen.getByRole("treeitem", { name: /wave:w1/ })).toHaveAttribute("aria-expanded", "false");
    expect(screen.getByRole("treeitem", { name: /cluster:us-east/ })).toHaveAttribute("aria-expanded", "true");
  });

  it("opens what answers later as it would have at first, and leaves closed what the reader closed", async () => {
    useSwiftTime();
    const silent = { state: null, phase: "unknown", problem: { code: "worker_unavailable", detail: "" } } as const;
    const edge = bundle("edge", [app("proxy")]);
    servesTree(tree("release:late", [wave("w1", [], silent), wave("w2", [cluster("eu-west", [edge])])]));
    const { user } = renderApp("/releases/release:late");
    await clickArrow(user, await screen.findByRole("treeitem", { name: /wave:w2/ }));
    const answered = cluster("us-east", [bundle("core", [app("ledger")])]);
    const grown = cluster("ap-south", [bundle("cache", [app("redis")])]);
    servesTree(tree("release:late", [wave("w1", [answered]), wave("w2", [cluster("eu-west", [edge]), grown])]));
    await poll();
    expect(await screen.findByRole("treeitem", { name: /app:ledger/ })).toBeVisible();
    expect(screen.getByRole("treeitem", { name: /wave:w2/ })).toHaveAttribute("aria-expanded", "false");
    await clickArrow(user, screen.getByRole("treeitem", { name: /wave:w2/ }));
    expect(await screen.findByRole("treeitem", { name: /app:redis/ })).toBeVisible();
  });

  it("keeps closed what arrives after all was closed", async () => {
    useSwiftTime();
    servesTree(troubledTree());
    const { user } = renderApp(PATH);
    await user.click(await screen.findByRole("button", { name: "Collapse all" }));
    const grown = troubledTree();
    servesTree({ ...grown, waves: [...grown.waves, wave("w3", [cluster("eu-west", [])])("")] });
    await poll();
    expect(await screen.findByRole("treeitem", { name: /wave:w3/ })).toHaveAttribute("aria-expanded", "false");
    expect(screen.getByRole("treeitem", { name: /release:2025.11-payments/ })).toHaveAttribute("aria-expanded", "true");
  });
});
