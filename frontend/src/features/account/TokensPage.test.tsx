import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { NewServiceToken, ServiceToken } from "@/lib/api/types";
import { renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const WALLBOARD: ServiceToken = {
  id: 3,
  name: "Wallboard",
  prefix: "rpt_0123456789ab",
  roles: [],
  patterns: ["release:payments-*"],
  created_at: "2025-11-22T14:03:00Z",
  expires_at: "2099-01-01T00:00:00Z",
  last_used_at: null,
};

/** A server that keeps tokens, and what it was asked for. */
function keeps(kept: ServiceToken[]): NewServiceToken[] {
  const asked: NewServiceToken[] = [];
  let tokens = kept;
  server.use(
    http.get("/api/auth/service-tokens/", () => HttpResponse.json(tokens)),
    http.post<never, NewServiceToken>("/api/auth/service-tokens/", async ({ request }) => {
      asked.push(await request.json());
      tokens = [WALLBOARD, ...tokens];
      return HttpResponse.json({ ...WALLBOARD, token: "rpt_0123456789ab_secret" }, { status: 201 });
    }),
    http.delete("/api/auth/service-tokens/:id/", ({ params }) => {
      tokens = tokens.filter(({ id }) => String(id) !== params.id);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return asked;
}

describe("the page of service tokens", () => {
  it("makes one and shows it once", async () => {
    const asked = keeps([]);
    const { user } = renderApp("/account/tokens");
    expect(await screen.findByText("You have no service tokens.")).toBeVisible();
    await user.type(screen.getByLabelText("Name"), "Wallboard");
    await user.type(screen.getByLabelText("Shows releases that match"), "release:payments-*");
    await user.click(screen.getByRole("button", { name: "Make a token" }));
    expect(await screen.findByText("rpt_0123456789ab_secret")).toBeVisible();
    expect(screen.getByRole("button", { name: "Copy token" })).toBeVisible();
    expect(asked).toEqual([{ name: "Wallboard", days: 90, roles: [], patterns: ["release:payments-*"] }]);
    await user.click(screen.getByRole("button", { name: "Done" }));
    expect(screen.queryByText("rpt_0123456789ab_secret")).not.toBeInTheDocument();
    expect(
      within(screen.getByRole("list", { name: "Your service tokens" })).getByText("Wallboard", { selector: "div" }),
    ).toBeVisible();
  });

  it("asks for something that it shows", async () => {
    const asked = keeps([]);
    const { user } = renderApp("/account/tokens");
    await user.type(await screen.findByLabelText("Name"), "Wallboard");
    await user.click(screen.getByRole("button", { name: "Make a token" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Choose a role, or write a pattern");
    expect(asked).toEqual([]);
  });

  it("revokes one after asking", async () => {
    keeps([WALLBOARD]);
    const { user } = renderApp("/account/tokens");
    await user.click(await screen.findByRole("button", { name: "Revoke Wallboard" }));
    await user.click(screen.getByRole("button", { name: "Revoke it for good" }));
    expect(await screen.findByText("You have no service tokens.")).toBeVisible();
  });
});
