import "./TimelineView";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { App, Hierarchy } from "@/lib/api/types";
import { app, bundle, cluster, largeTree, tree, wave } from "@/test/fixtures";
import { renderApp, useSwiftTime } from "@/test/render-app";
import { servesTree } from "@/test/server";

const PATH = "/releases/release:r?view=timeline";
const WEB = "wave:w1/cluster:eu/bundle:web";

const at = (time: string) => `2025-11-22T${time}Z`;

function between(from: string | null, to: string | null) {
  return { created_at: from && at(from), updated_at: to && at(to) };
}

const DONE = { phase: "succeeded", state: "completed" } as const;
const FAILED = { phase: "failed", state: "failed" } as const;
const WAITS = { phase: "pending", state: "pending", ...between(null, "09:00:00") } as const;

const BROKEN: Partial<App> = { ...FAILED, ...between("09:01:00", "09:03:00"), error_message: "image not found" };

/** A wave that failed with an app of it, and one that never began. */
function failedRelease(change: Partial<Hierarchy> = {}): Hierarchy {
  return tree(
    "release:r",
    [
      wave(
        "w1",
        [
          cluster(
            "eu",
            [
              bundle("core", [app("db", between("09:00:00", "09:01:00"))], {
                ...DONE,
                ...between("09:00:00", "09:02:00"),
              }),
              bundle("web", [app("api", BROKEN), app("ui", between("09:03:00", "09:07:30"))], {
                ...FAILED,
                ...between("09:01:00", "09:07:30"),
              }),
            ],
            { ...FAILED, ...between("09:00:00", "09:07:30") },
          ),
        ],
        { ...FAILED, ...between("09:00:00", "09:07:30") },
      ),
      wave("w2", [], WAITS),
    ],
    { ...FAILED, started_at: at("09:00:00"), ended_at: at("09:08:00"), ...change },
  );
}

/** The same while it goes on. */
function activeRelease(change: Partial<Hierarchy> = {}): Hierarchy {
  return failedRelease({ phase: "active", state: "deploying", ended_at: null, ...change });
}

function row(name: RegExp): Promise<HTMLElement> {
  return screen.findByRole("treeitem", { name });
}

function names(): (string | null | undefined)[] {
  return screen.getAllByRole("treeitem").map((item) => item.querySelector(".timeline-label")?.firstChild?.textContent);
}

function barOf(item: HTMLElement): HTMLElement {
  const bar = item.querySelector<HTMLElement>(".timeline-bar");
  if (!bar) throw new Error("no bar");
  return bar;
}

function press(name: string) {
  return screen.findByRole("button", { name });
}

