import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { me } from "@/test/fixtures";
import { renderApp } from "@/test/render-app";
import { problemResponse, server, servesList, signedInAs, signedOut } from "@/test/server";

type Body = Record<string, string>;

/** Takes what is sent to a route, and answers with a 204. */
function takes(route: "change" | "forgotten" | "reset"): Body[] {
  const bodies: Body[] = [];
  server.use(
    http.post(`/api/auth/password/${route}/`, async ({ request }) => {
      bodies.push((await request.json()) as Body);
      expect(request.headers.get("X-CSRFToken")).toBe("token-of-the-test");
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return bodies;
}

function refuses(route: "change" | "reset", errors: Record<string, string[]>): void {
  server.use(
    http.post(`/api/auth/password/${route}/`, () =>
      problemResponse(400, { code: "invalid_parameter", detail: Object.values(errors).flat().join(" "), errors }),
    ),
  );
}

describe("the page for a forgotten password", () => {
  beforeEach(() => signedOut());

  it("is a link away from the sign-in, and says the same whoever asks", async () => {
    const bodies = takes("forgotten");
    const { user } = renderApp("/login");
    await user.click(await screen.findByRole("link", { name: "Forgot your password?" }));
    expect(await screen.findByRole("heading", { name: "Forgot your password?" })).toBeVisible();
    await user.type(screen.getByLabelText(/e-mail address/i), " viewer@example.com{Enter}");
    expect(await screen.findByText(/If somebody has an account by this address/)).toBeVisible();
    expect(bodies).toEqual([{ email: "viewer@example.com" }]);
  });
});

describe("the page of the link", () => {
  beforeEach(() => signedOut());

  it("sets the password, and leads to the sign-in", async () => {
    const bodies = takes("reset");
    const { user } = renderApp("/reset-password#Nw.d0abcd-0123456789");
    await user.type(await screen.findByLabelText(/^new password/i), "a wholly different sentence{Enter}");
    expect(await screen.findByText(/Your new password is set/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Sign in" })).toHaveAttribute("href", "/login");
    expect(bodies).toEqual([{ uid: "Nw", token: "d0abcd-0123456789", new_password: "a wholly different sentence" }]);
  });

  it("tells which rules the password breaks, beside it", async () => {
    refuses("reset", { new_password: ["This password is too short."] });
    const { user } = renderApp("/reset-password#Nw.d0abcd-0123456789");
    await user.type(await screen.findByLabelText(/^new password/i), "short{Enter}");
    expect(await screen.findByText("This password is too short.")).toBeVisible();
    expect(screen.getByLabelText(/^new password/i)).toBeInvalid();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("tells that a link is good for nothing any more", async () => {
    refuses("reset", { token: ["This link is good for nothing any more. Ask for a new one."] });
    const { user } = renderApp("/reset-password#Nw.d0abcd-0123456789");
    await user.type(await screen.findByLabelText(/^new password/i), "a wholly different sentence{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent(/^This link is good for nothing any more\./);
    expect(screen.getByRole("link", { name: "Ask for a new one" })).toHaveAttribute("href", "/forgot-password");
    expect(screen.queryByLabelText(/^new password/i)).not.toBeInTheDocument();
  });

  it.each(["", "#", "#Nw", "#Nw.", "#a b.c"])("asks for the whole link where it is %j", async (hash) => {
    renderApp(`/reset-password${hash}`);
    expect(await screen.findByText(/This link is not whole/)).toBeVisible();
    expect(screen.queryByLabelText(/^new password/i)).not.toBeInTheDocument();
  });
});

describe("the account's page", () => {
  beforeEach(() => servesList([]));

  async function changeTo(password: string) {
    const { user } = renderApp("/releases");
    await user.click(await screen.findByRole("button", { name: "Account viewer@example.com" }));
    await user.click(screen.getByRole("link", { name: "Your account" }));
    await user.type(await screen.findByLabelText(/^your password of now/i), "a good password");
    await user.type(screen.getByLabelText(/^new password/i), `${password}{Enter}`);
  }

  it("changes the password, says so and is empty again", async () => {
    const bodies = takes("change");
    await changeTo("a wholly different sentence");
    expect(await screen.findByText("Your password is changed.")).toBeVisible();
    expect(bodies).toEqual([{ password: "a good password", new_password: "a wholly different sentence" }]);
    await waitFor(() => expect(screen.getByLabelText(/^new password/i)).toHaveValue(""));
  });

  it("tells beside each field what is wrong with it, and keeps what was typed", async () => {
    refuses("change", { password: ["This is not your password."] });
    await changeTo("a wholly different sentence");
    expect(await screen.findByText("This is not your password.")).toBeVisible();
    expect(screen.getByLabelText(/^your password of now/i)).toBeInvalid();
    expect(screen.getByLabelText(/^new password/i)).toHaveValue("a wholly different sentence");
  });

  it("offers no change to somebody who has none", async () => {
    signedInAs(me({ has_password: false }));
    renderApp("/account");
    expect(await screen.findByText(/there is no password here/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Change it" })).not.toBeInTheDocument();
  });
});
