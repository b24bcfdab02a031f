"""Temporal in memory, for tests that need no server: a real second implementation of the `Gateway` protocol.

`FakeTemporal` is the server with its workflows and workers, `FakeGateway` a way to it; the contract suite
(`tests/contract/test_gateway.py`) holds both against the real ones. It starts like this:

    temporal = FakeTemporal()
    temporal.start("release:payments", {
        "get_release_state": {"id": "release:payments", "state": "deploying", "wave_ids": ["wave:w1"]},
        "get_wave_state": lambda wave_id: {"id": wave_id, "state": "pending"} if wave_id == "wave:w1" else None,
    })
    gateway = temporal.gateway(query_timeout=0.5)

- A query's answer is a value, or a function of the argument (None where the query has none), which may be async to
  be slow and may raise to fail. It goes through JSON, as it would with the real one.
- `temporal.end(workflow_id, RunStatus.FAILED)` ends a run in any way; `temporal.continue_as_new(workflow_id)`;
  `start` again makes a newer run; `temporal.queries(workflow_id)` is the mutable mapping of the newest run's answers.
- `start(..., worker="other")`, then `stop_worker("other")`, `start_worker("other", old=True)`: without its worker a
  workflow's queries hang until the gateway's time is over; an old worker can't say which queries it offers.
- `temporal.is_up = False` is a server that is gone; `temporal.refused = {"list_runs"}` one that refuses some kinds of
  calls; `temporal.latency = 0.01` makes each call take that long.
- `temporal.calls` counts calls by kind (the protocol's method names), `temporal.asked` lists the queries as
  `(workflow_id, query, argument)`, `temporal.most_at_once` is the most queries that were under way together.

The fixture `fake_temporal` puts one behind the whole project (views, commands) for a test.
"""

import asyncio
import inspect
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Container, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import releases.gateway
from releases.domain import Run, RunStatus
from releases.errors import (
    QueryFailed,
    QueryTimeout,
    TemporalUnavailable,
    WorkerUnavailable,
    WorkflowNotFound,
)
from releases.gateway import Gateway, GatewayConfig, Slots
from tests.fakes.visibility import InvalidQuery, listing_order, matcher

Answer = Any | Callable[[str | None], Any]
LARGEST_ANSWER = 2 * 1024 * 1024
"""Bytes; Temporal's limit.blobSize.error."""


@dataclass(slots=True)
class FakeRun:
    run: Run
    queries: MutableMapping[str, Answer]
    worker: str
    has_begun: bool
    """Whether a worker has taken it up. One that ended before can never be queried."""
    first_started_at: datetime
    """When the first of the runs began that continued as new up to this one."""


@dataclass(slots=True)
class FakeWorker:
    is_up: bool = True
    is_old: bool = False


@dataclass
class FakeTemporal:
    """A namespace of a server, with the workers of its workflows."""

    is_up: bool = True
    refused: Container[str] = ()
    latency: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._runs: dict[str, list[FakeRun]] = {}
        self._workers: dict[str, FakeWorker] = {}
        self._under_way = 0
        self._last_moment = datetime.now(UTC)

    def gateway(self, *, query_timeout: float = 5.0, query_concurrency: int = 100) -> "FakeGateway":
        return FakeGateway(self, GatewayConfig(query_timeout=query_timeout, query_concurrency=query_concurrency))

    # What a test does to it

    def start(
        self,
        workflow_id: str,
        queries: Mapping[str, Answer] | None = None,
        *,
        worker: str = "worker",
        started_at: datetime | None = None,
    ) -> Run:
        """A newer run of this workflow. ValueError while one is open, as with the real one."""
        runs = self._runs.setdefault(workflow_id, [])
        if runs and runs[-1].run.status.is_open:
            raise ValueError(f"{workflow_id} is running")
        run = Run(workflow_id, str(uuid.uuid4()), RunStatus.RUNNING, started_at or self._moment())
        continued = runs[-1] if runs and runs[-1].run.status is RunStatus.CONTINUED_AS_NEW else None
        runs.append(
            FakeRun(
                run,
                dict(queries or {}),
                worker,
                has_begun=self._worker(worker).is_up,
                first_started_at=continued.first_started_at if continued else run.started_at,
            )
        )
        return run

    def end(self, workflow_id: str, status: RunStatus = RunStatus.COMPLETED) -> Run:
        newest = self._newest(workflow_id)
        newest.run = replace(newest.run, status=status, ended_at=self._moment())
        return newest.run

    def continue_as_new(self, workflow_id: str) -> Run:
        newest = self._newest(workflow_id)
        self.end(workflow_id, RunStatus.CONTINUED_AS_NEW)
        return self.start(workflow_id, newest.queries, worker=newest.worker)

    def queries(self, workflow_id: str) -> MutableMapping[str, Answer]:
        return self._newest(workflow_id).queries

    def start_worker(self, name: str = "worker", *, old: bool = False) -> None:
        self._workers[name] = FakeWorker(is_old=old)
        for entry in chain.from_iterable(self._runs.values()):
            entry.has_begun |= entry.worker == name and entry.run.status.is_open

    def stop_worker(self, name: str = "worker") -> None:
        self._workers[name] = FakeWorker(is_up=False)

    # What gateways ask of it

    async def reached(self, kind: str) -> None:
        """The way of each call: counted, as late as all are, refused by a server that is gone."""
        self.calls[kind] += 1
        await asyncio.sleep(self.latency)
        if not self.is_up or kind in self.refused:
            raise TemporalUnavailable("UNAVAILABLE: the fake is down")

    @asynccontextmanager
    async def queried(self, workflow_id: str, name: str, argument: str | None) -> AsyncIterator[FakeRun]:
        self.asked.append((workflow_id, name, argument))
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            run = self._newest(workflow_id)
            if not (run.has_begun or run.run.status.is_open):
                raise WorkerUnavailable(f"{workflow_id} ended before it began")
            yield run
        finally:
            self._under_way -= 1

    def worker_of(self, run: FakeRun) -> FakeWorker:
        return self._worker(run.worker)

    def described(self, workflow_id: str) -> Run:
        newest = self._newest(workflow_id)
        return replace(newest.run, started_at=newest.first_started_at)

    def all_runs(self) -> Iterator[Run]:
        return (entry.run for entries in self._runs.values() for entry in entries)

    def _worker(self, name: str) -> FakeWorker:
        return self._workers.setdefault(name, FakeWorker())

    def _newest(self, workflow_id: str) -> FakeRun:
        if workflow_id not in self._runs:
            raise WorkflowNotFound(f"workflow not found for ID: {workflow_id}")
        return self._runs[workflow_id][-1]

    def _moment(self) -> datetime:
        """Now, and later than before, so that runs have an order."""
        self._last_moment = max(datetime.now(UTC), self._last_moment + timedelta(microseconds=1))
        return self._last_moment


