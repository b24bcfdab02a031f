"""What one follower has yet to be told."""

import asyncio
from collections import deque
from collections.abc import Callable

from releases.errors import RelportalError
from releases.events import Event, FreshnessChange, PageSnapshot, TreeSnapshot

BACKLOG = 32
"""Events that wait for one follower. One that is further behind is given a snapshot in place of them: of a release that
changes all the while, some three seconds."""

Snapshot = TreeSnapshot | PageSnapshot


class Mailbox:
    """The `Subscription` of one follower. `snapshot` gives the newest one, None while nothing could be read yet;
    `freshness` what is said of it."""

    def __init__(
        self, snapshot: Callable[[], Snapshot | None], freshness: Callable[[], FreshnessChange | None]
    ) -> None:
        self._snapshot = snapshot
        self._freshness = freshness
        self._events: deque[Event] = deque()
        self._wants_snapshot = True
        self._error: RelportalError | None = None
        self._arrived = asyncio.Event()
        if (told := freshness()) is not None:
            self.put(told)

    async def next(self) -> Event:
        while True:
            event = self._take()
            if event is not None:
                return event
            if self._error is not None:
                raise self._error
            self._arrived.clear()
            await self._arrived.wait()

    def resync(self) -> None:
        self._wants_snapshot = True
        self._arrived.set()

    def put(self, event: Event) -> None:
        self._arrived.set()
        if isinstance(event, FreshnessChange):
            self._events = deque(waiting for waiting in self._events if not isinstance(waiting, FreshnessChange))
        elif self._wants_snapshot:
            return  # It will hold this.
        if len(self._events) >= BACKLOG:
            self._wants_snapshot = True
        self._events.append(event)

    def fail(self, error: RelportalError) -> None:
        """There is nothing more to be told than why."""
        self._error = error
        self._arrived.set()

    def _take(self) -> Event | None:
        if self._wants_snapshot and (snapshot := self._snapshot()) is not None:
            self._wants_snapshot = False
            told = self._freshness()
            self._events = deque([told] if told is not None else [])
            return snapshot
        return self._events.popleft() if self._events else None
