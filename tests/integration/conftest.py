"""Readers of either world."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from releases.domain import EntityId, Tree
from releases.hierarchy import HierarchyReader
from releases.phases import PhaseTable
from releases.reading import ReaderConfig
from releases.topology import ReleaseWorkflowIds
from tests.fakes.counting import CountingGateway
from tests.worlds import PATIENT, World

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


@pytest.fixture
def reading(world: World) -> Read:
    """Makes a reader of this world. It waits `timeout` seconds for a query: long, unless the test is about waiting."""

    def make(timeout: float = PATIENT, concurrency: int = 100, template: str = "{id}", lost: bool = False) -> Reading:
        inner = world.lost_gateway() if lost else world.gateway(query_timeout=timeout, query_concurrency=concurrency)
        gateway = CountingGateway(inner)
        config = ReaderConfig(timeout, concurrency, ReleaseWorkflowIds(template))
        return Reading(HierarchyReader(gateway, PhaseTable(), config), gateway)

    return make
