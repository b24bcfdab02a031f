import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { leaveTo } from "@/lib/destinations";
import { me } from "@/test/fixtures";
import { renderApp } from "@/test/render-app";
import { offersOpenIdConnect, problemResponse, server, servesList, signedInAs, signedOut } from "@/test/server";

vi.mock("@/lib/destinations", async (original) => ({ ...(await original<object>()), leaveTo: vi.fn() }));

type User = ReturnType<typeof renderApp>["user"];

async function signIn(user: User, password = "a good password") {
  await user.type(await screen.findByLabelText(/e-mail address/i), "viewer@example.com");
  await user.type(screen.getByLabelText(/password/i), password);
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

function acceptsSignIn(user = me()): { requests: { body: unknown; csrf: string | null }[] } {
  const requests: { body: unknown; csrf: string | null }[] = [];
  server.use(
    http.post("/api/auth/login/", async ({ request }) => {
      requests.push({ body: await request.json(), csrf: request.headers.get("X-CSRFToken") });
      signedInAs(user);
      return HttpResponse.json(user);
    }),
  );
  return { requests };
}

describe("the sign-in page", () => {
  beforeEach(() => {
    vi.mocked(leaveTo).mockReset();
    signedOut();
    servesList([]);
  });

  it("signs in with the CSRF token and leads to the releases", async () => {
    const { requests } = acceptsSignIn();
    const { user, currentAddress } = renderApp("/");
    await signIn(user);
    expect(await screen.findByRole("heading", { name: "Releases" })).toBeVisible();
    expect(currentAddress()).toBe("/releases");
    expect(requests).toEqual([
      { body: { email: "viewer@example.com", password: "a good password" }, csrf: "token-of-the-test" },
    ]);
  });

  it("has the focus where the address is typed", async () => {
    renderApp("/login");
    await waitFor(() => expect(screen.getByLabelText(/e-mail address/i)).toHaveFocus());
  });

  it("leads back to the page that asked for it, with its filters", async () => {
    acceptsSignIn();
    const { user, currentAddress } = renderApp("/releases?phase=failed");
    expect(await screen.findByText("Please log in again.")).toBeVisible();
    expect(currentAddress()).toBe("/login?next=%2Freleases%3Fphase%3Dfailed");
    await signIn(user);
    await waitFor(() => expect(currentAddress()).toBe("/releases?phase=failed"));
  });

  it("says that the password is wrong, keeps the address and lets one try again", async () => {
    server.use(http.post("/api/auth/login/", () => problemResponse(401, { code: "invalid_credentials" })));
    const { user } = renderApp("/login");
    await signIn(user, "a bad password");
    expect(await screen.findByRole("alert")).toHaveTextContent("The e-mail address or the password is wrong.");
    expect(screen.getByLabelText(/e-mail address/i)).toHaveValue("viewer@example.com");
    acceptsSignIn();
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByRole("heading", { name: "Releases" })).toBeVisible();
  });

  it("says how long a locked-out account has to wait", async () => {
    server.use(
      http.post("/api/auth/login/", () =>
        problemResponse(429, { code: "locked_out", detail: "Too many attempts." }, { "Retry-After": "300" }),
      ),
    );
    const { user } = renderApp("/login");
    await signIn(user);
    expect(await screen.findByRole("alert")).toHaveTextContent("Too many attempts. You can try again in 5 minutes.");
  });

  it("shows what is wrong with a field beside the field", async () => {
    server.use(
      http.post("/api/auth/login/", () =>
        problemResponse(400, { detail: "Check what you entered.", errors: { email: ["Enter a valid address."] } }),
      ),
    );
    const { user } = renderApp("/login");
    await signIn(user);
    expect(await screen.findByText("Enter a valid address.")).toBeVisible();
    expect(screen.getByLabelText(/e-mail address/i)).toBeInvalid();
  });

  it("says that the portal does not answer", async () => {
    server.use(http.post("/api/auth/login/", () => HttpResponse.error()));
    const { user } = renderApp("/login");
    await signIn(user);
    expect(await screen.findByRole("alert")).toHaveTextContent("The portal does not answer. Please try again.");
  });

  it("loads the whole page for what Django serves", async () => {
    acceptsSignIn(me({ is_staff: true }));
    const { user } = renderApp("/login?next=/admin/accounts/user/%3Fq%3Dx");
    await signIn(user);
    await waitFor(() => expect(leaveTo).toHaveBeenCalledWith("/admin/accounts/user/?q=x"));
  });

  it("never leads to another origin", async () => {
    acceptsSignIn();
    const { user, currentAddress } = renderApp("/login?next=//evil.example/releases");
    await signIn(user);
    await waitFor(() => expect(currentAddress()).toBe("/releases"));
    expect(leaveTo).not.toHaveBeenCalled();
  });

  it("does not send an account that may not open the administration round in circles", async () => {
    signedInAs(me({ is_staff: false }));
    renderApp("/login?next=/admin/");
    expect(await screen.findByText(/may not open the administration/)).toBeVisible();
    expect(leaveTo).not.toHaveBeenCalled();
  });

  it("offers nothing but passwords where no other way is set up", async () => {
    renderApp("/login");
    await screen.findByRole("button", { name: "Sign in" });
    expect(screen.queryByRole("link", { name: /sign in with/i })).not.toBeInTheDocument();
  });

  it("offers the company's accounts by their name, with the way back to the page", async () => {
    offersOpenIdConnect("Example Corp");
    renderApp("/login?next=/releases%3Fphase%3Dfailed");
    expect(await screen.findByRole("link", { name: "Sign in with Example Corp" })).toHaveAttribute(
      "href",
      "/api/auth/oidc/start/?next=%2Freleases%3Fphase%3Dfailed",
    );
    expect(screen.getByRole("button", { name: "Sign in" })).toBeVisible();
  });

  it("takes nobody to another site by way of them", async () => {
    offersOpenIdConnect("Example Corp");
    renderApp("/login?next=//evil.example");
    const link = await screen.findByRole("link", { name: "Sign in with Example Corp" });
    expect(link).toHaveAttribute("href", "/api/auth/oidc/start/?next=%2Freleases");
  });

  it.each([
    ["denied", "You were not signed in there"],
    ["unavailable", "does not answer"],
    ["refused", "could not be confirmed"],
    ["expired", "took too long"],
    ["no_email", "confirms no e-mail address"],
    ["not_active", "not active any more"],
    ["linked_elsewhere", "linked to another sign-in"],
    ["throttled", "wait a minute"],
    ["constructor", "could not be confirmed"],
  ])("says why somebody could not be signed in with them: %s", async (code, sentence) => {
    renderApp(`/login?problem=${code}&next=/compare`);
    expect(await screen.findByRole("alert")).toHaveTextContent(sentence);
    expect(screen.queryByText("Please log in again.")).not.toBeInTheDocument();
  });

  it("passes somebody who is signed in already on at once", async () => {
    signedInAs(me());
    const { currentAddress } = renderApp("/login?next=/releases");
    await waitFor(() => expect(currentAddress()).toBe("/releases"));
  });
});

