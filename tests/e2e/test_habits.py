"""What people who keep the portal open all day rely on: keys, what a tab tells from afar, words in passing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import barriers, scrolls_sideways
from tests.e2e.conftest import Visit
from tests.e2e.people import VIEWER
from tests.e2e.samples import empty, moving
from tests.e2e.stack import Stack
from tests.e2e.test_live import expect_live, stopped_portal
from tests.e2e.test_release import line

__all__ = ["stopped_portal"]

PHONE = {"width": 360, "height": 740}
SCREEN_4K = {"width": 3840, "height": 2160}


def open_key_list(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def expect_icon(page: Page, name: str) -> None:
    """The tab bears this icon, and it is there."""
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile(rf"/{name}-[\w-]+\.svg$"))
    address = page.locator("link[rel=icon]").get_attribute("href")
    assert address is not None
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")


def test_keys_lead_to_the_search_and_between_the_pages(visit: Visit) -> None:
    page = visit("/releases/release:checkout-2025.11")
    expect(page.get_by_role("tree")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("g l/?")
    expect(page.get_by_role("searchbox")).to_have_value("g l/?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("tree")).to_be_visible()


def test_a_sequence_waits_for_its_next_key_for_a_second_only(visit: Visit) -> None:
    page = visit("/releases/release:checkout-2025.11", before=lambda page: page.clock.install())
    expect(page.get_by_role("tree")).to_be_visible()
    page.keyboard.press("g")
    page.clock.run_for(1_500)
    page.keyboard.press("l")
    page.keyboard.press("g")
    page.keyboard.press("b")
    # The last one was heeded, so the one before had its time to be.
    expect(page).to_have_url(re.compile(r"/release:checkout-2025\.11\?view=board$"))


def test_the_key_list_keeps_the_focus_and_gives_it_back(visit: Visit) -> None:
    page = visit("/releases/release:checkout-2025.11")
    chosen = line(page, "wave:checkout-2025.11-world")
    chosen.focus()
    open_key_list(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="In the tree")).to_be_visible()
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(chosen).to_be_focused()
    page.get_by_role("button", name=VIEWER).click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog).to_be_visible()
    page.mouse.click(5, 5)
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name=VIEWER)).to_be_focused()


def test_axe_finds_no_barrier_in_the_key_list(visit: Visit) -> None:
    page = visit("/releases/release:checkout-2025.11", viewport=PHONE)
    expect(page.get_by_role("tree")).to_be_visible()
    open_key_list(page)
    assert barriers(page) == []
    assert not scrolls_sideways(page)


def test_single_keys_can_be_turned_off(visit: Visit) -> None:
    page = visit("/releases", alone=True)
    expect(page.get_by_role("table", name="Releases")).to_be_visible()
    open_key_list(page)
    page.get_by_role("checkbox", name="single characters").click()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_role("table", name="Releases")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.press("?")
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(
    ("state", "title", "icon"),
    [
        ("pending", "○ tab-{} pending", "pending"),
        ("deploying", "◐ tab-{} active", "active"),
        ("completed", "✓ tab-{} succeeded", "succeeded"),
        ("failed", "✕ tab-{} failed", "failed"),
        ("cancelled", "■ tab-{} stopped", "stopped"),
        ("perhaps", "? tab-{} unknown", "unknown"),
    ],
)
def test_a_tab_tells_the_phase_of_its_release(visit: Visit, stack: Stack, state: str, title: str, icon: str) -> None:
    stack.releases.start(empty(f"tab-{state}", state))
    page = visit(f"/releases/release:tab-{state}")
    expect(page).to_have_title(f"{title.replace('tab-', 'release:tab-').format(state)} · Relportal")
    expect_icon(page, icon)
    page.get_by_role("link", name="Releases").click()
    expect(page).to_have_title("Releases · Relportal")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/static/favicon.svg")


def test_a_tab_tells_each_change_and_when_what_it_shows_may_not_hold(visit: Visit, stopped_portal: Stack) -> None:
    stopped_portal.releases.start(empty("tab-changing", "deploying"))
    page = visit("/releases/release:tab-changing", answers=[502, 503], unreachable=True)
    expect_live(page)
    stopped_portal.releases.tell("release:tab-changing", empty("tab-changing", "failed").answers_of_all())
    expect(page).to_have_title("✕ release:tab-changing failed · Relportal")
    expect_icon(page, "failed")

    stopped_portal.stop_portal()
    expect(page).to_have_title("✕ Disconnected: release:tab-changing failed · Relportal")
    expect(page.get_by_text("Connection lost. Trying again …")).to_be_visible()
    stopped_portal.start_portal()
    expect(page.get_by_text("Connected again.")).to_be_visible()
    expect(page).to_have_title("✕ release:tab-changing failed · Relportal")


def test_words_in_passing_stay_while_the_pointer_is_with_them_and_are_dismissed(
    visit: Visit, stopped_portal: Stack
) -> None:
    page = visit("/releases", answers=[502, 503], unreachable=True, before=lambda page: page.clock.install())
    expect_live(page)
    stopped_portal.stop_portal()
    said = page.get_by_text("Connection lost. Trying again …")
    expect(said).to_be_visible()
    assert barriers(page) == []
    said.hover()
    page.clock.run_for(20_000)
    expect(said).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(said).to_have_count(0)


def test_a_screen_of_4k_is_put_to_use(visit: Visit, stack: Stack) -> None:
    stack.releases.start(moving("wide-1"))
    page = visit("/releases/release:wide-1", viewport=SCREEN_4K)
    tree = page.get_by_role("tree")
    expect(line(page, "app:wide-1-america-payouts")).to_be_visible()
    box = tree.bounding_box()
    assert box is not None
    assert box["width"] > SCREEN_4K["width"] * 0.7
    assert not scrolls_sideways(page)
