"""No state of the list hinders anybody."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import barriers, scrolls_sideways, until
from tests.e2e.conftest import BATCH, Visit
from tests.e2e.people import NEWCOMER, OUTSIDER
from tests.e2e.samples import Sample, empty
from tests.e2e.stack import Stack
from tests.e2e.test_accessibility import PHONE
from tests.e2e.test_list import TROUBLE, cell
from tests.e2e.wire import both, held, silent

States = Iterator[Page]
"""One page, as often as it has come to be in another state."""

UNREADABLE = "x" * 60
"""No state is that long."""


def nothing_found(visit: Visit) -> States:
    page = visit("/releases?search=no-such&phase=failed&status=RUNNING&state=odd")
    expect(page.get_by_role("heading", name="No release matches.")).to_be_visible()
    yield page


def beyond_the_last_page(visit: Visit) -> States:
    page = visit("/releases?search=batch-&page=9")
    expect(page.get_by_role("heading", name="There is no page 9.")).to_be_visible()
    yield page


def without_a_role(visit: Visit) -> States:
    page = visit("/releases", NEWCOMER)
    for address in ("/releases", "/compare"):
        page.goto(address)
        expect(page.get_by_role("heading", name="You have no role yet.")).to_be_visible()
        yield page


def without_a_release(visit: Visit) -> States:
    page = visit("/releases", OUTSIDER)
    expect(page.get_by_role("heading", name="There are no releases yet.")).to_be_visible()
    yield page


def on_the_way(visit: Visit) -> States:
    page = visit("/releases", before=both(held("**/api/releases/*"), silent()))
    expect(page.get_by_role("status", name="Loading")).to_be_visible()
    yield page


def next_page_on_the_way(visit: Visit) -> States:
    page = visit(
        "/releases?search=batch-",
        before=both(held(re.compile(r"/api/.*[?&]page=2")), silent(re.compile(r"/ws/.*[?&]page=2"))),
    )
    expect(page.get_by_text(f"1–20 of {BATCH}")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[aria-busy=true]")).to_be_visible()
    yield page


def with_troubles(visit: Visit) -> States:
    page = visit("/releases?search=troubled-&ordering=id")
    expect(cell(page, "release:troubled-1", TROUBLE)).not_to_be_empty()
    yield page
    page.set_viewport_size(PHONE)
    expect(page.get_by_role("table")).to_have_count(0)
    yield page


def menus_open(visit: Visit) -> States:
    page = visit("/releases?search=2025.11&phase=active,failed&status=RUNNING&state=in_progress")
    for name in ("Running", "Views", "Nothing followed"):
        page.get_by_role("button", name=name).first.click()
        expect(page.locator("[aria-expanded=true]")).to_be_visible()
        yield page


def new_ones_offered(visit: Visit, stack: Stack) -> States:
    page = visit("/releases?search=offered-")
    page.set_viewport_size({"width": 1100, "height": 300})
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.evaluate("window.scrollTo(0, 250)")
    until(page, "() => window.scrollY > 0")
    stack.releases.start(empty("offered-new", "pending"))
    expect(page.get_by_role("button", name="1 new release")).to_be_visible()
    yield page


@pytest.fixture(scope="module", autouse=True)
def _releases(stack: Stack) -> None:
    stack.releases.start(Sample("release:troubled-1", UNREADABLE))
    stack.releases.start(Sample("release:troubled-2", "in_progress", fields={"error_message": "the database is gone"}))
    for number in range(1, 5):
        stack.releases.start(empty(f"offered-{number}", "deploying"))


@pytest.mark.parametrize(
    "states",
    [
        *(nothing_found, beyond_the_last_page, without_a_role, without_a_release, on_the_way),
        *(next_page_on_the_way, with_troubles, menus_open),
    ],
    ids=lambda states: states.__name__,
)
def test_axe_finds_no_barrier(visit: Visit, states: Callable[[Visit], States]) -> None:
    for page in states(visit):
        assert barriers(page) == []
        assert not scrolls_sideways(page)


def test_axe_finds_no_barrier_where_new_releases_are_offered(visit: Visit, stack: Stack) -> None:
    for page in new_ones_offered(visit, stack):
        assert barriers(page) == []
