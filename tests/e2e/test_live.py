"""Pages that change as the workflows do, without a reload and without a request."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, WebSocketRoute, expect

from tests.e2e.conftest import Visit
from tests.e2e.samples import Sample, empty, moving
from tests.e2e.stack import Stack
from tests.e2e.test_list import STATE, cell
from tests.e2e.test_release import line, visit_whole

both_topologies = pytest.mark.parametrize("own_workflows", [False, True], ids=["one workflow", "a workflow each"])


def tell(stack: Stack, release: Sample, entity_id: str, state: str, *, own_workflows: bool) -> None:
    """Have the workflow that holds this entity say that it is in this state."""
    changed = release.with_state(entity_id, state)
    if own_workflows:
        stack.releases.tell(entity_id, changed.answers_of_each()[entity_id])
    else:
        stack.releases.tell(release.id, changed.answers_of_all())


def expect_live(page: Page) -> None:
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


@pytest.fixture
def stopped_portal(stack: Stack) -> Iterator[Stack]:
    """A stack whose portal is up again when the test is over."""
    yield stack
    if not stack.runs("portal"):
        stack.start_portal()
    stack.until_ready()


@both_topologies
def test_a_change_is_pushed_to_the_open_tree(visit: Visit, stack: Stack, own_workflows: bool) -> None:
    release = moving(f"pushed-{own_workflows:d}")
    name = release.fields["name"]
    stack.releases.start(release, own_workflows=own_workflows)
    page = visit_whole(visit, name)
    expect_live(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/releases/" in request.url else None)

    tell(stack, release, f"app:{name}-america-ledger", "failed", own_workflows=own_workflows)

    expect(line(page, f"app:{name}-america-ledger")).to_contain_text("failed")
    counts = page.get_by_role("img", name="6 apps: 3 succeeded, 2 failed, 1 pending", exact=True)
    expect(line(page, f"release:{name}").locator(counts)).to_be_visible()
    assert asked == []


def test_a_change_moves_neither_the_scroll_nor_the_focus_nor_what_is_open(visit: Visit, stack: Stack) -> None:
    release = moving("steady-1")
    stack.releases.start(release)
    page = visit_whole(visit, "steady-1", viewport={"width": 1000, "height": 420})
    expect_live(page)
    page.get_by_role("button", name="Expand all").click()
    # Lines far below what is in sight are not in the page until it is scrolled to them.
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    chosen = line(page, "app:steady-1-america-ledger")
    chosen.scroll_into_view_if_needed()
    chosen.focus()
    canary = line(page, "wave:steady-1-canary")
    where = "[window.scrollY, document.activeElement.textContent.includes('america-ledger')]"
    before = page.evaluate(where)
    assert before[0] > 0
    assert before[1]

    tell(stack, release, "app:steady-1-america-payouts", "completed", own_workflows=False)

    expect(line(page, "app:steady-1-america-payouts")).to_contain_text("completed")
    assert page.evaluate(where) == before
    expect(canary).to_have_attribute("aria-expanded", "true")


def test_the_open_list_shows_what_starts_changes_and_ends(visit: Visit, stack: Stack) -> None:
    stack.releases.start(empty("shown-1", "deploying"))
    page = visit("/releases?search=shown-")
    expect(cell(page, "release:shown-1", STATE)).to_contain_text("deploying")
    expect_live(page)
    asked: list[Request] = []
    # The counts on the chips are of more than this page shows: they are asked for, the releases are not.
    page.on("request", lambda request: asked.append(request) if "/api/releases/?" in request.url else None)

    stack.releases.start(empty("shown-2", "pending"))
    expect(cell(page, "release:shown-2", STATE)).to_contain_text("pending")
    expect(page.get_by_text("2 releases", exact=True)).to_be_visible()
    stack.releases.tell("release:shown-1", empty("shown-1", "verifying").answers_of_all())
    expect(cell(page, "release:shown-1", STATE)).to_contain_text("verifying")
    stack.releases.terminate("release:shown-2")
    expect(cell(page, "release:shown-2", STATE)).to_contain_text("terminated")
    assert asked == []


def test_where_sockets_are_blocked_the_page_polls_and_returns_to_push_by_itself(visit: Visit, stack: Stack) -> None:
    release = moving("blocked-1")
    stack.releases.start(release)
    blocked = True

    def route(socket: WebSocketRoute) -> None:
        if blocked:
            socket.close()
        else:
            socket.connect_to_server()

    page = visit(
        "/releases/release:blocked-1",
        before=lambda page: page.route_web_socket("**/ws/**", route),
        unreachable=True,
    )
    expect(page.get_by_text("every 3 s")).to_be_visible()
    tell(stack, release, "app:blocked-1-america-ledger", "failed", own_workflows=False)
    expect(line(page, "app:blocked-1-america-ledger")).to_contain_text("failed")

    blocked = False
    expect_live(page)
    tell(stack, release, "app:blocked-1-america-ledger", "running", own_workflows=False)
    expect(line(page, "app:blocked-1-america-ledger")).to_contain_text("running")


def test_a_portal_that_restarts_is_said_to_be_away_and_the_page_goes_on_by_itself(
    visit: Visit, stopped_portal: Stack
) -> None:
    release = moving("restarted-1")
    stopped_portal.releases.start(release)
    page = visit_whole(visit, "restarted-1", answers=[502, 503], unreachable=True)
    expect_live(page)
    page.evaluate("window.stays = true")

    stopped_portal.stop_portal()
    expect(page.get_by_text("Disconnected", exact=True)).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_have_count(0)
    tell(stopped_portal, release, "app:restarted-1-america-ledger", "failed", own_workflows=False)

    stopped_portal.start_portal()
    expect(line(page, "app:restarted-1-america-ledger")).to_contain_text("failed")
    expect_live(page)
    assert page.evaluate("window.stays")


def test_a_browser_that_goes_offline_says_so_at_once_and_goes_on_when_it_is_back(visit: Visit, stack: Stack) -> None:
    stack.releases.start(moving("offline-1"))
    page = visit_whole(visit, "offline-1", unreachable=True)
    expect_live(page)
    page.context.set_offline(True)
    expect(page.get_by_text("This browser is offline.")).to_be_visible(timeout=5_000)
    expect(page.get_by_text("Disconnected", exact=True)).to_be_visible()
    page.context.set_offline(False)
    expect_live(page)
    expect(page.get_by_text("Not updated since")).to_have_count(0)
