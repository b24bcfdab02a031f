"""A release and all that it holds, whichever workflows hold it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.people import PAYMENTS
from tests.e2e.samples import CRASH, moving
from tests.e2e.stack import Stack

ALL = "6 apps: 3 succeeded, 1 active, 1 failed, 1 pending"
"""The roll-up of a release that is `moving`."""

both_topologies = pytest.mark.parametrize("name", ["payments-2025.11", "checkout-2025.11"])


def line(page: Page, entity_id: str) -> Locator:
    return page.get_by_role("treeitem").filter(has=page.get_by_text(entity_id, exact=True))


def arrow(branch: Locator) -> Locator:
    """What opens and closes a branch."""
    return branch.locator(".tree-twisty")


def visit_whole(visit: Visit, name: str, **options: Any) -> Page:
    """The page of a `moving` release, once all of it has been read, with all of it in sight."""
    page = visit(f"/releases/release:{name}", **options)
    expect(line(page, f"release:{name}").get_by_role("img", name=ALL, exact=True)).to_be_visible()
    return page


@both_topologies
def test_the_list_leads_down_to_an_app_level_by_level(visit: Visit, name: str) -> None:
    page = visit("/releases?search=2025.11")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_role("button", name="Collapse all").click()
    for level, (entity_id, state, phase) in enumerate(
        [
            (f"release:{name}", "in_progress", "active"),
            (f"wave:{name}-world", "in_progress", "active"),
            (f"cluster:{name}-europe", "failed", "failed"),
            (f"bundle:{name}-europe-core", "failed", "failed"),
            (f"app:{name}-europe-ledger", "running", "succeeded"),
        ],
        start=1,
    ):
        entity = line(page, entity_id)
        expect(entity).to_have_attribute("aria-level", str(level))
        expect(entity).to_contain_text(state)
        expect(entity).to_contain_text(phase)
        if 1 < level < 5:
            expect(entity).to_have_attribute("aria-expanded", "false")
            arrow(entity).click()


@both_topologies
def test_roll_ups_count_the_apps_below_each_entity(visit: Visit, name: str) -> None:
    page = visit_whole(visit, name)
    for entity_id, counts in {
        f"wave:{name}-canary": "2 apps: 2 succeeded",
        f"wave:{name}-world": "4 apps: 1 succeeded, 1 active, 1 failed, 1 pending",
        f"cluster:{name}-europe": "2 apps: 1 succeeded, 1 failed",
        f"bundle:{name}-america-core": "2 apps: 1 active, 1 pending",
    }.items():
        expect(line(page, entity_id).get_by_role("img", name=counts, exact=True)).to_be_visible()


@both_topologies
def test_why_an_app_failed_stands_beside_it(visit: Visit, name: str) -> None:
    page = visit(f"/releases/release:{name}?only=failures")
    expect(line(page, f"app:{name}-europe-payouts")).to_contain_text(CRASH)
    expect(line(page, f"app:{name}-europe-payouts")).to_contain_text("2.4.1")
    expect(line(page, f"app:{name}-europe-ledger")).to_have_count(0)


@pytest.mark.parametrize("own_workflows", [False, True], ids=["one workflow", "a workflow per entity"])
def test_a_change_in_a_workflow_appears_without_a_reload(visit: Visit, stack: Stack, own_workflows: bool) -> None:
    name = f"changing-{'own' if own_workflows else 'one'}"
    sample = moving(name)
    stack.releases.start(sample, own_workflows=own_workflows)
    page = visit_whole(visit, name)
    app = line(page, f"app:{name}-america-ledger")
    expect(app).to_contain_text("deploying")
    page.evaluate("window.stays = true")
    changed = sample.with_state(f"app:{name}-america-ledger", "running")
    if own_workflows:
        app_id = f"app:{name}-america-ledger"
        stack.releases.tell(app_id, changed.answers_of_each()[app_id])
    else:
        stack.releases.tell(sample.id, changed.answers_of_all())
    expect(app).to_contain_text("running")
    expect(line(page, sample.id).get_by_role("img")).to_have_accessible_name("6 apps: 4 succeeded, 1 failed, 1 pending")
    assert page.evaluate("window.stays")


def test_an_app_that_is_not_there_has_its_problem_in_its_place_and_harms_no_other(visit: Visit, stack: Stack) -> None:
    name = "missing-an-app"
    stack.releases.start(moving(name), own_workflows=True, without={f"app:{name}-europe-payouts"})
    page = visit(f"/releases/release:{name}")
    expect(line(page, f"release:{name}").get_by_role("img")).to_have_accessible_name(
        "6 apps: 3 succeeded, 1 active, 1 unknown, 1 pending"
    )
    missing = line(page, f"app:{name}-europe-payouts")
    expect(missing).to_contain_text("unknown")
    expect(missing).to_contain_text("No workflow answers")
    expect(line(page, f"app:{name}-europe-ledger")).to_contain_text("running")


def test_what_was_under_way_in_a_release_that_was_terminated_is_interrupted(visit: Visit) -> None:
    page = visit("/releases/release:identity-2025.11")
    expect(page.get_by_role("heading", level=1)).to_have_text("identity-2025.11")
    expect(line(page, "release:identity-2025.11")).to_contain_text("terminated")
    app = line(page, "app:identity-2025.11-america-ledger")
    expect(app).to_contain_text("interrupted")
    expect(app).to_contain_text("last said “deploying”")
    expect(line(page, "app:identity-2025.11-europe-ledger")).to_contain_text("running")


def test_a_release_without_waves_is_shown(visit: Visit) -> None:
    page = visit("/releases/release:ledger-2025.11")
    expect(page.get_by_text("This release holds no waves.")).to_be_visible()


def test_a_release_that_is_not_there_leads_back_to_the_list(visit: Visit) -> None:
    page = visit("/releases/release:no-such", answers=[404])
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Release not found. It may have been completed or removed."
    )
    page.get_by_role("link", name="Back to the releases").click()
    expect(page).to_have_url(re.compile("/releases$"))


def test_a_release_out_of_scope_is_refused_alike_whether_it_exists_or_not(visit: Visit) -> None:
    shown = []
    for release_id in ("release:checkout-2025.11", "release:no-such"):
        page = visit(f"/releases/{release_id}", PAYMENTS, answers=[403])
        expect(page.get_by_role("heading", level=1)).to_have_text("You don't have permission to view this resource.")
        text = page.get_by_role("main").inner_text()
        shown.append(re.sub("request .*", "request …", text))
    assert shown[0] == shown[1]


def test_who_is_refused_can_go_back(visit: Visit) -> None:
    page = visit("/releases?search=payments", PAYMENTS, answers=[403])
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()
    page.goto("/releases/release:checkout-2025.11")
    page.get_by_role("button", name="Go back").click()
    expect(page).to_have_url(re.compile(r"search=payments$"))


@pytest.mark.parametrize("release_id", ["rel:1", "release:", "release:a%20b", "release:%00", "release:%2e%2e%2fadmin"])
def test_an_id_that_is_none_gets_a_page_with_a_way_out(visit: Visit, release_id: str) -> None:
    page = visit(f"/releases/{release_id}", answers=[400, 404])
    page.get_by_role("link", name="Back to the releases").click()
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()


def test_an_address_that_is_none_gets_a_page_with_a_way_out(visit: Visit) -> None:
    page = visit("/no/such/page")
    expect(page.get_by_role("heading", name="There is no such page.")).to_be_visible()
    page.get_by_role("link", name="Back to the releases").click()
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()
