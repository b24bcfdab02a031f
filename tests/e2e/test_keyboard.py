"""The whole way without a mouse."""

import re

from playwright.sync_api import expect

from tests.e2e.browser import tab_to
from tests.e2e.conftest import Visit
from tests.e2e.people import PASSWORD, VIEWER
from tests.e2e.samples import CRASH
from tests.e2e.test_release import line


def test_from_the_sign_in_to_an_app_and_back_to_the_list(visit: Visit) -> None:
    name = "checkout-2025.11"
    page = visit(f"/login?next=/releases?search={name}", None, answers=[401])
    keyboard = page.keyboard
    expect(page.get_by_label("E-mail address")).to_be_focused()
    keyboard.type(VIEWER)
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")

    link = page.get_by_role("link", name=name, exact=True)
    expect(link).to_be_visible()
    tab_to(page, link)
    keyboard.press("Enter")

    expect(page.get_by_role("tree")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Collapse all"))
    keyboard.press("Enter")
    tab_to(page, line(page, f"release:{name}"))
    keyboard.press("End")
    expect(line(page, f"wave:{name}-world")).to_be_focused()
    for below in (f"cluster:{name}-europe", f"bundle:{name}-europe-core", f"app:{name}-europe-ledger"):
        keyboard.press("ArrowRight")
        keyboard.press("ArrowRight")
        expect(line(page, below)).to_be_focused()
    keyboard.press("ArrowDown")
    expect(line(page, f"app:{name}-europe-payouts")).to_be_focused()
    expect(line(page, f"app:{name}-europe-payouts")).to_be_in_viewport()

    keyboard.press("Enter")
    details = page.get_by_role("complementary", name="Details")
    expect(details.get_by_role("heading", level=2, name="payouts")).to_be_focused()
    expect(details.get_by_role("region", name="Message")).to_have_text(CRASH)
    keyboard.press("Escape")
    expect(details).to_have_count(0)
    expect(line(page, f"app:{name}-europe-payouts")).to_be_focused()
    keyboard.press("ArrowLeft")
    expect(line(page, f"bundle:{name}-europe-core")).to_be_focused()

    trail = page.get_by_role("navigation", name="You are here")
    tab_to(page, trail.get_by_role("link"), key="Shift+Tab")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()


def test_the_search_the_menu_and_signing_out(visit: Visit) -> None:
    page = visit("/login", None, answers=[401])
    page.get_by_label("E-mail address").fill(VIEWER)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("searchbox"))
    page.keyboard.type("checkout")
    expect(page.get_by_text("1 release", exact=True)).to_be_visible()
    menu = page.get_by_role("button", name=VIEWER)
    tab_to(page, menu, key="Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(menu).to_be_focused()
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Sign out", exact=True))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/login$"))


def test_the_header_can_be_skipped(visit: Visit) -> None:
    page = visit("/releases")
    expect(page.get_by_role("table", name="Releases")).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link", name="Compare two")).to_be_focused()


def test_the_pages_own_keys_work_from_within_the_tree(visit: Visit) -> None:
    name = "payments-2025.11"
    page = visit(f"/releases?search={name}")
    link = page.get_by_role("link", name=name, exact=True)
    tab_to(page, link)
    page.keyboard.press("Enter")
    expect(page.get_by_role("tree")).to_be_visible()
    tab_to(page, line(page, f"release:{name}"))
    page.keyboard.type("wor")
    world = line(page, f"wave:{name}-world")
    expect(world).to_be_focused()
    page.keyboard.type("gb")
    expect(page).to_have_url(re.compile(r"\?view=board$"))
    page.keyboard.type("gt")
    expect(page).to_have_url(re.compile(f"{name}$"))
    tab_to(page, page.locator("[role=treeitem][tabindex='0']"))
    page.keyboard.type("gl")
    expect(page).to_have_url(re.compile("/releases$"))


def test_the_way_back_ends_at_the_row_that_was_left(visit: Visit) -> None:
    page = visit("/releases?search=batch-20")
    link = page.get_by_role("link", name="release:batch-20", exact=True)
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tree")).to_be_visible()
    page.go_back()
    expect(link).to_be_focused()
