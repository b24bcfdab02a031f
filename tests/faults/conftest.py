"""A portal that reaches a real Temporal by a way that a test can spoil, and what people do meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.api.samples import whole
from tests.faults.footprint import Footprint
from tests.faults.readers import QUERY_TIMEOUT_SECONDS, ask, reads_of
from tests.faults.viewer import following
from tests.integration.link import Link
from tests.live_server import VIEWER, LiveServer, live_server
from tests.temporal import TemporalServer
from tests.worlds import PATIENT, RealWorld, listed, real_world

WATCH_GRACE_SECONDS = 1


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(temporal_server: TemporalServer) -> AsyncIterator[RealWorld]:
    """A real server that has one release, and a worker for it."""
    async with real_world(temporal_server) as world:
        await world.start("release:r", whole("release:r"))
        await listed(world.gateway(), 'WorkflowId = "release:r"', lambda runs: len(runs) == 1)
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def way(world: RealWorld) -> AsyncIterator[Link]:
    """The portal's way to that server."""
    way = Link(world.host)
    await way.mend()
    yield way
    way.let_flow()
    await way.cut()


@pytest.fixture(scope="module")
def portal(
    world: RealWorld, way: Link, tmp_path_factory: pytest.TempPathFactory, portal_database: Path
) -> Iterator[LiveServer]:
    values: dict[str, Any] = {
        "TEMPORAL_HOST": way.host,
        "TEMPORAL_NAMESPACE": world.namespace,
        "QUERY_TIMEOUT_SECONDS": QUERY_TIMEOUT_SECONDS,
        "WATCH_GRACE_SECONDS": WATCH_GRACE_SECONDS,
    }
    directory = tmp_path_factory.mktemp("portal")
    with live_server(directory, portal_database, application="tests.faults.portal:application", **values) as server:
        yield server
    assert "Traceback" not in server.log.read_text()


@pytest.fixture(scope="module")
def token(portal: LiveServer) -> str:
    return portal.token(VIEWER)


@pytest_asyncio.fixture(loop_scope="module")
async def before(world: RealWorld, portal: LiveServer, token: str) -> Footprint:
    """What the portal holds on to, having done once all that it is asked to do here."""
    async with following(portal, token) as viewer:
        await viewer.until(lambda shown: shown.freshness == "live")
        await asyncio.gather(*(ask(portal, path, token) for path in reads_of("release:r") * 4))
    async with asyncio.timeout(PATIENT):
        while (now := await asyncio.to_thread(Footprint.of, portal)).watches:  # noqa: ASYNC110  # Another process.
            await asyncio.sleep(0.1)
    return now
