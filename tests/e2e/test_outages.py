"""Temporal and workers that go and come back while somebody looks at a page."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.samples import empty, moving
from tests.e2e.stack import SHAKY, Stack
from tests.e2e.test_list import STATE, TROUBLE, cell
from tests.e2e.test_release import line, visit_whole

UNABLE = "Unable to load release information. Please try again."

NO_TEMPORAL = "Temporal does not answer."
SILENT = re.compile("No worker (?:answers|takes)|no worker takes it|not answered in time")
"""For a while after a worker has gone, Temporal itself does not know."""


@pytest.fixture
def stopped_temporal(stack: Stack) -> Iterator[Stack]:
    """A stack whose Temporal server is up again when the test is over."""
    yield stack
    if not stack.runs("temporal"):
        stack.start_temporal()
    stack.until_ready()


@pytest.fixture
def stopped_worker(stack: Stack) -> Iterator[Stack]:
    """A stack whose second worker is up again when the test is over."""
    yield stack
    if not stack.runs(SHAKY):
        stack.start_worker(SHAKY)


def expect_not_updated(page: Page, why: str | re.Pattern[str]) -> None:
    banner = page.get_by_role("status").filter(has_text="Not updated since")
    expect(banner).to_contain_text(why)
    expect(banner.get_by_role("button", name="Try now")).to_be_visible()


def expect_updated(page: Page) -> None:
    expect(page.get_by_text("Not updated since")).to_have_count(0)


def test_a_release_whose_worker_is_away_when_it_is_opened_says_so_and_fills_when_it_is_back(
    visit: Visit, stopped_worker: Stack
) -> None:
    stopped_worker.releases.start(empty("away-4", "deploying"), task_queue=SHAKY)
    stopped_worker.stop_worker(SHAKY)
    page = visit("/releases/release:away-4", answers=[503])
    expect(page.get_by_role("alert")).to_contain_text(UNABLE)

    stopped_worker.start_worker(SHAKY)
    expect(line(page, "release:away-4")).to_contain_text("deploying")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def test_while_temporal_is_away_pages_keep_the_last_known_state_and_say_so(
    visit: Visit, stopped_temporal: Stack
) -> None:
    stack, name = stopped_temporal, "kept-1"
    stack.releases.start(moving(name))
    tree = visit_whole(visit, name, answers=[503])
    expect(line(tree, f"app:{name}-america-ledger")).to_contain_text("deploying")
    expect(tree.get_by_text("Live", exact=True)).to_be_visible()
    releases = visit("/releases?search=kept-", answers=[503])
    expect(cell(releases, name, STATE)).to_contain_text("in_progress")
    for page in (tree, releases):
        page.evaluate("window.stays = true")

    stack.stop_temporal()
    for page in (tree, releases):
        expect_not_updated(page, NO_TEMPORAL)
        expect(page.get_by_text("Stale", exact=True)).to_be_visible()
        expect(page.get_by_text("Live", exact=True)).to_have_count(0)
    expect(line(tree, f"app:{name}-america-ledger")).to_contain_text("deploying")
    expect(cell(releases, name, STATE)).to_contain_text("in_progress")

    stack.start_temporal()
    for page in (tree, releases):
        expect_updated(page)
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
    stack.releases.tell(f"release:{name}", empty(name, "verifying").answers_of_all())
    expect(line(tree, f"release:{name}")).to_contain_text("verifying")
    expect(cell(releases, f"release:{name}", STATE)).to_contain_text("verifying")
    for page in (tree, releases):
        assert page.evaluate("window.stays")


@pytest.mark.parametrize("address", ["/releases?search={}", "/releases/release:{}"], ids=["list", "release"])
def test_a_page_that_is_opened_while_temporal_is_away_says_so_and_fills_when_it_is_back(
    visit: Visit, stopped_temporal: Stack, address: str
) -> None:
    # Nobody has looked at it before: what is known already is shown, though stale.
    name = f"unseen-{len(address)}"
    stopped_temporal.releases.start(empty(name, "deploying"))
    stopped_temporal.stop_temporal()
    page = visit(address.format(name), answers=[503])
    expect(page.get_by_role("alert").get_by_role("heading")).to_have_text(UNABLE)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.evaluate("window.stays = true")
    stopped_temporal.start_temporal()
    expect(page.get_by_text("deploying").first).to_be_visible()
    expect(page.get_by_text(UNABLE)).to_have_count(0)
    assert page.evaluate("window.stays")


def test_a_worker_that_is_away_leaves_the_other_releases_as_they_are(visit: Visit, stopped_worker: Stack) -> None:
    stack = stopped_worker
    stack.releases.start(empty("away-1", "deploying"), task_queue=SHAKY)
    stack.releases.start(empty("away-2", "deploying"))
    page = visit("/releases?search=away-", answers=[503])
    for name in ("release:away-1", "release:away-2"):
        expect(cell(page, name, STATE)).to_contain_text("deploying")

    stack.stop_worker(SHAKY)
    stack.releases.tell("release:away-1", empty("away-1", "verifying").answers_of_all())
    expect(cell(page, "release:away-1", TROUBLE)).to_contain_text(SILENT)
    expect(cell(page, "release:away-1", STATE)).to_contain_text("deploying")
    stack.releases.tell("release:away-2", empty("away-2", "verifying").answers_of_all())
    expect(cell(page, "release:away-2", STATE)).to_contain_text("verifying")
    expect_updated(page)
    page.get_by_role("link", name="release:away-1").click()
    expect_not_updated(page, SILENT)
    expect(line(page, "release:away-1")).to_contain_text("deploying")

    stack.start_worker(SHAKY)
    expect(line(page, "release:away-1")).to_contain_text("verifying")
    page.go_back()
    expect(cell(page, "release:away-1", STATE)).to_contain_text("verifying")


def test_a_tree_whose_worker_goes_away_keeps_its_last_known_state(visit: Visit, stopped_worker: Stack) -> None:
    stopped_worker.releases.start(moving("away-3"), task_queue=SHAKY)
    page = visit_whole(visit, "away-3", answers=[503])
    expect(line(page, "app:away-3-america-ledger")).to_contain_text("deploying")
    stopped_worker.stop_worker(SHAKY)
    later = moving("away-3").with_state("app:away-3-america-ledger", "running")
    stopped_worker.releases.tell("release:away-3", later.answers_of_all())
    expect_not_updated(page, SILENT)
    expect(line(page, "app:away-3-america-ledger")).to_contain_text("deploying")
    stopped_worker.start_worker(SHAKY)
    expect_updated(page)
    expect(line(page, "app:away-3-america-ledger")).to_contain_text("running")
