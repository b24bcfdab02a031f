"""Live trees of releases, kept up while workflows change, in memory and on a real server."""

import asyncio
from typing import Any

import pytest

from releases.domain import EntityId, Freshness, RunStatus
from releases.errors import ReleaseNotFound
from releases.phases import Phase
from tests.integration.conftest import RELEASE_ID, Follow, Live
from tests.integration.following import Follower, as_read
from tests.integration.plans import (
    LEVELS,
    Plan,
    alone,
    app,
    bundle,
    children_of,
    cluster,
    query_of,
    release,
    small,
    start_all,
    walk,
    wave,
    whole,
    workflows,
)
from tests.worlds import World

SPREADS = [(), LEVELS, ("wave",), ("cluster", "app")]
"""Which levels have workflows of their own."""


async def change(world: World, plan: Plan, own: tuple[str, ...], entity_id: str, **fields: Any) -> None:
    """Change an entity of the plan, and have the workflow that holds it tell so."""
    holder = plan
    for entity in walk(plan):
        if entity["id"].partition(":")[0] in own and any(below["id"] == entity_id for below in walk(entity)):
            holder = entity
    entity = next(entity for entity in walk(plan) if entity["id"] == entity_id)
    entity.update(fields)
    key = query_of(entity) if entity is holder else f"{query_of(entity)} {entity_id}"
    await world.tell(holder["id"], {key: alone(entity)})


async def expect_as_read(live: Live, follower: Follower) -> None:
    """What the follower knows is what a reader finds who asks Temporal now."""
    tree = await live.reader.tree(RELEASE_ID)
    assert as_read(follower.release) == as_read(tree.release)
    assert follower.run == tree.run


# Changes


@pytest.mark.parametrize("own", SPREADS, ids=lambda own: "+".join(own) or "one workflow")
async def test_each_change_is_told_however_a_release_is_spread_over_workflows(
    world: World, live: Follow, own: tuple[str, ...]
) -> None:
    plan, trees = small(), live()
    await start_all(world, workflows(plan, own))
    with trees.followed() as follower:
        await follower.until_live()

        await change(world, plan, own, "app:a2", state="completed", version="1.5")
        await follower.until_state("app:a2", "completed")
        await change(world, plan, own, "wave:w2", state="in_progress")
        await follower.until_state("wave:w2", "in_progress")
        await change(world, plan, own, "release:r", state="completed")
        await follower.until_state("release:r", "completed")

        assert follower.release is not None
        assert follower.release.rollup.succeeded == 2
        await expect_as_read(trees, follower)
        assert follower.snapshots == 1


async def test_a_workflow_that_tells_all_at_once_is_asked_once_for_each_change(world: World, live: Follow) -> None:
    plan, trees = small(), live()
    await world.start("release:r", whole(plan))
    with trees.followed() as follower:
        await follower.until_live()
        trees.gateway.asked.clear()

        children_of(plan)[0]["state"] = "completed"
        await world.tell("release:r", whole(plan))
        await follower.until_state("wave:w1", "completed")

        assert trees.gateway.asked == [("release:r", "get_hierarchy", None)]
        await expect_as_read(trees, follower)


async def test_of_a_workflow_each_only_that_which_changed_is_asked(world: World, live: Follow) -> None:
    plan, trees = small(), live()
    await start_all(world, workflows(plan, LEVELS))
    with trees.followed() as follower:
        await follower.until_live()
        trees.gateway.asked.clear()

        await change(world, plan, LEVELS, "cluster:c1", state="completed")
        await follower.until_state("cluster:c1", "completed")

        assert trees.gateway.asked == [("cluster:c1", "get_cluster_state", None)]
        assert follower.patches[-1].changes[0].path == "wave:w1/cluster:c1"


async def test_entities_come_and_go_with_what_their_parents_list(world: World, live: Follow) -> None:
    plan, trees = small(), live()
    await start_all(world, workflows(plan, LEVELS))
    added = bundle("b9", app("a9", "running"))
    await start_all(world, workflows(added, LEVELS))
    with trees.followed() as follower:
        await follower.until_live()

        parent = next(entity for entity in walk(plan) if entity["id"] == "cluster:c1")
        parent["bundles"] = [added]
        await world.tell("cluster:c1", {"get_cluster_state": alone(parent)})
        await follower.until_state("app:a9", "running")

        assert follower.entity("app:a1") is None
        await expect_as_read(trees, follower)
        # What is new is followed as well.
        await world.tell("app:a9", {"get_app_state": {"id": "app:a9", "state": "failed"}})
        await follower.until_state("app:a9", "failed")


async def test_an_entity_that_is_listed_before_its_workflow_starts_appears_when_it_does(
    world: World, live: Follow
) -> None:
    plan, trees = small(), live()
    told = workflows(plan, LEVELS)
    late = told.pop("app:a2")
    await start_all(world, told)
    with trees.followed() as follower:
        await follower.until_live()
        assert follower.problem_of("app:a2") == "entity_not_found"

        await world.start("app:a2", late)
        await follower.until_state("app:a2", "deploying")

        assert follower.problem_of("app:a2") is None
        await follower.until_live()
        await world.tell("app:a2", {"get_app_state": {"id": "app:a2", "state": "running"}})
        await follower.until_state("app:a2", "running")