describe("the timeline", () => {
  it("shows waves, clusters and bundles with what they tell of their times, in words too", async () => {
    servesTree(failedRelease());
    renderApp(PATH);
    const core = await row(/^bundle:core/);
    const words =
      "bundle, completed (succeeded), from 22 Nov 2025, 10:00:00 CET to 22 Nov 2025, 10:02:00 CET, took 2 min";
    expect(core).toHaveAccessibleName(expect.stringMatching(/^bundle:core ?, /));
    expect(core).toHaveAccessibleName(expect.stringContaining(words));
    expect(core).toHaveAttribute("aria-level", "4");
    expect(core).toHaveAttribute("aria-posinset", "1");
    expect(core).toHaveAttribute("aria-setsize", "2");
    expect(within(core).getByText("2 min")).toBeVisible();
    expect(barOf(core).title).toContain("09:00:00 UTC");
    expect(names()).toEqual(["release:r", "wave:w1", "cluster:eu", "bundle:core", "bundle:web", "wave:w2"]);
  });

  it("says of what has not begun that it has not, and draws nothing of it", async () => {
    servesTree(failedRelease());
    renderApp(PATH);
    const waiting = await row(/^wave:w2.*not begun/);
    expect(within(waiting).getByText("not begun")).toBeVisible();
    expect(waiting.querySelector(".timeline-bar")).toBeNull();
  });

  it("draws bars that reflect how long things took", async () => {
    servesTree(failedRelease());
    renderApp(PATH);
    const width = async (name: RegExp) => Number.parseFloat(barOf(await row(name)).style.width);
    expect((await width(/^cluster:eu/)) / (await width(/^bundle:core/))).toBeCloseTo(7.5 / 2, 1);
  });

  it("does not make up a start that nobody gave", async () => {
    const silent = bundle("silent", [], { ...DONE, ...between(null, "09:05:00") });
    const mute = bundle("mute", [], { ...DONE, ...between(null, null) });
    servesTree(tree("release:r", [wave("w1", [cluster("eu", [silent, mute])])]));
    renderApp(PATH);
    const told = await row(/^bundle:silent.*start not given, last changed 22 Nov 2025, 10:05:00/);
    expect(told.querySelector(".timeline-bar")).toBeNull();
    expect(told.querySelector(".timeline-dot")).toBeInTheDocument();
    expect(within(await row(/^bundle:mute/)).getByText("times not given")).toBeVisible();
  });

  it("marks what failed at its moment, on the row that stands for it, with its message", async () => {
    servesTree(failedRelease());
    const { user, currentAddress } = renderApp(PATH);
    const web = await row(/^bundle:web.*app:api: image not found/);
    const mark = within(web).getByTitle(/app:api: image not found/);
    const [bar, left] = [barOf(web), Number.parseFloat(mark.style.left)];
    // After two of six and a half minutes.
    const share = (left - Number.parseFloat(bar.style.left)) / Number.parseFloat(bar.style.width);
    expect(share).toBeCloseTo(2 / 6.5, 1);
    // What is open leaves it to the rows below.
    expect((await row(/^cluster:eu/)).querySelector(".timeline-mark")).toBeNull();
    await user.click(mark);
    expect(decodeURIComponent(currentAddress())).toBe(`${PATH}&entity=${WEB}/app:api`);
  });

  it("shows apps on demand", async () => {
    servesTree(failedRelease());
    const { user, currentAddress } = renderApp(PATH);
    const web = await row(/^bundle:web/);
    const twisty = web.querySelector(".timeline-twisty");
    if (twisty) await user.click(twisty);
    expect(await row(/^app:ui/)).toHaveAttribute("aria-level", "5");
    expect(web.querySelector(".timeline-mark")).toBeNull();
    expect((await row(/^app:api/)).querySelector(".timeline-mark")).toBeInTheDocument();
    expect(decodeURIComponent(currentAddress())).toBe(PATH);
    await user.click(await press("Down to"));
    await user.click(await press("Apps"));
    expect(await row(/^app:db/)).toBeVisible();
    await user.click(await press("Down to"));
    await user.click(await press("Waves"));
    expect(names()).toEqual(["release:r", "wave:w1", "wave:w2"]);
  });

  it("opens the details of the row that is clicked", async () => {
    servesTree(failedRelease());
    const { user, currentAddress } = renderApp(PATH);
    await user.click(await row(/^bundle:core/));
    expect(decodeURIComponent(currentAddress())).toBe(`${PATH}&entity=wave:w1/cluster:eu/bundle:core`);
    expect(await row(/^bundle:core/)).toHaveAttribute("aria-selected", "true");
  });

  it("shows what a filter lets through and the way there", async () => {
    servesTree(failedRelease());
    renderApp(`${PATH}&text=api`);
    expect(await row(/^app:api/)).toBeVisible();
    expect(names()).toEqual(["release:r", "wave:w1", "cluster:eu", "bundle:web", "app:api"]);
  });

  it("draws only what is in sight of 1,000 entities", async () => {
    servesTree(largeTree());
    const { user } = renderApp("/releases/release:large?view=timeline");
    await user.click(await press("Down to"));
    await user.click(await press("Apps"));
    await screen.findAllByRole("treeitem", { name: /^app:a0/ });
    expect(screen.getAllByRole("treeitem").length).toBeLessThan(80);
  });

  it("says so where a release holds nothing", async () => {
    servesTree(tree("release:r", []));
    renderApp(PATH);
    expect(await screen.findByText("This release holds no waves.")).toBeVisible();
    expect(await row(/^release:r/)).toBeVisible();
  });
});

