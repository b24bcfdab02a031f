"""Somebody who follows a release on a socket while things break, and remembers all that they were shown."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect

from tests.live_server import LiveServer
from tests.sockets.client_state import ClientState, Wants

PATIENT = 20.0


@dataclass(frozen=True, slots=True)
class Shown:
    freshness: str
    state: str | None
    """Of the release."""
    reason: str | None = None


@dataclass
class Viewer:
    client: ClientState = field(default_factory=ClientState)
    history: list[Shown] = field(default_factory=list)
    """What was shown after each frame."""

    @property
    def now(self) -> Shown:
        return self.history[-1]

    async def until(self, holds: Callable[[Shown], bool], seconds: float = PATIENT) -> None:
        deadline = time.monotonic() + seconds
        while not (self.history and holds(self.now)):
            assert time.monotonic() < deadline, f"shown: {self.history[-5:]}"
            await asyncio.sleep(0.05)

    async def until_live(self, state: str, seconds: float = PATIENT) -> None:
        await self.until(lambda shown: shown.freshness == "live" and shown.state == state, seconds)

    async def until_stale(self) -> None:
        await self.until(lambda shown: shown.freshness == "stale")

    def receive(self, frame: dict[str, Any]) -> Wants:
        wants = self.client.receive(frame)
        told, data = self.client.freshness or {}, self.client.data or {}
        self.history.append(Shown(told.get("freshness", "untold"), data.get("state"), told.get("reason")))
        return wants


@asynccontextmanager
async def following(portal: LiveServer, token: str, release_id: str = "release:r") -> AsyncIterator[Viewer]:
    address = f"ws://127.0.0.1:{portal.port}/ws/releases/{release_id}/"
    headers = {"Authorization": f"Bearer {token}"}
    viewer = Viewer()

    async def read_on() -> None:
        async for text in connection:
            if viewer.receive(json.loads(text)) is Wants.RESYNC:
                await connection.send('{"type": "resync"}')

    async with connect(address, additional_headers=headers, max_size=None, ping_interval=None) as connection:
        reading = asyncio.create_task(read_on())
        try:
            yield viewer
            assert not reading.done(), f"the socket was closed: {connection.close_code}"
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
