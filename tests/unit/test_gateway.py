"""What the gateway does about calls that fail or get stuck, without a server."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.enums.v1 import ResourceExhaustedCause
from temporalio.api.errordetails.v1 import ResourceExhaustedFailure
from temporalio.api.workflowservice.v1 import QueryWorkflowResponse
from temporalio.service import RPCError, RPCStatusCode

import releases.gateway
from releases.errors import QueryTimeout
from releases.gateway import GatewayConfig, TemporalGateway, _persistently


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases.gateway, "_FIRST_PAUSE", 0.001)
    monkeypatch.setattr(releases.gateway, "_LONGEST_PAUSE", 0.001)
    monkeypatch.setattr(releases.gateway, "_SENT_AGAIN_AFTER", 0.01)


def failing(status: RPCStatusCode, *, cause: ResourceExhaustedCause.ValueType | None = None) -> RPCError:
    details = []
    if cause is not None:
        detail = AnyMessage()
        detail.Pack(ResourceExhaustedFailure(cause=cause))
        details.append(detail)
    return RPCError("told by the server", status, GrpcStatus(details=details).SerializeToString())


class Attempts:
    """Fails with each of these in turn, then answers."""

    def __init__(self, *errors: RPCError) -> None:
        self.errors = list(errors)
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


BUSY_WORKFLOW = ResourceExhaustedCause.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW
TOO_MANY = ResourceExhaustedCause.RESOURCE_EXHAUSTED_CAUSE_RPS_LIMIT


async def test_what_passes_is_tried_again() -> None:
    attempts = Attempts(failing(RPCStatusCode.UNAVAILABLE), failing(RPCStatusCode.RESOURCE_EXHAUSTED, cause=TOO_MANY))

    assert await _persistently(attempts) == "answer"
    assert attempts.made == 3


@pytest.mark.parametrize(
    "status",
    [
        RPCStatusCode.NOT_FOUND,
        RPCStatusCode.INVALID_ARGUMENT,
        RPCStatusCode.PERMISSION_DENIED,
        RPCStatusCode.UNAUTHENTICATED,
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.DEADLINE_EXCEEDED,
    ],
)
async def test_what_does_not_pass_is_tried_once(status: RPCStatusCode) -> None:
    attempts = Attempts(failing(status))

    with pytest.raises(RPCError):
        await _persistently(attempts)
    assert attempts.made == 1


async def test_what_does_not_pass_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases.gateway, "_RETRIED_FOR", 0.0)

    with pytest.raises(RPCError):
        await _persistently(Attempts(failing(RPCStatusCode.UNAVAILABLE)))


async def test_a_busy_workflow_is_tried_for_as_long_as_the_caller_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases.gateway, "_RETRIED_FOR", 0.0)
    busy = failing(RPCStatusCode.RESOURCE_EXHAUSTED, cause=BUSY_WORKFLOW)

    assert await _persistently(Attempts(busy, busy, busy)) == "answer"


def gateway_that(answers: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch) -> tuple[TemporalGateway, list[int]]:
    """A gateway whose calls are answered by a function of how many there have been; and those that were given up."""
    gateway = TemporalGateway(GatewayConfig())
    calls = 0
    given_up: list[int] = []

    async def call(*_: Any) -> Any:
        nonlocal calls
        calls += 1
        number = calls
        try:
            return await answers(number)
        except asyncio.CancelledError:
            given_up.append(number)
            raise

    monkeypatch.setattr(gateway, "_call", call)
    return gateway, given_up


async def stuck() -> None:
    await asyncio.sleep(60)


async def null() -> QueryWorkflowResponse:
    return QueryWorkflowResponse()


async def test_a_query_that_is_stuck_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway, given_up = gateway_that(lambda number: null() if number == 3 else stuck(), monkeypatch)

    assert await gateway.query("release:r", "get_release_state") is None
    await asyncio.sleep(0)
    assert given_up == [1, 2]


async def test_a_query_is_not_sent_again_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def late(number: int) -> QueryWorkflowResponse:
        await asyncio.sleep(0.2)
        if number == 1:
            raise QueryTimeout
        await stuck()
        raise AssertionError

    gateway, given_up = gateway_that(late, monkeypatch)

    with pytest.raises(QueryTimeout):
        await gateway.query("release:r", "get_release_state")
    await asyncio.sleep(0)
    assert given_up == [2, 3]


async def test_a_caller_that_leaves_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway, given_up = gateway_that(lambda _: stuck(), monkeypatch)
    asking = asyncio.ensure_future(gateway.query("release:r", "get_release_state"))
    await asyncio.sleep(0.1)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.sleep(0)
    assert given_up == [1, 2, 3]