async def test_an_id_is_ambiguous_while_it_stands_in_two_places(world: World, live: Follow) -> None:
    plan, trees = small(), live()
    await start_all(world, workflows(plan, LEVELS))
    with trees.followed() as follower:
        await follower.until_live()

        other = next(entity for entity in walk(plan) if entity["id"] == "bundle:b2")
        other["apps"] = [*other["apps"], app("a1")]
        await world.tell("bundle:b2", {"get_bundle_state": alone(other)})
        await follower.until(lambda known: known.problem_of("app:a1") == "ambiguous")
        await expect_as_read(trees, follower)

        other["apps"] = other["apps"][:-1]
        await world.tell("bundle:b2", {"get_bundle_state": alone(other)})
        await follower.until(lambda known: known.problem_of("app:a1") is None)
        await expect_as_read(trees, follower)


# Ends and new runs


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (RunStatus.COMPLETED, "deploying"),
        (RunStatus.FAILED, "failed"),
        (RunStatus.CANCELED, "cancelled"),
        (RunStatus.TERMINATED, "terminated"),
    ],
)
async def test_the_end_of_a_release_is_told_with_what_it_interrupted(
    world: World, live: Follow, status: RunStatus, state: str
) -> None:
    trees = live()
    await world.start("release:r", whole(small()))
    with trees.followed() as follower:
        await follower.until_live()

        await world.end("release:r", status)
        await follower.until(lambda known: known.run is not None and known.run.status is status)

        assert follower.state_of("release:r") == state
        interrupted = status is not RunStatus.COMPLETED
        assert follower.state_of("app:a2") == ("interrupted" if interrupted else "deploying")
        await follower.until_live()
        await expect_as_read(trees, follower)
        assert trees.long_polls.waiting == 0, "what has ended is not followed"


async def test_an_entity_whose_own_workflow_ends_badly_takes_that_state(world: World, live: Follow) -> None:
    trees = live()
    await start_all(world, workflows(small(), LEVELS))
    with trees.followed() as follower:
        await follower.until_live()

        await world.end("app:a2", RunStatus.TERMINATED)
        await follower.until_state("app:a2", "terminated")

        app_entity = follower.entity("app:a2")
        assert app_entity is not None
        assert (app_entity.phase, app_entity.reported_state) == (Phase.STOPPED, "deploying")
        await expect_as_read(trees, follower)


async def test_a_release_that_continues_as_new_is_followed(world: World, live: Follow) -> None:
    plan, trees = small(), live()
    await world.start("release:r", whole(plan))
    with trees.followed() as follower:
        await follower.until_live()
        first = follower.run
        assert first is not None

        await world.end("release:r", RunStatus.CONTINUED_AS_NEW)
        children_of(plan)[0]["state"] = "completed"
        await world.tell("release:r", whole(plan))
        await follower.until_state("wave:w1", "completed")

        assert follower.run is not None
        assert follower.run.run_id != first.run_id
        assert follower.run.started_at == first.started_at
        await follower.until_live()
        await expect_as_read(trees, follower)


async def test_a_release_that_is_started_again_after_its_end_is_followed(world: World, live: Follow) -> None:
    plan, trees = small(), live()
    await world.start("release:r", whole(plan))
    await world.end("release:r", RunStatus.FAILED)
    with trees.followed() as follower:
        await follower.until_live()
        assert follower.state_of("release:r") == "failed"

        await world.start("release:r", whole(plan))
        await follower.until_state("release:r", "deploying")

        assert follower.run is not None
        assert follower.run.status is RunStatus.RUNNING
        children_of(plan)[0]["state"] = "completed"
        await world.tell("release:r", whole(plan))
        await follower.until_state("wave:w1", "completed")


async def test_an_entity_that_is_started_again_is_followed(world: World, live: Follow) -> None:
    trees = live()
    told = workflows(small(), LEVELS)
    await start_all(world, told)
    await world.end("app:a2", RunStatus.FAILED)
    with trees.followed() as follower:
        await follower.until_live()
        assert follower.state_of("app:a2") == "failed"

        await world.start("app:a2", told["app:a2"])
        await follower.until_state("app:a2", "deploying")

        await world.tell("app:a2", {"get_app_state": {"id": "app:a2", "state": "running"}})
        await follower.until_state("app:a2", "running")


# What is not there


async def test_following_a_release_that_does_not_exist_tells_so(live: Follow) -> None:
    with live().followed(EntityId("release:none")) as follower, pytest.raises(ReleaseNotFound):
        await follower.next()


