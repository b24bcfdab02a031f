import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ThemeProvider } from "@/components/theme/ThemeProvider";
import type { HeldBy } from "@/lib/api/types";
import { HeldByNote } from "./HeldByNote";

const FAILED: HeldBy = {
  kind: "failed",
  path: "wave:w2/cluster:eu-west/bundle:core/app:search-api",
  entity_id: "app:search-api",
  names: ["wave 2", "eu-west", "core", "search-api"],
  state: "failed",
  message: "image not found",
  since: "2025-11-22T13:03:20Z",
};
const ACTIVE: HeldBy = { ...FAILED, kind: "active", state: "deploying", message: null };

function shown(heldBy: HeldBy | null, { twoLines = false, endedAt = null as string | null } = {}): string {
  const { container } = render(
    <ThemeProvider>
      <MemoryRouter>
        <HeldByNote heldBy={heldBy} release={{ id: "release:payments", ended_at: endedAt }} twoLines={twoLines} />
      </MemoryRouter>
    </ThemeProvider>,
  );
  return container.textContent ?? "";
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2025-11-22T13:08:00Z") });
});

describe("what holds a release up", () => {
  it.each([false, true])("is the way to the app that failed, its message and when (in two lines: %s)", (twoLines) => {
    expect(shown(FAILED, { twoLines })).toBe(
      "Held by wave 2 › eu-west › bundle core › search-api: image not found, 14:03",
    );
  });

  it("leads to the app, and has the exact time on hover", () => {
    shown(FAILED);
    expect(screen.getByRole("link", { name: "search-api" })).toHaveAttribute(
      "href",
      "/releases/release:payments?entity=wave:w2/cluster:eu-west/bundle:core/app:search-api",
    );
    expect(screen.getByTitle(/^Held by wave 2 › .* · since .*14:03:20.*13:03:20 UTC$/)).toBeVisible();
  });

  it("says of waves and bundles what they are, where their names do not", () => {
    expect(shown({ ...FAILED, names: ["canary", "eu-west", "Bundle-7", "search-api"] })).toContain(
      "wave canary › eu-west › Bundle-7 › search-api",
    );
  });

  it("leaves out when, where nobody told", () => {
    expect(shown({ ...FAILED, since: null }, { endedAt: "2025-11-22T13:05:00Z" })).toMatch(/image not found$/);
  });

  it("is what is at it for longest, in its state, and for how long", () => {
    expect(shown(ACTIVE)).toBe("At wave 2 › eu-west › bundle core › search-api: deploying for 4 min");
  });

  it("is the wave that is waited for", () => {
    const waiting: HeldBy = { ...ACTIVE, kind: "waiting", path: "wave:w1", names: ["canary"], state: "pending" };
    expect(shown(waiting)).toBe("Waits for wave canary: pending for 4 min");
  });

  it.each([
    ["its message and its end", "worker lost", "Failed by itself: worker lost, 14:05"],
    ["its end, where it gave no message", null, "Failed by itself, 14:05"],
  ])("is, of a release that failed by itself, %s", (_, message, words) => {
    const itself: HeldBy = { ...FAILED, path: "", names: [], message, since: null };
    expect(shown(itself, { endedAt: "2025-11-22T13:05:00Z" })).toBe(words);
    expect(screen.queryByRole("link")).not.toBeInTheDocument();
  });

  it("tells how else a release ended by itself", () => {
    const itself: HeldBy = { ...FAILED, path: "", names: [], state: "timed_out", message: null, since: null };
    expect(shown(itself)).toBe("Failed by itself: timed_out");
  });

  it("is not told where it is the release itself that is at work, or nothing", () => {
    expect(shown({ ...ACTIVE, path: "", names: [] })).toBe("");
    expect(shown(null)).toBe("");
  });
});
