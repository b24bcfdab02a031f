"""Ten minutes of a portal in use: two processes over PostgreSQL and Redis, of which one is killed, and a Temporal that
is killed too and started again; 20 releases of both topologies that change all the while, watched and read.

What counts is the end: whether every viewer knows what Temporal tells, whether every answer is on record, and whether
memory stays where it was.
"""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import choice
from time import perf_counter, sleep
from typing import Any

import psycopg
from temporalio.client import Client
from temporalio.service import RPCError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.bench.live_releases import NAMESPACE, change, new_state
from tests.bench.outages import Source, connected, running_source
from tests.bench.processes import Stage, resident_bytes
from tests.bench.releases import flat, hierarchy
from tests.bench.table import Measure
from tests.bench.workflows import Start, start_all, until_answered
from tests.live_server import VIEWER, LiveServer, live_server, make_people
from tests.postgres import running_postgres
from tests.redis_server import running_redis
from tests.sockets.client_state import ClientState, Wants

SECONDS = 600
SOCKETS, READS, CHANGES = 300, 20, 50
"""Open at once; a second; a second."""
READS_AT_ONCE = CHANGES_AT_ONCE = 32
"""Under way at the same time, at most: where they take longer, fewer are made."""
PORTAL_KILLED, TEMPORAL_KILLED = 0.35, 0.65
"""When, in parts of the whole time."""
AWAY_SECONDS = 10
WARM_SECONDS = 60
MOST_GROWTH = 1.05
"""What memory may be in the end, in parts of what it was after the first minute."""

SETTLED_SECONDS = 120
"""Far more than viewers need for the last change: what they have not been told by then they never will be."""
RECORD_SECONDS = 60

DOCUMENTED = (200, 503)


@dataclass(frozen=True, slots=True)
class Release:
    """One of 52 entities, of the very shape that the others of the bench have."""

    name: str
    is_whole: bool

    @property
    def id(self) -> str:
        return f"release:{self.name}"

    @property
    def plan(self) -> dict[str, Any]:
        plan = hierarchy(self.name)
        del plan["waves"][1:], plan["waves"][0]["clusters"][2:]
        for cluster in plan["waves"][0]["clusters"]:
            del cluster["bundles"][2:]
        return plan

    @property
    def apps(self) -> list[str]:
        return [fields["id"] for kind, fields in flat(self.plan) if kind == "get_app_state"]

    def workflow_of(self, app: str) -> str:
        return self.id if self.is_whole else app

    def starts(self) -> list[Start]:
        if self.is_whole:
            return [Start(self.id, "WholeRelease", [self.plan])]
        return [Start(fields["id"], "OneEntity", [kind, fields]) for kind, fields in flat(self.plan)]


RELEASES = [Release(f"soak-{number}", number % 2 == 0) for number in range(20)]


class Portals:
    """Two processes of one portal. Who reads or follows turns to the other where one is gone, as a proxy does."""

    def __init__(self, directory: Path, people: Path, values: dict[str, Any]) -> None:
        self._directory = directory
        self._people = people
        self._values = values
        self._stacks = [ExitStack(), ExitStack()]
        self.running: list[LiveServer | None] = [None, None]

    def start(self, number: int) -> None:
        server = live_server(self._directory / f"portal{number}", self._people, **self._values)
        self.running[number] = self._stacks[number].enter_context(server)

    def kill(self, number: int) -> None:
        portal = self.running[number]
        assert portal is not None
        self.running[number] = None
        os.kill(portal.process.pid, signal.SIGKILL)
        portal.process.wait()
        self._stacks[number].close()

    def end(self) -> None:
        for stack in self._stacks:
            stack.close()

    def in_order(self, number: int) -> list[LiveServer]:
        """Those that run, the one of this number first."""
        order = (self.running[number % 2], self.running[(number + 1) % 2])
        return [portal for portal in order if portal is not None]


