"""The way to Temporal: describe, query, list and follow workflows. The only importer of temporalio's client.

`Gateway` is what the rest of Relportal knows of Temporal; `TemporalGateway` is it over gRPC. It works on the requests
themselves rather than on workflow handles: a query's answer is then decoded once, by the fastest decoder, and an error
is told apart by its gRPC status and details, never by its text.
"""

import asyncio
import json
import logging
import math
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import orjson
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.enums.v1 import (
    EventType,
    HistoryEventFilterType,
    ResourceExhaustedCause,
    WorkflowExecutionStatus,
)
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure, ResourceExhaustedFailure
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryResponse,
    ListWorkflowExecutionsRequest,
    QueryWorkflowRequest,
)
from temporalio.client import Client
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import GrpcCompression, RPCError, RPCStatusCode, TLSConfig

from releases.domain import HistoryPage, Run, RunStatus
from releases.errors import (
    CallRefused,
    CredentialsRefused,
    LongPollRefused,
    NamespaceNotFound,
    QueryFailed,
    QueryTimeout,
    RelportalError,
    ServerBusy,
    TemporalUnavailable,
    WorkerUnavailable,
    WorkflowNotFound,
)
from releases.sharing import note_error

METADATA_QUERY = "__temporal_workflow_metadata"
VISIBILITY_PAGE = 1000
"""The most runs that a server lists at once by default (frontend.visibilityMaxPageSize)."""
HISTORY_PAGE = 256
"""The most writes to a history, of one or more events each, that it gives at once (frontend.historyMaxPageSize)."""

_PASSING = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.DATA_LOSS,
        RPCStatusCode.OUT_OF_RANGE,
    }
)
"""What the SDK, too, holds for transient."""

