"""A portal that reaches a real Temporal by a way that a test can spoil, and what people do meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.api.samples import whole
from tests.integration.link import Link
from tests.live_server import VIEWER, LiveServer, live_server
from tests.temporal import TemporalServer
from tests.worlds import RealWorld, listed, real_world

QUERY_TIMEOUT_SECONDS = 2

WATCH_GRACE_SECONDS = 1

RETRY_AFTER = "2"


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


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    code: str
    """Of the error; empty where there is none."""
    seconds: float
    body: Any


async def ask(portal: LiveServer, path: str, token: str) -> Told:
    """Read, and see that an error is one of those that are documented."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer = await asyncio.to_thread(portal.get, path, token=token)
    body = json.loads(answer.content)
    if answer.status >= 500:
        assert (answer.status, answer.headers["Retry-After"], body["retryable"]) == (503, RETRY_AFTER, True)
    return Told(answer.status, body.get("code", "") if answer.status >= 400 else "", loop.time() - began, body)
