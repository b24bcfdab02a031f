"""What the gateway does about calls that fail or get stuck, without a server."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.enums.v1 import EventType, ResourceExhaustedCause
from temporalio.api.errordetails.v1 import ResourceExhaustedFailure
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionResponse,
    GetWorkflowExecutionHistoryResponse,
    QueryWorkflowResponse,
)
from temporalio.service import RPCError, RPCStatusCode

import releases.gateway
from releases.domain import HistoryPage, RunStatus
from releases.errors import (
    CallRefused,
    CredentialsRefused,
    LongPollRefused,
    QueryTimeout,
    ServerBusy,
    TemporalUnavailable,
    WorkflowNotFound,
)
from releases.gateway import GatewayConfig, TemporalGateway, _long_poll_error, _persistently


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
TOO_MANY_LONG_POLLS = ResourceExhaustedCause.RESOURCE_EXHAUSTED_CAUSE_CONCURRENT_LIMIT


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


def events(*kinds: str, first: int = 1) -> list[HistoryEvent]:
    """Events of these kinds, numbered from `first`; each happened as many seconds after the epoch as its number."""
    made = []
    for number, kind in enumerate(kinds, first):
        event = HistoryEvent(event_id=number, event_type=EventType.Value(f"EVENT_TYPE_WORKFLOW_{kind}"))
        event.event_time.seconds = number
        made.append(event)
    return made


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Server:
    """Tells of a run with `length` events, page by page. Each page has a token: the number of those after it."""

    def __init__(self, length: int, *pages: list[HistoryEvent]) -> None:
        self._length = length
        self._pages = pages
        self.asked: list[bytes] = []

    async def __call__(self, method: str, request: Any, *_: Any) -> Any:
        if method == "describe_workflow_execution":
            return DescribeWorkflowExecutionResponse(
                workflow_execution_info=WorkflowExecutionInfo(history_length=self._length)
            )
        self.asked.append(request.next_page_token)
        number = int(request.next_page_token or 0)
        is_open = number + 1 < len(self._pages) or self._pages[number][-1].event_type not in CLOSINGS
        return GetWorkflowExecutionHistoryResponse(
            history=History(events=self._pages[number]), next_page_token=b"%d" % (number + 1) if is_open else b""
        )


CLOSINGS = [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED]


async def joined(server: Server, monkeypatch: pytest.MonkeyPatch) -> HistoryPage:
    gateway = TemporalGateway(GatewayConfig())
    monkeypatch.setattr(gateway, "_call", server)
    return await gateway.history("release:r")


async def test_joining_asks_for_each_page_once_and_never_for_one_that_is_yet_to_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server(
        7,
        events("EXECUTION_STARTED", "TASK_SCHEDULED", "TASK_STARTED"),
        events("TASK_COMPLETED", "EXECUTION_SIGNALED", first=4),
        events("EXECUTION_SIGNALED", "EXECUTION_SIGNALED", first=6),
    )

    assert await joined(server, monkeypatch) == HistoryPage(b"3", at(4), is_waiting=False, ended=None)
    assert server.asked == [b"", b"1", b"2"]


async def test_joining_goes_on_to_the_end_of_a_run_that_ended_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(
        3,
        events("EXECUTION_STARTED", "TASK_SCHEDULED"),
        events("TASK_STARTED", "EXECUTION_TERMINATED", first=3),
    )

    assert await joined(server, monkeypatch) == HistoryPage(b"", None, is_waiting=False, ended=RunStatus.TERMINATED)


async def test_tries_of_a_step_that_are_not_yet_written_down_end_the_joining(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(
        2,
        events("EXECUTION_STARTED", "TASK_FAILED", "TASK_SCHEDULED", "TASK_STARTED"),
    )

    assert await joined(server, monkeypatch) == HistoryPage(b"1", None, is_waiting=True, ended=None)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (failing(RPCStatusCode.RESOURCE_EXHAUSTED, cause=TOO_MANY_LONG_POLLS), LongPollRefused),
        (failing(RPCStatusCode.RESOURCE_EXHAUSTED), LongPollRefused),
        (failing(RPCStatusCode.RESOURCE_EXHAUSTED, cause=TOO_MANY), ServerBusy),
        (failing(RPCStatusCode.NOT_FOUND), WorkflowNotFound),
        (failing(RPCStatusCode.INVALID_ARGUMENT), CallRefused),
        (failing(RPCStatusCode.UNAUTHENTICATED), CredentialsRefused),
        (failing(RPCStatusCode.PERMISSION_DENIED), CredentialsRefused),
        (failing(RPCStatusCode.UNAVAILABLE), TemporalUnavailable),
        (failing(RPCStatusCode.CANCELLED), TemporalUnavailable),
    ],
)
def test_a_long_poll_that_is_refused_is_told_apart(error: RPCError, expected: type[Exception]) -> None:
    assert type(_long_poll_error(error)) is expected
