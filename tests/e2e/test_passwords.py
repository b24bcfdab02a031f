"""A password that is forgotten, and one that is changed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import scrolls_sideways
from tests.e2e.conftest import Visit
from tests.e2e.people import CAREFUL, FORGETFUL, PASSWORD, VIEWER
from tests.e2e.stack import Stack
from tests.e2e.test_sign_in import sign_in

NEW = "a wholly different sentence"


def set_new(page: Page, password: str) -> None:
    page.get_by_role("textbox", name="New password").fill(password)
    page.get_by_role("button", name="Set the password").click()


def test_who_forgot_the_password_sets_a_new_one_by_the_link_in_a_mail(visit: Visit, stack: Stack) -> None:
    page = visit("/login", None, answers=[400, 401])
    page.get_by_role("link", name="Forgot your password?").click()
    # The sign-in has a field of the same name.
    expect(page.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    page.get_by_label("E-mail address").fill(FORGETFUL)
    page.keyboard.press("Enter")
    expect(page.get_by_text("a mail with a link is on its way")).to_be_visible()
    link = re.search(r"http\S+/reset-password#\S+", stack.mail_to(FORGETFUL))
    assert link
    page.goto(link[0])
    expect(page.get_by_role("textbox", name="New password")).to_be_focused()
    set_new(page, "password")
    expect(page.get_by_text("This password is too common.")).to_be_visible()
    set_new(page, NEW)
    page.get_by_role("link", name="Sign in", exact=True).click()
    sign_in(page, FORGETFUL, PASSWORD)
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    sign_in(page, FORGETFUL, NEW)
    expect(page.get_by_role("button", name=FORGETFUL)).to_be_visible()
    page.goto(link[0])
    set_new(page, NEW + "!")
    expect(page.get_by_role("alert")).to_have_text(re.compile("This link is good for nothing any more."))


def test_who_changes_the_password_stays_here_and_is_out_elsewhere(visit: Visit) -> None:
    elsewhere = visit("/login", None, answers=[401], alone=True)
    sign_in(elsewhere, CAREFUL)
    expect(elsewhere.get_by_role("button", name=CAREFUL)).to_be_visible()
    page = visit("/login", None, answers=[400, 401], alone=True)
    sign_in(page, CAREFUL)
    page.get_by_role("button", name=CAREFUL).click()
    page.get_by_role("link", name="Your account").click()
    page.get_by_label("Your password of now").fill("not the password")
    page.get_by_role("textbox", name="New password").fill(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is not your password.")).to_be_visible()
    page.get_by_label("Your password of now").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    expect(elsewhere.get_by_text("Please log in again.")).to_be_visible(timeout=10_000)
    page.goto("/releases")
    expect(page.get_by_role("button", name=CAREFUL)).to_be_visible()


@pytest.mark.parametrize("address", ["/forgot-password", "/reset-password#MQ.a-b", "/account"])
def test_a_narrow_screen_is_not_scrolled_sideways(visit: Visit, address: str) -> None:
    who = VIEWER if address == "/account" else None
    page = visit(address, who, viewport={"width": 360, "height": 640}, answers=[401])
    expect(page.get_by_role("button", name=re.compile("Send me|Set the|Change it"))).to_be_visible()
    assert not scrolls_sideways(page)