_RETRIED_FOR = 2.0
"""Seconds: long enough for a fail-over, short enough that a dead server is told to the reader, not waited for."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
"""Seconds between tries. The SDK's own retries pause for a second at least where the server has its hands full, as it
does for some milliseconds with each step of a workflow that is queried."""

_SENT_AGAIN_AFTER, _SENT_AT_MOST = 1.0, 3
"""Seconds without an answer after which a query is sent once more, and how often in all. Of queries sent together to a
workflow that has ended, one in some two hundred gets stuck in its worker; the next is answered within milliseconds."""

_SLOT_SECONDS = 1.0
"""How long a query counts against the limit. One that waits longer waits for a worker and costs nobody anything: it
gives its place to others, so that a dead worker's queries never hold up a living one's."""

_LONG_POLL_SECONDS = 30.0
"""The server answers a long-poll that nothing has come of after 20 (history.longPollExpirationInterval)."""

_STARTS_KEPT = 10_000
"""Starts of first runs that are remembered: they never change."""


class Gateway(Protocol):
    """What Relportal asks of Temporal. Each call ends within its time, with an answer or one of these errors:
    WorkflowNotFound, TemporalUnavailable; of a query also QueryFailed, QueryTimeout, WorkerUnavailable."""

    async def describe(self, workflow_id: str) -> Run:
        """The newest run of this workflow; `started_at` is that of the first, where it continued as new."""
        ...

    async def query(self, workflow_id: str, name: str, argument: str | None = None) -> Any:
        """What the newest run answers: decoded JSON; None for null; bytes where it is not JSON."""
        ...

    async def offered_queries(self, workflow_id: str) -> frozenset[str] | None:
        """The names of the workflow's queries; None where its worker is too old to say."""
        ...

    async def list_runs(self, query: str, page_token: bytes = b"") -> tuple[list[Run], bytes]:
        """A page of runs that match a visibility query, and the token of the next page (empty at the end)."""
        ...

    async def history(self, workflow_id: str, token: bytes = b"") -> HistoryPage:
        """Without a token: all that has happened in the newest run, at once. With one: what has happened since; waits
        until something does, some 20 s at most, and gives a page that tells nothing where nothing did (now and then
        at once, where a page before was full to the brim); such a call is not retried. Both may raise
        LongPollRefused."""
        ...

    async def check(self) -> None:
        """Nothing where the server and the namespace are there; else TemporalUnavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """Where Temporal is and how long to wait for it; times in seconds."""

    host: str = "localhost:7233"
    namespace: str = "default"
    tls: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_ca: Path | None = None
    api_key: str | None = None
    query_timeout: float = 5.0
    query_concurrency: int = 100


class TemporalGateway:
    """Temporal over gRPC. Belongs to the event loop that it is first used on; connects with its first call."""

    def __init__(self, config: GatewayConfig) -> None:
        self._config = config
        self._slots = Slots(config.query_concurrency)
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        self._starts: dict[str, datetime] = {}

    async def describe(self, workflow_id: str) -> Run:
        info = await self._described(workflow_id)
        run = _run(info)
        if info.first_run_id in ("", run.run_id):
            return run
        return replace(run, started_at=await self._start_of(workflow_id, info.first_run_id) or run.started_at)

    async def _described(self, workflow_id: str, run_id: str = "") -> WorkflowExecutionInfo:
        request = DescribeWorkflowExecutionRequest(
            namespace=self._config.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
        )
        answer = await self._call("describe_workflow_execution", request)
        info: WorkflowExecutionInfo = answer.workflow_execution_info
        return info

    async def _start_of(self, workflow_id: str, run_id: str) -> datetime | None:
        """When that run began, asked once; None where retention has deleted it."""
        if run_id not in self._starts:
            try:
                self._starts[run_id] = _moment((await self._described(workflow_id, run_id)).start_time)
            except WorkflowNotFound:
                return None
            if len(self._starts) > _STARTS_KEPT:
                del self._starts[next(iter(self._starts))]
        return self._starts[run_id]

    async def query(self, workflow_id: str, name: str, argument: str | None = None) -> Any:
        request = QueryWorkflowRequest(
            namespace=self._config.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id),
            query=WorkflowQuery(query_type=name, query_args=_arguments(argument)),
        )
        async with self._slots.taken():
            answer = await self._asked(request)
        payloads = answer.query_result.payloads
        return _decoded(payloads[0]) if payloads else None

    async def _asked(self, request: QueryWorkflowRequest) -> Any:
        """The first answer to this query, which is sent again where it takes long. The first try sets the time."""
        tries: list[asyncio.Future[Any]] = []
        answered: set[asyncio.Future[Any]] = set()
        try:
            while not answered:
                tries.append(asyncio.ensure_future(self._call("query_workflow", request, _query_error, QueryTimeout)))
                patience = _SENT_AGAIN_AFTER if len(tries) < _SENT_AT_MOST else None
                answered, _ = await asyncio.wait(tries, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            return answered.pop().result()
        finally:
            for task in tries:
                task.cancel()
                task.add_done_callback(note_error)

    async def offered_queries(self, workflow_id: str) -> frozenset[str] | None:
        try:
            answer = await self.query(workflow_id, METADATA_QUERY)
            definitions = answer["definition"].get("queryDefinitions", ())
            return frozenset(definition["name"] for definition in definitions)
        except QueryTimeout as error:
            # The SDK answers this query by itself, at once: where no answer comes, there is no worker.
            raise WorkerUnavailable(str(error)) from error
        except (QueryFailed, LookupError, TypeError, AttributeError):
            return None

    async def list_runs(self, query: str, page_token: bytes = b"") -> tuple[list[Run], bytes]:
        request = ListWorkflowExecutionsRequest(
            namespace=self._config.namespace,
            page_size=VISIBILITY_PAGE,
            query=query,
            next_page_token=page_token,
        )
        answer = await self._call("list_workflow_executions", request)
        return [_run(info) for info in answer.executions], answer.next_page_token

    async def history(self, workflow_id: str, token: bytes = b"") -> HistoryPage:
        if token:
            return _page(await self._awaited(self._history_request(WorkflowExecution(workflow_id=workflow_id), token)))
        return await self._history_of(await self._described(workflow_id))

    async def _history_of(self, info: WorkflowExecutionInfo) -> HistoryPage:
        """All pages up to what was there when the run was described. Each has a token, and asking with the last one's
        would wait: the number of events tells which it is."""
        page = HistoryPage(b"", None, None, None)
        while True:
            request = self._history_request(info.execution, page.token)
            # A server that has its fill of long-polls refuses these as well, though they don't wait.
            answer = await self._call(_GET_HISTORY, request, _long_poll_error)
            page = _joined(page, _page(answer))
            events = answer.history.events
            if not page.token or not events or events[-1].event_id >= info.history_length:
                return page

    async def _awaited(self, request: GetWorkflowExecutionHistoryRequest) -> GetWorkflowExecutionHistoryResponse:
        """A long-poll, which is not retried: who waits decides what to do about one that failed."""
        with _our_errors(_GET_HISTORY, _long_poll_error):
            async with asyncio.timeout(_LONG_POLL_SECONDS) as limit:
                client = await self._connected()
                return await client.workflow_service.get_workflow_execution_history(request, timeout=_left_of(limit))

    def _history_request(self, execution: WorkflowExecution, token: bytes) -> GetWorkflowExecutionHistoryRequest:
        return GetWorkflowExecutionHistoryRequest(
            namespace=self._config.namespace,
            execution=execution,
            maximum_page_size=HISTORY_PAGE,
            next_page_token=token,
            wait_new_event=True,
            history_event_filter_type=HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT,
            skip_archival=True,
        )

    async def check(self) -> None:
        await self._call(
            "describe_namespace",
            DescribeNamespaceRequest(namespace=self._config.namespace),
        )

    async def _call(
        self,
        method: str,
        request: Any,
        error_of: "Callable[[RPCError], RelportalError] | None" = None,
        late: type[RelportalError] = TemporalUnavailable,
    ) -> Any:
        """One call of the service by its deadline, with retries inside it and its errors made ours."""
        with _our_errors(method, error_of or _service_error, late):
            async with asyncio.timeout(self._config.query_timeout) as limit:
                client = await self._connected()
                call: Callable[..., Awaitable[Any]] = getattr(client.workflow_service, method)
                return await _persistently(lambda: call(request, timeout=_left_of(limit)))

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is None:
                config = self._config
                self._client = await Client.connect(
                    config.host,
                    namespace=config.namespace,
                    api_key=config.api_key,
                    tls=_tls(config),
                    runtime=_runtime(),
                    grpc_compression=_compression(config),
                    lazy=True,
                )
            return self._client


@cache
def _runtime() -> Runtime:
    """The SDK's engine, with its log lines among all others: by itself it writes coloured text to the terminal.

    Errors alone, since it warns of each retry, and what comes of those is logged where it matters.
    """
    forwarding = LogForwardingConfig(logging.getLogger("temporalio.core"))
    lines = LoggingConfig(TelemetryFilter(core_level="ERROR", other_level="ERROR"), forwarding)
    return Runtime(telemetry=TelemetryConfig(logging=lines))


class Slots:
    """A limit on what is in flight. A place is given back when its holder ends, or after `_SLOT_SECONDS` if sooner."""

    def __init__(self, limit: int) -> None:
        self._free = asyncio.Semaphore(limit)

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        await self._free.acquire()
        given_back = False

        def give_back() -> None:
            nonlocal given_back
            if not given_back:
                given_back = True
                self._free.release()

        timer = asyncio.get_running_loop().call_later(_SLOT_SECONDS, give_back)
        try:
            yield
        finally:
            timer.cancel()
            give_back()


@contextmanager
def _our_errors(
    method: str,
    error_of: Callable[[RPCError], RelportalError],
    late: type[RelportalError] = TemporalUnavailable,
) -> Iterator[None]:
    """The errors of one call of the service made ours; `late` is what it is to have no answer in time."""
    try:
        yield
    except RPCError as error:
        raise error_of(error) from error
    except TimeoutError as error:
        raise late(f"{method}: no answer in time") from error
    except RuntimeError as error:
        # What the SDK raises where no connection can be made at all.
        raise TemporalUnavailable(str(error)) from error


async def _persistently(attempt: Callable[[], Awaitable[Any]]) -> Any:
    """What the attempt gives, made again where it failed for a reason that passes. A workflow that is busy is tried
    for as long as the caller lets it: it is a matter of its worker, not of the server."""
    loop = asyncio.get_running_loop()
    gives_up_at = loop.time() + _RETRIED_FOR
    pause = _FIRST_PAUSE
    while True:
        try:
            return await attempt()
        except RPCError as error:
            passes = error.status in _PASSING and loop.time() + pause < gives_up_at
            if not passes and not _is_about_busy_workflow(error):
                raise
        await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311  # Jitter.
        pause = min(2 * pause, _LONGEST_PAUSE)


def _left_of(limit: asyncio.Timeout) -> timedelta:
    ends_at = limit.when() or 0.0
    return timedelta(seconds=max(ends_at - asyncio.get_running_loop().time(), 0.001))


def _compression(config: GatewayConfig) -> GrpcCompression:
    """Compressing the 200 kB of a thousand entities takes 4 ms of a query's 20: worth it on a long way alone, and TLS
    tells which way is long."""
    return GrpcCompression.GZIP if _tls(config) or config.api_key else GrpcCompression.NONE


def _tls(config: GatewayConfig) -> bool | TLSConfig | None:
    files = (config.tls_ca, config.tls_cert, config.tls_key)
    if not any(files):
        # None leaves it to the SDK, which uses TLS where there is an API key.
        return True if config.tls else None
    ca, cert, key = (path.read_bytes() if path else None for path in files)
    return TLSConfig(server_root_ca_cert=ca, client_cert=cert, client_private_key=key)


def _run(info: WorkflowExecutionInfo) -> Run:
    name = WorkflowExecutionStatus.Name(info.status).removeprefix("WORKFLOW_EXECUTION_STATUS_")
    return Run(
        workflow_id=info.execution.workflow_id,
        run_id=info.execution.run_id,
        status=RunStatus(name),
        started_at=_moment(info.start_time),
        ended_at=_moment(info.close_time) if info.HasField("close_time") else None,
        workflow_type=info.type.name,
        task_queue=info.task_queue,
    )


_GET_HISTORY = "get_workflow_execution_history"

_CLOSINGS: Mapping[int, RunStatus] = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: RunStatus.COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: RunStatus.FAILED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: RunStatus.TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: RunStatus.CANCELED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: RunStatus.TERMINATED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: RunStatus.CONTINUED_AS_NEW,
}
_WAITINGS: Mapping[int, bool] = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED: True,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED: True,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED: True,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT: True,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED: False,
}
"""Whether a workflow task is left to do after such an event: the server tries one that failed again."""


def _page(answer: GetWorkflowExecutionHistoryResponse) -> HistoryPage:
    stepped_at = is_waiting = ended = None
    for event in answer.history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            stepped_at = event.event_time
        is_waiting = _WAITINGS.get(event.event_type, is_waiting)
        ended = _CLOSINGS.get(event.event_type, ended)
    return HistoryPage(
        token=b"" if ended else answer.next_page_token,
        stepped_at=_moment(stepped_at) if stepped_at else None,
        is_waiting=False if ended else is_waiting,
        ended=ended,
    )


def _joined(before: HistoryPage, page: HistoryPage) -> HistoryPage:
    return replace(
        page,
        stepped_at=page.stepped_at or before.stepped_at,
        is_waiting=before.is_waiting if page.is_waiting is None else page.is_waiting,
    )


def _moment(timestamp: Timestamp) -> datetime:
    return timestamp.ToDatetime(tzinfo=UTC)


def _arguments(argument: str | None) -> Payloads | None:
    if argument is None:
        return None
    return Payloads(payloads=[Payload(metadata={"encoding": b"json/plain"}, data=orjson.dumps(str(argument)))])


def _decoded(payload: Payload) -> Any:
    """The JSON of a payload. Bytes where it holds none: a codec's, or another encoding's."""
    encoding = payload.metadata.get("encoding", b"")
    if encoding == b"binary/null":
        return None
    if not encoding.startswith(b"json/"):
        return payload.data
    try:
        return orjson.loads(payload.data)
    except orjson.JSONDecodeError:
        return _decoded_leniently(payload.data)


def _decoded_leniently(data: bytes) -> Any:
    """JSON with what only some encoders write (NaN, numbers beyond a double, lone surrogates), made such as can be
    passed on: null in place of such numbers, a question mark for half a character."""
    try:
        value = json.loads(data, parse_constant=lambda _: None, parse_float=_number, parse_int=_integer)
        return orjson.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return data


def _number(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _integer(digits: str) -> int | float | None:
    """As orjson reads it: beyond 64 bits only nearly."""
    return int(digits) if len(digits) <= _MOST_EXACT_DIGITS else _number(digits)


_MOST_EXACT_DIGITS = len(str(-(2**63)))


def _query_error(error: RPCError) -> RelportalError:
    match error.status:
        case RPCStatusCode.INVALID_ARGUMENT:
            return QueryFailed(error.message)
        case RPCStatusCode.CANCELLED | RPCStatusCode.DEADLINE_EXCEEDED:
            return QueryTimeout(error.message)
        case RPCStatusCode.FAILED_PRECONDITION:
            # No poller was seen lately, or the run has not yet done its first workflow task: nobody there to answer.
            return WorkerUnavailable(error.message)
    return _service_error(error)


def _long_poll_error(error: RPCError) -> RelportalError:
    if error.status is RPCStatusCode.RESOURCE_EXHAUSTED and _cause_of(error) in _ABOUT_LONG_POLLS:
        return LongPollRefused(error.message)
    return _service_error(error)


_ABOUT_LONG_POLLS = (
    ResourceExhaustedCause.RESOURCE_EXHAUSTED_CAUSE_CONCURRENT_LIMIT,
    ResourceExhaustedCause.RESOURCE_EXHAUSTED_CAUSE_UNSPECIFIED,
)
"""Of so many that wait at once, not of so many calls a second, which passes. Old servers don't say."""


