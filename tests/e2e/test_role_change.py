"""An administrator changes what somebody may see, who has pages of it open: these say so, and show it no longer."""

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.people import DEMOTED, DEPUTY, LEAVER, SIGNED_OUT, STAFF
from tests.e2e.test_live import expect_live
from tests.e2e.test_sign_in import sign_in

RELEASE = "/releases/release:payments-2025.11"
LIST = "/releases?search=2025.11"
USERS = "/admin/accounts/user/"


class Pages(NamedTuple):
    release: Page
    releases: Page


def opened(visit: Visit, who: str) -> Pages:
    """A release and the list, both live, each in a browser of its own."""
    pages = []
    for address in (RELEASE, LIST):
        page = visit(f"/login?next={address}", None, answers=[401, 403], alone=True)
        sign_in(page, who)
        expect_live(page)
        pages.append(page)
    return Pages(*pages)


def person(visit: Visit, email: str) -> Page:
    """Their page in the administration, which an administrator looks at."""
    page = visit(f"{USERS}?q={email}", STAFF)
    page.get_by_role("link", name=email).click()
    return page


def shows_nothing(page: Page) -> None:
    expect(page.get_by_text("payments-2025.11")).to_have_count(0)
    expect(page.get_by_role("treeitem")).to_have_count(0)


def test_a_role_that_is_taken_away_cuts_open_pages_off(visit: Visit) -> None:
    pages = opened(visit, DEMOTED)
    expect(pages.releases.get_by_role("link", name="checkout-2025.11", exact=True)).to_be_visible()
    admin = person(visit, DEMOTED)
    admin.get_by_role("button", name="Remove all groups").click()
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("was changed successfully")).to_be_visible()

    expect(pages.release.get_by_text("You don't have permission to view this resource.")).to_be_visible()
    expect(pages.release.get_by_role("treeitem")).to_have_count(0)
    expect(pages.releases.get_by_role("heading", name="You have no role yet.")).to_be_visible()
    shows_nothing(pages.releases)


def test_a_scope_that_is_narrowed_cuts_off_what_it_no_longer_shows_and_nothing_else(visit: Visit) -> None:
    pages = opened(visit, DEPUTY)
    still_shown = pages.releases.get_by_role("link", name="checkout-2025.11", exact=True)
    expect(still_shown).to_be_visible()
    admin = visit("/admin/auth/group/?q=Deputies", STAFF)
    admin.get_by_role("link", name="Deputies", exact=True).click()
    admin.get_by_role("textbox", name="Pattern").first.fill("release:checkout-*")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("was changed successfully")).to_be_visible()

    expect(pages.release.get_by_text("You don't have permission to view this resource.")).to_be_visible()
    expect(pages.release.get_by_role("treeitem")).to_have_count(0)
    expect(pages.releases.get_by_text("1 release", exact=True)).to_be_visible()
    expect(still_shown).to_be_visible()
    shows_nothing(pages.releases)
    expect_live(pages.releases)


@pytest.mark.parametrize(("who", "deed"), [(LEAVER, "Deactivate"), (SIGNED_OUT, "End sessions")])
def test_who_is_deactivated_or_signed_out_by_an_administrator_is_led_to_the_sign_in(
    visit: Visit, who: str, deed: str
) -> None:
    pages = opened(visit, who)
    admin = person(visit, who)
    admin.get_by_role("button", name=deed).click()
    admin.get_by_role("button", name=deed).click()
    expect(admin.get_by_text(f"{deed}: done for {who}.")).to_be_visible()

    for page in pages:
        expect(page).to_have_url(re.compile(r"/login\?next="))
        expect(page.get_by_text("Please log in again.")).to_be_visible()
        shows_nothing(page)
    sign_in(pages.release, who)
    if deed == "Deactivate":
        expect(pages.release.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    else:
        expect_live(pages.release)
