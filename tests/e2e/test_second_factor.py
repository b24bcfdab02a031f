"""Signing in by a code of an authenticator app, which is a few lines here."""

import re
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import scrolls_sideways
from tests.e2e.conftest import Visit
from tests.e2e.people import CAUTIOUS, GUESSED, KEEPER, PASSWORD, VIEWER
from tests.e2e.stack import Stack
from tests.e2e.test_sign_in import sign_in


def turn_on(page: Page) -> tuple[pyotp.TOTP, list[str]]:
    """The app, and the recovery codes."""
    page.get_by_role("button", name="Set up an authenticator app").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    app = give_to_app(page)
    told = recovery_codes(page)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("On since")).to_be_visible()
    return app, told


def give_to_app(page: Page) -> pyotp.TOTP:
    """The app, which has the secret that the page shows and whose code was entered."""
    expect(page.get_by_text("QR code for your authenticator app")).to_be_attached()
    app = pyotp.TOTP(page.locator("code").inner_text().replace(" ", ""))
    page.get_by_label("Code of your app").fill(app.now())
    page.keyboard.press("Enter")
    return app


def recovery_codes(page: Page) -> list[str]:
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    return codes.all_inner_texts()


def sign_out(page: Page, email: str) -> None:
    page.get_by_role("button", name=email).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_who_turned_it_on_signs_in_by_a_code_or_once_by_a_recovery_code(visit: Visit) -> None:
    page = visit("/login?next=/account/second-factor", None, answers=[401], alone=True)
    sign_in(page, CAUTIOUS)
    app, recovery = turn_on(page)
    sign_out(page, CAUTIOUS)

    sign_in(page, CAUTIOUS)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    expect(page.get_by_label("Code of your app")).to_be_focused()
    # The app's clock goes ahead by one code: that of now was used to turn it on.
    code = app.at(time.time() + app.interval)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=CAUTIOUS)).to_be_visible()
    sign_out(page, CAUTIOUS)

    sign_in(page, CAUTIOUS)
    page.get_by_label("Code of your app").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The code is wrong, or was used before.")
    page.get_by_role("button", name="Use a recovery code").click()
    page.keyboard.type(recovery[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=CAUTIOUS)).to_be_visible()
    page.goto("/account/second-factor")
    expect(page.get_by_text("9 are left")).to_be_visible()


def test_who_guesses_codes_has_to_wait(visit: Visit) -> None:
    page = visit("/login?next=/account/second-factor", None, answers=[401, 429], alone=True)
    sign_in(page, GUESSED)
    turn_on(page)
    sign_out(page, GUESSED)
    sign_in(page, GUESSED)
    for _ in range(5):
        page.get_by_label("Code of your app").fill("000000")
        with page.expect_response(re.compile("/login/code/")):
            page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("The code is wrong, or was used before.")
    page.get_by_label("Code of your app").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Too many failed sign-ins.")


@pytest.fixture
def strict_portal(stack: Stack) -> Iterator[str]:
    """One that asks staff for a second factor."""
    with stack.another_portal(SECOND_FACTOR_FOR_STAFF="true") as address:
        yield address


def test_staff_who_have_to_have_one_get_into_the_administration_once_they_set_it_up(
    visit: Visit, strict_portal: str
) -> None:
    admin = f"{strict_portal}/admin/"
    page = visit(admin, None, answers=[401], hosts=[urlsplit(strict_portal).netloc], alone=True)
    sign_in(page, KEEPER)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    page.goto(admin)
    expect(page).to_have_url(re.compile("/login"))
    sign_in(page, KEEPER)
    page.get_by_role("button", name="Set it up").click()
    app = give_to_app(page)
    recovery_codes(page)
    page.get_by_role("button", name="I have kept them").click()
    expect(page).to_have_url(admin)
    expect(page.get_by_text("Welcome,")).to_be_visible()

    page.goto(f"{strict_portal}/account/second-factor")
    expect(page.get_by_text("Your account has to have a second factor.")).to_be_visible()
    sign_out(page, KEEPER)
    page.goto(admin)
    sign_in(page, KEEPER)
    page.get_by_label("Code of your app").fill(app.at(time.time() + app.interval))
    page.keyboard.press("Enter")
    expect(page).to_have_url(admin)


@pytest.mark.parametrize("address", ["/account/second-factor", "/login?step=code"])
def test_a_narrow_screen_is_not_scrolled_sideways(visit: Visit, address: str) -> None:
    who = None if address.startswith("/login") else VIEWER
    page = visit(address, who, viewport={"width": 360, "height": 640}, answers=[401])
    expect(page.get_by_role("button", name=re.compile("Set up an|Sign in"))).to_be_visible()
    assert not scrolls_sideways(page)
