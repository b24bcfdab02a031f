import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import type { SecondFactor } from "@/lib/api/types";
import { me } from "@/test/fixtures";
import { renderApp } from "@/test/render-app";
import { problemResponse, server, servesList, signedInAs, signedOut } from "@/test/server";

type User = ReturnType<typeof renderApp>["user"];

const CODES = ["k7mp-2xwq-9fhd-vt4n", "c3rg-8yjb-n6ea-zs5u"];
const SECRET = { secret: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/Relportal:viewer?secret=JBSWY3DPEHPK3PXP" };
const OFF: SecondFactor = { is_on: false, is_required: false, since: null, recovery_codes_left: 0 };
const ON: SecondFactor = { is_on: true, is_required: false, since: "2025-11-22T14:03:00Z", recovery_codes_left: 10 };

async function signIn(user: User) {
  await user.type(await screen.findByLabelText(/e-mail address/i), "viewer@example.com");
  await user.type(screen.getByLabelText(/password/i), "a good password");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

/** A server that asks for more than the password, and keeps the bodies that it gets afterwards. */
function asksFor(code: "second_factor_required" | "second_factor_missing"): unknown[] {
  const got: unknown[] = [];
  server.use(
    http.post("/api/auth/login/", () => problemResponse(401, { code })),
    http.post("/api/auth/login/code/", async ({ request }) => {
      const body = (await request.json()) as { code: string };
      got.push(body);
      if (body.code === "000000") return problemResponse(401, { code: "second_factor_invalid" });
      signedInAs(me());
      return HttpResponse.json(me());
    }),
  );
  return got;
}

/** A server where the factor can be set up; the bodies that it gets. */
function keepsFactor(first: SecondFactor): unknown[] {
  const got: unknown[] = [];
  let state = first;
  server.use(
    http.get("/api/auth/second-factor/", () => HttpResponse.json(state)),
    http.post("/api/auth/second-factor/set-up/", async ({ request }) => {
      got.push(await request.json());
      return HttpResponse.json(SECRET);
    }),
    http.post("/api/auth/second-factor/confirm/", async ({ request }) => {
      got.push(await request.json());
      state = ON;
      signedInAs(me());
      return HttpResponse.json({ recovery_codes: CODES });
    }),
    http.post("/api/auth/second-factor/recovery-codes/", () => HttpResponse.json({ recovery_codes: CODES })),
    http.post("/api/auth/second-factor/turn-off/", async ({ request }) => {
      got.push(await request.json());
      state = OFF;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return got;
}

describe("signing in with a second factor", () => {
  beforeEach(() => {
    signedOut();
    servesList([]);
  });

  it("asks for a code after the password, and goes on to the page", async () => {
    const got = asksFor("second_factor_required");
    const { user, currentAddress } = renderApp("/releases?phase=failed");
    await signIn(user);
    expect(await screen.findByRole("heading", { name: "Second step" })).toBeVisible();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
    expect(screen.getByLabelText(/code of your app/i)).toHaveFocus();
    await user.keyboard("123 456{Enter}");
    await waitFor(() => expect(currentAddress()).toBe("/releases?phase=failed"));
    expect(got).toEqual([{ code: "123 456" }]);
  });

  it("says that a code is wrong, and takes a recovery code", async () => {
    const got = asksFor("second_factor_required");
    const { user } = renderApp("/login");
    await signIn(user);
    await user.type(await screen.findByLabelText(/code of your app/i), "000000{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The code is wrong, or was used before.");
    await user.click(screen.getByRole("button", { name: "Use a recovery code" }));
    expect(screen.getByLabelText(/recovery code/i)).toHaveFocus();
    await user.keyboard("k7mp-2xwq-9fhd-vt4n{Enter}");
    expect(await screen.findByRole("heading", { name: "Releases" })).toBeVisible();
    expect(got).toEqual([{ code: "000000" }, { code: "k7mp-2xwq-9fhd-vt4n" }]);
  });

  it("goes back to the password, by itself where that was too long ago", async () => {
    asksFor("second_factor_required");
    const { user } = renderApp("/login");
    await signIn(user);
    await user.click(await screen.findByRole("button", { name: "Back to the password" }));
    await signIn(user);
    server.use(http.post("/api/auth/login/code/", () => problemResponse(401, { code: "not_authenticated" })));
    await user.type(await screen.findByLabelText(/code of your app/i), "123456{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("That took too long. Please sign in again.");
    expect(screen.getByLabelText(/e-mail address/i)).toBeVisible();
  });

  it("says how long whoever guessed too often has to wait", async () => {
    asksFor("second_factor_required");
    server.use(
      http.post("/api/auth/login/code/", () =>
        problemResponse(429, { code: "locked_out", detail: "Too many." }, { "Retry-After": "900" }),
      ),
    );
    const { user } = renderApp("/login");
    await signIn(user);
    await user.type(await screen.findByLabelText(/code of your app/i), "123456{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Too many. You can try again in 15 minutes.");
  });

  it("goes on with the second step after another service's sign-in", async () => {
    asksFor("second_factor_required");
    renderApp("/login?step=code&next=/releases");
    expect(await screen.findByRole("heading", { name: "Second step" })).toBeVisible();
  });

  it("has one set up who has to have one, and shows the codes until they were kept", async () => {
    asksFor("second_factor_missing");
    const got = keepsFactor(OFF);
    const { user, currentAddress } = renderApp("/login");
    await signIn(user);
    expect(await screen.findByRole("heading", { name: "Set up a second factor" })).toBeVisible();
    await user.click(await screen.findByRole("button", { name: "Set it up" }));
    expect(await screen.findByText("JBSW Y3DP EHPK 3PXP")).toBeVisible();
    await user.type(screen.getByLabelText(/code of your app/i), "123456{Enter}");
    const codes = await screen.findByRole("list", { name: "Recovery codes" });
    expect(
      within(codes)
        .getAllByRole("listitem")
        .map((item) => item.textContent),
    ).toEqual(CODES);
    expect(currentAddress()).toBe("/login");
    await user.click(screen.getByRole("button", { name: "I have kept them" }));
    expect(await screen.findByRole("heading", { name: "Releases" })).toBeVisible();
    expect(got).toEqual([{}, { code: "123456" }]);
  });

  it("leaves nobody in the setting up who reloads it once signed in", async () => {
    signedInAs(me());
    keepsFactor(ON);
    const { currentAddress } = renderApp("/login?step=set-up&next=/releases");
    await waitFor(() => expect(currentAddress()).toBe("/releases"));
    expect(await screen.findByRole("heading", { name: "Releases" })).toBeVisible();
  });

  it("lets whoever has to set one up go back to the password", async () => {
    asksFor("second_factor_missing");
    keepsFactor(OFF);
    const { user } = renderApp("/login");
    await signIn(user);
    await user.click(await screen.findByRole("button", { name: "Set it up" }));
    await user.click(await screen.findByRole("button", { name: "Back to the password" }));
    expect(screen.getByLabelText(/e-mail address/i)).toBeVisible();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("leads whoever does not see the page from step to step", async () => {
    asksFor("second_factor_missing");
    keepsFactor(OFF);
    const { user } = renderApp("/login");
    await signIn(user);
    expect(await screen.findByText(/Your account has to have one/)).toHaveFocus();
    await user.click(await screen.findByRole("button", { name: "Set it up" }));
    expect(await screen.findByText(/^Scan this/)).toHaveFocus();
    await user.type(screen.getByLabelText(/code of your app/i), "123456{Enter}");
    expect(await screen.findByText(/^Keep these recovery codes/)).toHaveFocus();
  });
});

describe("the page of the second factor", () => {
  it("is turned on by the password and a code of the app", async () => {
    const got = keepsFactor(OFF);
    const { user } = renderApp("/account/second-factor");
    await user.click(await screen.findByRole("button", { name: "Set up an authenticator app" }));
    await user.type(screen.getByLabelText(/your password/i), "a good password{Enter}");
    expect(await screen.findByTitle("QR code for your authenticator app")).toBeInTheDocument();
    await user.type(screen.getByLabelText(/code of your app/i), "123456{Enter}");
    await user.click(await screen.findByRole("button", { name: "I have kept them" }));
    expect(await screen.findByText(/^On since/)).toBeVisible();
    expect(screen.getByText(/^10 are left/)).toBeVisible();
    expect(got).toEqual([{ password: "a good password" }, { code: "123456" }]);
  });

  it("asks for no password of who has none", async () => {
    signedInAs(me({ has_password: false }));
    const got = keepsFactor(OFF);
    const { user } = renderApp("/account/second-factor");
    await user.click(await screen.findByRole("button", { name: "Set up an authenticator app" }));
    await user.click(screen.getByRole("button", { name: "Set it up" }));
    expect(await screen.findByLabelText(/code of your app/i)).toBeVisible();
    expect(got).toEqual([{}]);
  });

  it("warns where few recovery codes are left, and gives new ones", async () => {
    keepsFactor({ ...ON, recovery_codes_left: 2 });
    const { user } = renderApp("/account/second-factor");
    expect(await screen.findByText("Only 2 left. Get new ones.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Get new recovery codes" }));
    await user.type(screen.getByLabelText(/code of your app/i), "123456{Enter}");
    expect(await screen.findByText("k7mp-2xwq-9fhd-vt4n")).toBeVisible();
  });

  it("is turned off by code and password", async () => {
    const got = keepsFactor(ON);
    const { user } = renderApp("/account/second-factor");
    await user.click(await screen.findByRole("button", { name: "Turn it off" }));
    await user.type(screen.getByLabelText(/code of your app/i), "123456");
    await user.type(screen.getByLabelText(/your password/i), "a good password{Enter}");
    expect(await screen.findByText("Off.")).toBeVisible();
    expect(got).toEqual([{ code: "123456", password: "a good password" }]);
  });

  it("changes nothing where somebody thinks better of it", async () => {
    const got = keepsFactor(ON);
    const { user } = renderApp("/account/second-factor");
    await user.click(await screen.findByRole("button", { name: "Turn it off" }));
    await user.click(screen.getByRole("button", { name: "Keep it on" }));
    await user.click(screen.getByRole("button", { name: "Get new recovery codes" }));
    await user.click(screen.getByRole("button", { name: "Keep the old ones" }));
    expect(screen.queryByLabelText(/code of your app/i)).not.toBeInTheDocument();
    expect(screen.getByText(/^On since/)).toBeVisible();
    expect(got).toEqual([]);
  });

  it("may be left off though an app has its secret already", async () => {
    keepsFactor(OFF);
    const { user } = renderApp("/account/second-factor");
    await user.click(await screen.findByRole("button", { name: "Set up an authenticator app" }));
    expect(await screen.findByLabelText(/your password/i)).toHaveFocus();
    await user.keyboard("a good password{Enter}");
    await user.click(await screen.findByRole("button", { name: "Not now" }));
    expect(screen.getByText("Off.")).toBeVisible();
  });

  it("offers no such thing to who has to have one", async () => {
    keepsFactor({ ...ON, is_required: true });
    renderApp("/account/second-factor");
    expect(await screen.findByText(/has to have a second factor/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Turn it off" })).not.toBeInTheDocument();
  });

  it("is found on the account's page", async () => {
    keepsFactor(OFF);
    const { user } = renderApp("/account");
    await user.click(await screen.findByRole("link", { name: "See how yours stands" }));
    expect(await screen.findByRole("heading", { name: "Second factor" })).toBeVisible();
  });
});
