"""All who follow one thing, and what they were told of how fresh it is."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from releases.errors import RelportalError
from releases.events import Event, FreshnessChange

HEARTBEAT_SECONDS = 8.0
"""However quiet something is, its followers hear of it so often: silence means that their connection is dead. They are
promised one in ten seconds, which looks of the pulse come to a second late."""


class Reason(NamedTuple):
    """Why something is stale or polled. `code` is a problem's, `detail` a sentence for people."""

    code: str | None
    detail: str


class Follower(Protocol):
    """One who is told of events, on the event loop. Nothing here may wait."""

    def put(self, event: Event) -> None: ...

    def fail(self, error: RelportalError) -> None:
        """There is nothing more to be told than why."""


class Followers:
    """Those who follow now. `told` is what was said of freshness last, None before anything was."""

    def __init__(self) -> None:
        self._all: dict[Follower, None] = {}
        self._error: RelportalError | None = None
        self._told_at = 0.0
        self.told: FreshnessChange | None = None

    def __bool__(self) -> bool:
        return bool(self._all)

    @contextmanager
    def joined_by(self, follower: Follower) -> Iterator[None]:
        self._all[follower] = None
        if self._error is not None:
            follower.fail(self._error)
        try:
            yield
        finally:
            del self._all[follower]

    def tell(self, event: Event) -> None:
        for follower in self._all:
            follower.put(event)

    def tell_freshness(self, now: FreshnessChange) -> None:
        """Tell of it where it is news, or the last that was heard is long ago."""
        told, self.told = self.told, now
        is_news = told is None or (told.freshness, told.code, told.period) != (now.freshness, now.code, now.period)
        moment = asyncio.get_running_loop().time()
        if is_news or moment - self._told_at >= HEARTBEAT_SECONDS:
            self._told_at = moment
            self.tell(now)

    def relay(self, now: FreshnessChange) -> None:
        """Tell of it, which somebody else has found worth telling."""
        self.told, self._told_at = now, asyncio.get_running_loop().time()
        self.tell(now)

    def fail(self, error: RelportalError) -> None:
        """There will be nothing more, for those who come later either."""
        self._error = error
        for follower in self._all:
            follower.fail(error)
