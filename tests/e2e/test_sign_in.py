"""Signing in and out, and sessions that end while somebody looks at a page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.people import MOVER, NEWCOMER, PASSWORD, PAYMENTS, VIEWER
from tests.e2e.stack import Stack

TREE = "/releases/release:payments-2025.11?only=failures"
LIST = "/releases?search=2025.11&phase=active"


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_who_signs_in_sees_their_releases(visit: Visit) -> None:
    page = visit("/", None, answers=[401])
    expect(page).to_have_url(re.compile("/login$"))
    sign_in(page, PAYMENTS)
    expect(page).to_have_url(re.compile("/releases$"))
    expect(page.get_by_role("link", name="payments-2025.11", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=PAYMENTS)).to_be_visible()


@pytest.mark.parametrize("email", [VIEWER, "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(visit: Visit, email: str) -> None:
    page = visit("/login", None, answers=[401])
    sign_in(page, email, "not the password")
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    expect(page.get_by_label("E-mail address")).to_have_value(email)
    expect(page).to_have_url(re.compile("/login$"))


@pytest.mark.parametrize("address", [TREE, LIST])
def test_a_session_that_is_deleted_leads_to_the_sign_in_and_back_to_the_same_page(
    visit: Visit, stack: Stack, address: str
) -> None:
    page = visit(address, None, answers=[401])
    sign_in(page, VIEWER)
    expect(page.get_by_text("payments-2025.11").first).to_be_visible()
    stack.end_new_sessions()
    expect(page.get_by_text("Please log in again.")).to_be_visible()
    expect(page.get_by_text("payments-2025.11")).to_have_count(0)
    sign_in(page, VIEWER)
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))
    expect(page.get_by_text("payments-2025.11").first).to_be_visible()


def test_a_session_that_the_browser_forgets_does_so_too(visit: Visit) -> None:
    page = visit(TREE, answers=[401], alone=True)
    expect(page.get_by_role("tree")).to_be_visible()
    page.context.clear_cookies(name="sessionid")
    expect(page.get_by_text("Please log in again.")).to_be_visible()
    sign_in(page, VIEWER)
    expect(page.get_by_role("tree")).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(TREE) + "$"))


def test_who_signs_out_is_out(visit: Visit) -> None:
    page = visit("/login", None, answers=[401])
    sign_in(page, VIEWER)
    page.get_by_role("button", name=VIEWER).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile("/login$"))
    page.go_back()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto("/releases")
    expect(page.get_by_text("Please log in again.")).to_be_visible()


def test_who_signs_out_everywhere_is_out_in_other_browsers_within_seconds(visit: Visit) -> None:
    elsewhere = visit("/login?next=/releases/release:payments-2025.11", None, answers=[401], alone=True)
    sign_in(elsewhere, MOVER)
    expect(elsewhere.get_by_role("tree")).to_be_visible()
    page = visit("/login", None, answers=[401], alone=True)
    sign_in(page, MOVER)
    page.get_by_role("button", name=MOVER).click()
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page).to_have_url(re.compile("/login$"))
    expect(elsewhere.get_by_text("Please log in again.")).to_be_visible(timeout=10_000)
    expect(elsewhere.get_by_role("tree")).to_have_count(0)


def test_who_guesses_is_locked_out_and_told_for_how_long(visit: Visit) -> None:
    page = visit("/login", None, answers=[401, 429])
    for _ in range(5):
        sign_in(page, "unlucky@example.com", "a guess")
        expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
        expect(page.get_by_role("button", name="Sign in")).to_be_enabled()
    sign_in(page, "unlucky@example.com", "another guess")
    expect(page.get_by_role("alert")).to_have_text(
        "Too many failed sign-ins. Please wait before the next one. You can try again in 15 minutes."
    )
    # Others may sign in from the same address.
    sign_in(page, PAYMENTS)
    expect(page.get_by_role("button", name=PAYMENTS)).to_be_visible()


def test_who_has_no_role_is_told_whom_to_ask(visit: Visit) -> None:
    page = visit("/releases", NEWCOMER)
    expect(page.get_by_role("heading", name="You have no role yet.")).to_be_visible()
    expect(page.get_by_text("Ask an administrator")).to_be_visible()


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(visit: Visit, target: str) -> None:
    page = visit(f"/login?next={target}")
    expect(page).to_have_url(re.compile("/releases$"))
