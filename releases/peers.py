"""The other processes of this portal, as this one reaches them: by messages through a channel layer.

A layer may lose messages, when its capacity is reached or Redis is away. Who tells says how far they are with each
message, so that whoever hears notices what they missed and asks for the whole.
"""

import asyncio
from collections.abc import Mapping
from contextvars import Context
from typing import Any, Protocol

import structlog

from releases.leases import Leases
from releases.measures import PEER_MESSAGES

log = structlog.get_logger(__name__)

OUTBOX = 1000
"""Messages that wait to be sent: many more, and Redis is away."""

AGAIN_SECONDS = 0.5
"""After the layer failed."""

Message = dict[str, Any]


class Layer(Protocol):
    """Of `channels.layers`, what is used here."""

    async def new_channel(self, prefix: str = "specific") -> str: ...

    async def send(self, channel: str, message: Message) -> None: ...

    async def receive(self, channel: str) -> Message: ...


class Hearer(Protocol):
    def hear(self, message: Message) -> None:
        """What another process tells of it. Nothing here may wait."""


class Peers:
    """One per process: its own channel, whoever listens on it, and what is to be sent."""

    def __init__(self, layer: Layer, leases: Leases) -> None:
        self.leases = leases
        self._layer = layer
        self._hearers: dict[str, Hearer] = {}
        self._outbox: asyncio.Queue[tuple[str, Message]] = asyncio.Queue(OUTBOX)
        self._tasks: list[asyncio.Task[None]] = []
        self._named = asyncio.Event()
        self._channel = ""

    async def channel(self) -> str:
        """The name of this process to others."""
        await self._named.wait()
        return self._channel

    def listen(self, name: str, hearer: Hearer) -> None:
        self._hearers[name] = hearer
        if not self._tasks:
            # In contexts of their own: they are not of the request of whoever happens to be the first.
            self._tasks = [asyncio.create_task(part, context=Context()) for part in (self._receive(), self._send())]

    def leave(self, name: str, hearer: Hearer) -> None:
        if self._hearers.get(name) is hearer:
            del self._hearers[name]

    def send(self, channel: str, message: Message) -> None:
        """Soon, or not at all."""
        try:
            self._outbox.put_nowait((channel, message))
        except asyncio.QueueFull:
            PEER_MESSAGES.labels("dropped").inc()

    async def stop(self) -> None:
        """After what waits has been sent, if that does not take long."""
        if self._tasks:
            await asyncio.wait([asyncio.ensure_future(self._outbox.join())], timeout=AGAIN_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _receive(self) -> None:
        self._channel = await self._layer.new_channel("relportal")
        self._named.set()
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception as error:  # noqa: BLE001  # Layers raise what their drivers do.
                log.warning("peers_not_heard", reason=str(error))
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            PEER_MESSAGES.labels("heard").inc()
            hearer = self._hearers.get(_name_of(message))
            if hearer is None:
                continue
            try:
                hearer.hear(message)
            except Exception:
                log.exception("peer_not_understood", kind=message.get("type"))

    async def _send(self) -> None:
        while True:
            channel, message = await self._outbox.get()
            try:
                await self._layer.send(channel, message)
            except Exception as error:  # noqa: BLE001  # Layers raise what their drivers do, and when they are full.
                PEER_MESSAGES.labels("dropped").inc()
                log.info("peer_not_told", kind=message.get("type"), error=type(error).__name__)
            else:
                PEER_MESSAGES.labels("sent").inc()
            finally:
                self._outbox.task_done()


def _name_of(message: Mapping[str, Any]) -> str:
    return str(message.get("name", ""))
