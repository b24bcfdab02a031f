import { render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { describe, expect, it, vi } from "vitest";
import { onDemand, preloadLater } from "./on-demand";

const Shown = () => "Here it is.";

function draw(Component: ReturnType<typeof onDemand>["Component"]) {
  render(
    <Suspense fallback="On its way.">
      <Component />
    </Suspense>,
  );
}

describe("a component on demand", () => {
  it("is fetched once, however often it is asked for", async () => {
    const fetchScript = vi.fn(async () => Shown);
    const { Component, preload } = onDemand(fetchScript);
    preload();
    preload();
    draw(Component);
    expect(await screen.findByText("Here it is.")).toBeVisible();
    expect(fetchScript).toHaveBeenCalledOnce();
  });

  it("is fetched again when it is drawn, where that failed before", async () => {
    const fetchScript = vi.fn(async () => Shown).mockRejectedValueOnce(new TypeError("no network"));
    const { Component, preload } = onDemand(fetchScript);
    preload();
    await vi.waitFor(() => expect(fetchScript.mock.settledResults[0]?.type).toBe("rejected"));
    draw(Component);
    expect(await screen.findByText("Here it is.")).toBeVisible();
  });

  it("is preloaded only when the page has had some time for itself, and is still there", async () => {
    vi.useFakeTimers();
    const [stays, goes] = [vi.fn(), vi.fn()];
    preloadLater([{ preload: stays }]);
    preloadLater([{ preload: goes }])();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stays).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stays).toHaveBeenCalledOnce();
    expect(goes).not.toHaveBeenCalled();
  });
});
