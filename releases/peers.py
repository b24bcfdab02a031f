"""The other processes of this portal, as this one reaches them: by messages through a channel layer.

A layer may lose messages, when its capacity is reached or Redis is away. Who tells says how far they are with each
message, so that whoever hears notices what they missed and asks for the whole.
"""

import asyncio
from contextlib import suppress
from contextvars import Context
from typing import Any, Protocol

import structlog

from releases.leases import Leases, LeasesUnavailable
from releases.measures import PEER_MESSAGES

log = structlog.get_logger(__name__)

OUTBOX = 2000
"""Messages that wait to be sent: many more, and Redis is away."""

BATCH, BATCH_BYTES = 200, 1_000_000
"""What goes to one process at once is one message of the layer, up to about so much: each costs several commands."""

SEND_SECONDS = 2.0
"""For a message to be taken: what takes longer comes too late."""

AGAIN_SECONDS = 0.5
"""After the layer failed."""

Fields = dict[str, Any]
"""One message: its `name` says which tree it is about."""


class Layer(Protocol):
    """Of `channels.layers`, what is used here."""

    async def new_channel(self, prefix: str = "specific") -> str: ...

    async def send(self, channel: str, message: Fields) -> None: ...

    async def receive(self, channel: str) -> Fields: ...


class Hearer(Protocol):
    def hear(self, message: Fields) -> None:
        """What another process tells of it. Nothing here may wait."""


class Peers:
    """One per process: its own channel, whoever listens on it, and what is to be sent."""

    def __init__(self, layer: Layer, leases: Leases) -> None:
        self.leases = leases
        self._layer = layer
        self._hearers: dict[str, Hearer] = {}
        self._outbox: asyncio.Queue[tuple[str, Fields]] = asyncio.Queue(OUTBOX)
        self._tasks: list[asyncio.Task[None]] = []
        self._named = asyncio.Event()
        self._channel = ""
        self._failing: set[str] = set()
        self._is_stopping = False

    async def channel(self) -> str:
        """The name of this process to others."""
        await self._named.wait()
        return self._channel

    async def check(self) -> None:
        """Raises LeasesUnavailable where others can't be told, or not heard."""
        await self.leases.check()
        if self._failing:
            raise LeasesUnavailable(f"messages can't be {' or '.join(sorted(self._failing))}")

    def listen(self, name: str, hearer: Hearer) -> None:
        self._hearers[name] = hearer
        if not self._tasks:
            # In contexts of their own: they are not of the request of whoever happens to be the first.
            self._tasks = [asyncio.create_task(part, context=Context()) for part in (self._receive(), self._send())]

    def leave(self, name: str, hearer: Hearer) -> None:
        if self.is_heard_by(name, hearer):
            del self._hearers[name]

    def is_heard_by(self, name: str, hearer: Hearer) -> bool:
        """Whether it is this one that listens, and no later one in its place."""
        return self._hearers.get(name) is hearer

    def send(self, channel: str, message: Fields) -> None:
        """Soon, or not at all."""
        try:
            self._outbox.put_nowait((channel, message))
        except asyncio.QueueFull:
            PEER_MESSAGES.labels("dropped").inc()

    async def stop(self) -> None:
        """After what waits has been sent, if that does not take long."""
        if self._tasks:
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_SECONDS):
                    await self._outbox.join()
        # The layer's driver may turn being cancelled into an error of its own: who goes on after that ends as well.
        self._is_stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.leases.close()

    async def _receive(self) -> None:
        self._channel = await self._layer.new_channel("relportal")
        self._named.set()
        while not self._is_stopping:
            try:
                received = await self._layer.receive(self._channel)
            except Exception as error:  # noqa: BLE001  # Layers raise what their drivers do.
                log.warning("peers_not_heard", reason=str(error))
                self._failing.add("heard")
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            self._failing.discard("heard")
            messages = received.get("messages")
            for message in messages if isinstance(messages, list) else ():
                self._hear(message)

    def _hear(self, message: object) -> None:
        PEER_MESSAGES.labels("heard").inc()
        hearer = self._hearers.get(str(message.get("name"))) if isinstance(message, dict) else None
        if hearer is None or not isinstance(message, dict):
            return
        try:
            hearer.hear(message)
        except Exception:
            log.exception("peer_not_heard", kind=message.get("type"))

    async def _send(self) -> None:
        while not self._is_stopping:
            taken = [await self._outbox.get()]
            while len(taken) < BATCH and not self._outbox.empty():
                taken.append(self._outbox.get_nowait())
            for channel, messages in _by_channel(taken):
                await self._send_to(channel, messages)
            for _ in taken:
                self._outbox.task_done()

    async def _send_to(self, channel: str, messages: list[Fields]) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._layer.send(channel, {"type": "peers", "messages": messages})
        except Exception as error:  # noqa: BLE001  # Layers raise what their drivers do, and when they are full.
            PEER_MESSAGES.labels("dropped").inc(len(messages))
            self._failing.add("sent")
            log.info("peer_not_told", messages=len(messages), error=type(error).__name__)
        else:
            self._failing.discard("sent")
            PEER_MESSAGES.labels("sent").inc(len(messages))


def _by_channel(taken: list[tuple[str, Fields]]) -> list[tuple[str, list[Fields]]]:
    """What goes to each, in order, in parts that are not too big."""
    batches: list[tuple[str, list[Fields]]] = []
    open_ones: dict[str, tuple[int, list[Fields]]] = {}
    for channel, message in taken:
        size = len(message.get("events", b""))
        held, batch = open_ones.get(channel, (BATCH_BYTES, []))
        if held + size >= BATCH_BYTES:
            held, batch = 0, []
            batches.append((channel, batch))
        batch.append(message)
        open_ones[channel] = held + size, batch
    return batches
