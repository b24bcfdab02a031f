"""What it costs to keep releases live: counted at the gateway, of Temporal in memory."""

import asyncio
from contextlib import ExitStack
from typing import Any

import pytest

from releases import live_tree
from tests.integration.conftest import Follow
from tests.integration.following import as_read
from tests.integration.plans import LEVELS, Plan, sized, start_all, walk, whole, workflows
from tests.worlds import FakeWorld, World

THOUSAND = {"waves": 5, "clusters": 4, "bundles": 4, "apps": 11}
"""986 entities with the release."""
AN_APP = "app:a3.2.1.7"
LOOKS = 3
"""Looks of the pulse that an idle release is watched for."""


@pytest.fixture
def world() -> World:
    return FakeWorld()


def thousand() -> Plan:
    return sized("r", **THOUSAND)


def told_by(plan: Plan, *, each: bool) -> dict[str, Any]:
    return workflows(plan, LEVELS) if each else {"release:r": whole(plan)}


@pytest.mark.parametrize("followers", [1, 200])
@pytest.mark.parametrize("each", [False, True], ids=["one workflow", "a workflow each"])
async def test_an_idle_release_asks_nothing_and_a_change_one_query_however_many_follow(
    world: World, live: Follow, monkeypatch: pytest.MonkeyPatch, each: bool, followers: int
) -> None:
    monkeypatch.setattr("releases.pulse.PERIOD", 0.05)
    plan, trees = thousand(), live(polls=1000)
    await start_all(world, told_by(plan, each=each))
    with ExitStack() as stack:
        all_of_them = [stack.enter_context(trees.followed()) for _ in range(followers)]
        for follower in all_of_them:
            await follower.until_live()
        trees.gateway.calls.clear()
        trees.gateway.asked.clear()
        async with asyncio.timeout(30):
            while trees.gateway.calls["list_runs"] < 2 * LOOKS:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        assert set(trees.gateway.calls) <= {"list_runs"}, "but for the one look a second of the whole process"

        app = next(entity for entity in walk(plan) if entity["id"] == AN_APP)
        app["state"] = "failed"
        await world.tell(AN_APP if each else "release:r", told_by(plan, each=each)[AN_APP if each else "release:r"])
        for follower in all_of_them:
            await follower.until_state(AN_APP, "failed")

        asked = (AN_APP, "get_app_state", None) if each else ("release:r", "get_hierarchy", None)
        assert trees.gateway.asked == [asked]
        assert trees.gateway.calls["describe"] == 0
        assert trees.long_polls.waiting == (986 if each else 1)


async def test_a_burst_of_changes_is_told_in_few_patches(world: World, live: Follow) -> None:
    plan, trees = thousand(), live()
    await world.start("release:r", whole(plan))
    loop = asyncio.get_running_loop()
    with trees.followed() as follower:
        await follower.until_live()
        apps = [entity for entity in walk(plan) if entity["id"].startswith("app:")]
        began = loop.time()
        for number, app in enumerate(apps[:300]):
            app["state"] = f"step {number}"
            await world.tell("release:r", whole(plan))
            await asyncio.sleep(0.002)
        await follower.until_state(apps[299]["id"], "step 299")
        took = loop.time() - began

        tree = await trees.reader.tree(follower.release.id)  # type: ignore[union-attr]
        assert as_read(follower.release) == as_read(tree.release)
        # Ten a second, whatever this machine takes for it; the first comes at once.
        assert len(follower.patches) <= took / live_tree.BURST_SECONDS + 2
        assert len(follower.patches) < 300


async def test_a_follower_that_does_not_keep_up_is_given_a_snapshot_in_place_of_what_it_missed(
    world: World, live: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.live_tree.BURST_SECONDS", 0.0)
    monkeypatch.setattr("releases.mailbox.BACKLOG", 3)
    plan, trees = sized("r", waves=1, clusters=1, bundles=1, apps=2), live()
    await world.start("release:r", whole(plan))
    app = next(entity for entity in walk(plan) if entity["id"].startswith("app:"))
    with trees.followed() as quick, trees.followed() as slow:
        await quick.until_live()
        await slow.until_live()
        for number in range(10):
            app["state"] = f"step {number}"
            await world.tell("release:r", whole(plan))
            await quick.until_state(app["id"], f"step {number}")

        await slow.until_state(app["id"], "step 9")

        assert (slow.snapshots, quick.snapshots) == (2, 1)
        assert slow.version == quick.version
