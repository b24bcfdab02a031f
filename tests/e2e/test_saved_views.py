"""Views of the list that people keep under names, and links to views that they send each other."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import barriers, scrolls_sideways, tab_to
from tests.e2e.conftest import Visit
from tests.e2e.people import PAYMENTS, STAFF
from tests.e2e.test_accessibility import PHONE
from tests.e2e.test_list import row


def open_views(page: Page) -> Locator:
    page.get_by_role("button", name=re.compile("^Views")).click()
    expect(page.get_by_label(re.compile("^Keep this view"))).to_be_visible()
    return page.get_by_role("navigation", name="Your views")


def keep(page: Page, name: str) -> None:
    open_views(page)
    page.get_by_label(re.compile("^Keep this view")).fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Kept as “{name}”.")).to_be_visible()
    page.keyboard.press("Escape")


@pytest.fixture
def keeper(visit: Visit) -> Iterator[str]:
    """Somebody whose views nobody else looks at, and who has none before and after."""
    yield STAFF
    page = visit("/releases", STAFF)
    lines = open_views(page)
    while lines.get_by_role("link").count():
        line = lines.get_by_role("listitem").filter(has=page.get_by_role("link")).first
        name = line.get_by_role("button", name=re.compile("^Delete")).get_attribute("aria-label")
        line.get_by_role("button", name=re.compile("^Delete")).click()
        expect(page.get_by_role("button", name=name or "", exact=True)).to_have_count(0)


def test_a_view_is_kept_found_again_on_another_machine_and_deleted(visit: Visit, keeper: str) -> None:
    page = visit("/releases?search=2025.11", keeper)
    page.get_by_role("button", name="active").click()
    expect(page).to_have_url(re.compile("phase=active"))
    keep(page, "November, under way")
    expect(page.get_by_role("button", name="Views: November, under way")).to_be_visible()

    page.reload()
    expect(page.get_by_role("button", name="Views: November, under way")).to_be_visible()

    elsewhere = visit("/releases", keeper, alone=True)
    expect(elsewhere.get_by_role("button", name="Views", exact=True)).to_be_visible()
    open_views(elsewhere).get_by_role("link", name="November, under way").click()
    expect(elsewhere).to_have_url(re.compile(r"/releases\?search=2025.11&phase=active$"))
    expect(elsewhere.get_by_text("2 releases", exact=True)).to_be_visible()
    elsewhere.go_back()
    expect(elsewhere).to_have_url(re.compile("/releases$"))

    lines = open_views(page)
    page.get_by_role("button", name="Delete “November, under way”").click()
    page.get_by_role("button", name="Undo").click()
    expect(lines.get_by_role("link", name="November, under way")).to_be_focused()
    page.get_by_role("button", name="Delete “November, under way”").click()
    expect(page.get_by_text("is deleted.")).to_be_visible()
    page.reload()
    open_views(page)
    expect(page.get_by_text("You have no views yet.")).to_be_visible()


def test_a_view_opens_in_another_tab(visit: Visit, keeper: str) -> None:
    page = visit("/releases?search=payments-2025", keeper)
    keep(page, "Payments")
    page.goto("/releases")
    link = open_views(page).get_by_role("link", name="Payments")
    with page.context.expect_page() as opened:
        link.click(modifiers=["ControlOrMeta"])
    expect(opened.value.get_by_role("searchbox")).to_have_value("payments-2025")
    expect(row(opened.value, "payments-2025.11")).to_be_visible()
    expect(page).to_have_url(re.compile("/releases$"))
    opened.value.close()


def test_views_are_kept_renamed_and_changed_by_keyboard_alone(visit: Visit, keeper: str) -> None:
    page = visit("/releases?search=2025.11", keeper)
    keyboard = page.keyboard
    tab_to(page, page.get_by_role("button", name="Views"))
    keyboard.press("Enter")
    # Whoever presses a key sees first what the one before did.
    expect(page.get_by_label(re.compile("^Keep this view"))).to_be_visible()
    tab_to(page, page.get_by_label(re.compile("^Keep this view")))
    keyboard.type("November")
    keyboard.press("Enter")
    expect(page.get_by_text("Kept as “November”.")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Rename “November”"), key="Shift+Tab")
    keyboard.press("Enter")
    expect(page.get_by_label("New name of “November”")).to_be_focused()
    keyboard.type("Late November")
    keyboard.press("Enter")
    expect(page.get_by_role("link", name="Late November")).to_be_focused()
    keyboard.press("Escape")
    expect(page.get_by_role("button", name="Views: Late November")).to_be_focused()


def test_everybody_has_views_of_their_own(visit: Visit, keeper: str) -> None:
    keep(visit("/releases?search=payments", keeper), "Mine")
    page = visit("/releases", PAYMENTS)
    open_views(page)
    expect(page.get_by_text("You have no views yet.")).to_be_visible()


def test_a_link_that_is_copied_shows_a_colleague_the_same_view(visit: Visit) -> None:
    page = visit("/releases?search=2025.11&phase=active&ordering=id", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    theirs = visit(link, STAFF)
    expect(theirs.get_by_role("searchbox")).to_have_value("2025.11")
    expect(theirs.get_by_role("button", name="active")).to_have_attribute("aria-pressed", "true")
    expect(theirs.get_by_role("row").nth(1)).to_contain_text("checkout-2025.11")


@pytest.mark.parametrize("screen", [PHONE, {"width": 1280, "height": 800}], ids=["narrow", "wide"])
def test_axe_finds_no_barrier_in_the_panel_of_views(visit: Visit, keeper: str, screen: object) -> None:
    page = visit("/releases?search=2025.11", keeper, viewport=screen, reduced_motion="reduce")
    keep(page, "November")
    page.goto("/releases")
    lines = open_views(page)
    expect(lines.get_by_role("link", name="November")).to_be_in_viewport(ratio=1)
    assert barriers(page) == []
    page.get_by_role("button", name="Rename “November”").click()
    page.keyboard.type(" ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete “November”").click()
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
    assert barriers(page) == []
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="Undo").click()
    expect(lines.get_by_role("link", name="November")).to_be_focused()
