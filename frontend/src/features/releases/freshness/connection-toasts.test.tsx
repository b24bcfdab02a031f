import { act, screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { listPage, server, servesList } from "@/test/server";

const passes = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

it("says that the connection is lost, and that it is back", async () => {
  useSwiftTime();
  servesList([]);
  renderApp("/releases");
  await screen.findByText("There are no releases yet.");
  server.use(http.get("/api/releases/", () => HttpResponse.error()));
  await passes(4_000);
  expect(await screen.findByText("Connection lost. Trying again …")).toBeVisible();
  servesList([]);
  await passes(4_000);
  expect(await screen.findByText("Connected again.")).toBeVisible();
  expect(screen.queryByText(/Connection lost/)).not.toBeInTheDocument();
});

it("says nothing of a connection that was never lost", async () => {
  useSwiftTime();
  servesList([]);
  renderApp("/releases");
  await screen.findByText("There are no releases yet.");
  await passes(10_000);
  expect(screen.queryByText(/Connect/)).not.toBeInTheDocument();
});

it("takes a page that is still being read for no sign of the connection", async () => {
  servesList([]);
  const { user } = renderApp("/releases");
  await screen.findByText("There are no releases yet.");
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
  await user.click(screen.getByRole("button", { name: /^failed/ }));
  expect(screen.queryByText(/Connect/)).not.toBeInTheDocument();
  answer();
  expect(await screen.findByText("No release matches.")).toBeVisible();
  expect(screen.queryByText(/Connect/)).not.toBeInTheDocument();
});
