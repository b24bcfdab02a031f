"""Where the time went: a release as bars along an axis of time, and as a table."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.e2e.browser import scrolls_sideways, tab_to, until
from tests.e2e.conftest import Visit
from tests.e2e.samples import CRASH, Sample
from tests.e2e.stack import Stack
from tests.e2e.test_live import expect_live, tell

PHONE = {"width": 360, "height": 740}


def timed(name: str) -> Sample:
    """A release under way, whose clusters took one minute, four, and ten so far. IDs below it hold its name."""
    now = datetime.now(UTC)

    def entity(
        level: str, of: str, state: str, begun: float | None, ended: float | None, *held: Sample, **fields: Any
    ) -> Sample:
        """Begun and ended so many minutes ago."""
        times = {"created_at": begun, "updated_at": begun if ended is None else ended}
        moments = {field: (now - timedelta(minutes=ago)).isoformat() for field, ago in times.items() if ago is not None}
        return Sample(f"{level}:{name}-{of}", state, held, {"name": of, **moments, **fields})

    def cluster(of: str, state: str, begun: float | None, ended: float | None, *apps: Sample) -> Sample:
        return entity("cluster", of, state, begun, ended, entity("bundle", f"{of}-core", state, begun, ended, *apps))

    canary = cluster("canary", "completed", 15, 14, entity("app", "canary-ledger", "running", 15, 14))
    failed = entity("app", "europe-payouts", "failed", 10, 8, error_message=CRASH)
    europe = cluster("europe", "failed", 10, 6, failed, entity("app", "europe-ledger", "running", 8, 6))
    america = cluster("america", "in_progress", 10, None, entity("app", "america-ledger", "deploying", 10, None))
    waves = (
        entity("wave", "first", "completed", 15, 14, canary),
        entity("wave", "world", "in_progress", 10, None, europe, america),
        entity("wave", "last", "pending", None, None),
    )
    return Sample(f"release:{name}", "in_progress", waves, {"name": name})


@pytest.fixture(scope="module")
def release(stack: Stack) -> Sample:
    release = timed("timed-1")
    stack.releases.start(release)
    return release


def visit_timeline(visit: Visit, query: str = "", name: str = "timed-1", **options: Any) -> Page:
    page = visit(f"/releases/release:{name}?view=timeline{query}", **options)
    expect(row(page, "last")).to_be_visible()
    return page


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("treeitem", name=re.compile(rf"^{name}\s*,"))


def bar(page: Page, name: str) -> FloatRect:
    box = row(page, name).locator(".timeline-bar").bounding_box()
    assert box is not None
    return box


def open_to(page: Page, level: str) -> None:
    page.get_by_role("button", name="Down to").click()
    page.get_by_role("button", name=level, exact=True).click()


@pytest.mark.usefixtures("release")
def test_from_the_list_one_sees_which_cluster_took_longest(visit: Visit) -> None:
    page = visit("/releases?search=timed-1")
    page.get_by_role("link", name="timed-1", exact=True).click()
    page.get_by_role("link", name="Timeline").click()
    open_to(page, "Clusters")
    expect(row(page, "america-core")).to_have_count(0)
    canary, europe, america = (bar(page, name) for name in ("canary", "europe", "america"))
    assert canary["width"] < europe["width"] < america["width"]
    assert canary["x"] + canary["width"] < europe["x"]
    assert abs(europe["x"] - america["x"]) < 1
    expect(row(page, "europe")).to_contain_text("4 min")
    expect(row(page, "last")).to_contain_text("not begun")
    # To the line for now, and as far as that.
    now = page.locator(".timeline-lines [data-edge=now]").bounding_box()
    assert now is not None
    assert abs(america["x"] + america["width"] - now["x"]) < 2


@pytest.mark.usefixtures("release")
def test_the_table_says_so_too_and_can_be_sent_to_somebody(visit: Visit) -> None:
    page = visit_timeline(visit)
    page.get_by_role("button", name="Table").click()
    expect(page).to_have_url(re.compile(r"\?view=timeline&as=table$"))
    page.get_by_role("button", name="Took").click()
    shared = visit(page.url)
    for same in (page, shared):
        table = same.get_by_role("table", name="When each part of timed-1 was worked on")
        europe = table.get_by_role("row").filter(has=same.get_by_role("button", name="europe", exact=True))
        expect(europe.get_by_role("cell")).to_have_count(5)
        expect(europe).to_contain_text("4 min")
    names = page.get_by_role("rowheader").get_by_role("button")
    clusters = [name for name in names.all_inner_texts() if name in ("canary", "europe", "america")]
    assert clusters == ["america", "europe", "canary"]


@pytest.mark.usefixtures("release")
def test_what_failed_is_marked_at_its_moment_and_leads_to_why(visit: Visit) -> None:
    page = visit_timeline(visit)
    mark = row(page, "europe-core").get_by_title(re.compile("europe-payouts: CrashLoopBackOff"))
    expect(mark).to_have_count(1)
    box, europe = mark.bounding_box(), bar(page, "europe-core")
    assert box is not None
    # It failed after two of four minutes.
    assert abs(box["x"] + box["width"] / 2 - (europe["x"] + europe["width"] / 2)) < 3
    mark.click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text(CRASH)
    # The bundle has been opened down to it.
    expect(row(page, "europe-payouts")).to_have_attribute("aria-selected", "true")
    shared = visit(page.url)
    expect(shared.get_by_role("complementary", name="Details")).to_contain_text(CRASH)
    expect(row(shared, "europe-payouts")).to_be_visible()


@pytest.mark.usefixtures("release")
def test_all_of_it_goes_by_keyboard(visit: Visit) -> None:
    page = visit_timeline(visit)
    keyboard = page.keyboard
    tab_to(page, row(page, "timed-1"))
    for _ in range(3):
        keyboard.press("ArrowDown")
    expect(row(page, "canary-core")).to_be_focused()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    expect(row(page, "canary-ledger")).to_be_focused()
    whole = bar(page, "canary-ledger")
    keyboard.press("Shift+Enter")
    assert bar(page, "canary-ledger")["width"] > 3 * whole["width"]
    expect(row(page, "europe")).to_contain_text("later")
    keyboard.press("0")
    # Time has gone on meanwhile.
    assert bar(page, "canary-ledger")["width"] < whole["width"] + 1
    keyboard.press("+")
    expect(page.get_by_role("button", name="Zoom out")).to_be_enabled()
    keyboard.press("-")
    keyboard.type("america")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="america")).to_be_focused()
    keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Details")).to_have_count(0)


@pytest.mark.usefixtures("release")
def test_the_wheel_zooms_and_moves_the_bars_and_not_the_page(visit: Visit) -> None:
    page = visit_timeline(visit)
    europe = bar(page, "europe")
    page.mouse.move(europe["x"], europe["y"] + 4)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -500)
    page.keyboard.up("Control")
    expect(page.get_by_role("button", name="Fit all")).to_be_enabled()
    zoomed = bar(page, "europe")
    assert zoomed["width"] > 2 * europe["width"]
    # What the pointer is at stays there.
    assert abs(zoomed["x"] - europe["x"]) < 2
    assert page.evaluate("[window.visualViewport.scale, window.devicePixelRatio]") == [1, 1]
    page.mouse.wheel(-60, 0)
    until(page, f"() => document.querySelector('.timeline-bar').getBoundingClientRect().x !== {zoomed['x']}")
    assert page.evaluate("window.scrollX") == 0
    assert not scrolls_sideways(page)


@pytest.mark.usefixtures("release")
def test_a_narrow_screen_has_names_above_bars_and_is_not_scrolled_sideways(visit: Visit) -> None:
    page = visit_timeline(visit, viewport=PHONE)
    name = row(page, "europe").locator(".timeline-label").bounding_box()
    europe = bar(page, "europe")
    assert name is not None
    assert name["y"] + name["height"] <= europe["y"]
    for _ in range(4):
        page.get_by_role("button", name="Zoom in").click()
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("table", name="When each part")).to_be_visible()
    assert not scrolls_sideways(page)


def test_a_zoomed_timeline_shows_what_happens_without_a_jump(visit: Visit, stack: Stack) -> None:
    growing = timed("timed-2")
    stack.releases.start(growing)
    page = visit_timeline(visit, name="timed-2")
    expect_live(page)
    open_to(page, "Apps")
    page.get_by_role("button", name="Zoom in").click()
    europe = bar(page, "europe")
    scrolled = page.evaluate("window.scrollY")

    tell(stack, growing, "app:timed-2-america-ledger", "failed", own_workflows=False)

    expect(row(page, "america-ledger")).to_contain_text("app, failed")
    page.wait_for_timeout(2_500)  # in which the timeline has grown
    assert bar(page, "europe") == europe
    assert page.evaluate("window.scrollY") == scrolled
    # Kept up with, it moves.
    page.get_by_role("button", name="To now").click()
    now = page.locator(".timeline-edge")
    expect(now).to_have_text("now")
    at = now.bounding_box()
    page.wait_for_timeout(2_500)
    assert now.bounding_box() == at
