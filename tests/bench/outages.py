"""How soon viewers are told that Temporal or a worker is gone, and how soon all is right again when it is back.

Both are killed, not stopped, and started again with what they had. It is back when a bare SDK's query is answered.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import choice
from time import time
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError

from releases.demo.processes import Process, end, start
from tests.bench.live_releases import LONG_POLLS, NAMESPACE, RELEASES, LiveRelease, change, new_state
from tests.bench.live_releases import start as start_releases
from tests.bench.processes import LOOPBACK, Stage
from tests.bench.sockets import Arrivals, sockets, until_live
from tests.bench.table import Measure
from tests.bench.workflows import DEADLINE
from tests.live_server import ROOT, LiveServer, live_server
from tests.temporal import temporal_command

SOCKETS = 20
BAR_MS = 5000.0

AWAY_SECONDS = 12.0
"""How long each is away at least: for ten seconds a step that was due when its worker died is kept for that one."""


class Source:
    """A Temporal server that keeps its data in a file, and a worker."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with socket.create_server((LOOPBACK, 0)) as taken:
            self._port = taken.getsockname()[1]
        self.host = f"{LOOPBACK}:{self._port}"
        self._running: dict[str, Process] = {}

    def start_temporal(self) -> None:
        command = [temporal_command(), "server", "start-dev", "--headless", "--ip", LOOPBACK, "--port", str(self._port)]
        data = ["--db-filename", str(self._directory / "temporal.sqlite3"), "--namespace", NAMESPACE]
        self._start("temporal", [*command, *data])

    def start_worker(self) -> None:
        self._start("worker", [sys.executable, "-m", "tests.bench.workflows", self.host, NAMESPACE])

    def kill(self, name: str) -> None:
        process = self._running.pop(name)
        os.killpg(process.popen.pid, signal.SIGKILL)
        process.popen.wait()

    def end(self) -> None:
        for process in reversed(self._running.values()):
            end(process)

    def _start(self, name: str, command: list[str]) -> None:
        log = self._directory / f"{name}.log"
        self._running[name] = start(name, command, cwd=ROOT, env=os.environ, log=log)


@contextmanager
def running_source(directory: Path) -> Iterator[Source]:
    directory.mkdir()
    source = Source(directory)
    try:
        source.start_temporal()
        source.start_worker()
        yield source
    finally:
        source.end()


async def measure(where: Stage) -> list[Measure]:
    with running_source(where.directory / "outages") as source:
        client = await connected(source.host)
        await start_releases(client)
        settings: dict[str, Any] = {
            "TEMPORAL_HOST": source.host,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "WATCH_LONG_POLLS": LONG_POLLS,
        }
        with live_server(where.directory / "portal-of-outages", where.people, **settings) as portal:
            measures: list[Measure] = []
            for release in RELEASES:
                measures += await _measure(source, client, portal, release)
            return measures


async def connected(host: str) -> Client:
    async with asyncio.timeout(DEADLINE.total_seconds()):
        while True:
            try:
                return await Client.connect(host, namespace=NAMESPACE)
            except RuntimeError:
                await asyncio.sleep(0.2)


async def _measure(source: Source, client: Client, portal: LiveServer, release: LiveRelease) -> list[Measure]:
    viewers = Viewers()
    measures: list[Measure] = []
    async with sockets(portal, release.id, SOCKETS, viewers.receive):
        for name, restart in (("temporal", source.start_temporal), ("worker", source.start_worker)):
            await until_live(portal, release.id)
            told_after = await _gone(source, client, release, viewers, name)
            await asyncio.sleep(AWAY_SECONDS)
            restart()
            right_after = await _back(client, release, viewers)
            what = f"{'Temporal' if name == 'temporal' else 'worker'} killed, {release.title}, {SOCKETS} watching"
            measures += [
                Measure(f"{what}: till all are told", told_after * 1000, "ms", bar=BAR_MS),
                Measure(f"{what}: till all is right from its return", right_after * 1000, "ms", bar=BAR_MS),
            ]
    return measures


async def _gone(source: Source, client: Client, release: LiveRelease, viewers: "Viewers", name: str) -> float:
    """Seconds until all viewers know that it is gone."""
    viewers.standing.expect("stale")
    source.kill(name)
    killed_at = time()
    if name == "worker":
        # Nothing tells that a worker is gone before there is something for it to do.
        app = choice(release.apps)
        await change(client, release.workflow_of(app), app, new_state())
    return max(await viewers.standing.times()) - killed_at


async def _back(client: Client, release: LiveRelease, viewers: "Viewers") -> float:
    """Seconds from when it answers until all viewers know the newest state, and that it is live."""
    app, state = choice(release.apps), new_state()
    viewers.standing.expect("live")
    viewers.states.expect(state)
    back_at = await _answered_at(client, release.workflow_of(app), release.query)
    await change(client, release.workflow_of(app), app, state)
    right_at = max(await viewers.states.times() + await viewers.standing.times())
    return right_at - back_at


async def _answered_at(client: Client, workflow_id: str, query: str) -> float:
    async with asyncio.timeout(DEADLINE.total_seconds()):
        while True:
            try:
                async with asyncio.timeout(1):
                    await client.get_workflow_handle(workflow_id).query(query)
                return time()
            except (RPCError, TimeoutError):
                await asyncio.sleep(0.05)


class Viewers:
    """When the viewers were told of a state, and of how fresh what they know is."""

    def __init__(self) -> None:
        self.states, self.standing = Arrivals(SOCKETS), Arrivals(SOCKETS)

    def receive(self, number: int, frame: bytes) -> None:
        self.states.receive(number, frame)
        self.standing.receive(number, frame)