describe("the user menu", () => {
  beforeEach(() => {
    vi.mocked(leaveTo).mockReset();
    servesList([]);
  });

  it("signs out and leaves nothing behind in the tab", async () => {
    const signOut = vi.fn();
    server.use(
      http.post("/api/auth/logout/", ({ request }) => {
        signOut(request.headers.get("X-CSRFToken"));
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user } = renderApp("/releases");
    await user.click(await screen.findByRole("button", { name: "Account viewer@example.com" }));
    await user.click(screen.getByRole("button", { name: "Sign out" }));
    await waitFor(() => expect(leaveTo).toHaveBeenCalledWith("/login"));
    expect(signOut).toHaveBeenCalledExactlyOnceWith("token-of-the-test");
  });

  it("signs out everywhere", async () => {
    const signOut = vi.fn();
    server.use(
      http.post("/api/auth/logout/everywhere/", ({ request }) => {
        signOut(request.headers.get("X-CSRFToken"));
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user } = renderApp("/releases");
    await user.click(await screen.findByRole("button", { name: "Account viewer@example.com" }));
    await user.click(screen.getByRole("button", { name: "Sign out everywhere" }));
    await waitFor(() => expect(leaveTo).toHaveBeenCalledWith("/login"));
    expect(signOut).toHaveBeenCalledExactlyOnceWith("token-of-the-test");
  });

  it("offers the administration to staff only", async () => {
    const { user } = renderApp("/releases");
    await user.click(await screen.findByRole("button", { name: "Account viewer@example.com" }));
    expect(screen.getByRole("link", { name: "API documentation" })).toHaveAttribute("href", "/api/docs/");
    expect(screen.queryByRole("link", { name: "Administration" })).not.toBeInTheDocument();
  });

  it("leads staff to the administration, and closes with Escape", async () => {
    signedInAs(me({ email: "admin@example.com", is_staff: true }));
    const { user } = renderApp("/releases");
    const account = await screen.findByRole("button", { name: "Account admin@example.com" });
    await user.click(account);
    expect(screen.getByRole("link", { name: "Administration" })).toHaveAttribute("href", "/admin/");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("link", { name: "Administration" })).not.toBeInTheDocument();
    expect(account).toHaveFocus();
  });
});
