"""Live trees while Temporal goes and comes back, refuses long-polls, or loses a release."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from releases.domain import Freshness
from releases.gateway import GatewayConfig, TemporalGateway
from tests.integration.conftest import RELEASE_ID, Follow
from tests.integration.following import Follower, as_read
from tests.integration.link import Link
from tests.integration.plans import LEVELS, children_of, small, start_all, whole, workflows
from tests.temporal import TemporalServer
from tests.worlds import FakeWorld, RealWorld, World, real_world


@pytest.fixture
def fake() -> FakeWorld:
    return FakeWorld()


@pytest.fixture
async def real(temporal_server: TemporalServer) -> AsyncIterator[RealWorld]:
    async with real_world(temporal_server) as world:
        yield world


@pytest.fixture
async def world(fake: FakeWorld) -> World:
    """For live trees made without a gateway: Temporal in memory."""
    return fake


async def settled(follower: Follower, state: str) -> None:
    await follower.until_state("wave:w1", state)
    await follower.until_live()


@pytest.mark.temporal
async def test_a_server_that_is_cut_off_makes_it_stale_and_is_caught_up_with_when_it_is_back(
    real: RealWorld, live: Follow
) -> None:
    plan, link = small(), Link(real.host)
    await link.mend()
    config = GatewayConfig(host=link.host, namespace=real.namespace, query_timeout=5)
    trees = live(TemporalGateway(config))
    await start_all(real, workflows(plan, LEVELS))
    with trees.followed() as follower:
        await follower.until_live()

        await link.cut()
        await follower.until_stale("temporal_unavailable")
        assert follower.told is not None
        assert follower.told.as_of is not None
        wave = workflows(plan, LEVELS)["wave:w1"]["get_wave_state"]
        await real.tell("wave:w1", {"get_wave_state": {**wave, "state": "completed"}})

        await link.mend()
        await settled(follower, "completed")
        tree = await trees.reader.tree(RELEASE_ID)
        assert as_read(follower.release) == as_read(tree.release)
        assert follower.snapshots == 1, "it goes on by patches"
        # And it goes on being live.
        await real.tell("app:a2", {"get_app_state": {"id": "app:a2", "state": "running"}})
        await follower.until_state("app:a2", "running")
    await link.cut()


async def test_what_happened_while_the_server_was_away_is_told_when_it_is_back(fake: FakeWorld, live: Follow) -> None:
    plan, trees = small(), live()
    await fake.start("release:r", whole(plan))
    with trees.followed() as follower:
        await follower.until_live()

        fake.temporal.is_up = False
        await follower.until_stale("temporal_unavailable")
        assert trees.trees.state(RELEASE_ID) is None, "readers are not given what is stale"
        children_of(plan)[0]["state"] = "completed"
        await fake.tell("release:r", whole(plan))

        fake.temporal.is_up = True
        await settled(follower, "completed")


async def test_many_outages_in_a_row_leave_nothing_behind(fake: FakeWorld, live: Follow) -> None:
    plan, trees = small(), live()
    await start_all(fake, workflows(plan, LEVELS))
    with trees.followed() as follower:
        await follower.until_live()
        polls, tasks = trees.long_polls.waiting, len(asyncio.all_tasks())
        for _ in range(3):
            fake.temporal.is_up = False
            await follower.until_stale("temporal_unavailable")
            fake.temporal.is_up = True
            await follower.until_live()

        # Long-polls that were cut begin again within a pause; a look and a reading may be under way at either count.
        async with asyncio.timeout(10):
            # Nothing tells when tasks are over.
            while trees.long_polls.waiting < polls or len(asyncio.all_tasks()) > tasks + 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert trees.long_polls.waiting == polls


async def test_an_app_that_holds_a_release_up_does_so_while_it_does_not_answer(fake: FakeWorld, live: Follow) -> None:
    trees, answers = live(timeout=0.2), asyncio.Event()
    await start_all(fake, workflows(small(), ("app",)))

    async def late(_: str | None) -> object:
        await answers.wait()
        return {"id": "app:a3", "state": "running"}

    with trees.followed() as follower:
        await follower.until_live()
        assert follower.held_by == "app:a3", "it failed"

        fake.temporal.queries("app:a3")["get_app_state"] = late
        fake.temporal.step("app:a3")
        await follower.until_stale("query_timeout")
        await fake.tell("app:a4", {"get_app_state": {"id": "app:a4", "state": "deploying"}})
        await follower.until_state("app:a4", "deploying")
        assert follower.held_by == "app:a3"

        answers.set()
        await follower.until_state("app:a3", "running")
        assert follower.held_by == "app:a2"


async def test_where_long_polls_are_refused_it_is_polled(fake: FakeWorld, live: Follow) -> None:
    plan, trees = small(), live()
    await fake.start("release:r", whole(plan))
    fake.temporal.refused = {"history"}
    with trees.followed() as follower:
        await follower.until(lambda known: known.freshness is Freshness.POLLED and known.release is not None)

        children_of(plan)[0]["state"] = "completed"
        await fake.tell("release:r", whole(plan))
        await follower.until_state("wave:w1", "completed")

        assert trees.long_polls.waiting == 0


async def test_long_polls_that_are_let_in_again_make_it_live_again(
    fake: FakeWorld, live: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.live_tree.FOLLOW_AGAIN_SECONDS", 0.0)
    trees = live()
    await fake.start("release:r", whole(small()))
    fake.temporal.refused = {"history"}
    with trees.followed() as follower:
        await follower.until(lambda known: known.freshness is Freshness.POLLED)

        fake.temporal.refused = ()
        await follower.until_live()


async def test_a_release_that_is_gone_is_stale_with_its_last_known_state(
    fake: FakeWorld, live: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees = live()
    await fake.start("release:r", whole(small()))
    with trees.followed() as follower:
        await follower.until_live()

        # As a server does that has come back without its data.
        lost = fake.temporal._runs.pop("release:r")
        fake.temporal.is_up = False
        await follower.until_stale("temporal_unavailable")
        fake.temporal.is_up = True
        await follower.until_stale("release_not_found")
        assert follower.state_of("wave:w2") == "pending"

        fake.temporal._runs["release:r"] = lost
        await follower.until_live()


async def test_an_error_that_nobody_thought_of_ends_it_and_the_next_follower_begins_anew(
    live: Follow, fake: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees = live()
    await fake.start("release:r", whole(small()))
    with monkeypatch.context() as broken, trees.followed() as follower:
        broken.setattr("releases.live_tree.difference", lambda *_: 1 / 0)
        await follower.until_live()
        await fake.tell("release:r", {"get_release_state": {"id": "release:r", "state": "completed"}})
        with pytest.raises(Exception, match="division by zero"):
            await follower.until(lambda _: False)

    with trees.followed() as follower:
        await follower.until_live()


async def test_a_change_that_is_asked_for_in_vain_makes_it_stale_before_the_query_has_timed_out(
    fake: FakeWorld, live: Follow
) -> None:
    plan, trees = small(), live(timeout=60.0)
    await fake.start("release:r", whole(plan))
    answered = asyncio.Event()

    async def slowly(_: str | None) -> object:
        await answered.wait()
        return plan

    with trees.followed() as follower:
        await follower.until_live()
        fake.temporal.queries("release:r")["get_hierarchy"] = slowly
        children_of(plan)[0]["state"] = "completed"
        fake.temporal.step("release:r")
        await follower.until_stale("query_timeout")
        assert follower.state_of("wave:w2") == "pending", "the last known state stays"

        answered.set()
        await settled(follower, "completed")


async def test_a_run_that_is_continued_while_the_last_one_is_being_read_is_told_of(
    fake: FakeWorld, live: Follow
) -> None:
    plan, trees = small(), live()
    await fake.start("release:r", whole(plan))
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slowly(_: str | None) -> object:
        asked.set()
        await answered.wait()
        return plan

    with trees.followed() as follower:
        await follower.until_live()
        fake.temporal.queries("release:r")["get_hierarchy"] = slowly
        fake.temporal.step("release:r")
        await asked.wait()
        newest = fake.temporal.continue_as_new("release:r")
        # The new run has been joined before the reading ends that was begun of the old one.
        await asyncio.sleep(0.1)
        children_of(plan)[0]["state"] = "completed"
        answered.set()

        await follower.until(lambda known: known.run is not None and known.run.run_id == newest.run_id)
        await follower.until_state("wave:w1", "completed")


async def test_who_follows_while_temporal_is_away_is_told_so_and_given_the_tree_when_it_is_back(
    fake: FakeWorld, live: Follow
) -> None:
    trees = live()
    await fake.start("release:r", whole(small()))
    fake.temporal.is_up = False
    with trees.followed() as follower:
        await follower.until_stale("temporal_unavailable")
        assert (follower.release, follower.told and follower.told.as_of) == (None, None)

        fake.temporal.is_up = True
        await follower.until_live()

        assert follower.release is not None
