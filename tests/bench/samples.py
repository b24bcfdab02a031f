"""Samples of ours and of its floor, taken in turn, so that what slows the machine slows both."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, TypeVar

T = TypeVar("T")

Samples = tuple[list[float], list[float]]
"""Seconds: ours, the floor's."""


async def in_turn(
    ours: Callable[[], Awaitable[T]],
    floor: Callable[[], Awaitable[Any]],
    rounds: int,
    *,
    before: Callable[[], Awaitable[Any]] | None = None,
    check: Callable[[T], None] | None = None,
) -> Samples:
    """Samples of both after a first round, which warms up. What comes before a round, and the check of what ours
    gave, are not measured."""
    taken: Samples = ([], [])
    for round_number in range(rounds + 1):
        if before is not None:
            await before()
        our_seconds, result = await _timed(ours)
        floor_seconds, _ = await _timed(floor)
        if check is not None:
            check(result)
        if round_number:
            taken[0].append(our_seconds)
            taken[1].append(floor_seconds)
    return taken


async def _timed(call: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    began = perf_counter()
    result = await call()
    return perf_counter() - began, result


async def told_in_turn(
    ours: Callable[[], Awaitable[list[float]]], floor: Callable[[], Awaitable[list[float]]], rounds: int
) -> Samples:
    """As `in_turn`, of what measures itself: seconds until each who watches was told of one change."""
    taken: Samples = ([], [])
    for round_number in range(rounds + 1):
        of_both = await ours(), await floor()
        if round_number:
            for samples, seconds in zip(taken, of_both, strict=True):
                samples.extend(seconds)
    return taken
