import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { HttpResponse, http, type JsonBodyType } from "msw";
import { MemoryRouter } from "react-router";
import { describe, expect, it } from "vitest";
import { ThemeProvider } from "@/components/theme/ThemeProvider";
import { release } from "@/test/fixtures";
import { problemResponse, server } from "@/test/server";
import { CompareLink } from "./CompareLink";

function renderLink() {
  render(
    <ThemeProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
          <CompareLink releaseId="release:payments-2" />
        </MemoryRouter>
      </QueryClientProvider>
    </ThemeProvider>,
  );
}

const HREF = "/compare?b=release:payments-2";

describe("the way to a comparison", () => {
  it("says which release is the last that worked", async () => {
    const previous = release("release:payments-1", { name: "Payments One" });
    server.use(
      http.get("/api/releases/:id/previous/", () => HttpResponse.json({ previous, same_line: true } as JsonBodyType)),
    );
    renderLink();
    const link = await screen.findByRole("link", { name: "Compare with last good: Payments One" });
    expect(link).toHaveAttribute("href", HREF);
    expect(link).toHaveTextContent(/^ ?Compare with last good$/);
  });

  it("stands there before that is known, in the same words", () => {
    server.use(http.get("/api/releases/:id/previous/", () => new Promise<Response>(() => {})));
    renderLink();
    expect(screen.getByRole("link", { name: "Compare with last good" })).toHaveAttribute("href", HREF);
  });

  it("says that there is none", async () => {
    renderLink();
    expect(await screen.findByTitle(/No earlier release that worked is known/)).toHaveAttribute("href", HREF);
  });

  it("leads there also where nobody can say", async () => {
    server.use(http.get("/api/releases/:id/previous/", () => problemResponse(503)));
    renderLink();
    expect(await screen.findByRole("link", { name: "Compare with last good" })).toHaveAttribute("href", HREF);
  });
});
