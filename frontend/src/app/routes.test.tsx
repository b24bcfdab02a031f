import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Link, MemoryRouter, Route, Routes } from "react-router";
import { describe, expect, it, vi } from "vitest";
import { ThemeProvider } from "@/components/theme/ThemeProvider";
import { me } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { problemResponse, server, servesList } from "@/test/server";
import { PageBoundary } from "./PageBoundary";

describe("the portal", () => {
  it("leads from its root to the releases", async () => {
    servesList([]);
    const { currentAddress } = renderApp("/");
    await waitFor(() => expect(currentAddress()).toBe("/releases"));
  });

  it("keeps the filters that were added to its root", async () => {
    servesList([]);
    const { currentAddress } = renderApp("/?phase=failed");
    await waitFor(() => expect(currentAddress()).toBe("/releases?phase=failed"));
  });

  it("says that a page does not exist", async () => {
    renderApp("/no/such/page");
    expect(await screen.findByRole("heading", { name: "There is no such page." })).toBeVisible();
    expect(screen.getByRole("link", { name: "Back to the releases" })).toHaveAttribute("href", "/releases");
  });

  it("waits for a server that is not up yet, and goes on by itself", async () => {
    useSwiftTime();
    servesList([]);
    server.use(http.get("/api/auth/me/", () => problemResponse(503)));
    renderApp("/releases");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(screen.getByRole("main")).toContainElement(await screen.findByRole("button", { name: "Try again" }));
    server.use(http.get("/api/auth/me/", () => HttpResponse.json(me())));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await screen.findByRole("heading", { name: "Releases" })).toBeVisible();
  });

  it("goes through the colour modes and remembers the choice", async () => {
    servesList([]);
    const { user } = renderApp("/releases");
    await screen.findByText("There are no releases yet.");
    await user.click(screen.getByRole("button", { name: /Colours: as the system/ }));
    await user.click(screen.getByRole("button", { name: /Colours: light/ }));
    expect(screen.getByRole("button", { name: /Colours: dark/ })).toBeVisible();
    expect(document.documentElement).toHaveClass("dark");
    expect(document.documentElement.style.colorScheme).toBe("dark");
    expect(localStorage.getItem("relportal.color-mode")).toBe("dark");
  });
});

function Broken({ error }: { error: Error }): never {
  throw error;
}

describe("a page that breaks", () => {
  function renderBroken(error: Error) {
    vi.spyOn(console, "error").mockImplementation(() => {});
    render(
      <ThemeProvider>
        <MemoryRouter>
          <Link to="/whole">Elsewhere</Link>
          <PageBoundary>
            <Routes>
              <Route path="/" element={<Broken error={error} />} />
              <Route path="/whole" element="A page that does not break." />
            </Routes>
          </PageBoundary>
        </MemoryRouter>
      </ThemeProvider>,
    );
  }

  it("says so without the error's own text", async () => {
    renderBroken(new TypeError("x is undefined"));
    expect(
      await screen.findByRole("heading", { name: "An unexpected error occurred. Please try again later." }),
    ).toBeVisible();
    expect(screen.queryByText(/undefined/)).not.toBeInTheDocument();
  });

  it("breaks no other: the reader can go elsewhere", async () => {
    renderBroken(new TypeError("x is undefined"));
    await userEvent.click(screen.getByRole("link", { name: "Elsewhere" }));
    expect(await screen.findByText("A page that does not break.")).toBeVisible();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("asks for a reload where its script is gone, as after an update", async () => {
    renderBroken(new TypeError("Failed to fetch dynamically imported module: /static/assets/x.js"));
    expect(await screen.findByRole("heading", { name: "This page could not be loaded." })).toBeVisible();
    expect(screen.getByRole("button", { name: "Reload" })).toBeVisible();
  });
});
