"""Whether Temporal can be reached, and what has started or ended in it: one look a second for all who follow anything.

What is shown as live is as true as the last look: a connection that died without a word would keep long-polls waiting
for minutes. The looks also find what no long-poll can tell of: workflows that start.
"""

import asyncio
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from releases.clock import CLOCK
from releases.domain import EntityId, EntityType, Run
from releases.errors import SourceError, TemporalUnavailable
from releases.gateway import Gateway
from releases.index import OVERLAP, ReleaseIndex, all_runs
from releases.sharing import note_error

PERIOD = 1.0
"""Seconds from one look to the next."""

LATE = 3.0
"""Seconds after which a look that is not answered tells that Temporal is gone. The look goes on all the same."""

_ENTITY_WORKFLOWS = " OR ".join(
    f'WorkflowId STARTS_WITH "{kind}:"' for kind in EntityType if kind is not EntityType.RELEASE
)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one look has found: the newest run of every release, and the newest of the entities' own workflows among
    those that started lately (each is found again by the looks of half a minute)."""

    at: datetime
    runs: Mapping[EntityId, Run]
    started: Mapping[str, Run]


class Listener(Protocol):
    """One who follows something, and is told on the event loop. Nothing here may wait."""

    def looked(self, look: Look) -> None: ...

    def lost(self, error: SourceError) -> None:
        """Temporal can't be reached. Told once, until it is found again."""

    def found(self) -> None:
        """Temporal can be reached again."""


class Pulse:
    """The looks. One per gateway and event loop; looks while somebody listens."""

    def __init__(self, gateway: Gateway, index: ReleaseIndex) -> None:
        self._gateway = gateway
        self._index = index
        self._listeners: dict[Listener, None] = {}
        self._looking: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._is_found = asyncio.Event()
        self._looked_at: datetime | None = None
        self.confirmed_at: datetime | None = None
        """When the last look was begun that was answered."""
        self.error: SourceError | None = None
        """Why Temporal can't be reached; None while it can, or nobody has looked yet."""

    def listen(self, listener: Listener) -> None:
        self._listeners[listener] = None
        if self._looking is None:
            # What was known when the last listener left may be hours old.
            self.error = self.confirmed_at = self._looked_at = None
            self._is_found.set()
            self._looking = asyncio.create_task(self._look_on(), context=Context())

    def leave(self, listener: Listener) -> None:
        self._listeners.pop(listener, None)
        if not self._listeners and self._looking is not None:
            self._looking.cancel()
            self._looking.add_done_callback(note_error)
            self._looking = None

    def suspect(self) -> None:
        """Look at once: something points to Temporal being gone."""
        self._hurry.set()

    async def until_found(self) -> None:
        """Wait while Temporal can't be reached."""
        await self._is_found.wait()

    async def _look_on(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._hurry.clear()
            try:
                async with asyncio.timeout(LATE if self._index.is_filled else None):
                    look, began_at = await self._look()
            except TimeoutError:
                self._note_lost(TemporalUnavailable("no answer in time"))
            except SourceError as error:
                self._note_lost(error)
            else:
                self._note_found(look, began_at)
            await self._pause(began + PERIOD - loop.time())

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _look(self) -> tuple[Look, datetime]:
        """What there is, and when that was asked for by the clock that Temporal's times are compared with."""
        at, now = datetime.now(UTC), CLOCK.now()
        since = (min(now, self._looked_at or now) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        query = f'({_ENTITY_WORKFLOWS}) AND StartTime >= "{since}"'
        runs, started = await asyncio.gather(self._index.runs(), all_runs(self._gateway, query))
        newest = {run.workflow_id: run for run in sorted(started, key=lambda run: run.started_at)}
        return Look(at, runs, newest), now

    def _note_found(self, look: Look, began_at: datetime) -> None:
        self._looked_at, self.confirmed_at = began_at, look.at
        was_lost, self.error = self.error is not None, None
        self._is_found.set()
        for listener in tuple(self._listeners):
            if was_lost:
                listener.found()
            listener.looked(look)

    def _note_lost(self, error: SourceError) -> None:
        was_lost, self.error = self.error is not None, error
        self._is_found.clear()
        for listener in () if was_lost else tuple(self._listeners):
            listener.lost(error)
