"""Reads that are in no hurry: a few at a time, each once however many want it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from contextvars import Context
from itertools import chain
from typing import Any

PLACE_SECONDS = 1.0
"""A read that takes longer gives its place to the next: it waits for a worker that may be gone, and costs nobody
anything."""

Read = Callable[[], Awaitable[None]]


class Turns:
    """Reads that wait for their turn. They go on when nobody waits for them any more."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._next: deque[tuple[Hashable, Read]] = deque()
        self._last: deque[tuple[Hashable, Read]] = deque()
        self._asked: dict[Hashable, asyncio.Future[None]] = {}
        self._takers: set[asyncio.Task[None]] = set()
        self._reads: set[asyncio.Task[None]] = set()

    def ask(self, key: Hashable, read: Read, *, last: bool = False) -> asyncio.Future[None]:
        """Is done as soon as the read of this key is, or was dropped. `last`: after all others."""
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.get_running_loop().create_future()
            (self._last if last else self._next).append((key, read))
            if len(self._takers) < self._places:
                _spawn(self._take_turns(), self._takers)
        return asked

    @property
    def waiting(self) -> int:
        """Reads whose turn has not come."""
        return len(self._next) + len(self._last)

    def drop(self) -> None:
        """Forget those whose turn has not come."""
        for key, _ in chain(self._next, self._last):
            self._end(key)
        self._next.clear()
        self._last.clear()

    async def stop(self) -> None:
        self.drop()
        for task in (*self._takers, *self._reads):
            task.cancel()
        await asyncio.gather(*self._takers, *self._reads, return_exceptions=True)

    async def _take_turns(self) -> None:
        while queue := self._next or self._last:
            key, read = queue.popleft()
            await asyncio.wait({_spawn(self._run(key, read), self._reads)}, timeout=PLACE_SECONDS)

    async def _run(self, key: Hashable, read: Read) -> None:
        try:
            await read()
        finally:
            self._end(key)

    def _end(self, key: Hashable) -> None:
        asked = self._asked.pop(key)
        if not asked.done():
            asked.set_result(None)


def _spawn(work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> asyncio.Task[None]:
    # In a context of its own: it is no part of the request that happened to begin it.
    task = asyncio.create_task(work, context=Context())
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task
