"""Pages that everybody can use: on any screen, in light and dark, with assistive technology."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.browser import barriers, scrolls_sideways
from tests.e2e.conftest import Visit
from tests.e2e.people import PAYMENTS, VIEWER
from tests.e2e.samples import Sample, moving
from tests.e2e.stack import Stack

PHONE: ViewportSize = {"width": 360, "height": 740}


def open_signin(visit: Visit, **options: object) -> Page:
    page = visit("/login", None, answers=[401], **options)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    return page


def open_list(visit: Visit, **options: object) -> Page:
    page = visit("/releases?search=2025.11", **options)
    # Roll-ups come last.
    expect(page.get_by_role("img", name="6 apps").first).to_be_visible()
    return page


def open_release(visit: Visit, **options: object) -> Page:
    page = visit("/releases/release:checkout-2025.11", **options)
    expect(page.get_by_role("tree")).to_be_visible()
    return page


def open_timeline(visit: Visit, **options: object) -> Page:
    page = visit("/releases/release:checkout-2025.11?view=timeline", **options)
    expect(page.get_by_role("treeitem", name="world")).to_be_visible()
    return page


def open_timeline_table(visit: Visit, **options: object) -> Page:
    page = visit("/releases/release:checkout-2025.11?view=timeline&as=table", **options)
    expect(page.get_by_role("table").get_by_role("button", name="world", exact=True)).to_be_visible()
    return page


def open_release_that_is_not_there(visit: Visit, **options: object) -> Page:
    page = visit("/releases/release:no-such", answers=[404], **options)
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def open_release_out_of_scope(visit: Visit, **options: object) -> Page:
    page = visit("/releases/release:checkout-2025.11", PAYMENTS, answers=[403], **options)
    expect(page.get_by_role("alert")).to_be_visible()
    return page


pages = pytest.mark.parametrize(
    "open_page",
    [
        *(open_signin, open_list, open_release, open_timeline, open_timeline_table),
        *(open_release_that_is_not_there, open_release_out_of_scope),
    ],
    ids=lambda open_page: open_page.__name__.removeprefix("open_"),
)


@pages
def test_axe_finds_no_barrier(visit: Visit, open_page) -> None:
    page = open_page(visit)
    assert barriers(page) == []


@pages
def test_a_narrow_screen_is_not_scrolled_sideways(visit: Visit, open_page) -> None:
    page = open_page(visit, viewport=PHONE)
    assert not scrolls_sideways(page)


def test_axe_finds_no_barrier_on_a_narrow_screen_with_its_menus_open(visit: Visit) -> None:
    page = open_list(visit, viewport=PHONE, reduced_motion="reduce")
    page.get_by_role("button", name="Any status").click()
    assert barriers(page) == []
    assert not scrolls_sideways(page)
    page.get_by_role("button", name=VIEWER).click()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_in_viewport(ratio=1)
    assert barriers(page) == []
    assert not scrolls_sideways(page)


def test_long_names_and_messages_fit_a_narrow_screen(visit: Visit, stack: Stack) -> None:
    word = "x" * 150
    stack.releases.start(with_long_texts(moving(f"long-{word}"), word))
    page = visit(f"/releases/release:long-{word}", viewport=PHONE)
    expect(page.get_by_role("treeitem").nth(3)).to_be_visible()
    assert not scrolls_sideways(page)
    page.goto("/releases?search=long-")
    expect(page.get_by_role("link", name=f"long-{word}")).to_be_visible()
    assert not scrolls_sideways(page)


def with_long_texts(sample: Sample, word: str) -> Sample:
    """The same with a state, a message and a version without a place to break."""
    children = tuple(with_long_texts(child, word) for child in sample.children)
    fields = {**sample.fields, "error_message": word, "version": word}
    return Sample(sample.id, word[:50], children, fields)