@dataclass
class Viewer:
    """Follows one release for ever, at one process or the other."""

    portals: Portals
    number: int
    token: str
    release: Release
    state: ClientState = field(default_factory=ClientState)
    connections: int = 0

    async def run(self) -> None:
        while True:
            for portal in self.portals.in_order(self.number):
                with suppress(OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                    await self._follow(portal)
            await asyncio.sleep(0.5)

    async def _follow(self, portal: LiveServer) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"ws://127.0.0.1:{portal.port}/ws/releases/{self.release.id}/"
        options: dict[str, Any] = {"compression": None, "max_size": None, "proxy": None, "ping_interval": None}
        async with connect(url, additional_headers=headers, **options) as connection:
            self.connections += 1
            while True:
                if self.state.receive(json.loads(await connection.recv(decode=False))) is Wants.RESYNC:
                    await connection.send('{"type": "resync"}')

    def knows(self, truth: dict[str, Any]) -> bool:
        return self.state.data is not None and _tree(self.state.data) == truth


class Reader:
    """Reads trees and the list, and keeps what was answered to which request."""

    def __init__(self, portals: Portals, token: str) -> None:
        self._portals = portals
        self._token = token
        self._numbers = count()
        self.answered: dict[str, int] = {}
        self.lost = 0
        """Reads that no process answered."""

    async def run(self) -> None:
        loop, began = asyncio.get_running_loop(), perf_counter()
        # Threads of their own: the others are for who kills and starts processes.
        with ThreadPoolExecutor(READS_AT_ONCE) as threads:
            places = asyncio.Semaphore(READS_AT_ONCE)
            for number in count():
                await asyncio.sleep(began + number / READS - perf_counter())
                await places.acquire()
                reading = loop.run_in_executor(threads, self.read, number)
                reading.add_done_callback(lambda _: places.release())

    def read(self, number: int) -> None:
        path = "/api/releases/" if number % 4 == 0 else f"/api/releases/{choice(RELEASES).id}/hierarchy/"
        for portal in self._portals.in_order(number):
            request_id = f"soak-read-{next(self._numbers)}"
            headers = {"Authorization": f"Bearer {self._token}", "X-Request-ID": request_id}
            with suppress(OSError):
                self.answered[request_id] = portal.request("GET", path, headers=headers).status
                return
        self.lost += 1


async def measure(where: Stage, seconds: float = SECONDS) -> list[Measure]:
    directory = where.directory / "soak"
    with running_source(directory) as source, _running_portals(directory, where.people, source) as running:
        portals, database = running
        client = await connected(source.host)
        for release in RELEASES:
            await start_all(client, release.starts())
        for release in RELEASES:
            await until_answered(client, release.starts()[-1].id, "changed_at")
        return await _soak(client, source, portals, database, seconds)


@contextmanager
def _running_portals(directory: Path, people: Path, source: Source) -> Iterator[tuple[Portals, str]]:
    with running_postgres() as postgres, running_redis() as redis, ExitStack() as stack:
        make_people(postgres.url)
        values: dict[str, Any] = {
            "TEMPORAL_HOST": source.host,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "WATCH_LONG_POLLS": 600,
            "JWT_EXPIRE_MINUTES": 60,
            "LOG_LEVEL": "WARNING",
            "ACCESS_SPOOL_DIR": directory / "spool",
        }
        portals = Portals(directory, people, values)
        stack.callback(portals.end)
        for number in range(2):
            portals.start(number)
        yield portals, postgres.url


async def _soak(client: Client, source: Source, portals: Portals, database: str, seconds: float) -> list[Measure]:
    survivor = portals.running[0]
    assert survivor is not None
    token = await asyncio.to_thread(survivor.token, VIEWER)
    viewers = [Viewer(portals, n // len(RELEASES), token, RELEASES[n % len(RELEASES)]) for n in range(SOCKETS)]
    reader = Reader(portals, token)
    watching = [asyncio.create_task(viewer.run()) for viewer in viewers]
    may_change = asyncio.Event()
    may_change.set()
    using = [asyncio.create_task(reader.run()), asyncio.create_task(_change_on(client, may_change))]
    try:
        memory = asyncio.create_task(_memory(survivor, seconds))
        await asyncio.sleep(seconds * PORTAL_KILLED)
        await asyncio.to_thread(portals.kill, 1)
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(portals.start, 1)
        await asyncio.sleep(seconds * (TEMPORAL_KILLED - PORTAL_KILLED) - AWAY_SECONDS)
        # Those that are under way go on; the SDK writes a line for each try of others.
        may_change.clear()
        source.kill("temporal")
        await asyncio.sleep(AWAY_SECONDS)
        source.start_temporal()
        may_change.set()
        early, late = await memory
        changes = _stopped(using)
        wrong, settled = await _wrong(survivor, token, viewers)
        await changes
        missing = await asyncio.to_thread(_missing, database, reader.answered)
    finally:
        for task in (*watching, *using):
            task.cancel()
        await asyncio.gather(*watching, *using, return_exceptions=True)
    statuses = Counter(reader.answered.values())
    undocumented = sum(number for status, number in statuses.items() if status not in DOCUMENTED)
    name = f"{seconds:.0f} s, {SOCKETS} sockets, {len(RELEASES)} releases"
    return [
        Measure(f"{name}: reads answered", statuses[200], ""),
        Measure(f"{name}: reads answered 503", statuses[503], ""),
        Measure(f"{name}: reads answered by anything else", undocumented, "", bar=0),
        Measure(f"{name}: reads that no process answered", reader.lost, "", bar=0),
        Measure(f"{name}: viewers whose tree is another in the end", wrong, f"of {SOCKETS}", bar=0),
        Measure(f"{name}: the last change to all viewers' trees", settled * 1000, "ms"),
        Measure(f"{name}: connections of the viewers", sum(viewer.connections for viewer in viewers), ""),
        Measure(f"{name}: answers that are not on record", missing, f"of {len(reader.answered)}", bar=0),
        Measure(
            f"{name}: memory of the process that lived, in the end against the first minute",
            late / 2**20,
            "MB",
            early / 2**20,
            MOST_GROWTH,
        ),
    ]


def _stopped(using: list["asyncio.Task[Any]"]) -> "asyncio.Future[Any]":
    for task in using:
        task.cancel()
    return asyncio.gather(*using, return_exceptions=True)


async def _memory(portal: LiveServer, seconds: float) -> tuple[int, int]:
    """After the first minute, and at the end."""
    warm = min(WARM_SECONDS, seconds / 4)
    await asyncio.sleep(warm)
    early = resident_bytes(portal.process.pid)
    await asyncio.sleep(seconds - warm)
    return early, resident_bytes(portal.process.pid)


async def _change_on(client: Client, may_change: asyncio.Event) -> None:
    """Change apps of all releases, as often as is wanted where Temporal lets it."""
    apps = {release: release.apps for release in RELEASES}

    async def one() -> None:
        release = choice(RELEASES)
        app = choice(apps[release])
        with suppress(RPCError):
            await change(client, release.workflow_of(app), app, new_state())

    places = asyncio.Semaphore(CHANGES_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        began = perf_counter()
        for number in count():
            await asyncio.sleep(began + number / CHANGES - perf_counter())
            await may_change.wait()
            await places.acquire()
            group.create_task(one()).add_done_callback(lambda _: places.release())


async def _wrong(portal: LiveServer, token: str, viewers: list[Viewer]) -> tuple[int, float]:
    """How many know another tree than Temporal does, once all is quiet, and how many seconds that took."""
    began = perf_counter()
    while True:
        truths = {release: await asyncio.to_thread(_fresh, portal, token, release) for release in RELEASES}
        wrong = sum(truths[v.release] is None or not v.knows(truths[v.release] or {}) for v in viewers)
        took = perf_counter() - began
        if not wrong or took > SETTLED_SECONDS:
            return wrong, took
        await asyncio.sleep(1)


def _fresh(portal: LiveServer, token: str, release: Release) -> dict[str, Any] | None:
    answer = portal.get(f"/api/releases/{release.id}/hierarchy/", token=token, fresh=1)
    return _tree(answer.json()) if answer.status == 200 else None


def _tree(body: dict[str, Any]) -> dict[str, Any]:
    """What stands in it, without when and how it was read."""
    return {name: value for name, value in body.items() if name not in ("version", "as_of", "freshness")}


def _missing(database: str, answered: dict[str, int]) -> int:
    """Answers that are not on record, once what waited on disk has had its time."""
    deadline = perf_counter() + RECORD_SECONDS
    while True:
        with psycopg.connect(database) as connection:
            rows = connection.execute(
                "SELECT request_id FROM releases_accessrecord WHERE request_id LIKE 'soak-read-%'"
            )
            missing = len(answered.keys() - {row[0] for row in rows})
        if not missing or perf_counter() > deadline:
            return missing
        sleep(1)