_REFUSALS: Mapping[RPCStatusCode, type[TemporalUnavailable]] = {
    RPCStatusCode.RESOURCE_EXHAUSTED: ServerBusy,
    RPCStatusCode.NOT_FOUND: NamespaceNotFound,
    RPCStatusCode.UNAUTHENTICATED: CredentialsRefused,
    RPCStatusCode.PERMISSION_DENIED: CredentialsRefused,
    RPCStatusCode.INVALID_ARGUMENT: CallRefused,
}


def _service_error(error: RPCError) -> RelportalError:
    if error.status is RPCStatusCode.NOT_FOUND and not _is_about_namespace(error):
        return WorkflowNotFound(error.message)
    return _REFUSALS.get(error.status, TemporalUnavailable)(f"{error.status.name}: {error.message}")


def _is_about_namespace(error: RPCError) -> bool:
    return any(detail.Is(NamespaceNotFoundFailure.DESCRIPTOR) for detail in error.grpc_status.details)


def _is_about_busy_workflow(error: RPCError) -> bool:
    """While a workflow takes a step, or waits for a worker to take it, the server lets one query wait and refuses the
    others (history.maxBufferedQueryCount)."""
    return (
        error.status is RPCStatusCode.RESOURCE_EXHAUSTED
        and _cause_of(error) == ResourceExhaustedCause.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW
    )


def _cause_of(error: RPCError) -> int:
    """What of the server is exhausted, as it says."""
    failure = ResourceExhaustedFailure()
    told = any(detail.Unpack(failure) for detail in error.grpc_status.details)
    return failure.cause if told else ResourceExhaustedCause.RESOURCE_EXHAUSTED_CAUSE_UNSPECIFIED