describe("what goes on", () => {
  it("has an open end, at a line for now", async () => {
    servesTree(activeRelease());
    renderApp(PATH);
    const release = await row(/^release:r.*going on/);
    expect(barOf(release)).toHaveAttribute("data-open");
    expect(screen.getByText("now")).toBeVisible();
    expect(barOf(await row(/^cluster:eu/))).not.toHaveAttribute("data-open");
  });

  it("has no line for now once all has ended", async () => {
    servesTree(failedRelease());
    renderApp(PATH);
    await row(/^release:r/);
    expect(screen.queryByText("now")).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "To now" })).not.toBeInTheDocument();
  });

  it("goes no further than what is known, and says so, where that is stale", async () => {
    servesTree(activeRelease({ freshness: "stale", as_of: at("09:10:00") }));
    renderApp(PATH);
    const release = await row(/^release:r/);
    expect(within(release).getByText("10 min")).toBeVisible();
    expect(screen.getByText("as of 10:10:00")).toBeVisible();
    expect(screen.queryByText("now")).not.toBeInTheDocument();
  });

  it("grows with time, but moves nothing that was zoomed to", async () => {
    useSwiftTime();
    vi.setSystemTime(Date.parse(at("09:10:00")));
    servesTree(activeRelease());
    const { user } = renderApp(PATH);
    const place = async () => {
      const { left, width } = barOf(await row(/^cluster:eu/)).style;
      return { left: Number.parseFloat(left), width: Number.parseFloat(width) };
    };
    const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

    const whole = await place();
    await pass(5_000);
    expect((await place()).width).toBeLessThan(whole.width);

    await user.click(await press("Zoom in"));
    const zoomed = await place();
    await pass(5_000);
    expect(await place()).toEqual(zoomed);
    expect(await press("To now")).toBeEnabled();

    // At the end it keeps up, as close as before.
    await user.click(await press("To now"));
    const followed = await place();
    await pass(5_000);
    expect((await place()).left).toBeLessThanOrEqual(followed.left);
    expect((await place()).width).toBeLessThan(followed.width);
    expect(await press("To now")).toBeDisabled();

    await user.click(await press("Fit all"));
    expect((await place()).left).toBeCloseTo(whole.left);
  });
});

describe("zooming", () => {
  it("goes by button, and back to all of it", async () => {
    servesTree(failedRelease());
    const { user } = renderApp(PATH);
    const width = async () => Number.parseFloat(barOf(await row(/^cluster:eu/)).style.width);
    expect(await press("Zoom out")).toBeDisabled();
    const whole = await width();
    await user.click(await press("Zoom in"));
    expect(barOf(await row(/^cluster:eu/))).toHaveAttribute("data-cut-left");
    await user.click(await press("Zoom out"));
    expect(await width()).toBeCloseTo(whole);
    expect(await press("Fit all")).toBeDisabled();
  });

  it("goes by key, and says where what is out of sight is to be found", async () => {
    servesTree(failedRelease());
    const { user } = renderApp(PATH);
    (await row(/^release:r/)).focus();
    await user.keyboard("+++");
    expect(within(await row(/^bundle:core/)).getByText("‹ 2 min, earlier")).toBeVisible();
    await user.keyboard(`{Shift>}${"{ArrowLeft}".repeat(20)}{/Shift}`);
    expect(barOf(await row(/^bundle:core/))).toBeVisible();
    await user.keyboard("0");
    expect(await press("Fit all")).toBeDisabled();
    await user.keyboard("+-");
    expect(await press("Fit all")).toBeDisabled();
  });

  it("goes to a row's own time by two clicks on its bar, or by key", async () => {
    servesTree(failedRelease());
    const { user } = renderApp(PATH);
    const share = async () => Number.parseFloat(barOf(await row(/^bundle:core/)).style.width) / 800;
    await user.dblClick(barOf(await row(/^bundle:core/)));
    expect(await share()).toBeCloseTo(0.88);
    await user.keyboard("0");
    expect(await share()).toBeLessThan(0.5);
    await user.keyboard("{Shift>}{Enter}{/Shift}");
    expect(await share()).toBeCloseTo(0.88);
  });

  it("goes by Ctrl and wheel; a wheel alone is the page's", async () => {
    servesTree(failedRelease());
    renderApp(PATH);
    const item = await row(/^release:r/);
    const scale = document.querySelector(".timeline-scale");
    vi.spyOn(scale as Element, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 800, 40));
    expect(fireEvent.wheel(item, { deltaY: -100 })).toBe(true);
    expect(await press("Fit all")).toBeDisabled();
    expect(fireEvent.wheel(item, { deltaY: -100, ctrlKey: true, clientX: 0 })).toBe(false);
    expect(await press("Fit all")).toBeEnabled();
    const before = barOf(item).style.width;
    expect(fireEvent.wheel(item, { deltaX: 40 })).toBe(false);
    await waitFor(() => expect(barOf(item).style.width).not.toBe(before));
  });
});

