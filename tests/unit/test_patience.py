"""How long the queries of one tree may take together, and how many may be under way."""

import asyncio

import pytest

import releases.gateway
from releases.errors import QueryTimeout
from releases.gateway import Slots
from releases.patience import Patience

FOREVER = 60.0
"""Seconds that no test waits: what ends sooner was ended."""


async def waiting(patience: Patience) -> str:
    async with patience.awhile():
        await asyncio.sleep(FOREVER)
    return "done"


async def test_a_tree_may_take_as_long_as_it_needs_while_its_queries_are_answered() -> None:
    patience = Patience(grace=0.0)
    for _ in range(3):
        async with patience.awhile():
            await asyncio.sleep(0.01)


async def test_once_a_query_waited_in_vain_those_under_way_end_within_the_grace() -> None:
    patience = Patience(grace=0.01)
    queries = [asyncio.ensure_future(waiting(patience)) for _ in range(3)]
    await asyncio.sleep(0)
    patience.lose()

    async with asyncio.timeout(FOREVER / 2):
        results = await asyncio.gather(*queries, return_exceptions=True)
    assert [type(result) for result in results] == [QueryTimeout] * 3


async def test_what_begins_after_that_ends_with_the_same_grace() -> None:
    patience = Patience(grace=0.01)
    patience.lose()
    await asyncio.sleep(0.02)

    with pytest.raises(QueryTimeout):
        await waiting(patience)


async def test_what_is_answered_within_the_grace_is_answered() -> None:
    patience = Patience(grace=FOREVER)
    patience.lose()

    async with patience.awhile():
        await asyncio.sleep(0)


async def test_losing_it_twice_grants_no_more() -> None:
    patience = Patience(grace=0.05)
    query = asyncio.ensure_future(waiting(patience))
    await asyncio.sleep(0)
    patience.lose()
    for _ in range(4):
        await asyncio.sleep(0.02)
        patience.lose()

    with pytest.raises(QueryTimeout):
        await query


async def test_a_query_that_is_over_is_not_ended_again() -> None:
    patience = Patience(grace=0.0)
    async with patience.awhile():
        pass
    patience.lose()
    await asyncio.sleep(0.01)


async def test_an_error_of_the_query_itself_passes() -> None:
    with pytest.raises(LookupError):
        async with Patience(grace=0.0).awhile():
            raise LookupError


async def test_a_caller_that_leaves_is_cancelled_and_not_told_of_a_timeout() -> None:
    query = asyncio.ensure_future(waiting(Patience(grace=FOREVER)))
    await asyncio.sleep(0)
    query.cancel()

    with pytest.raises(asyncio.CancelledError):
        await query


# Slots


class Holders:
    """Those that hold a place, each until it is told to leave."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.inside: set[int] = set()
        self.leave = asyncio.Event()

    async def hold(self, number: int) -> None:
        async with self.slots.taken():
            self.inside.add(number)
            await self.leave.wait()
            self.inside.discard(number)


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_no_more_than_the_limit_are_in_flight() -> None:
    holders = Holders(Slots(2))
    tasks = [asyncio.ensure_future(holders.hold(number)) for number in range(5)]
    await turns()
    assert holders.inside == {0, 1}

    holders.leave.set()
    await asyncio.gather(*tasks)
    assert not holders.inside


async def test_one_that_takes_long_gives_its_place_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases.gateway, "_SLOT_SECONDS", 0.01)
    holders = Holders(Slots(1))
    tasks = [asyncio.ensure_future(holders.hold(number)) for number in range(3)]
    async with asyncio.timeout(FOREVER):
        while holders.inside != {0, 1, 2}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    holders.leave.set()
    await asyncio.gather(*tasks)


async def test_a_place_is_given_back_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases.gateway, "_SLOT_SECONDS", 0.0)
    slots = Slots(1)
    for _ in range(3):
        async with slots.taken():
            await asyncio.sleep(0.01)
    monkeypatch.setattr(releases.gateway, "_SLOT_SECONDS", FOREVER)

    holders = Holders(slots)
    tasks = [asyncio.ensure_future(holders.hold(number)) for number in range(3)]
    await turns()
    assert holders.inside == {0}
    holders.leave.set()
    await asyncio.gather(*tasks)


async def test_one_that_leaves_while_it_waits_or_holds_keeps_no_place() -> None:
    slots = Slots(1)
    holders = Holders(slots)
    holding, waiting_one, next_one = (asyncio.ensure_future(holders.hold(number)) for number in range(3))
    await turns()
    waiting_one.cancel()
    holding.cancel()
    await turns()

    assert next_one in asyncio.all_tasks()
    assert 2 in holders.inside
    holders.leave.set()
    await next_one
