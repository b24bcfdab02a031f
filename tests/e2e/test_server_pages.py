"""Pages that Django serves beside the app, with the same sign-in: admin, browsable API, the API's documentation."""

import re

from playwright.sync_api import expect

from tests.e2e.browser import found_by_axe
from tests.e2e.conftest import Visit
from tests.e2e.people import PASSWORD, STAFF, VIEWER
from tests.e2e.samples import empty
from tests.e2e.stack import Stack
from tests.e2e.test_sign_in import sign_in


def test_staff_reach_the_administration_from_the_menu(visit: Visit) -> None:
    page = visit("/releases", STAFF)
    page.get_by_role("button", name=STAFF).click()
    page.get_by_role("link", name="Administration").click()
    expect(page.get_by_role("heading", name="People, roles and records")).to_be_visible()
    page.get_by_role("link", name="Users", exact=True).click()
    expect(page.get_by_role("link", name=VIEWER)).to_be_visible()
    page.get_by_role("link", name="View site").click()
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()


def test_the_administration_asks_for_the_portals_sign_in(visit: Visit) -> None:
    page = visit("/admin/accounts/user/", None, answers=[401])
    expect(page).to_have_url(re.compile("/login"))
    sign_in(page, STAFF, PASSWORD)
    expect(page).to_have_url(re.compile("/admin/accounts/user/$"))
    expect(page.get_by_role("link", name=VIEWER)).to_be_visible()


def test_who_is_no_staff_is_refused_the_administration_without_going_in_circles(visit: Visit) -> None:
    page = visit("/admin/", answers=[403])
    expect(page.get_by_text("open to staff only")).to_be_visible()
    assert found_by_axe(page) == []
    page.get_by_role("link", name="Back to the releases").click()
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()


def test_the_api_can_be_browsed_with_the_same_session(visit: Visit, stack: Stack) -> None:
    stack.releases.start(empty("browsed-1", "pending"))
    page = visit("/api/")
    page.get_by_role("link", name="/api/releases/").click()
    expect(page).to_have_url(re.compile("/api/releases/$"))
    expect(page.get_by_text("release:browsed-1").first).to_be_visible()
    page.goto("/api/releases/release:payments-2025.11/hierarchy/")
    expect(page.get_by_text("app:payments-2025.11-europe-payouts").first).to_be_visible()
    expect(page.get_by_text(VIEWER)).to_be_visible()


def test_the_browsable_api_leads_to_the_sign_in_and_back(visit: Visit) -> None:
    page = visit("/api/releases/release:payments-2025.11/", None, answers=[401])
    expect(page.get_by_text("Please log in again.")).to_be_visible()
    page.get_by_role("link", name="Log in").click()
    sign_in(page, VIEWER)
    expect(page).to_have_url(re.compile("/api/releases/release:payments-2025.11/$"))
    expect(page.get_by_text("in_progress").first).to_be_visible()


def test_the_documentation_of_the_api_needs_nothing_from_elsewhere(visit: Visit) -> None:
    # That no other host is asked is checked of every page, at its end.
    page = visit("/api/docs/", None)
    operation = page.locator(".opblock", has_text="/api/releases/{release_id}/hierarchy/")
    expect(operation).to_be_visible()
    operation.get_by_role("button").first.click()
    expect(operation.get_by_text("One release with all that it holds").first).to_be_visible()
    expect(operation.get_by_text("If-None-Match").first).to_be_visible()


def test_who_browses_the_api_signs_out_there(visit: Visit) -> None:
    page = visit("/login", None, answers=[401])
    sign_in(page, VIEWER)
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()
    page.goto("/api/views/")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/api/views/$"))
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
