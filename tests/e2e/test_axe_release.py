"""No state of a release's page hinders anybody, whichever view it shows."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import barriers
from tests.e2e.conftest import Visit
from tests.e2e.samples import moving
from tests.e2e.stack import Stack
from tests.e2e.test_following import notify_me
from tests.e2e.test_release import line
from tests.e2e.wire import both, held, refused, shut, silent

States = Iterator[Page]
"""One page, as often as it has come to be in another state."""

NAME = "checkout-2025.11"
RELEASE = f"/releases/release:{NAME}"
PAYOUTS = f"wave:{NAME}-world/cluster:{NAME}-europe/bundle:{NAME}-europe-core/app:{NAME}-europe-payouts"
VIEWS = ("tree", "board", "timeline", "timeline&as=table")

TROUBLED = "axe-troubled"

WENT_WRONG = {"code": "internal_error", "detail": "An unexpected error occurred. Please try again later."}


def on_the_way(visit: Visit) -> States:
    page = visit(RELEASE, before=both(held("**/hierarchy/*"), silent()))
    expect(page.get_by_role("status", name="Loading")).to_be_visible()
    yield page


def view_on_the_way(visit: Visit) -> States:
    page = visit(f"{RELEASE}?view=board", before=held("**/assets/BoardView-*"))
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    yield page


def in_error(visit: Visit) -> States:
    page = visit(RELEASE, answers=[500], before=both(refused(500, WENT_WRONG, "**/hierarchy/*"), silent()))
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    yield page


def with_an_id_that_is_none(visit: Visit) -> States:
    page = visit("/releases/rel:1", answers=[400, 404])
    expect(page.get_by_role("alert")).to_be_visible()
    yield page


def not_pushed(visit: Visit) -> States:
    page = visit(RELEASE, before=shut(), unreachable=True)
    expect(page.get_by_text("every 3 s")).to_be_visible()
    yield page


def with_nothing_in_it(visit: Visit) -> States:
    page = visit("/releases")
    for view in VIEWS:
        page.goto(f"/releases/release:ledger-2025.11?view={view}")
        expect(page.get_by_text("This release holds no waves.")).to_be_visible()
        yield page


def with_nothing_found(visit: Visit) -> States:
    page = visit(f"{RELEASE}?text=no-such-app")
    expect(page.get_by_text("Nothing in this release matches.")).to_be_visible()
    yield page
    page.goto("/releases/release:search-2025.11?only=failures")
    expect(page.get_by_role("button", name="Show all")).to_be_visible()
    yield page


def interrupted(visit: Visit) -> States:
    page = visit("/releases")
    for view in ("tree", "timeline"):
        page.goto(f"/releases/release:identity-2025.11?view={view}")
        expect(page.get_by_text("america").first).to_be_visible()
        yield page


def with_what_can_not_be_read(visit: Visit) -> States:
    missing = f"wave:{TROUBLED}-world/cluster:{TROUBLED}-europe/bundle:{TROUBLED}-europe-core"
    page = visit("/releases")
    for view in VIEWS:
        page.goto(f"/releases/release:{TROUBLED}?view={view}&entity={missing}")
        expect(page.get_by_role("heading", name=re.compile("^Problem"))).to_be_visible()
        expect(page.get_by_text("america").first).to_be_visible()
        yield page


def details_beside_each_view(visit: Visit) -> States:
    page = visit("/releases")
    for view in VIEWS[1:]:
        page.goto(f"{RELEASE}?view={view}&entity={PAYOUTS}")
        expect(page.get_by_role("region", name="Message")).to_be_visible()
        expect(page.get_by_text("america").first).to_be_visible()
        yield page


def menus_open(visit: Visit) -> States:
    page = visit(f"{RELEASE}?text=payouts&phase=failed,pending")
    expect(line(page, f"app:{NAME}-europe-payouts")).to_be_visible()
    for name in ("Export", "Down to"):
        page.get_by_role("button", name=name).click()
        expect(page.locator("[aria-expanded=true][aria-controls]")).to_be_visible()
        yield page


def timeline_of_apps_zoomed(visit: Visit) -> States:
    page = visit(f"{RELEASE}?view=timeline")
    page.get_by_role("button", name="Down to").click()
    yield page
    page.get_by_role("button", name="Apps", exact=True).click()
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
    expect(page.get_by_role("button", name="Zoom out")).to_be_enabled()
    yield page


def something_said_in_passing(visit: Visit) -> States:
    page = visit(RELEASE, alone=True)
    notify_me(page).click()
    said = page.get_by_role("region", name="Notices").get_by_role("listitem")
    # It stays while somebody may be reading it.
    said.hover()
    yield page
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    yield page


@pytest.fixture(scope="module", autouse=True)
def _release(stack: Stack) -> None:
    stack.releases.start(moving(TROUBLED), own_workflows=True, without={f"bundle:{TROUBLED}-europe-core"})


@pytest.mark.parametrize(
    "states",
    [
        *(on_the_way, view_on_the_way, in_error, with_an_id_that_is_none, not_pushed),
        *(with_nothing_in_it, with_nothing_found, interrupted, with_what_can_not_be_read, details_beside_each_view),
        *(menus_open, timeline_of_apps_zoomed, something_said_in_passing),
    ],
    ids=lambda states: states.__name__,
)
def test_axe_finds_no_barrier(visit: Visit, states: Callable[[Visit], States]) -> None:
    for page in states(visit):
        assert barriers(page) == []
