"""The live list: pages kept up while releases start, change and end, in memory and on a real server."""

import pytest

from releases.access import Viewer
from releases.domain import Freshness, RunStatus
from releases.phases import Phase
from tests.integration.conftest import LiveList
from tests.integration.plans import children_of, small, stated, whole
from tests.worlds import World

PAYMENTS = Viewer(2, "payments@example.com", frozenset({"release:payments-*"}))


async def test_releases_appear_change_and_end_as_they_do(world: World, live_list: LiveList) -> None:
    await world.start("release:a", stated("a", "deploying"))
    with live_list.followed(ordering="id") as follower:
        await follower.until_rows(a="deploying")

        await world.start("release:b", stated("b", "pending"))
        await follower.until_rows(a="deploying", b="pending")
        assert follower.page is not None
        assert follower.page.count == 2

        await world.tell("release:a", stated("a", "verifying"))
        await follower.until_rows(a="verifying", b="pending")

        await world.end("release:a", RunStatus.TERMINATED)
        await follower.until_rows(a="terminated", b="pending")
        await follower.until(lambda known: known.row("a").run.status is RunStatus.TERMINATED)
        assert follower.row("a").run.ended_at is not None
        assert follower.told is not None
        assert follower.told.freshness is Freshness.LIVE


async def test_a_release_that_continues_as_new_stays_where_it_is(world: World, live_list: LiveList) -> None:
    await world.start("release:a", stated("a", "deploying"))
    with live_list.followed() as follower:
        await follower.until_rows(a="deploying")
        began = follower.row("a").run.started_at

        await world.end("release:a", RunStatus.CONTINUED_AS_NEW)
        await world.tell("release:a", stated("a", "verifying"))
        await follower.until_rows(a="verifying")

        assert follower.row("a").run.status is RunStatus.RUNNING
        assert follower.row("a").run.started_at == began


async def test_a_page_holds_what_belongs_on_it_by_order_and_search(world: World, live_list: LiveList) -> None:
    for name in ("a-1", "b-1", "a-3"):
        await world.start(f"release:{name}", stated(name, "deploying"))
    with (
        live_list.followed(ordering="id", page_size=1, page=2) as second,
        live_list.followed(search="b-", ordering="id") as found,
    ):
        await second.until_rows(**{"a-3": "deploying"})
        await found.until_rows(**{"b-1": "deploying"})

        await world.start("release:a-2", stated("a-2", "deploying"))
        await second.until_rows(**{"a-2": "deploying"})

        assert second.page is not None
        assert second.page.count == 4
        assert found.patches == 0


async def test_a_viewer_is_told_of_the_releases_in_scope_alone(world: World, live_list: LiveList) -> None:
    await world.start("release:payments-1", stated("payments-1", "deploying"))
    with live_list.followed(PAYMENTS, ordering="id") as payments, live_list.followed(ordering="id") as everybody:
        await payments.until_rows(**{"payments-1": "deploying"})

        await world.start("release:search-1", stated("search-1", "deploying"))
        await everybody.until_rows(**{"payments-1": "deploying", "search-1": "deploying"})
        await world.start("release:payments-2", stated("payments-2", "deploying"))
        await payments.until_rows(**{"payments-1": "deploying", "payments-2": "deploying"})

        assert payments.page is not None
        assert payments.page.count == 2


async def test_counts_of_apps_change_with_the_apps(world: World, live_list: LiveList) -> None:
    plan = small("r")
    await world.start("release:r", whole(plan))
    with live_list.followed(with_rollups=True) as follower:
        await follower.until(lambda known: bool(known.page and known.page.rows and known.row("r").rollup))
        assert follower.row("r").release.children == (), "what it holds is not part of the list"

        children_of(children_of(children_of(children_of(plan)[0])[0])[0])[1]["state"] = "failed"
        await world.tell("release:r", whole(plan))
        await follower.until(lambda known: known.row("r").rollup.failed == 2)  # type: ignore[union-attr]


async def test_what_holds_a_release_up_changes_with_its_apps(world: World, live_list: LiveList) -> None:
    plan = small("r")
    await world.start("release:r", whole(plan))
    with live_list.followed(with_rollups=True) as follower:
        await follower.until(lambda known: bool(known.page and known.page.rows and known.row("r").progress))
        before = follower.row("r").progress

        failed = children_of(children_of(children_of(children_of(plan)[0])[0])[0])[1]
        failed |= {"state": "failed", "error_message": "Image not found.", "updated_at": "2026-01-01T09:00:00Z"}
        await world.tell("release:r", whole(plan))
        await follower.until(lambda known: known.row("r").progress != before)

        progress = follower.row("r").progress
        assert progress is not None
        assert progress.held_by is not None
        assert (progress.held_by.entity_id, progress.held_by.message) == (failed["id"], "Image not found.")
        assert (follower.row("r").release.held_by, follower.row("r").release.stands_at) == (None, None)


async def test_a_page_filtered_by_phase_is_polled(
    world: World, live_list: LiveList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.live_list.SWEEP_SECONDS", 0.1)
    for name in ("a", "b"):
        await world.start(f"release:{name}", stated(name, "deploying"))
    with live_list.followed(phases=frozenset({Phase.FAILED})) as follower:
        await follower.until_rows()

        await world.tell("release:b", stated("b", "failed"))
        await follower.until_rows(b="failed")
        await follower.until(lambda known: known.told is not None)

        assert follower.told is not None
        assert follower.told.freshness is Freshness.POLLED
        assert follower.told.period is not None


async def test_a_release_whose_worker_is_gone_says_so_in_its_row_and_the_others_go_on(
    world: World, live_list: LiveList
) -> None:
    await world.start_worker("other")
    await world.start("release:a", stated("a", "deploying"))
    await world.start("release:b", stated("b", "deploying"), worker="other")
    with live_list.followed(ordering="id") as follower:
        await follower.until_rows(a="deploying", b="deploying")

        await world.stop_worker("other")
        await world.tell("release:b", stated("b", "verifying"))
        await follower.until(lambda known: known.row("b").release.problem is not None)
        assert follower.states == {"a": "deploying", "b": "deploying"}, "the last known state stays"
        await world.tell("release:a", stated("a", "verifying"))
        await follower.until_rows(a="verifying", b="deploying")

        await world.start_worker("other")
        await follower.until_rows(a="verifying", b="verifying")
        await follower.until(lambda known: known.row("b").release.problem is None)
