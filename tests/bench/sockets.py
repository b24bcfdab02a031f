"""Sockets on one release, as programs open them, in the process of the bench: it has little else to do meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import time

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.bench.workflows import DEADLINE
from tests.live_server import VIEWER, LiveServer

OPENED_AT_ONCE = 20

Receive = Callable[[int, bytes], None]
"""What is done with a frame: the socket's number, its text."""


@asynccontextmanager
async def sockets(portal: LiveServer, release_id: str, number: int, receive: Receive) -> AsyncIterator[None]:
    """So many sockets of one user, all open and reading. One that the portal closes fails the block."""
    headers = {"Authorization": f"Bearer {await asyncio.to_thread(portal.token, VIEWER)}"}
    url = f"ws://127.0.0.1:{portal.port}/ws/releases/{release_id}/"
    limit = asyncio.Semaphore(OPENED_AT_ONCE)

    async def opened() -> ClientConnection:
        async with limit:
            # Frames of any size, and none but the release's own.
            return await connect(
                url, additional_headers=headers, compression=None, max_size=None, proxy=None, ping_interval=None
            )

    async with asyncio.timeout(DEADLINE.total_seconds()):
        connections = await asyncio.gather(*(opened() for _ in range(number)))
    try:
        async with asyncio.TaskGroup() as group:
            readers = [group.create_task(_read(c, i, receive)) for i, c in enumerate(connections)]
            yield
            for reader in readers:
                reader.cancel()
    finally:
        await asyncio.gather(*(connection.close() for connection in connections))


async def _read(connection: ClientConnection, number: int, receive: Receive) -> None:
    try:
        while True:
            receive(number, await connection.recv(decode=False))
    except ConnectionClosed as closed:
        raise AssertionError(f"the portal closed socket {number}: {closed}") from closed


class Arrivals:
    """When each of so many sockets was told of a state. A snapshot tells of it as well as a patch."""

    def __init__(self, sockets: int) -> None:
        self._sockets = sockets
        self._state = b""
        self._times: dict[int, float] = {}
        self._all = asyncio.Event()

    def receive(self, number: int, frame: bytes) -> None:
        now = time()
        if self._state and self._state in frame:
            self._times.setdefault(number, now)
            if len(self._times) == self._sockets:
                self._all.set()

    def expect(self, state: str) -> None:
        self._state = f'"{state}"'.encode()
        self._times = {}
        self._all.clear()

    async def times(self) -> list[float]:
        """When each was told, once all have been."""
        try:
            async with asyncio.timeout(DEADLINE.total_seconds()):
                await self._all.wait()
        except TimeoutError as error:
            told = f"{len(self._times)} of {self._sockets} sockets"
            raise AssertionError(f"only {told} were told of {self._state!r}") from error
        return list(self._times.values())


async def until_live(portal: LiveServer, release_id: str) -> None:
    """Until the portal follows all of the release's workflows. Somebody must have asked it to."""
    token = await asyncio.to_thread(portal.token, VIEWER)
    async with asyncio.timeout(DEADLINE.total_seconds()):
        while True:
            answer = await asyncio.to_thread(portal.get, f"/api/releases/{release_id}/hierarchy/", token=token)
            if answer.status == 200 and answer.json()["freshness"] == "live":
                return
            await asyncio.sleep(0.2)
