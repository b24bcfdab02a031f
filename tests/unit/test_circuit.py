"""The circuit between the portal and a server that does not answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from releases import circuit as module
from releases.circuit import FAILURES, CircuitBreaker
from releases.errors import QueryFailed, QueryTimeout, TemporalUnavailable, WorkflowNotFound
from tests.fakes.counting import CountingGateway
from tests.fakes.gateway import FakeTemporal
from tests.worlds import PATIENT


class Circuit:
    """A breaker before a Temporal in memory."""

    def __init__(self) -> None:
        self.temporal = FakeTemporal()
        self.temporal.start("release:r", {"get_release_state": {"id": "release:r"}, "slow": self._never})
        self.counting = CountingGateway(self.temporal.gateway(query_timeout=0.05))
        self.gateway = CircuitBreaker(self.counting)

    async def _never(self, _: str | None) -> None:
        await asyncio.Event().wait()

    @property
    def asked(self) -> int:
        return self.counting.calls.total()

    async def open(self) -> None:
        self.temporal.is_up = False
        for _ in range(FAILURES):
            with pytest.raises(TemporalUnavailable):
                await self.gateway.check()
        assert self.gateway.is_open


@pytest.fixture
async def circuit() -> AsyncIterator[Circuit]:
    made = Circuit()
    yield made
    await made.gateway.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.fixture
def _is_tried_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(module, "TRY_SECONDS", 0.01)


async def until_closed(circuit: Circuit) -> None:
    async with asyncio.timeout(PATIENT):
        while circuit.gateway.is_open:  # noqa: ASYNC110  # It has nobody to tell.
            await asyncio.sleep(0.001)


async def test_all_calls_are_passed_on(circuit: Circuit) -> None:
    gateway = circuit.gateway
    assert (await gateway.describe("release:r")).workflow_id == "release:r"
    assert await gateway.query("release:r", "get_release_state") == {"id": "release:r"}
    assert await gateway.offered_queries("release:r") == frozenset(("get_release_state", "slow"))
    assert (await gateway.list_runs(""))[0][0].workflow_id == "release:r"
    assert (await gateway.history("release:r")).token
    await gateway.check()
    assert set(circuit.counting.calls.values()) == {1}


async def test_a_server_that_does_not_answer_is_not_asked_any_more(circuit: Circuit) -> None:
    await circuit.open()
    before = circuit.asked
    for _ in range(100):
        with pytest.raises(TemporalUnavailable):
            await circuit.gateway.query("release:r", "get_release_state")
    assert circuit.asked == before


@pytest.mark.usefixtures("_is_tried_at_once")
async def test_it_is_tried_until_it_answers_though_tries_hang(circuit: Circuit) -> None:
    await circuit.open()
    circuit.temporal.latency = 3600
    before = circuit.asked
    async with asyncio.timeout(PATIENT):
        while circuit.asked < before + 3:  # noqa: ASYNC110  # It has nobody to tell.
            await asyncio.sleep(0.001)
    circuit.temporal.latency, circuit.temporal.is_up = 0.0, True
    await until_closed(circuit)
    await asyncio.gather(*(circuit.gateway.check() for _ in range(50)))


@pytest.mark.usefixtures("_is_tried_at_once")
async def test_it_opens_again_where_the_server_is_lost_again(circuit: Circuit) -> None:
    for _ in range(3):
        await circuit.open()
        circuit.temporal.is_up = True
        await until_closed(circuit)


async def test_a_call_that_was_under_way_and_is_answered_closes_it(circuit: Circuit) -> None:
    begun, answers = asyncio.Event(), asyncio.Event()

    async def late(_: str | None) -> str:
        begun.set()
        await answers.wait()
        return "here"

    circuit.temporal.queries("release:r")["late"] = late
    circuit.gateway._gateway = circuit.temporal.gateway(query_timeout=PATIENT)
    under_way = asyncio.ensure_future(circuit.gateway.query("release:r", "late"))
    await begun.wait()
    await circuit.open()
    answers.set()
    assert await under_way == "here"
    assert not circuit.gateway.is_open


@pytest.mark.parametrize("error", [WorkflowNotFound, QueryFailed])
async def test_what_only_a_server_can_say_is_an_answer(circuit: Circuit, error: type[Exception]) -> None:
    for _ in range(2 * FAILURES):
        circuit.temporal.is_up = False
        with pytest.raises(TemporalUnavailable):
            await circuit.gateway.check()
        circuit.temporal.is_up = True
        with pytest.raises(error):
            await circuit.gateway.query("release:r" if error is QueryFailed else "release:none", "get_nothing")
    assert not circuit.gateway.is_open


async def test_a_workflow_that_takes_too_long_says_nothing_of_the_server(circuit: Circuit) -> None:
    for _ in range(2 * FAILURES):
        with pytest.raises(QueryTimeout):
            await circuit.gateway.query("release:r", "slow")
    assert not circuit.gateway.is_open
