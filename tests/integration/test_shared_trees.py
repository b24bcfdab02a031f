"""Live trees of several processes that share a Redis: each here a set of live trees with a gateway of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from channels_redis.core import RedisChannelLayer
from redis.asyncio import Redis

from releases.domain import EntityId, Freshness
from releases.errors import ReleaseNotFound
from releases.gateway import Gateway
from releases.leases import ASK_SECONDS
from releases.peers import Fields, Peers
from releases.redis_leases import RedisLeases
from releases.shared_tree import SILENCE_SECONDS, SharedTree
from tests.integration.conftest import RELEASE_ID, Follow, Live
from tests.integration.following import Follower, as_read
from tests.integration.plans import LEVELS, Plan, children_of, small, start_all, whole, workflows
from tests.redis_server import NOT_HERE, RedisServer, is_here, running_redis
from tests.worlds import PATIENT, FakeWorld, World

pytestmark = pytest.mark.skipif(not is_here(), reason=NOT_HERE)

Process = Callable[..., Live]


class Lossy:
    """A channel layer that loses what it is told to."""

    def __init__(self, layer: RedisChannelLayer) -> None:
        self._layer = layer
        self.loses: Callable[[Fields], bool] = lambda message: False
        self.delay = 0.0

    async def new_channel(self, prefix: str = "specific") -> str:
        return str(await self._layer.new_channel(prefix))

    async def send(self, channel: str, message: Fields) -> None:
        kept = [dict(one) for one in message["messages"] if not self.loses(one)]
        if kept:
            await asyncio.sleep(self.delay)
            await self._layer.send(channel, {**message, "messages": kept})

    async def receive(self, channel: str) -> Fields:
        found: Fields = await self._layer.receive(channel)
        return found


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as redis:
        yield redis


@pytest.fixture
async def layers() -> AsyncIterator[list[Lossy]]:
    made: list[Lossy] = []
    yield made
    for layer in made:
        await layer._layer.close_pools()


@pytest.fixture
async def clients(server: RedisServer) -> AsyncIterator[list[Redis]]:
    async with Redis.from_url(server.url) as client:
        await client.flushall()
    made: list[Redis] = []
    yield made
    for client in made:
        await client.aclose()


@pytest.fixture
def process(clients: list[Redis], layers: list[Lossy], live: Follow, server: RedisServer) -> Process:
    """Makes a process: live trees, of a gateway that counts. They end before their connections do."""

    def make(gateway: Gateway | None = None, prefix: str = "relportal:lease:", **options: Any) -> Live:
        leases = RedisLeases.at(server.url, prefix)
        hosts = [{"address": server.url, "socket_timeout": None}]
        clients.append(leases._redis)
        layers.append(Lossy(RedisChannelLayer(hosts=hosts, capacity=500)))
        return live(gateway, peers=Peers(layers[-1], leases), **options)

    return make


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENT):
        while not holds():  # noqa: ASYNC110  # Of another process nobody tells.
            await asyncio.sleep(0.02)


async def complete(world: World, plan: Plan, wave: int) -> None:
    children_of(plan)[wave]["state"] = "completed"
    await world.tell("release:r", whole(plan))


def watches(*processes: Live) -> list[int]:
    return [process.trees.watches for process in processes]


def version_of(process: Live) -> int | None:
    """The version that its readers are given; None where they ask Temporal."""
    state = process.trees.state(RELEASE_ID)
    return state.version if state is not None else None


async def both_live(one: Follower, other: Follower) -> None:
    await one.until_live()
    await other.until_live()


async def test_one_process_watches_and_the_others_tell_what_it_does(world: FakeWorld, process: Process) -> None:
    plan, first, second = small(), process(), process()
    await world.start("release:r", whole(plan))
    with first.trees.followed(RELEASE_ID) as subscription:
        follower = Follower(subscription)
        await follower.until_live()
        with second.followed() as other:
            await other.until_live()
            assert watches(first, second) == [1, 0]

            await complete(world, plan, 0)
            await asyncio.gather(*(each.until_state("wave:w1", "completed") for each in (follower, other)))

            assert (other.version, as_read(other.release), other.run) == (
                follower.version,
                as_read(follower.release),
                follower.run,
            )
            assert other.told is not None
            assert other.told.as_of is not None
            assert second.queries == 0
            assert other.snapshots == 1


async def test_three_processes_ask_temporal_for_twenty_releases_what_one_does(
    world: FakeWorld, process: Process, live: Follow
) -> None:
    ids = [EntityId(f"release:r{number}") for number in range(20)]
    for release_id in ids:
        await world.start(release_id, whole({**small(), "id": release_id}))

    async def asked_by(*processes: Live) -> int:
        with ExitStack() as stack:
            followers = [stack.enter_context(each.followed(release_id)) for each in processes for release_id in ids]
            for follower in followers:
                await follower.until_live()
            for release_id in ids:
                await world.tell(release_id, whole({**small(), "id": release_id, "state": "completed"}))
            for follower in followers:
                await follower.until(lambda known: known.release is not None and known.release.state == "completed")
        return sum(each.queries for each in processes)

    of_one = await asked_by(live())
    assert of_one > 0
    for release_id in ids:
        await world.tell(release_id, whole({**small(), "id": release_id}))
    assert await asked_by(process(), process(), process()) == of_one


async def test_when_the_one_that_watches_leaves_another_goes_on_with_the_next_version(
    world: FakeWorld, process: Process
) -> None:
    plan, first, second = small(), process(), process()
    await world.start("release:r", whole(plan))
    with ExitStack() as stack:
        with first.followed() as follower:
            await follower.until_live()
            other = stack.enter_context(second.followed())
            await other.until_live()
            assert watches(first, second) == [1, 0]
        version = other.version
        await until(lambda: watches(second) == [1])
        await complete(world, plan, 0)
        await other.until_state("wave:w1", "completed")
        await other.until_live()
        assert (other.version, other.snapshots) == (version + 1, 1)


async def test_what_the_last_one_said_too_late_is_not_missed_by_the_next(
    world: FakeWorld, process: Process, layers: list[Lossy], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, first, second = small(), process(), process()
    await world.start("release:r", whole(plan))
    with ExitStack() as stack:
        with first.followed() as follower:
            await follower.until_live()
            said: list[Fields] = []

            def remembers(message: Fields) -> bool:
                if message["type"] == "tree.told":
                    said.append(dict(message))
                return False

            layers[0].loses = remembers
            other = stack.enter_context(second.followed())
            await other.until_live()
            [tree] = second.trees._trees.values()
            assert isinstance(tree, SharedTree)
            leases = tree._peers.leases
            hold = leases.hold

            async def hears_meanwhile(name: str, owner: str) -> str:
                holder = await hold(name, owner)
                if holder == owner:
                    tree.hear({**said[-1], "asked": asyncio.get_running_loop().time()})
                return holder

            monkeypatch.setattr(leases, "hold", hears_meanwhile)
        await until(lambda: watches(second) == [1])
        await other.until_live()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2 * SILENCE_SECONDS):
                await other.until(lambda known: known.freshness is Freshness.STALE)


async def test_what_a_message_that_was_lost_told_is_told_by_a_snapshot(
    world: FakeWorld, process: Process, layers: list[Lossy]
) -> None:
    plan, first, second = small(), process(), process()
    await world.start("release:r", whole(plan))
    with first.followed() as follower:
        await follower.until_live()
        with second.followed() as other:
            await other.until_live()
            lost: list[Fields] = []

            def loses_one(message: Fields) -> bool:
                if lost or message["type"] != "tree.told":
                    return False
                lost.append(message)
                return True

            layers[0].loses = loses_one
            await complete(world, plan, 0)
            await other.until_state("wave:w1", "completed")
            assert lost
            assert other.snapshots == 2
            await complete(world, plan, 1)
            await other.until_state("wave:w2", "completed")
            await follower.until_state("wave:w2", "completed")
            assert other.version == follower.version


async def test_a_process_that_is_not_heard_any_more_makes_copies_stale_and_they_are_right_again_after_it(
    world: FakeWorld, process: Process, layers: list[Lossy]
) -> None:
    plan, first, second = small(), process(), process()
    await world.start("release:r", whole(plan))
    with first.followed() as follower:
        await follower.until_live()
        with second.followed() as other:
            await other.until_live()
            layers[0].loses = lambda message: True
            await other.until(lambda known: known.freshness is Freshness.STALE)
            assert second.trees.state(RELEASE_ID) is None, "readers are not given what is stale"
            await complete(world, plan, 0)
            layers[0].loses = lambda message: False
            await other.until_state("wave:w1", "completed")
            await other.until_live()


async def test_a_process_that_keeps_its_lease_and_never_answers_is_done_without(
    world: FakeWorld, process: Process, layers: list[Lossy]
) -> None:
    plan, first, second = small(), process(), process()
    await world.start("release:r", whole(plan))
    with first.followed() as follower:
        await follower.until_live()
        layers[0].loses = lambda message: True
        with second.followed() as other:
            await other.until_live()
            assert watches(first, second) == [1, 1]
            await complete(world, plan, 0)
            await other.until_state("wave:w1", "completed")


async def test_what_was_long_on_its_way_is_not_called_live(
    world: FakeWorld, process: Process, layers: list[Lossy]
) -> None:
    plan, first, second = small(), process(), process()
    await world.start("release:r", whole(plan))
    with first.followed() as follower:
        await follower.until_live()
        with second.followed() as other:
            await other.until_live()
            layers[0].delay = SILENCE_SECONDS + 1
            await other.until(lambda known: known.freshness is Freshness.STALE)
            assert version_of(second) is None
            layers[0].delay = 0.0
            await other.until_live()


async def test_hundreds_of_releases_are_each_watched_by_one_process_and_stay_so(
    world: FakeWorld, process: Process
) -> None:
    ids = [EntityId(f"release:r{number}") for number in range(150)]
    for release_id in ids:
        await world.start(release_id, whole({**small(), "id": release_id}))
    first, second = process(), process()
    with ExitStack() as stack:
        for each in (first, second):
            followers = [stack.enter_context(each.followed(release_id)) for release_id in ids]
            for follower in followers:
                await follower.until_live()
        asked = first.queries
        await asyncio.sleep(4 * ASK_SECONDS)
        assert watches(first, second) == [150, 0]
        assert (first.queries, second.queries) == (asked, 0)
        assert all(follower.snapshots == 1 for follower in followers)


async def test_portals_of_two_temporals_share_a_redis_and_nothing_else(
    process: Process, world: FakeWorld, live: Follow, server: RedisServer
) -> None:
    other_world = FakeWorld()
    await world.start("release:r", whole(small()))
    await other_world.start("release:r", whole({**small(), "state": "of another"}))
    first = process()
    second = process(other_world.gateway(), prefix="relportal:other:lease:")
    with first.followed() as follower, second.followed() as other:
        await both_live(follower, other)
        await other.until_state("release:r", "of another")
        assert watches(first, second) == [1, 1]


async def test_without_redis_each_watches_for_itself_and_one_for_all_when_it_is_back(
    world: FakeWorld, process: Process, server: RedisServer
) -> None:
    plan, first, second = small(), process(), process()
    await world.start("release:r", whole(plan))
    with first.followed() as follower, second.followed() as other:
        await both_live(follower, other)
        server.stop()
        try:
            await until(lambda: watches(first, second) == [1, 1])
            await complete(world, plan, 0)
            for each in (follower, other):
                await each.until_state("wave:w1", "completed")
                await each.until_live()
        finally:
            server.start()
        await until(lambda: sorted(watches(first, second)) == [0, 1])
        await complete(world, plan, 1)
        for each in (follower, other):
            await each.until_state("wave:w2", "completed")
            await each.until_live()
        assert as_read(follower.release) == as_read(other.release)
        await until(lambda: version_of(first) == version_of(second) is not None)


async def test_a_redis_that_says_nothing_is_done_without(
    world: FakeWorld, process: Process, server: RedisServer
) -> None:
    plan, first = small(), process()
    await world.start("release:r", whole(plan))
    server.freeze()
    try:
        with first.followed() as follower:
            await follower.until_live()
            await complete(world, plan, 0)
            await follower.until_state("wave:w1", "completed")
    finally:
        server.thaw()


async def test_who_reads_is_given_what_another_process_watches(world: FakeWorld, process: Process) -> None:
    plan, first, second = small(), process(), process(grace=30.0)
    await world.start("release:r", whole(plan))
    assert await second.trees.state_elsewhere(RELEASE_ID) is None, "nobody watches it"
    with first.followed() as follower:
        await follower.until_live()
        found = await second.trees.state_elsewhere(RELEASE_ID)
        assert found is not None
        assert (found.version, found.freshness) == (follower.version, Freshness.LIVE)
        assert as_read(found.release) == as_read(follower.release)
        await complete(world, plan, 0)
        await follower.until_state("wave:w1", "completed")
        await until(lambda: version_of(second) == follower.version)
        assert second.queries == 0


async def test_a_process_without_long_polls_leaves_the_watch_to_one_that_has_them(
    world: FakeWorld, process: Process
) -> None:
    plan, first, second = small(), process(polls=2), process(polls=100)
    await start_all(world, workflows(plan, LEVELS))
    with first.followed() as follower:
        await follower.until(lambda known: known.told is not None and known.told.period is not None)
        with second.followed() as other:
            await both_live(other, follower)
            assert watches(first, second) == [0, 1]


async def test_who_is_not_understood_is_done_without(world: FakeWorld, process: Process, layers: list[Lossy]) -> None:
    plan, first, second = small(), process(), process()
    await world.start("release:r", whole(plan))

    def garbles(message: Fields) -> bool:
        if message["type"] == "tree.told":
            message["events"] = b"of another release of the portal"
        return False

    with first.followed() as follower:
        await follower.until_live()
        layers[0].loses = garbles
        with second.followed() as other:
            await other.until_live()
            assert watches(first, second) == [1, 1]
            await complete(world, plan, 0)
            await other.until_state("wave:w1", "completed")


async def test_a_release_that_does_not_exist_is_told_of_by_all(process: Process) -> None:
    first, second = process(), process()
    with first.followed() as follower, second.followed() as other:
        for each in (follower, other):
            with pytest.raises(ReleaseNotFound):
                await each.until_live()
