import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { release, savedView } from "@/test/fixtures";
import { renderApp } from "@/test/render-app";
import { problemResponse, server, servesList, servesViews } from "@/test/server";

const FAILED = savedView(1, "Failed", "phase=failed");
const PAYMENTS = savedView(2, "Payments", "search=payments&status=RUNNING&ordering=id");

const trigger = (name: string | RegExp = /^Views/) => screen.findByRole("button", { name });
const lines = () => within(screen.getByRole("navigation", { name: "Your views" }));
const link = (name: string | RegExp) => lines().getByRole("link", { name });
const press = (name: string) => screen.getByRole("button", { name });

async function opensViews(address = "/releases") {
  servesList([release("release:payments")]);
  const app = renderApp(address);
  await app.user.click(await trigger());
  await screen.findByLabelText(/^Keep this view/);
  return app;
}

describe("saved views", () => {
  it("are links with what each shows in words, the one that is being looked at among them", async () => {
    servesViews({ ...FAILED }, { ...PAYMENTS });
    await opensViews("/releases?phase=failed&page=2");
    expect(await trigger("Views: Failed")).toBeVisible();
    expect(link(/^Failed/)).toHaveAttribute("href", "/releases?phase=failed");
    expect(link(/^Failed/)).toHaveAttribute("aria-current", "true");
    expect(link(/^Payments/)).not.toHaveAttribute("aria-current");
    expect(within(link(/^Payments/)).getByText("“payments” · Running · ID, A to Z")).toBeVisible();
  });

  it("lead to what they show, and close the panel", async () => {
    servesViews({ ...PAYMENTS });
    const { user, currentAddress } = await opensViews();
    await user.click(link(/^Payments/));
    expect(currentAddress()).toBe("/releases?search=payments&status=RUNNING&ordering=id");
    expect(screen.queryByRole("navigation", { name: "Your views" })).not.toBeInTheDocument();
    expect(await trigger("Views: Payments")).toHaveFocus();
    expect(screen.getByRole("searchbox")).toHaveValue("payments");
  });

  it("say what to do where there are none, and are told of by one that is kept", async () => {
    const kept = servesViews();
    const { user } = await opensViews("/releases?phase=failed,active&ordering=id&page=3");
    expect(await screen.findByText(/You have no views yet/)).toBeVisible();
    await user.type(screen.getByLabelText("Keep this view (failed, active · ID, A to Z) as"), "  Trouble {Enter}");
    expect(await screen.findByText("Kept as “Trouble”.")).toBeVisible();
    expect(await trigger("Views: Trouble")).toBeVisible();
    expect(link(/^Trouble/)).toHaveAttribute("aria-current", "true");
    expect(kept).toMatchObject([{ name: "Trouble", query: "phase=failed%2Cactive&ordering=id" }]);
    expect(screen.getByLabelText(/^Keep this view/)).toHaveValue("");
  });

  it.each([
    ["has a name already", "failed", "You have a view of this name already."],
    ["has no name", " ", "A view needs a name."],
  ])("say in place that what %s can't be kept, and leave what was typed", async (_, name, refusal) => {
    servesViews({ ...FAILED });
    const { user } = await opensViews();
    const field = screen.getByLabelText(/^Keep this view/);
    await user.type(field, `${name}{Enter}`);
    expect(await screen.findByRole("alert")).toHaveTextContent(refusal);
    expect(field).toHaveAccessibleDescription(refusal);
    expect(field).toBeInvalid();
    expect(field).toHaveValue(name);
  });

  it("say in place that there are as many as are kept, and that the portal does not answer", async () => {
    servesViews();
    const full = "You have 50 views, as many as are kept: delete one first.";
    server.use(http.post("/api/views/", () => problemResponse(400, { errors: { name: [full] } })));
    const { user } = await opensViews();
    await user.type(screen.getByLabelText(/^Keep this view/), "One more{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent(full);
    server.use(http.post("/api/views/", () => HttpResponse.error()));
    await user.click(press("Save"));
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent("The portal does not answer."));
  });

  it("can be renamed", async () => {
    const kept = servesViews({ ...FAILED }, { ...PAYMENTS });
    const { user } = await opensViews();
    await user.click(press("Rename “Failed”"));
    const field = screen.getByLabelText("New name of “Failed”");
    expect(field).toHaveFocus();
    await user.keyboard("Payments{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("You have a view of this name already.");
    await user.clear(field);
    await user.type(field, "Broken{Enter}");
    await waitFor(() => expect(link(/^Broken/)).toHaveFocus());
    expect(kept[0]).toMatchObject({ name: "Broken", query: "phase=failed" });
  });

  it("keep their names where one thinks better of it by Escape, which leaves the panel open", async () => {
    servesViews({ ...FAILED });
    const { user } = await opensViews();
    await user.click(press("Rename “Failed”"));
    await user.keyboard("Broken{Escape}");
    await waitFor(() => expect(link(/^Failed/)).toHaveFocus());
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("navigation", { name: "Your views" })).not.toBeInTheDocument();
  });

  it("can be had to show the present view, and that can be taken back", async () => {
    const kept = servesViews({ ...FAILED });
    const { user } = await opensViews("/releases?phase=active");
    await user.click(press("Have “Failed” show the present view"));
    expect(await screen.findByText("It shows the present view now.")).toBeVisible();
    expect(kept[0]?.query).toBe("phase=active");
    expect(await trigger("Views: Failed")).toBeVisible();
    expect(press("Undo")).toHaveFocus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(kept[0]?.query).toBe("phase=failed"));
    await waitFor(() => expect(link(/^Failed/)).toHaveFocus());
    expect(await trigger("Views")).toBeVisible();
  });

  it("can be deleted, and that can be taken back where they stood", async () => {
    const kept = servesViews({ ...FAILED }, { ...PAYMENTS });
    const { user } = await opensViews();
    await user.click(press("Delete “Failed”"));
    const items = () => lines().getAllByRole("listitem");
    await waitFor(() => expect(items()[0]).toHaveTextContent("“Failed” is deleted."));
    expect(items()).toHaveLength(2);
    expect(kept).toHaveLength(1);
    expect(press("Undo")).toHaveFocus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(link(/^Failed/)).toHaveFocus());
    expect(kept.map(({ name }) => name).toSorted()).toEqual(["Failed", "Payments"]);
    expect(screen.queryByText("“Failed” is deleted.")).not.toBeInTheDocument();
  });

  it("that were deleted elsewhere are gone, and none can be brought back without an answer", async () => {
    const kept = servesViews({ ...FAILED });
    const { user } = await opensViews();
    await screen.findByRole("navigation", { name: "Your views" });
    kept.length = 0;
    await user.click(press("Delete “Failed”"));
    expect(await screen.findByText("“Failed” is deleted.")).toBeVisible();
    server.use(http.post("/api/views/", () => HttpResponse.error()));
    await user.click(press("Undo"));
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "“Failed” is still deleted. The portal does not answer.",
    );
    expect(press("Undo")).toBeVisible();
  });

  it("stay where they can't be deleted or changed, and say why", async () => {
    servesViews({ ...FAILED });
    server.use(
      http.delete("/api/views/:id/", () => HttpResponse.error()),
      http.patch("/api/views/:id/", () => problemResponse(500)),
    );
    const { user } = await opensViews();
    await user.click(press("Delete “Failed”"));
    expect(await screen.findByRole("alert")).toHaveTextContent("It could not be deleted. The portal does not answer.");
    await user.click(press("Have “Failed” show the present view"));
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent("An unexpected error occurred."));
    expect(link(/^Failed/)).toBeVisible();
  });

  it("that can't be read say so, and are asked for again; the list stands without them", async () => {
    server.use(http.get("/api/views/", () => problemResponse(400)));
    const { user } = await opensViews();
    expect(await screen.findByRole("alert")).toHaveTextContent("Your views can't be read.");
    expect(screen.getByRole("row", { name: /release:payments/ })).toBeVisible();
    servesViews({ ...FAILED });
    await user.click(press("Try again"));
    expect(await screen.findByRole("link", { name: /^Failed/ })).toBeVisible();
  });
});

describe("the present view", () => {
  it("can be copied as a link", async () => {
    servesList([release("release:payments")]);
    const { user } = renderApp("/releases?phase=failed&page=2");
    await user.click(await screen.findByRole("button", { name: "Copy link" }));
    expect(await navigator.clipboard.readText()).toBe(`${window.location.origin}/releases?phase=failed&page=2`);
  });

  it("shows a filter by states that its address brought, and lets it be taken away", async () => {
    const asked = servesList([release("release:payments")]);
    const { user, currentAddress } = renderApp("/releases?state=verifying,baking");
    await screen.findByRole("row", { name: /release:payments/ });
    expect(asked[0]?.get("state")).toBe("verifying,baking");
    await user.click(screen.getByRole("button", { name: "State: verifying, baking. Show any state" }));
    await waitFor(() => expect(currentAddress()).toBe("/releases"));
  });
});
