"""Readers of either world."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from releases.access import Viewer
from releases.domain import EntityId, Tree
from releases.gateway import Gateway
from releases.hierarchy import HierarchyReader
from releases.histories import LongPolls
from releases.index import IndexConfig, ReleaseIndex
from releases.listing import ListQuery, ReleaseList
from releases.live import LiveTrees
from releases.live_list import ListMeans, LivePages
from releases.live_tree import Means
from releases.peers import Peers
from releases.phases import PhaseTable
from releases.pulse import Pulse
from releases.reading import ReaderConfig
from releases.topology import ReleaseWorkflowIds
from tests.fakes.counting import CountingGateway
from tests.integration.following import Follower, PageFollower
from tests.worlds import PATIENT, World

EVERYBODY = Viewer(1, "viewer@example.com", sees_all=True)
RELEASE_ID = EntityId("release:r")


@dataclass
class Reading:
    """A reader, with the gateway behind it that counts."""

    reader: HierarchyReader
    gateway: CountingGateway

    async def tree(self, release_id: EntityId = RELEASE_ID) -> Tree:
        return await self.reader.tree(release_id)

    def forget_calls(self) -> None:
        self.gateway.calls.clear()
        self.gateway.asked.clear()


Read = Callable[..., Reading]


@dataclass
class Live:
    """Live trees, with the gateway behind them that counts."""

    trees: LiveTrees
    reader: HierarchyReader
    long_polls: LongPolls
    gateway: CountingGateway

    @contextmanager
    def followed(self, release_id: EntityId = RELEASE_ID) -> Iterator[Follower]:
        with self.trees.followed(release_id) as subscription:
            yield Follower(subscription)

    @property
    def queries(self) -> int:
        return self.gateway.calls["query"] + self.gateway.calls["offered_queries"]


Follow = Callable[..., Live]


@pytest.fixture
async def live(world: World) -> AsyncIterator[Follow]:
    """Makes live trees of this world, and ends them with the test, which must leave no task behind."""
    made: list[Live] = []
    before = asyncio.all_tasks()

    def make(
        gateway: Gateway | None = None,
        *,
        polls: int = 1000,
        grace: float = 0.0,
        timeout: float = 5.0,
        peers: Peers | None = None,
    ) -> Live:
        counting = CountingGateway(gateway or world.gateway(query_timeout=timeout))
        ids = ReleaseWorkflowIds()
        reader = HierarchyReader(counting, PhaseTable(), ReaderConfig(timeout, 100, ids))
        index = ReleaseIndex(counting, IndexConfig('WorkflowId STARTS_WITH "release:"', ids))
        long_polls = LongPolls(polls)
        trees = LiveTrees(Means(counting, reader, Pulse(counting, index), long_polls), grace, peers)
        made.append(Live(trees, reader, long_polls, counting))
        return made[-1]

    yield make
    for one in made:
        await one.trees.stop()
        assert (len(one.trees), one.long_polls.waiting) == (0, 0)
    async with asyncio.timeout(PATIENT):
        # What was cancelled has a turn of the loop or two to end; workers of the world stay.
        while left := [task for task in asyncio.all_tasks() - before if _is_ours(task)]:
            await asyncio.wait(left)


@dataclass
class LiveList:
    live: Live
    pages: LivePages

    @contextmanager
    def followed(self, viewer: Viewer = EVERYBODY, **query: Any) -> Iterator[PageFollower]:
        with self.pages.followed(viewer, ListQuery(**query)) as subscription:
            yield PageFollower(subscription)


@pytest.fixture
async def live_list(live: Follow) -> AsyncIterator[LiveList]:
    """The live list of this world."""
    made = live(timeout=2.0)
    means = made.trees._means
    releases = ReleaseList(means.pulse._index, made.reader, made.trees.state)
    pages = LivePages(ListMeans(releases, made.trees, means.pulse))
    yield LiveList(made, pages)
    await pages.stop()
    assert len(pages) == 0


def _is_ours(task: asyncio.Task[Any]) -> bool:
    return "releases." in str(getattr(task.get_coro(), "__qualname__", "")) or "/releases/" in repr(task.get_coro())


@pytest.fixture
def reading(world: World) -> Read:
    """Makes a reader of this world. It waits `timeout` seconds for a query: long, unless the test is about waiting."""

    def make(timeout: float = PATIENT, concurrency: int = 100, template: str = "{id}", lost: bool = False) -> Reading:
        inner = world.lost_gateway() if lost else world.gateway(query_timeout=timeout, query_concurrency=concurrency)
        gateway = CountingGateway(inner)
        config = ReaderConfig(timeout, concurrency, ReleaseWorkflowIds(template))
        return Reading(HierarchyReader(gateway, PhaseTable(), config), gateway)

    return make
