"""What pages say while Temporal, a worker or the portal is away hinders nobody."""

from playwright.sync_api import Page, expect

from tests.e2e.browser import barriers
from tests.e2e.conftest import Visit
from tests.e2e.samples import empty, moving
from tests.e2e.stack import SHAKY, Stack
from tests.e2e.test_list import STATE, TROUBLE, cell, row
from tests.e2e.test_live import expect_live, stopped_portal
from tests.e2e.test_outages import (
    NO_TEMPORAL,
    SILENT,
    UNABLE,
    expect_not_updated,
    stopped_temporal,
    stopped_worker,
)
from tests.e2e.test_release import visit_whole

__all__ = ["stopped_portal", "stopped_temporal", "stopped_worker"]


def expect_unable(page: Page) -> None:
    expect(page.get_by_role("alert").get_by_role("heading")).to_have_text(UNABLE)


def test_axe_finds_no_barrier_while_temporal_is_away(visit: Visit, stopped_temporal: Stack) -> None:
    stack, name = stopped_temporal, "axe-kept"
    for release in (moving(name), moving("axe-kept-before"), empty("axe-unseen", "deploying")):
        stack.releases.start(release)
    board, timeline = (visit_whole(visit, name, answers=[503]) for _ in range(2))
    for page, view in ((board, "Board"), (timeline, "Timeline")):
        page.get_by_role("link", name=view).click()
        expect_live(page)
    tree = visit_whole(visit, name, answers=[503])
    releases = visit(f"/releases?search={name}", answers=[503])
    expect(cell(releases, name, TROUBLE)).to_contain_text("Held by")
    compared = visit(f"/compare?a=release:{name}-before&b=release:{name}", answers=[503])
    expect(compared.get_by_role("heading", name="No difference.")).to_be_visible()

    stack.stop_temporal()
    for page in (tree, board, timeline, releases, compared):
        expect_not_updated(page, "" if page is compared else NO_TEMPORAL)
        assert barriers(page) == []
    for address in ("/releases?search=axe-unseen", "/releases/release:axe-unseen", "/compare?b=release:axe-unseen"):
        compared.goto(address)
        expect_unable(compared)
        assert barriers(compared) == []


def test_axe_finds_no_barrier_while_a_worker_is_away(visit: Visit, stopped_worker: Stack) -> None:
    stack = stopped_worker
    stack.releases.start(empty("axe-away", "deploying"), task_queue=SHAKY)
    page = visit("/releases?search=axe-away", answers=[503])
    expect(cell(page, "release:axe-away", STATE)).to_contain_text("deploying")
    stack.stop_worker(SHAKY)
    stack.releases.tell("release:axe-away", empty("axe-away", "verifying").answers_of_all())
    expect_not_updated(page, SILENT)
    # What is true of all of them is said once, above.
    expect(cell(page, "release:axe-away", TROUBLE)).not_to_contain_text(SILENT)
    stack.releases.start(empty("axe-away-unread", "deploying"), task_queue=SHAKY)
    expect(row(page, "release:axe-away-unread")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("link", name="release:axe-away", exact=True).click()
    expect_not_updated(page, SILENT)
    assert barriers(page) == []


def test_axe_finds_no_barrier_while_the_portal_is_away(visit: Visit, stopped_portal: Stack) -> None:
    options = {"answers": [502, 503], "unreachable": True}
    tree = visit_whole(visit, "checkout-2025.11", **options)
    releases = visit("/releases?search=2025.11", **options)
    for page in (tree, releases):
        expect_live(page)
    stopped_portal.stop_portal()
    for page in (tree, releases):
        expect(page.get_by_text("Disconnected", exact=True)).to_be_visible()
        assert barriers(page) == []