describe("with the keyboard alone", () => {
  it("goes through the rows, opens what they hold and shows their details", async () => {
    servesTree(failedRelease());
    const { user, currentAddress } = renderApp(PATH);
    (await row(/^release:r/)).focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}");
    expect(await row(/^bundle:web/)).toHaveFocus();
    await user.keyboard("{ArrowRight}{ArrowRight}");
    expect(await row(/^app:api/)).toHaveFocus();
    await user.keyboard(" ");
    expect(decodeURIComponent(currentAddress())).toBe(`${PATH}&entity=${WEB}/app:api`);
    await user.keyboard("{ArrowLeft}{ArrowLeft}");
    expect(await row(/^bundle:web/)).toHaveFocus();
    expect(await row(/^bundle:web/)).toHaveAttribute("aria-expanded", "false");
    await user.keyboard("{End}");
    expect(await row(/^wave:w2/)).toHaveFocus();
    await user.keyboard("cor");
    expect(await row(/^bundle:core/)).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("heading", { name: /core/ })).toHaveFocus();
  });
});

describe("as a table", () => {
  const cells = (line: HTMLElement) =>
    within(line)
      .getAllByRole("cell")
      .map((cell) => cell.textContent);

  it("says the same, at an address of its own", async () => {
    servesTree(failedRelease());
    const { user, currentAddress } = renderApp(PATH);
    await user.click(await press("Table"));
    expect(decodeURIComponent(currentAddress())).toBe("/releases/release:r?view=timeline&as=table");
    const table = await screen.findByRole("table", { name: /release:r/ });
    expect(table).toHaveAttribute("aria-rowcount", "7");
    const line = await within(table).findByRole("row", { name: /bundle:core/ });
    expect(line).toHaveAttribute("aria-rowindex", "5");
    expect(within(line).getByRole("rowheader")).toHaveTextContent("wave:w1 › cluster:eu");
    expect(cells(line)).toEqual([
      "bundle",
      "completedsucceeded",
      "22 Nov 2025, 10:00:00 CET",
      "22 Nov 2025, 10:02:00 CET",
      "2 min",
    ]);
    expect(cells(within(table).getByRole("row", { name: /wave:w2/ })).slice(2)).toEqual(["not begun", "–", "–"]);
    await user.click(within(line).getByRole("button", { name: "bundle:core" }));
    expect(decodeURIComponent(currentAddress())).toContain("entity=wave:w1/cluster:eu/bundle:core");
  });

  it("is sorted by what took longest, the other way, and as the release is", async () => {
    servesTree(failedRelease());
    const { user } = renderApp(`${PATH}&as=table`);
    const heads = async () => (await screen.findAllByRole("rowheader")).map((head) => head.firstChild?.textContent);
    const own = await heads();
    const took = screen.getByRole("columnheader", { name: "Took" });
    await user.click(within(took).getByRole("button"));
    expect(took).toHaveAttribute("aria-sort", "descending");
    expect(await heads()).toEqual(["release:r", "wave:w1", "cluster:eu", "bundle:web", "bundle:core", "wave:w2"]);
    await user.click(within(took).getByRole("button"));
    expect((await heads())[0]).toBe("bundle:core");
    await user.click(within(took).getByRole("button"));
    expect(took).toHaveAttribute("aria-sort", "none");
    expect(await heads()).toEqual(own);
  });

  it("has pages, and says which rows are on one", async () => {
    servesTree(largeTree());
    const { user } = renderApp("/releases/release:large?view=timeline&as=table");
    expect(await screen.findByText("1–50 of 211")).toBeVisible();
    for (let page = 2; page <= 5; page += 1) await user.click(await press("Next"));
    expect(screen.getByText("201–211 of 211")).toBeVisible();
    expect(screen.getAllByRole("rowheader")).toHaveLength(11);
    expect(screen.getAllByRole("row")[1]).toHaveAttribute("aria-rowindex", "202");
    expect(await press("Next")).toBeDisabled();
    await user.click(await press("Previous"));
    expect(screen.getByText("151–200 of 211")).toBeVisible();
  });
});
