import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { server } from "@/test/server";
import { api } from "./api/client";

const seen: (string | null)[] = [];

async function ask(): Promise<string | null | undefined> {
  await api.GET("/api/auth/me/");
  return seen.at(-1);
}

describe("requests", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
    server.use(
      http.get("/api/auth/me/", ({ request }) => {
        seen.push(request.headers.get("X-Background"));
        return HttpResponse.json({});
      }),
    );
    window.dispatchEvent(new Event("pointermove"));
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("are a person's while one is at the page", async () => {
    expect(await ask()).toBeNull();
    vi.setSystemTime(Date.now() + 59_000);
    expect(await ask()).toBeNull();
  });

  it("are the page's own once nobody touched it for a minute, until somebody does", async () => {
    vi.setSystemTime(Date.now() + 61_000);
    expect(await ask()).toBe("1");
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "j" }));
    expect(await ask()).toBeNull();
  });
});
