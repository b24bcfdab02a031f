"""Scripts that are fetched only when they are wanted: late, or gone with the version that they belonged to."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.browser import barriers, until
from tests.e2e.conftest import Visit
from tests.e2e.people import VIEWER

FETCHED = "name => performance.getEntriesByType('resource').some((entry) => entry.name.includes(name))"

RELEASE = "/releases/release:checkout-2025.11"


class Held:
    """Answers to what a page asks for, kept back until they are let go."""

    def __init__(self, page: Page, script: str) -> None:
        self._routes: list[Route] = []
        page.route(f"**/assets/{script}-*.js", self._hold)

    # Playwright takes no built-in function.
    def _hold(self, route: Route) -> None:
        self._routes.append(route)

    def let_go(self) -> None:
        for route in self._routes:
            route.continue_()


@pytest.fixture
def updated_page(context_of: Callable[..., BrowserContext]) -> Iterator[Page]:
    """A page whose console may complain: of what is missing, and of what broke for that."""
    context = context_of(VIEWER, alone=True)
    yield context.new_page()
    context.close()


def held(visit: Visit, path: str, script: str) -> tuple[Page, Held]:
    scripts: list[Held] = []
    page = visit(path, alone=True, before=lambda page: scripts.append(Held(page, script)))
    return page, scripts[0]


def test_the_frame_stands_before_the_script_of_its_page(visit: Visit) -> None:
    page, script = held(visit, RELEASE, "ReleasePage")
    expect(page.get_by_role("button", name=f"Account {VIEWER}")).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_be_visible()
    assert barriers(page) == []
    script.let_go()
    expect(page.get_by_role("tree")).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


def test_a_page_whose_script_is_on_its_way_is_not_taken_back_by_what_was_typed_before(visit: Visit) -> None:
    page, script = held(visit, "/releases?search=2025.11", "ReleasePage")
    link = page.get_by_role("link", name="checkout-2025.11", exact=True)
    expect(link).to_be_visible()
    page.clock.install()
    page.get_by_role("searchbox").fill("checkout")
    link.click()
    expect(page.get_by_role("status", name="Loading")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page).to_have_url(re.compile(f"{RELEASE}$"))
    script.let_go()
    expect(page.get_by_role("tree")).to_be_visible()


def test_what_a_page_may_need_next_is_fetched_before_it_is_asked_for(visit: Visit) -> None:
    page = visit(RELEASE, alone=True)
    expect(page.get_by_role("tree")).to_be_visible()
    for script in ("BoardView", "TimelineView", "EntityPanel", "ReleaseListPage", "ComparePage"):
        until(page, FETCHED, f"/assets/{script}-")


@pytest.mark.parametrize(
    ("script", "role", "name"),
    [
        ("BoardView", "link", "Board"),
        ("EntityPanel", "treeitem", "checkout-2025.11"),
        ("ComparePage", "link", "Compare with last good"),
    ],
)
def test_what_is_gone_with_an_update_asks_for_a_reload_which_brings_it(
    updated_page: Page, script: str, role: Literal["link", "treeitem"], name: str
) -> None:
    page = updated_page
    page.route(f"**/assets/{script}-*.js", lambda route: route.fulfill(status=404))
    page.goto(RELEASE)
    page.get_by_role(role, name=name).first.click()
    expect(page.get_by_role("alert")).to_contain_text("Relportal may have been updated since you opened it")
    expect(page).to_have_title(re.compile("^This page could not be loaded"))
    expect(page.get_by_role("button", name=f"Account {VIEWER}")).to_be_visible()
    assert barriers(page) == []

    page.unroute_all()
    page.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page).not_to_have_title(re.compile("could not be loaded"))
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


def test_the_list_of_keys_that_is_gone_is_told_in_passing(updated_page: Page) -> None:
    page = updated_page
    page.route("**/assets/KeyListDialog-*.js", lambda route: route.fulfill(status=404))
    page.goto(RELEASE)
    expect(page.get_by_role("tree")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("The list of keys could not be loaded.")).to_be_visible()
    page.unroute_all()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
