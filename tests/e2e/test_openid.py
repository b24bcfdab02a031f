"""Signing in at a provider of OpenID Connect, which is another site to the browser, and coming back."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.browser import barriers, scrolls_sideways
from tests.e2e.conftest import Visit
from tests.e2e.people import KNOWN
from tests.e2e.stack import Stack
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, running_provider

LIST = "/releases?search=2025.11"
BUTTON = "Sign in with Example Corp"


class Company(NamedTuple):
    provider: OpenIdProvider
    portal: str

    @property
    def hosts(self) -> list[str]:
        return [urlsplit(self.portal).netloc, urlsplit(self.provider.issuer).netloc]

    def visit(self, visit: Visit, path: str, **options: Any) -> Page:
        return visit(self.portal + path, None, answers=[401], hosts=self.hosts, alone=True, **options)

    def employs(self, name: str, /, **claims: Any) -> str:
        """Somebody signs in there from now on: their address."""
        email = f"{name}@corp.example"
        self.provider.signs_in(**{"sub": name, "email": email, "email_verified": True, **claims})
        return email


@pytest.fixture(scope="module")
def company(stack: Stack) -> Iterator[Company]:
    with running_provider("localhost") as provider:
        provider.asks_people = True
        settings = {
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_NAME": "Example Corp",
            "OIDC_GROUP_ROLES": json.dumps({"payments-team": "Payments", "all-teams": ["Viewers", "Payments"]}),
        }
        with stack.another_portal(**settings) as portal:
            yield Company(provider, portal)


def sign_in(page: Page) -> None:
    page.get_by_role("link", name=BUTTON).click()
    page.get_by_role("link", name="Go on to Relportal").click()


def release(page: Page, name: str) -> Any:
    return page.get_by_role("link", name=name, exact=True)


def test_a_newcomer_sees_the_releases_of_their_groups_on_the_page_that_they_wanted(
    visit: Visit, company: Company
) -> None:
    email = company.employs("new", groups=["payments-team"], name="Nora New")
    page = company.visit(visit, LIST)
    expect(page.get_by_text("Please log in again.")).to_be_visible()
    sign_in(page)
    expect(page).to_have_url(company.portal + LIST)
    expect(release(page, "payments-2025.11")).to_be_visible()
    expect(release(page, "checkout-2025.11")).to_have_count(0)
    page.get_by_role("button", name=email).click()
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_text(f"Nora New, {email}")).to_be_visible()
    expect(page.get_by_text("there is no password here")).to_be_visible()


def test_other_groups_give_other_releases_with_the_next_sign_in(visit: Visit, company: Company) -> None:
    email = company.employs("mover", groups=["payments-team"])
    page = company.visit(visit, LIST)
    sign_in(page)
    expect(release(page, "checkout-2025.11")).to_have_count(0)
    company.employs("mover", groups=["all-teams"])
    page.get_by_role("button", name=email).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile("/login$"))
    page.goto(f"{company.portal}/login?next={LIST}")
    sign_in(page)
    expect(release(page, "checkout-2025.11")).to_be_visible()
    company.employs("mover", groups=[])
    page.goto(f"{company.portal}/api/auth/oidc/start/")
    page.get_by_role("link", name="Go on to Relportal").click()
    expect(page.get_by_role("heading", name="You have no role yet.")).to_be_visible()


def test_who_is_known_here_by_that_address_is_who_they_were(visit: Visit, company: Company) -> None:
    company.employs("vera", email=KNOWN.upper())
    page = company.visit(visit, "/login")
    sign_in(page)
    expect(page.get_by_role("button", name=KNOWN)).to_be_visible()


def test_who_is_refused_is_told_why_and_can_go_on_from_there(visit: Visit, company: Company) -> None:
    company.employs("unverified", email_verified=False)
    page = company.visit(visit, LIST)
    sign_in(page)
    expect(page.get_by_role("alert")).to_have_text(
        "The service that you sign in with confirms no e-mail address of yours. Ask an administrator."
    )
    assert page.evaluate("fetch('/api/auth/me/').then(({ status }) => status)") == 401
    email = company.employs("verified", groups=["payments-team"])
    sign_in(page)
    expect(page).to_have_url(company.portal + LIST)
    expect(page.get_by_role("button", name=email)).to_be_visible()


def test_who_would_not_is_told_so(visit: Visit, company: Company) -> None:
    company.provider.error = "access_denied"
    try:
        page = company.visit(visit, "/login")
        sign_in(page)
        expect(page.get_by_role("alert")).to_contain_text("You were not signed in there")
    finally:
        company.provider.error = None


def test_an_answer_that_lies_in_wait_signs_nobody_in(visit: Visit, company: Company) -> None:
    """Another site leads a browser to the answer of a sign-in that somebody else began."""
    company.employs("attacker")
    theirs = company.visit(visit, "/login")
    theirs.get_by_role("link", name=BUTTON).click()
    answer = theirs.get_by_role("link", name="Go on to Relportal").get_attribute("href")
    assert answer
    page = company.visit(visit, "/login")
    page.goto(answer)
    expect(page.get_by_role("alert")).to_contain_text("began in another browser")
    expect(page.get_by_role("link", name=BUTTON)).to_be_visible()


def test_no_code_stands_in_the_portals_log(visit: Visit, company: Company, stack: Stack) -> None:
    company.employs("logged")
    page = company.visit(visit, "/login")
    page.get_by_role("link", name=BUTTON).click()
    link = page.get_by_role("link", name="Go on to Relportal")
    code = re.search(r"code=([\w-]+)", link.get_attribute("href") or "")
    assert code
    link.click()
    expect(page.get_by_role("heading", name="You have no role yet.")).to_be_visible()
    log = stack.log_of("another-portal")
    assert "oidc/callback" in log
    assert code[1] not in log


def test_the_form_stays_where_it_is_when_the_button_comes(visit: Visit, company: Company) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = company.visit(visit, "/login", before=lambda page: page.route("**/api/auth/options/", hold))
    form = page.get_by_role("form", name="Sign in")
    expect(form).to_be_visible()
    before = form.bounding_box()
    page.get_by_label("Password").fill("half of a passw")
    while not held:
        page.wait_for_timeout(20)
    expect(page.get_by_role("link", name=BUTTON)).to_have_count(0)
    held[0].continue_()
    expect(page.get_by_role("link", name=BUTTON)).to_be_visible()
    assert form.bounding_box() == before
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Password")).to_have_value("half of a passw")


def test_the_page_hinders_nobody_and_fits_a_phone(visit: Visit, company: Company) -> None:
    page = company.visit(visit, "/login?problem=no_email", viewport={"width": 360, "height": 740})
    expect(page.get_by_role("link", name=BUTTON)).to_be_visible()
    assert not scrolls_sideways(page)
    assert barriers(page) == []