async def test_a_worker_that_is_gone_makes_it_stale_until_it_is_back(world: World, live: Follow) -> None:
    plan, trees = small(), live(timeout=2.0)
    await world.start_worker("other")
    await world.start("release:r", whole(plan), worker="other")
    with trees.followed() as follower:
        await follower.until_live()

        await world.stop_worker("other")
        children_of(plan)[0]["state"] = "completed"
        await world.tell("release:r", whole(plan))
        await follower.until_stale("worker_unavailable")
        assert follower.state_of("wave:w2") == "pending", "the last known state stays"

        await world.start_worker("other")
        await follower.until_state("wave:w1", "completed")
        await follower.until_live()
        await expect_as_read(trees, follower)
        assert follower.snapshots == 1


async def test_a_part_that_can_not_be_read_keeps_its_last_known_state_and_is_read_when_it_can(
    world: World, live: Follow
) -> None:
    plan, trees = small(), live(timeout=1.0)
    told = workflows(plan, ("app",))
    await world.start_worker("other")
    await start_all(world, {id_: told[id_] for id_ in told if id_ != "app:a2"})
    await world.start("app:a2", told["app:a2"], worker="other")
    with trees.followed() as follower:
        await follower.until_live()

        await world.stop_worker("other")
        await world.tell("app:a2", {"get_app_state": {"id": "app:a2", "state": "running"}})
        await follower.until_stale("worker_unavailable")
        # The rest goes on.
        await change(world, plan, ("app",), "app:a4", state="deploying")
        await follower.until_state("app:a4", "deploying")
        assert follower.state_of("app:a2") == "deploying"
        assert follower.freshness is Freshness.STALE

        await world.start_worker("other")
        await follower.until_state("app:a2", "running")
        await follower.until_live()


async def test_where_the_first_reading_finds_no_worker_it_is_stale_and_the_tree_comes_with_the_worker(
    world: World, live: Follow
) -> None:
    trees = live(timeout=1.0)
    await world.start_worker("other")
    await world.start("release:r", whole(small()), worker="other")
    await world.stop_worker("other")
    with trees.followed() as follower:
        await follower.until(lambda known: known.freshness is Freshness.STALE)
        assert follower.release is None

        await world.start_worker("other")
        await follower.until_live()

        assert follower.state_of("wave:w2") == "pending"


# What it costs


async def test_more_workflows_than_may_be_followed_are_polled(world: World, live: Follow) -> None:
    plan, trees = small(), live(polls=3)
    await start_all(world, workflows(plan, LEVELS))
    with trees.followed() as follower:
        await follower.until(lambda known: known.told is not None and known.told.period is not None)
        assert trees.long_polls.waiting == 0, "those that would be left out make none worth following"

        await change(world, plan, LEVELS, "app:a2", state="completed")
        await follower.until_state("app:a2", "completed")

        assert follower.freshness is Freshness.POLLED


async def test_all_followers_of_a_release_share_one_watch(world: World, live: Follow) -> None:
    plan, trees = small(), live()
    await world.start("release:r", whole(plan))
    with trees.followed() as one, trees.followed() as other:
        await one.until_live()
        await other.until_live()
        trees.gateway.asked.clear()

        children_of(plan)[0]["state"] = "completed"
        await world.tell("release:r", whole(plan))
        await one.until_state("wave:w1", "completed")
        await other.until_state("wave:w1", "completed")

        assert len(trees.gateway.asked) == 1
        assert one.patches[-1] is other.patches[-1]
        assert trees.long_polls.waiting == 1


async def test_a_watch_ends_with_its_last_follower(world: World, live: Follow) -> None:
    trees = live(grace=0.0)
    await world.start("release:r", whole(small()))
    with trees.followed() as follower:
        await follower.until_live()
    async with asyncio.timeout(10):
        while len(trees.trees) or trees.long_polls.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_who_comes_back_within_the_grace_costs_nothing(world: World, live: Follow) -> None:
    trees = live(grace=60.0)
    await world.start("release:r", whole(small()))
    with trees.followed() as follower:
        await follower.until_live()
    asked = trees.queries

    with trees.followed() as follower:
        await follower.until_live()

    assert trees.queries == asked
    assert follower.snapshots == 1


async def test_readers_are_given_the_live_state_while_it_is_live(world: World, live: Follow) -> None:
    plan, trees = small(), live()
    await world.start("release:r", whole(plan))
    assert trees.trees.state(RELEASE_ID) is None
    with trees.followed() as follower:
        await follower.until_live()

        children_of(plan)[0]["state"] = "completed"
        await world.tell("release:r", whole(plan))
        await follower.until_state("wave:w1", "completed")

        state = trees.trees.state(RELEASE_ID)
        assert state is not None
        assert (state.version, state.freshness) == (follower.version, Freshness.LIVE)
        assert as_read(state.release) == as_read(follower.release)


async def test_a_release_that_needs_no_more_than_one_reading_makes_no_other(world: World, live: Follow) -> None:
    trees = live()
    await world.start("release:r", whole(release("r", wave("w", cluster("c", bundle("b", app("a")))))))
    with trees.followed() as follower:
        await follower.until_live()

        assert trees.gateway.calls["query"] == 1
