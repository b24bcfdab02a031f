import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ThemeProvider } from "@/components/theme/ThemeProvider";
import type { HeldBy } from "@/lib/api/types";
import { HeldByNote } from "./HeldByNote";

const FAILED: HeldBy = {
  kind: "failed",
  path: "wave:w2/cluster:c/bundle:b/app:search-api",
  entity_id: "app:search-api",
  names: ["wave 2", "eu-west", "core", "search-api"],
  state: "failed",
  message: "image not found",
  since: null,
};

function shown(heldBy: HeldBy | null, brief = false): string {
  const { container } = render(
    <ThemeProvider>
      <HeldByNote heldBy={heldBy} brief={brief} />
    </ThemeProvider>,
  );
  return container.textContent ?? "";
}

describe("what holds a release up", () => {
  it("is the way to the app that failed, and its message", () => {
    expect(shown(FAILED)).toBe("Held by wave 2 › eu-west › core › search-api: image not found");
  });

  it("is in a list told by its own name, with the way to it on hover", () => {
    expect(shown(FAILED, true)).toBe("Held by search-api: image not found");
    expect(screen.getByTitle("Held by wave 2 › eu-west › core › search-api: image not found")).toBeVisible();
  });

  it("is what is at it for longest, in its state, and since when", () => {
    const since = new Date(Date.now() - 5 * 60_000).toISOString();
    expect(shown({ ...FAILED, kind: "active", state: "deploying", message: null, since })).toBe(
      "At wave 2 › eu-west › core › search-api: deploying, 5 min ago",
    );
    expect(screen.getByTitle(/since .* UTC/)).toBeVisible();
  });

  it("is the wave that is waited for", () => {
    expect(shown({ ...FAILED, kind: "waiting", names: ["canary"], state: "pending", message: null })).toBe(
      "Waits for canary: pending",
    );
  });

  it("is not told where it is the release itself, or nothing", () => {
    expect(shown({ ...FAILED, path: "", names: [] })).toBe("");
    expect(shown(null)).toBe("");
  });
});
