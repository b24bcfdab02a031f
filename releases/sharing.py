"""Reads that several callers want at the same time are made once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class SharedReads:
    """Of each key, one read is under way, and one gathers callers behind it.

    A caller is given only what was read after it came, so that nobody is told of a state older than their request.
    That a second read waits for the first bounds the load: however many ask, each key is read by one at a time. A read
    goes on when its callers leave, since the next ones are likely to want it.

    `lasting` are errors that tell of the whole time of a read until its end, as a time-out does: who waited for such
    a read is given its error, in place of waiting for another.
    """

    def __init__(self, lasting: tuple[type[Exception], ...] = ()) -> None:
        self._lasting = lasting
        self._gathering: dict[Hashable, asyncio.Task[Any]] = {}
        self._reading: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, key: Hashable, read: Callable[[float], Awaitable[T]]) -> T:
        """The result, or the error, of a read that began after this call; or a lasting error of the read before it.
        `read` is given the seconds that its first caller waited for that."""
        task = self._gathering.get(key)
        if task is None:
            task = asyncio.create_task(self._run(key, self._reading.get(key), read))
            task.add_done_callback(note_error)
            self._gathering[key] = task
        result: T = await asyncio.shield(task)
        return result

    async def _run(
        self,
        key: Hashable,
        before: asyncio.Task[Any] | None,
        read: Callable[[float], Awaitable[T]],
    ) -> T:
        loop = asyncio.get_running_loop()
        came = loop.time()
        if before is not None:
            await asyncio.wait({before})
        task = self._reading[key] = self._gathering.pop(key)
        try:
            if before is not None and not before.cancelled() and isinstance(error := before.exception(), self._lasting):
                raise error
            return await read(loop.time() - came)
        finally:
            if self._reading.get(key) is task:
                del self._reading[key]


def note_error(task: asyncio.Future[Any]) -> None:
    """Mark the error as seen, where all callers have left: asyncio would report it as forgotten."""
    if not task.cancelled():
        task.exception()
