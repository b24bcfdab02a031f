"""No state of the sign-in, and of what stands around all pages, hinders anybody."""

import re
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import barriers
from tests.e2e.conftest import Visit
from tests.e2e.people import PASSWORD, SHOWN, VIEWER
from tests.e2e.test_sign_in import sign_in
from tests.e2e.wire import broken, held, refused

States = Iterator[Page]
"""One page, as often as it has come to be in another state."""

WENT_WRONG = {"code": "internal_error", "detail": "An unexpected error occurred. Please try again later."}


def sign_in_and_its_refusals(visit: Visit) -> States:
    page = visit("/releases", None, answers=[400, 401])
    expect(page.get_by_text("Please log in again.")).to_be_visible()
    yield page
    sign_in(page, VIEWER, "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    yield page
    at_fault = {"email": ["No such address."], "password": ["Too short."]}
    refused(400, {"code": "invalid_parameter", "detail": "See below.", "errors": at_fault}, "**/api/auth/login/")(page)
    sign_in(page, VIEWER, "not the password")
    expect(page.get_by_text("Too short.")).to_be_visible()
    yield page
    held("**/api/auth/login/")(page)
    sign_in(page, VIEWER)
    expect(page.get_by_text("Signing in")).to_be_visible()
    yield page


def pages_of_passwords(visit: Visit) -> States:
    page = visit("/forgot-password", None, answers=[400, 401])
    page.get_by_label("E-mail address").fill("nobody@example.com")
    yield page
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("a mail with a link is on its way")).to_be_visible()
    yield page
    page.goto("/reset-password")
    expect(page.get_by_text("This link is not whole.")).to_be_visible()
    yield page
    page.goto("/login")
    page.goto("/reset-password#MQ.a-b")
    page.get_by_role("textbox", name="New password").fill("short")
    yield page
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield page


def page_of_the_account(visit: Visit) -> States:
    page = visit("/account", answers=[400])
    page.get_by_label("Your password of now").fill("not the password")
    yield page
    page.get_by_role("textbox", name="New password").fill("short")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_text("This is not your password.")).to_be_visible()
    yield page


def second_factor_that_is_set_up(visit: Visit) -> States:
    page = visit("/login?next=/account/second-factor", None, answers=[401], alone=True)
    sign_in(page, SHOWN)
    page.get_by_role("button", name="Set up an authenticator app").click()
    yield page
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Scan this")).to_be_focused()
    yield page
    app = pyotp.TOTP(page.locator("code").inner_text().replace(" ", ""))
    page.get_by_label("Code of your app").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    yield page
    page.get_by_label("Code of your app").fill(app.now())
    page.keyboard.press("Enter")
    expect(page.get_by_text("Keep these recovery codes")).to_be_focused()
    yield page
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Get new recovery codes").click()
    page.get_by_role("button", name="Turn it off").click()
    yield page
    page.get_by_role("button", name=SHOWN).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    sign_in(page, SHOWN)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    yield page


def second_factor_that_has_to_be(visit: Visit) -> States:
    page = visit("/login?step=set-up", None, answers=[401])
    expect(page.get_by_role("button", name="Set it up")).to_be_visible()
    yield page


def page_that_is_none(visit: Visit) -> States:
    page = visit("/no/such/page")
    expect(page.get_by_role("heading", name="There is no such page.")).to_be_visible()
    yield page


def session_that_is_awaited(visit: Visit) -> States:
    page = visit("/releases", before=held("**/api/auth/me/"))
    expect(page.get_by_role("status", name="Loading")).to_be_visible()
    yield page


def session_that_can_not_be_read(visit: Visit) -> States:
    page = visit("/releases", answers=[500], before=refused(500, WENT_WRONG, "**/api/auth/me/"))
    expect(page.get_by_role("alert")).to_be_visible()
    yield page


def script_that_is_missing(visit: Visit) -> States:
    page = visit("/releases", unreachable=True, before=broken("**/assets/ReleaseListPage-*"))
    expect(page.get_by_role("heading", name="This page could not be loaded.")).to_be_visible()
    yield page


def menus_and_what_they_lead_to(visit: Visit) -> States:
    page = visit("/no/such/page", unreachable=True, before=broken("**/api/auth/logout/"))
    page.get_by_role("button", name="Nothing followed").click()
    expect(page.get_by_role("heading", name="Followed")).to_be_visible()
    yield page
    page.get_by_role("button", name=re.compile(VIEWER)).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield page
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    yield page


@pytest.mark.parametrize(
    "states",
    [
        *(sign_in_and_its_refusals, page_that_is_none, session_that_is_awaited, session_that_can_not_be_read),
        *(pages_of_passwords, page_of_the_account),
        *(second_factor_that_is_set_up, second_factor_that_has_to_be),
        *(script_that_is_missing, menus_and_what_they_lead_to),
    ],
    ids=lambda states: states.__name__,
)
def test_axe_finds_no_barrier(visit: Visit, states: Callable[[Visit], States]) -> None:
    for page in states(visit):
        assert barriers(page) == []
