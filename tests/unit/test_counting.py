"""Releases by phase, counted over a Temporal in memory by a clock of the test's own."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from releases import counting
from releases.access import Viewer
from releases.counting import PhaseCounter, PhaseCounts
from releases.domain import RunStatus
from releases.hierarchy import HierarchyReader
from releases.index import IndexConfig, ReleaseIndex
from releases.listing import ListQuery, ReleaseList
from releases.phases import Phase, PhaseTable
from releases.reading import ReaderConfig
from releases.topology import ReleaseWorkflowIds
from tests.api.samples import start
from tests.fakes.gateway import FakeTemporal

ALL = Viewer(1, "all@example.com", sees_all=True)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(counting, "monotonic", clock)
    return clock


@pytest.fixture
def temporal() -> FakeTemporal:
    return FakeTemporal()


def counter_of(temporal: FakeTemporal, query_timeout: float = 20.0, query_concurrency: int = 100) -> PhaseCounter:
    gateway = temporal.gateway(query_timeout=query_timeout, query_concurrency=query_concurrency)
    phases, config = PhaseTable(), ReaderConfig(query_timeout, query_concurrency)
    index = ReleaseIndex(gateway, IndexConfig('WorkflowId STARTS_WITH "release:"', ReleaseWorkflowIds()))
    return PhaseCounter(ReleaseList(index, HierarchyReader(gateway, phases, config)), phases, config)


async def counts(counter: PhaseCounter) -> PhaseCounts:
    """All of them, with what is read in the background."""
    found = await counter.counts(ALL, ListQuery())
    while counter._turns._asked:  # noqa: ASYNC110  # Nobody but a test waits for it.
        await asyncio.sleep(0)
    return found


def fails(_: str | None) -> Any:
    raise RuntimeError


def asked_at(temporal: FakeTemporal, clock: Clock, seconds: int) -> Callable[[PhaseCounter], Any]:
    """When a release is asked, in whole seconds, if it is counted every second for so long."""

    async def ask(counter: PhaseCounter) -> list[int]:
        times = []
        for second in range(seconds):
            asked = temporal.calls["query"]
            await counts(counter)
            times += [second] * (temporal.calls["query"] - asked)
            clock.now += 1
        return times

    return ask


async def test_a_running_one_is_asked_again_every_ten_seconds(temporal: FakeTemporal, clock: Clock) -> None:
    start(temporal, "release:a")
    assert await asked_at(temporal, clock, 35)(counter_of(temporal)) == [0, 10, 20, 30]


async def test_nobody_counts_nobody_asks(temporal: FakeTemporal, clock: Clock) -> None:
    start(temporal, "release:a")
    counter = counter_of(temporal)
    await counts(counter)
    clock.now += 1000
    await asyncio.sleep(0.01)
    assert temporal.calls["query"] == 1


async def test_one_that_fails_is_asked_less_and_less_up_to_every_forty_seconds(
    temporal: FakeTemporal, clock: Clock
) -> None:
    temporal.start("release:a", {"get_release_state": fails})
    assert await asked_at(temporal, clock, 160)(counter_of(temporal)) == [0, 10, 30, 70, 110, 150]


async def test_and_up_to_every_ten_minutes_where_it_has_ended(temporal: FakeTemporal, clock: Clock) -> None:
    temporal.start("release:a", {"get_release_state": fails})
    temporal.end("release:a")
    asked = await asked_at(temporal, clock, 2000)(counter_of(temporal))
    assert asked == [0, 10, 30, 70, 150, 310, 630, 1270, 1910]


async def test_one_that_answers_again_is_asked_as_before(temporal: FakeTemporal, clock: Clock) -> None:
    temporal.start("release:a", {"get_release_state": fails})
    counter = counter_of(temporal)
    await asked_at(temporal, clock, 70)(counter)
    temporal.queries("release:a")["get_release_state"] = {"id": "release:a", "state": "baking"}
    assert await asked_at(temporal, clock, 25)(counter) == [0, 10, 20]
    assert (await counts(counter)).phases == {Phase.ACTIVE: 1}


async def test_the_longer_reading_all_takes_the_longer_it_is_remembered(temporal: FakeTemporal, clock: Clock) -> None:
    def answer(release_id: str) -> Callable[[str | None], Any]:
        def answered(_: str | None) -> Any:
            clock.now += 1
            return {"id": release_id, "state": "baking"}

        return answered

    for number in range(100):
        temporal.start(f"release:{number}", {"get_release_state": answer(f"release:{number}")})
    # One at a time: a hundred seconds, five times which go by before they are asked again.
    counter = counter_of(temporal, query_concurrency=4)
    await counts(counter)
    clock.now = 1000.0 + 450
    await counts(counter)
    assert temporal.calls["query"] == 100
    clock.now = 1000.0 + 650
    await counts(counter)
    assert temporal.calls["query"] == 200


async def test_what_can_not_be_read_again_counts_for_twice_as_long_with_its_age(
    temporal: FakeTemporal, clock: Clock
) -> None:
    start(temporal, "release:a")
    counter = counter_of(temporal, query_timeout=0.2)
    await counts(counter)
    read_by = datetime.now(UTC)
    temporal.stop_worker()

    clock.now += 15
    found = await counter.counts(ALL, ListQuery())
    assert (found.phases, found.unread) == ({Phase.ACTIVE: 1}, 0)
    assert found.as_of <= read_by
    await counter.stop()

    clock.now += 10
    found = await counter.counts(ALL, ListQuery())
    assert (found.phases, found.unread) == ({}, 1)
    assert found.as_of > read_by


async def test_what_was_told_of_older_runs_is_forgotten(temporal: FakeTemporal) -> None:
    counter = counter_of(temporal)
    for _ in range(5):
        start(temporal, "release:a")
        assert (await counts(counter)).phases == {Phase.ACTIVE: 1}
        temporal.end("release:a", RunStatus.FAILED)
    assert (await counts(counter)).phases == {Phase.FAILED: 1}
    assert len(counter._told) <= 1
