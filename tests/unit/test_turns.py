"""Reads that are in no hurry."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from releases import turns
from releases.turns import Read, Turns


class Reads:
    """What was read, in order; each read ends when it is let."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.let = asyncio.Event()

    def of(self, key: str) -> Read:
        async def read() -> None:
            self.begun.append(key)
            await self.let.wait()

        return read


@pytest.fixture
async def reads() -> Reads:
    return Reads()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_so_many_are_read_at_a_time_and_in_the_order_in_which_they_were_asked_for(reads: Reads) -> None:
    asked = Turns(3)
    waiting = [asked.ask(key, reads.of(key)) for key in "abcdefg"]
    await settled()
    assert reads.begun == ["a", "b", "c"]
    reads.let.set()
    await asyncio.wait(waiting)
    assert reads.begun == list("abcdefg")


async def test_each_is_read_once_however_many_want_it_and_again_when_it_has_been(reads: Reads) -> None:
    asked = Turns(1)
    assert asked.ask("a", reads.of("a")) is asked.ask("a", reads.of("a"))
    await settled()
    assert asked.ask("a", reads.of("a")) is asked.ask("a", reads.of("a"))
    reads.let.set()
    await asked.ask("a", reads.of("a"))
    assert reads.begun == ["a"]
    await asked.ask("a", reads.of("a"))
    assert reads.begun == ["a", "a"]


async def test_those_that_come_last_wait_for_all_others(reads: Reads) -> None:
    asked = Turns(1)
    waiting = [asked.ask(key, reads.of(key), last=key.isupper()) for key in "aBcDe"]
    reads.let.set()
    await asyncio.wait(waiting)
    assert "".join(reads.begun) == "aceBD"


async def test_one_that_takes_long_gives_its_place_to_the_next(reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PLACE_SECONDS", 0.01)
    asked, other = Turns(1), Reads()
    slow = asked.ask("slow", reads.of("slow"))
    other.let.set()
    await asked.ask("quick", other.of("quick"))
    assert not slow.done()
    reads.let.set()
    await slow


async def test_they_go_on_when_nobody_waits_any_more(reads: Reads) -> None:
    asked = Turns(1)

    async def wait() -> None:
        await asyncio.wait([asked.ask(key, reads.of(key)) for key in "abc"])

    caller = asyncio.create_task(wait())
    await settled()
    caller.cancel()
    reads.let.set()
    await settled()
    assert reads.begun == ["a", "b", "c"]


async def test_dropped_ones_are_not_read_and_nobody_waits_for_them(reads: Reads) -> None:
    asked = Turns(1)
    begun, *dropped = [asked.ask(key, reads.of(key), last=key == "c") for key in "abc"]
    await settled()
    asked.drop()
    await asyncio.wait(dropped)
    assert not begun.done()
    reads.let.set()
    await begun
    assert reads.begun == ["a"]
    await asked.ask("b", reads.of("b"))
    assert reads.begun == ["a", "b"]


@contextmanager
def errors_reported() -> Iterator[list[BaseException]]:
    """What the event loop would write to the log."""
    reported: list[BaseException] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.append(context["exception"]))
    yield reported
    loop.set_exception_handler(None)


async def test_a_fault_in_one_is_reported_and_holds_up_nobody(reads: Reads) -> None:
    async def fails() -> None:
        raise KeyError("x")

    asked = Turns(1)
    reads.let.set()
    with errors_reported() as reported:
        await asyncio.wait([asked.ask("a", fails), asked.ask("b", reads.of("b"))])
        await settled()
    assert reads.begun == ["b"]
    assert [type(error) for error in reported] == [KeyError]


async def test_stopping_ends_all(reads: Reads) -> None:
    asked = Turns(2)
    waiting = [asked.ask(key, reads.of(key)) for key in "abc"]
    await settled()
    await asked.stop()
    assert all(one.done() for one in waiting)
    assert reads.begun == ["a", "b"]


async def test_they_are_no_part_of_the_request_that_began_them() -> None:
    seen = []

    async def read() -> None:
        seen.append(structlog.contextvars.get_contextvars())

    with structlog.contextvars.bound_contextvars(request_id="mine"):
        await Turns(1).ask("a", read)
    assert seen == [{}]
