"""A release that changes all the while: 200 times a second for half a minute, while ten watch it."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from random import choice
from time import perf_counter, time
from typing import Any

from temporalio.client import Client

from tests.bench.live_releases import RELEASES, LiveRelease, change, new_state
from tests.bench.processes import resident_bytes
from tests.bench.sockets import sockets, until_live
from tests.bench.table import Measure, spread_of
from tests.live_server import VIEWER, LiveServer
from tests.sockets.client_state import ClientState

RATE = 200
SECONDS = 30
AT_ONCE = 32
"""Changes that are under way at the same time, at most."""
VIEWERS = 10

EARLY_SECONDS = 10
MOST_GROWTH = 1.1
"""What memory may be after all of the load, in parts of what it was early on."""

MOST_PATCHES = 10
"""A second."""

SETTLED_SECONDS = 60
"""Far more than viewers need for the last change: what they have not been told by then they never will be."""


class Watcher:
    """One who watches, and counts what it was told in a wrong order."""

    def __init__(self) -> None:
        self.state = ClientState()
        self.patches = 0
        self.misordered = 0
        self.told_after: list[float] = []
        """Seconds from when an entity changed."""

    def receive(self, text: bytes) -> None:
        now = time()
        frame = json.loads(text)
        known, version = self.state.version, frame.get("version")
        if frame["type"] == "patch":
            self.patches += 1
            self.misordered += known is None or version != known + 1
            moments = (change.get("fields", {}).get("updated_at") for change in frame["changes"])
            self.told_after += [now - datetime.fromisoformat(moment).timestamp() for moment in moments if moment]
        elif frame["type"] == "snapshot":
            self.misordered += known is not None and version < known
        self.state.receive(frame)


async def measure(client: Client, portal: LiveServer) -> list[Measure]:
    return [row for release in RELEASES for row in await _measure(client, portal, release)]


async def _measure(client: Client, portal: LiveServer, release: LiveRelease) -> list[Measure]:
    watchers = [Watcher() for _ in range(VIEWERS)]
    async with sockets(portal, release.id, VIEWERS, lambda number, text: watchers[number].receive(text)):
        await until_live(portal, release.id)
        first = watchers[0]
        patches, first.told_after = -first.patches, []
        began = perf_counter()
        early, changes = await asyncio.gather(_early_bytes(portal), _drive(client, release))
        took = perf_counter() - began
        late = resident_bytes(portal.process.pid)
        patches += first.patches
        wrong, settled = await _wrong(portal, release, watchers)
    name = f"{RATE} changes a second, {release.title}"
    return [
        Measure(f"{name}: made", changes / took, "/s"),
        *spread_of(f"{name}: change to socket", (first.told_after, [])),
        Measure(f"{name}: patches", patches / took, "/s", bar=MOST_PATCHES),
        Measure(f"{name}: viewers whose tree is another in the end", wrong, f"of {VIEWERS}", bar=0),
        Measure(f"{name}: the last change to all viewers' trees", settled * 1000, "ms"),
        Measure(f"{name}: versions out of order", sum(watcher.misordered for watcher in watchers), "", bar=0),
        Measure(f"{name}: snapshots for who fell behind", sum(w.state.snapshots - 1 for w in watchers), ""),
        Measure(
            f"{name}: memory after {SECONDS} s, against {EARLY_SECONDS} s",
            late / 2**20,
            "MB",
            early / 2**20,
            MOST_GROWTH,
        ),
    ]


async def _early_bytes(portal: LiveServer) -> int:
    await asyncio.sleep(EARLY_SECONDS)
    return resident_bytes(portal.process.pid)


async def _drive(client: Client, release: LiveRelease) -> int:
    """Change apps as often as is wanted, or as can be. How often that was."""
    limit = asyncio.Semaphore(AT_ONCE)
    apps = release.apps
    changes = 0

    async def one_change() -> None:
        nonlocal changes
        app = choice(apps)
        await change(client, release.workflow_of(app), app, new_state())
        changes += 1
        limit.release()

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(RATE * SECONDS):
            await asyncio.sleep(began + number / RATE - perf_counter())
            await limit.acquire()
            if perf_counter() - began > SECONDS:
                break
            group.create_task(one_change())
    return changes


async def _wrong(portal: LiveServer, release: LiveRelease, watchers: Sequence[Watcher]) -> tuple[int, float]:
    """How many know another tree than Temporal does, once all is quiet, and how many seconds that took."""
    token = await asyncio.to_thread(portal.token, VIEWER)
    began = perf_counter()
    while True:
        address = f"/api/releases/{release.id}/hierarchy/"
        answer = await asyncio.to_thread(portal.get, address, token=token, fresh=1)
        if answer.status != 200:
            raise AssertionError(f"{answer.status}: {answer.content[:200]!r}")
        truth = _tree(answer.json())
        wrong = sum(watcher.state.data is None or _tree(watcher.state.data) != truth for watcher in watchers)
        took = perf_counter() - began
        if not wrong or took > SETTLED_SECONDS:
            return wrong, took
        await asyncio.sleep(0.5)


def _tree(body: dict[str, Any]) -> dict[str, Any]:
    """What stands in it, without when and how it was read."""
    return {name: value for name, value in body.items() if name not in ("version", "as_of", "freshness")}
