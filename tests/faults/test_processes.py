"""Several portal processes over one Redis, one database and one Temporal, all of them real."""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any, Self

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.faults.footprint import Footprint, comes_back_to
from tests.integration.plans import children_of, small, whole
from tests.live_server import VIEWER, LiveServer, live_server
from tests.redis_server import NOT_HERE, RedisServer, is_here, running_redis
from tests.sockets.client_state import ClientState, Wants
from tests.temporal import TemporalServer
from tests.worlds import RealWorld, listed, real_world

pytestmark = [
    pytest.mark.temporal,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not is_here(), reason=NOT_HERE),
]

PATIENT = 60.0
RELEASES = [f"release:r{number}" for number in range(20)]
APPLICATION = "tests.faults.portal:application"
Start = Callable[[], LiveServer]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(temporal_server: TemporalServer) -> AsyncIterator[RealWorld]:
    """A server with twenty releases."""
    async with real_world(temporal_server) as world:
        for release_id in RELEASES:
            await world.start(release_id, whole({**small(), "id": release_id}))
        query = 'WorkflowId STARTS_WITH "release:"'
        await listed(world.gateway(), query, lambda runs: len(runs) == len(RELEASES))
        yield world


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def start(world: RealWorld, redis: RedisServer, portal_database: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a portal process beside those there are."""
    with ExitStack() as running:
        database = tmp_path / "shared.sqlite3"
        database.write_bytes(portal_database.read_bytes())
        values: dict[str, Any] = {
            "TEMPORAL_HOST": world.host,
            "TEMPORAL_NAMESPACE": world.namespace,
            "DATABASE_URL": f"sqlite:///{database}",
            "REDIS_URL": redis.url,
            "QUERY_TIMEOUT_SECONDS": 5,
        }
        number = iter(range(100))

        def start() -> LiveServer:
            directory = tmp_path / f"portal{next(number)}"
            return running.enter_context(live_server(directory, portal_database, application=APPLICATION, **values))

        yield start


class Viewer:
    """A client that keeps what it is told, and connects again, to any of the portals, where it is cut off."""

    def __init__(self, portals: list[LiveServer], token: str, release_id: str) -> None:
        self._portals = portals
        self._token = token
        self._path = f"/ws/releases/{release_id}/"
        self.state = ClientState()
        self.versions: list[int] = []

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            for portal in self._portals:
                with suppress(OSError, ConnectionClosed):
                    await self._follow(portal)
            await asyncio.sleep(0.1)

    async def _follow(self, portal: LiveServer) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        address = f"ws://127.0.0.1:{portal.port}{self._path}"
        async with connect(address, additional_headers=headers, max_size=None) as connection:
            self.state.freshness = None
            async for text in connection:
                if self.state.receive(json.loads(text)) is Wants.RESYNC:
                    await connection.send('{"type": "resync"}')

    @property
    def is_live(self) -> bool:
        return self.state.freshness is not None and self.state.freshness["freshness"] == "live"

    def sees(self, wave_state: str) -> bool:
        return self.state.data is not None and self.state.data["waves"][0]["state"] == wave_state


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENT):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110  # Other processes tell nobody.
            await asyncio.sleep(0.05)


async def change(world: RealWorld, release_id: str, state: str) -> None:
    plan = {**small(), "id": release_id}
    children_of(plan)[0]["state"] = state
    await world.tell(release_id, whole(plan))


def figure(portal: LiveServer, name: str) -> float:
    """The sum of a metric of one process, over all its labels; `name` is an expression."""
    text = portal.get("/metrics").content.decode()
    return sum(float(value) for value in re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE))


QUERIES = r'relportal_temporal_calls_total\{outcome="[a-z_]+",verb="(?:query|offered_queries)"\}'


def queries(*portals: LiveServer) -> float:
    return sum(figure(portal, QUERIES) for portal in portals)


def watches(*portals: LiveServer) -> list[float]:
    return [figure(portal, "relportal_watches") for portal in portals]


def most_of(footprints: list[Footprint]) -> Footprint:
    return Footprint(*map(max, zip(*map(astuple, footprints), strict=True)))


async def followed(portals: list[LiveServer], token: str, stack: AsyncExitStack) -> list[Viewer]:
    """Somebody for each release at each portal, all of them live."""
    viewers = [Viewer([portal], token, release_id) for portal in portals for release_id in RELEASES]
    for viewer in viewers:
        await stack.enter_async_context(viewer)
    await until(lambda: all(viewer.is_live for viewer in viewers))
    return viewers


async def asked_by(portals: list[LiveServer], world: RealWorld, state: str) -> tuple[float, float]:
    """Queries of all of them: until all that was looked at was live, and for one change of each release."""
    token = await asyncio.to_thread(portals[0].token, VIEWER)
    async with AsyncExitStack() as stack:
        viewers = await followed(portals, token, stack)
        before = queries(*portals)
        for release_id in RELEASES:
            await change(world, release_id, state)
        await until(lambda: all(viewer.sees(state) for viewer in viewers))
        assert sum(watches(*portals)) == len(RELEASES)
        assert sum(figure(portal, "relportal_sockets") for portal in portals) == len(viewers)
        assert sum(figure(portal, "relportal_tree_versions_total") for portal in portals) >= 2 * len(RELEASES)
        assert sum(figure(portal, "relportal_push_lag_seconds_count") for portal in portals) >= len(viewers)
        assert all(viewer.state.snapshots == 1 for viewer in viewers)
        return before, queries(*portals) - before


async def test_three_processes_ask_temporal_what_one_does(world: RealWorld, start: Start) -> None:
    alone = start()
    read_by_one, changed_by_one = await asked_by([alone], world, "one")
    os.kill(alone.process.pid, signal.SIGTERM)
    await asyncio.to_thread(alone.process.wait, PATIENT)
    read, changed = await asked_by([start() for _ in range(3)], world, "three")
    assert changed == changed_by_one
    # A release whose history could not be joined before it was read is read once more: busy machines do that to one
    # process as to three. Of releases in memory, which are joined at once, the numbers are the same
    # (tests/integration/test_shared_trees.py). Without a share in each other's it would be three times as many.
    assert read <= 2 * read_by_one


async def test_what_is_read_is_the_same_whichever_process_is_asked(world: RealWorld, start: Start) -> None:
    first, second = start(), start()
    token = await asyncio.to_thread(first.token, VIEWER)
    release_id = RELEASES[0]
    async with Viewer([first], token, release_id) as viewer:
        await until(lambda: viewer.is_live)
        before = queries(second)
        path = f"/api/releases/{release_id}/hierarchy/"
        told = [await asyncio.to_thread(portal.get, path, token=token) for portal in (first, second)]
        assert [answer.status for answer in told] == [200, 200]
        bodies = [{**answer.json(), "as_of": None} for answer in told]
        assert bodies[0] == bodies[1]
        assert bodies[0]["freshness"] == "live"
        assert queries(second) == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
async def test_when_one_goes_the_other_watches_and_every_viewer_is_live_again(
    world: RealWorld, start: Start, how: signal.Signals
) -> None:
    first, second = start(), start()
    token = await asyncio.to_thread(first.token, VIEWER)
    release_id = RELEASES[1]
    await change(world, release_id, "before")
    async with Viewer([first, second], token, release_id) as mover:
        await until(lambda: mover.is_live)
        async with Viewer([second], token, release_id) as stayer:
            await until(lambda: stayer.is_live)
            assert watches(first, second) == [1, 0]
            os.kill(first.process.pid, how)
            try:
                await change(world, release_id, "after")
                await until(lambda: stayer.sees("after") and stayer.is_live)
                assert watches(second) == [1]
                assert stayer.state.snapshots == 1, "it goes on by patches, with the next version"
                if how is not signal.SIGSTOP:
                    await until(lambda: mover.sees("after") and mover.is_live)
            finally:
                if how is signal.SIGSTOP:
                    os.kill(first.process.pid, signal.SIGCONT)
            if how is signal.SIGSTOP:
                # It thinks that it watches, and learns better.
                await until(lambda: mover.sees("after") and mover.is_live)
                await until(lambda: watches(first, second) == [0, 1])
                await change(world, release_id, "later")
                await until(lambda: mover.sees("later") and stayer.sees("later"))


async def test_redis_goes_and_comes_back_and_nobody_is_told_anything_wrong(
    world: RealWorld, start: Start, redis: RedisServer
) -> None:
    first, second = start(), start()
    token = await asyncio.to_thread(first.token, VIEWER)
    release_id = RELEASES[2]
    await change(world, release_id, "before")
    async with Viewer([first], token, release_id) as one, Viewer([second], token, release_id) as other:
        await until(lambda: one.is_live and other.is_live)
        before = [await asyncio.to_thread(Footprint.of, portal) for portal in (first, second)]
        redis.stop()
        try:
            await change(world, release_id, "without")
            await until(lambda: all(each.sees("without") and each.is_live for each in (one, other)))
            assert watches(first, second) == [1, 1]
            for portal in (first, second):
                assert (await asyncio.to_thread(portal.get, "/api/releases/", token=token)).status == 200
        finally:
            redis.start()
        await until(lambda: sorted(watches(first, second)) == [0, 1])
        await change(world, release_id, "again")
        await until(lambda: all(each.sees("again") and each.is_live for each in (one, other)))
        # Who watches may be the other one now, with as many long-polls and tasks: no more than both had.
        for portal in (first, second):
            await comes_back_to(most_of(before), portal)
    for portal in (first, second):
        assert [event for event in portal.events() if event["level"] in ("error", "critical")] == []
