import { act, screen, waitFor } from "@testing-library/react";
import { delay, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { phaseCounts, release } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { problemResponse, server, servesCounts, servesList } from "@/test/server";
import { freshnessFrame, patchFrame, snapshotFrame, sockets } from "@/test/sockets";

const PAYMENTS = release("release:payments");

const chip = (name: string | RegExp) => screen.findByRole("button", { name });

function passes(milliseconds: number): Promise<unknown> {
  return act(() => vi.advanceTimersByTimeAsync(milliseconds));
}

/** A list that is pushed to, and the n-th change of its only row. */
async function showsPushed(address = "/releases") {
  sockets.accept();
  server.use(http.get("/api/releases/", () => delay("infinite")));
  const { user } = renderApp(address);
  const socket = await sockets.current();
  await socket.sends(
    snapshotFrame({ count: 1, next: null, previous: null, results: [PAYMENTS] }),
    freshnessFrame("live"),
  );
  await screen.findByText("Live");
  const changes = (version: number, fields: Record<string, unknown>) =>
    socket.sends(patchFrame(version, { op: "set", path: PAYMENTS.id, fields }));
  return { user, changes };
}

describe("the phases' chips", () => {
  it("tell how many releases of each phase the other filters leave", async () => {
    servesList([PAYMENTS]);
    const asked = servesCounts(phaseCounts({ failed: 3, active: 1_204 }));
    renderApp("/releases?search=pay&phase=failed&state=baking&status=RUNNING,FAILED&ordering=id&page=2");
    expect(await chip("failed 3")).toHaveAttribute("aria-pressed", "true");
    expect(await chip("active 1,204")).toBeVisible();
    expect(await chip("pending 0")).toBeVisible();
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({ search: "pay", state: "baking", status: "RUNNING,FAILED" });
    expect((await chip("failed 3")).title).toContain("10:00:00 UTC");
  });

  it("bear no number while it is not known, and the last known one where it can't be counted again", async () => {
    useSwiftTime();
    servesList([PAYMENTS]);
    server.use(http.get("/api/releases/counts/", () => problemResponse(503)));
    renderApp("/releases");
    expect(await chip("failed")).toBeVisible();
    servesCounts(phaseCounts({ failed: 3 }));
    await passes(3_100);
    expect(await chip("failed 3")).toBeVisible();
    server.use(http.get("/api/releases/counts/", () => problemResponse(503)));
    await passes(15_100);
    await waitFor(() => expect(screen.getByRole("group", { name: "Phase" })).toHaveAttribute("data-stale"));
    expect((await chip("failed 3")).title).toMatch(/^Not counted since/);
    servesCounts(phaseCounts({ failed: 4 }));
    await passes(3_100);
    expect(await chip("failed 4")).toBeVisible();
    expect(screen.getByRole("group", { name: "Phase" })).not.toHaveAttribute("data-stale");
  });

  it("say how many could not be counted, and are counted again soon", async () => {
    useSwiftTime();
    servesList([PAYMENTS]);
    servesCounts(phaseCounts({ failed: 3 }, 7));
    renderApp("/releases");
    expect(await screen.findByText("7 not counted yet")).toBeVisible();
    servesCounts(phaseCounts({ failed: 10 }));
    await passes(3_100);
    expect(await chip("failed 10")).toBeVisible();
    expect(screen.queryByText(/not counted yet/)).not.toBeInTheDocument();
  });

  it("are counted again when a release on the page comes into another phase, but not with each change", async () => {
    useSwiftTime();
    const asked = servesCounts(phaseCounts({ active: 1 }));
    const { changes } = await showsPushed();
    await chip("active 1");
    await passes(2_100);
    expect(asked).toHaveLength(1);
    await changes(2, { state: "verifying" });
    await passes(2_100);
    expect(asked).toHaveLength(1);
    servesCounts(phaseCounts({ failed: 1 }));
    await changes(3, { state: "failed", phase: "failed" });
    await passes(100);
    expect(await chip("failed 1")).toBeVisible();
  });

  it("are counted every two seconds at most while releases change all the time", async () => {
    useSwiftTime();
    const { changes } = await showsPushed();
    await passes(2_100);
    const asked = servesCounts(phaseCounts({ active: 1 }));
    for (let version = 2; version < 12; version += 1) {
      await changes(version, { phase: version % 2 ? "active" : "failed" });
      await passes(300);
    }
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it("are counted anew from time to time: what is on other pages changes too", async () => {
    useSwiftTime();
    servesCounts(phaseCounts({ active: 1 }));
    await showsPushed();
    await chip("active 1");
    servesCounts(phaseCounts({ active: 2 }));
    await passes(15_100);
    expect(await chip("active 2")).toBeVisible();
  });

  it("count what is searched for", async () => {
    servesList([PAYMENTS]);
    servesCounts(phaseCounts({ active: 9 }));
    const { user } = renderApp("/releases");
    await chip("active 9");
    const asked = servesCounts(phaseCounts({ active: 2 }));
    await user.type(screen.getByRole("searchbox"), "pay");
    expect(await chip("active 2")).toBeVisible();
    await waitFor(() => expect(asked.at(-1)?.get("search")).toBe("pay"));
  });
});