class FakeGateway(Gateway):
    """The `Gateway` to a `FakeTemporal`."""

    def __init__(self, temporal: FakeTemporal, config: GatewayConfig) -> None:
        self._temporal = temporal
        self._config = config
        self._slots = Slots(config.query_concurrency)

    async def describe(self, workflow_id: str) -> Run:
        async with self._calling("describe"):
            return self._temporal.described(workflow_id)

    async def query(self, workflow_id: str, name: str, argument: str | None = None) -> Any:
        async with self._slots.taken(), self._answering("query", workflow_id, name, argument) as run:
            return await _answer(run.queries, name, argument)

    async def offered_queries(self, workflow_id: str) -> frozenset[str] | None:
        name = releases.gateway.METADATA_QUERY
        try:
            async with self._slots.taken(), self._answering("offered_queries", workflow_id, name, None) as run:
                return None if self._temporal.worker_of(run).is_old else frozenset(run.queries)
        except QueryTimeout as error:
            raise WorkerUnavailable("no worker says what it offers") from error

    async def list_runs(self, query: str, page_token: bytes = b"") -> tuple[list[Run], bytes]:
        async with self._calling("list_runs"):
            try:
                matches = matcher(query)
            except InvalidQuery as error:
                raise TemporalUnavailable(f"INVALID_ARGUMENT: {error}") from error
        found = sorted(filter(matches, self._temporal.all_runs()), key=listing_order)
        # The token is the last run of the page before, so that what starts meanwhile shifts nothing.
        after = next((i + 1 for i, run in enumerate(found) if run.run_id.encode() == page_token), 0)
        page = found[after : after + releases.gateway.VISIBILITY_PAGE]
        is_last = after + len(page) == len(found)
        return page, b"" if is_last else page[-1].run_id.encode()

    async def check(self) -> None:
        async with self._calling("check"):
            return

    @asynccontextmanager
    async def _calling(self, kind: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._config.query_timeout):
                await self._temporal.reached(kind)
        except TimeoutError as error:
            raise TemporalUnavailable(f"{kind}: no answer in time") from error
        yield

    @asynccontextmanager
    async def _answering(self, kind: str, workflow_id: str, name: str, argument: str | None) -> AsyncIterator[FakeRun]:
        """The run that answers, within the time: a worker that is down lets that pass."""
        try:
            async with asyncio.timeout(self._config.query_timeout):
                await self._temporal.reached(kind)
                async with self._temporal.queried(workflow_id, name, argument) as run:
                    # An event would belong to one loop; sync tests have one for each call.
                    while not self._temporal.worker_of(run).is_up:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                    yield run
        except TimeoutError as error:
            raise QueryTimeout(f"{name}: no answer in time") from error


async def _answer(queries: Mapping[str, Answer], name: str, argument: str | None) -> Any:
    if name not in queries:
        raise QueryFailed(f"unknown query {name}")
    given = queries[name]
    try:
        value = given(argument) if callable(given) else given
        if inspect.isawaitable(value):
            value = await value
    except Exception as error:  # Whatever the author's code raises is what the query failed with.
        raise QueryFailed(str(error)) from error
    return _through_json(value)


def _through_json(value: Any) -> Any:
    if isinstance(value, bytes):
        encoded = value
        decoded: Any = value
    else:
        encoded = json.dumps(value, separators=(",", ":")).encode()
        decoded = _readable(json.loads(encoded, parse_constant=lambda _: None))
    if len(encoded) > LARGEST_ANSWER:
        raise QueryFailed("Blob data size exceeds limit.")
    return decoded


def _readable(value: Any) -> Any:
    """As the real gateway makes it where JSON is not such as everybody reads."""
    if isinstance(value, dict):
        return {_readable(name): _readable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return float(value)
    return value
