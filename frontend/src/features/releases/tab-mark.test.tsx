import { act, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import type { Phase } from "@/lib/api/types";
import { PHASE_LOOKS } from "@/lib/phase";
import { tree } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { server, servesList, servesTree } from "@/test/server";
import { freshnessFrame, patchFrame, snapshotFrame, sockets } from "@/test/sockets";

const PAYMENTS = "/releases/release:payments";

function tabIcon(): string {
  return document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href.split("/").at(-1) ?? "";
}

it.each(Object.entries(PHASE_LOOKS))("a tab shows that its release is %s", async (phase, { glyph, word }) => {
  servesTree(tree("release:payments", [], { phase: phase as Phase, name: "Payments" }));
  renderApp(PAYMENTS);
  await waitFor(() => expect(document.title).toBe(`${glyph} Payments ${word} · Relportal`));
  expect(tabIcon()).toBe(`${phase}.svg`);
});

it("a tab shows each change, and that what it shows is the last known state", async () => {
  sockets.accept();
  const payments = tree("release:payments", [], { phase: "active", name: "Payments" });
  servesTree(payments);
  const { router } = renderApp(PAYMENTS);
  const socket = await sockets.current();
  await socket.sends(snapshotFrame(payments), freshnessFrame("live"));
  await waitFor(() => expect(document.title).toBe("◐ Payments active · Relportal"));

  await socket.sends(patchFrame(2, { op: "set", path: "", fields: { phase: "failed" } }));
  await waitFor(() => expect(document.title).toBe("✕ Payments failed · Relportal"));
  expect(tabIcon()).toBe("failed.svg");

  await socket.sends(freshnessFrame("stale", { reason: "No worker answers." }));
  await waitFor(() => expect(document.title).toBe("✕ Stale: Payments failed · Relportal"));
  expect(tabIcon()).toBe("failed-stale.svg");

  servesList([]);
  await act(() => router.navigate("/releases"));
  await waitFor(() => expect(document.title).toBe("Releases · Relportal"));
  expect(tabIcon()).not.toMatch(/failed|stale/);
});

it("the list's tab shows no phase, but that the portal is out of reach", async () => {
  useSwiftTime();
  servesList([]);
  renderApp("/releases");
  await screen.findByText("There are no releases yet.");
  expect(document.title).toBe("Releases · Relportal");
  server.use(http.get("/api/releases/", () => HttpResponse.error()));
  await act(() => vi.advanceTimersByTimeAsync(4_000));
  await waitFor(() => expect(document.title).toBe("Disconnected: Releases · Relportal"));
  expect(tabIcon()).toBe("plain-stale.svg");
});
