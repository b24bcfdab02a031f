"""The history of a run in memory, and what wakes those who wait for more of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from releases.domain import HistoryPage, RunStatus


@dataclass(frozen=True, slots=True)
class FakeEvent:
    """`is_waiting` is True of a workflow task that was scheduled, False of one that was completed, None of all else."""

    at: datetime
    is_waiting: bool | None = None
    ended: RunStatus | None = None


class FakeHistory:
    """Grows, and is read from where a token tells. Those who wait may be on several event loops, as sync tests are."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._events: list[FakeEvent] = []
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def is_waiting(self) -> bool:
        """Whether a workflow task is scheduled that no worker has completed."""
        return bool(_is_waiting(self._events))

    def add(self, event: FakeEvent) -> None:
        self._events.append(event)
        self.wake()

    def wake(self) -> None:
        for loop, woken in tuple(self._waiting):
            loop.call_soon_threadsafe(woken.set)

    @asynccontextmanager
    async def waited_for(self) -> AsyncIterator[asyncio.Event]:
        """Is set with each event from now on."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        self._waiting.add(waiter)
        try:
            yield waiter[1]
        finally:
            self._waiting.discard(waiter)

    def gave(self, token: bytes) -> bool:
        return token.startswith(f"{self._run_id}/".encode())

    def page(self, token: bytes = b"") -> HistoryPage:
        """What happened since the page of that token, as far as it did."""
        events = self._events[int(token.rpartition(b"/")[2] or 0) :]
        ended = events[-1].ended if events else None
        return HistoryPage(
            token=b"" if ended else f"{self._run_id}/{len(self._events)}".encode(),
            stepped_at=next((event.at for event in reversed(events) if event.is_waiting is False), None),
            is_waiting=False if ended else _is_waiting(events),
            ended=ended,
        )


def _is_waiting(events: Sequence[FakeEvent]) -> bool | None:
    """What the newest event tells that has to do with workflow tasks."""
    return next((event.is_waiting for event in reversed(events) if event.is_waiting is not None), None)
