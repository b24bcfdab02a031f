"""Temporal goes away while people read, by breaking off or by falling silent: a real one, behind the real server."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.api.samples import whole
from tests.integration.link import Link
from tests.live_server import VIEWER, LiveServer, live_server
from tests.temporal import TemporalServer
from tests.worlds import PATIENT, listed, real_world

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]

LIST = "/api/releases/"
RELEASE = "/api/releases/release:r/"
ABSENT = "/api/releases/release:none/"
"""Each looks into Temporal for it."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def link(temporal_server: TemporalServer) -> AsyncIterator[tuple[Link, str]]:
    """The way to a server that has one release, and its namespace."""
    async with real_world(temporal_server) as world:
        await world.start("release:r", whole("release:r"))
        await listed(world.gateway(), 'WorkflowId = "release:r"', lambda runs: len(runs) == 1)
        way = Link(world.host)
        await way.mend()
        yield way, world.namespace
        way.let_flow()
        await way.cut()


@pytest.fixture(scope="module")
def portal(
    link: tuple[Link, str], tmp_path_factory: pytest.TempPathFactory, portal_database: Path
) -> Iterator[LiveServer]:
    way, namespace = link
    values: dict[str, Any] = {"TEMPORAL_HOST": way.host, "TEMPORAL_NAMESPACE": namespace, "QUERY_TIMEOUT_SECONDS": 2}
    with live_server(tmp_path_factory.mktemp("portal"), portal_database, **values) as server:
        yield server


async def ask(portal: LiveServer, path: str, token: str) -> tuple[int, str]:
    """The status, and the error's code."""
    answer = await asyncio.to_thread(portal.get, path, token=token)
    body = json.loads(answer.content)
    if answer.status == 503:
        assert answer.headers["Retry-After"] == "2"
        assert body["retryable"]
    return answer.status, body.get("code", "")


async def until_right(portal: LiveServer, token: str) -> None:
    async with asyncio.timeout(PATIENT):
        while (await ask(portal, RELEASE, token))[0] != 200:  # noqa: ASYNC110  # Another process tells nobody.
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("how", ["broken off", "silent"])
async def test_while_it_is_away_requests_are_refused_at_once_and_all_is_well_afterwards(
    link: tuple[Link, str], portal: LiveServer, how: str
) -> None:
    way, _ = link
    token = await asyncio.to_thread(portal.token, VIEWER)
    await until_right(portal, token)
    if how == "silent":
        way.hold()
    else:
        await way.cut()
    try:
        first = [await ask(portal, ABSENT, token) for _ in range(3)]
        meanwhile = Counter(await asyncio.gather(*(ask(portal, ABSENT, token) for _ in range(60))))
        opened = [event for event in portal.events() if event["event"] == "circuit_opened"]
    finally:
        way.let_flow()
        if how == "broken off":
            await way.mend()
    assert set(first) == {(503, "temporal_unavailable")}
    assert meanwhile == {(503, "temporal_unavailable"): 60}
    assert opened
    assert (await asyncio.to_thread(portal.get, "/healthz")).status == 200
    await until_right(portal, token)
    assert await ask(portal, ABSENT, token) == (404, "release_not_found")
    assert (await ask(portal, LIST, token))[0] == 200
    assert [each["event"] for each in portal.events() if each["event"].startswith("circuit_")][-1] == "circuit_closed"
