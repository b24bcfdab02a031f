import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { servesList, signedOut } from "@/test/server";
import { type ToastOptions, toast } from "./toast";

async function opensList() {
  servesList([]);
  const app = renderApp("/releases");
  await screen.findByText("There are no releases yet.");
  return app;
}

const says = (text: string, options?: ToastOptions) => act(() => toast(text, options));
const passes = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

describe("a toast", () => {
  it("is told to assistive technology in a region that was there before it, and takes no focus", async () => {
    await opensList();
    screen.getByRole("searchbox").focus();
    const region = screen.getByRole("region", { name: "Notices" });
    says("Copied.", { tone: "succeeded" });
    expect(screen.getByText("Copied.").closest("[aria-live=polite]")).toBeVisible();
    expect(region).toContainElement(screen.getByText("Copied."));
    expect(screen.getByRole("searchbox")).toHaveFocus();
  });

  it("goes by itself, unless it leads somewhere", async () => {
    useSwiftTime();
    await opensList();
    says("Copied.");
    says("✕ payments failed.", { tone: "failed", link: { to: "/releases/release:payments", words: "Show" } });
    await passes(10_000);
    expect(screen.queryByText("Copied.")).not.toBeInTheDocument();
    expect(screen.getByText(/payments failed/)).toBeVisible();
  });

  it("stays while the focus is with it, and while its tab is out of sight", async () => {
    useSwiftTime();
    await opensList();
    says("Copied.");
    screen.getByRole("button", { name: "Dismiss" }).focus();
    await passes(20_000);
    expect(screen.getByText("Copied.")).toBeVisible();
    screen.getByRole("searchbox").focus();
    const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await passes(20_000);
    expect(screen.getByText("Copied.")).toBeVisible();
    seen.mockReturnValue("visible");
    await passes(10_000);
    expect(screen.queryByText("Copied.")).not.toBeInTheDocument();
  });

  it("takes the place of an earlier one on the same topic", async () => {
    await opensList();
    says("Connection lost.", { topic: "connection" });
    says("Connected again.", { topic: "connection" });
    expect(screen.queryByText("Connection lost.")).not.toBeInTheDocument();
    expect(screen.getByText("Connected again.")).toBeVisible();
  });

  it("gives way to newer ones before they cover the page", async () => {
    await opensList();
    for (let number = 1; number <= 7; number += 1) says(`Number ${number}`);
    expect(screen.getAllByRole("button", { name: "Dismiss" })).toHaveLength(5);
    expect(screen.queryByText("Number 2")).not.toBeInTheDocument();
    expect(screen.getByText("Number 7")).toBeVisible();
  });

  it.each([["Escape"], ["Enter"]])("is dismissed by %s, which gives the focus back", async (key) => {
    const { user } = await opensList();
    const search = screen.getByRole("searchbox");
    search.focus();
    says("Copied.", { stays: true });
    screen.getByRole("button", { name: "Dismiss" }).focus();
    await user.keyboard(`{${key}}`);
    expect(screen.queryByText("Copied.")).not.toBeInTheDocument();
    expect(search).toHaveFocus();
  });

  it("leads within the portal, and is done with then", async () => {
    const { user, currentAddress } = await opensList();
    says("There is no such page.", { link: { to: "/no/such/page", words: "Look" } });
    await user.click(screen.getByRole("link", { name: "Look" }));
    expect(currentAddress()).toBe("/no/such/page");
    expect(screen.queryByRole("link", { name: "Look" })).not.toBeInTheDocument();
  });

  it("is not there any more for whoever signs in next", async () => {
    const { queryClient } = await opensList();
    says("✕ payments failed.", { stays: true });
    signedOut();
    await act(() => queryClient.refetchQueries({ queryKey: ["session"] }));
    expect(await screen.findByRole("button", { name: "Sign in" })).toBeVisible();
    await waitFor(() => expect(screen.queryByText(/payments failed/)).not.toBeInTheDocument());
  });
});
