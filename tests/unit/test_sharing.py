"""Reads that several callers want at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from releases.sharing import SharedReads


class Source:
    """Something slow to read. Each read waits to be let through, and is numbered."""

    def __init__(self) -> None:
        self.begun = 0
        self.at_once = 0
        self.most_at_once = 0
        self.waited: list[float] = []
        self._may_answer = asyncio.Semaphore(0)

    async def read(self, waited: float) -> int:
        self.begun += 1
        number = self.begun
        self.waited.append(waited)
        async with self._counted():
            await self._may_answer.acquire()
        return number

    async def fail(self, waited: float) -> int:
        raise LookupError(await self.read(waited))

    def let_one_through(self) -> None:
        self._may_answer.release()

    async def until_begun(self, number: int) -> None:
        while self.begun < number:  # noqa: ASYNC110  # Turns of the loop, no time.
            await asyncio.sleep(0)

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield
        finally:
            self.at_once -= 1


async def test_callers_from_before_the_read_began_share_it() -> None:
    shared, source = SharedReads(), Source()
    callers = [asyncio.ensure_future(shared.get("key", source.read)) for _ in range(5)]
    source.let_one_through()

    assert await asyncio.gather(*callers) == [1] * 5
    assert source.begun == 1


async def test_callers_from_after_the_read_began_share_the_next_which_waits_for_it() -> None:
    shared, source = SharedReads(), Source()
    early = asyncio.ensure_future(shared.get("key", source.read))
    await source.until_begun(1)
    late = [asyncio.ensure_future(shared.get("key", source.read)) for _ in range(100)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert source.begun == 1

    source.let_one_through()
    assert await early == 1
    await source.until_begun(2)
    last = asyncio.ensure_future(shared.get("key", source.read))
    source.let_one_through()
    source.let_one_through()

    assert await asyncio.gather(*late) == [2] * 100
    assert await last == 3
    assert source.most_at_once == 1


async def test_a_read_is_told_how_long_its_first_caller_waited() -> None:
    shared, source = SharedReads(), Source()
    early = asyncio.ensure_future(shared.get("key", source.read))
    await source.until_begun(1)
    late = asyncio.ensure_future(shared.get("key", source.read))
    await asyncio.sleep(0.05)
    source.let_one_through()
    source.let_one_through()
    await asyncio.gather(early, late)

    assert source.waited[0] < source.waited[1]
    assert source.waited[1] >= 0.04


async def test_different_keys_are_read_at_the_same_time() -> None:
    shared, source = SharedReads(), Source()
    callers = [asyncio.ensure_future(shared.get(key, source.read)) for key in ("a", "b")]
    await source.until_begun(2)
    source.let_one_through()
    source.let_one_through()

    assert sorted(await asyncio.gather(*callers)) == [1, 2]


async def test_an_error_is_every_callers_and_not_the_next_ones() -> None:
    shared, source = SharedReads(), Source()
    source.let_one_through()
    failed = await asyncio.gather(*(shared.get("key", source.fail) for _ in range(3)), return_exceptions=True)
    source.let_one_through()

    assert [type(error) for error in failed] == [LookupError] * 3
    assert await shared.get("key", source.read) == 2


async def test_a_lasting_error_is_given_to_those_who_waited_for_its_read_and_not_to_those_who_come_later() -> None:
    shared, source = SharedReads(lasting=(LookupError,)), Source()
    early = asyncio.ensure_future(shared.get("key", source.fail))
    await source.until_begun(1)
    waiting = [asyncio.ensure_future(shared.get("key", source.read)) for _ in range(3)]
    await asyncio.sleep(0)
    source.let_one_through()
    results = await asyncio.gather(early, *waiting, return_exceptions=True)
    source.let_one_through()

    assert [type(result) for result in results] == [LookupError] * 4
    assert source.begun == 1
    assert await shared.get("key", source.read) == 2


async def test_another_error_is_not_given_to_those_who_waited_for_its_read() -> None:
    shared, source = SharedReads(lasting=(KeyError,)), Source()
    early = asyncio.ensure_future(shared.get("key", source.fail))
    await source.until_begun(1)
    waiting = asyncio.ensure_future(shared.get("key", source.read))
    source.let_one_through()
    source.let_one_through()

    assert await waiting == 2
    with pytest.raises(LookupError):
        await early


async def test_a_caller_that_leaves_takes_the_read_from_nobody() -> None:
    shared, source = SharedReads(), Source()
    leaving, staying = (asyncio.ensure_future(shared.get("key", source.read)) for _ in range(2))
    await source.until_begun(1)
    leaving.cancel()
    source.let_one_through()

    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await staying == 1


async def test_a_read_that_all_callers_left_goes_on_and_the_next_one_waits_for_it() -> None:
    shared, source = SharedReads(), Source()
    leaving = asyncio.ensure_future(shared.get("key", source.fail))
    await source.until_begun(1)
    leaving.cancel()
    next_one = asyncio.ensure_future(shared.get("key", source.read))
    for _ in range(5):
        await asyncio.sleep(0)
    assert source.begun == 1
    source.let_one_through()
    source.let_one_through()

    assert await next_one == 2


async def test_a_caller_that_leaves_before_the_read_began_stops_nobody() -> None:
    shared, source = SharedReads(), Source()
    early = asyncio.ensure_future(shared.get("key", source.read))
    await source.until_begun(1)
    leaving = asyncio.ensure_future(shared.get("key", source.read))
    await asyncio.sleep(0)
    staying = asyncio.ensure_future(shared.get("key", source.read))
    await asyncio.sleep(0)
    leaving.cancel()
    source.let_one_through()
    source.let_one_through()

    assert (await early, await staying) == (1, 2)


async def test_nothing_is_kept_of_a_read_that_is_over() -> None:
    shared, source = SharedReads(), Source()
    for number in (1, 2, 3):
        source.let_one_through()
        assert await shared.get("key", source.read) == number
        await asyncio.sleep(0)

    assert not shared._reading
    assert not shared._gathering
