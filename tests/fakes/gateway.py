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
- `temporal.step(workflow_id)` is what a signal, a timer or an activity leads to: the workflow takes a step, which its
  history tells, once its worker is there. Change what it answers first. Starts and ends are told of by themselves.
- `temporal.is_up = False` is a server that is gone; `temporal.refused = {"list_runs"}` one that refuses some kinds of
  calls; `temporal.latency = 0.01` makes each call take that long. `temporal.long_polls = 3` lets that many wait at
  once, `temporal.long_poll_seconds = 0.1` makes them give up sooner; `temporal.waiting` is how many wait now.
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
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import releases.gateway
from releases.domain import HistoryPage, Run, RunStatus
from releases.errors import (
    CallRefused,
    LongPollRefused,
    QueryFailed,
    QueryTimeout,
    TemporalUnavailable,
    WorkerUnavailable,
    WorkflowNotFound,
)
from releases.gateway import Gateway, GatewayConfig, Slots
from tests.fakes.history import FakeEvent, FakeHistory
from tests.fakes.visibility import InvalidQuery, listing_order, matcher

_ENDS_FROM_OUTSIDE = (RunStatus.TERMINATED, RunStatus.TIMED_OUT)
"""All others are what a step of the workflow comes to."""

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
    history: FakeHistory


@dataclass(slots=True)
class FakeWorker:
    is_up: bool = True
    is_old: bool = False


class FakeTemporal:
    """A namespace of a server, with the workers of its workflows."""

    def __init__(self, *, is_up: bool = True, refused: Container[str] = (), latency: float = 0.0) -> None:
        self.refused = refused
        self.latency = latency
        self.long_polls = 1200
        self.long_poll_seconds = 20.0
        self.calls: Counter[str] = Counter()
        self.asked: list[tuple[str, str, str | None]] = []
        self.most_at_once = 0
        self.waiting = 0
        self._is_up = is_up
        self._runs: dict[str, list[FakeRun]] = {}
        self._workers: dict[str, FakeWorker] = {}
        self._under_way = 0
        self._last_moment = datetime.now(UTC)

    def gateway(self, *, query_timeout: float = 5.0, query_concurrency: int = 100) -> "FakeGateway":
        return FakeGateway(self, GatewayConfig(query_timeout=query_timeout, query_concurrency=query_concurrency))

    # What a test does to it

    @property
    def is_up(self) -> bool:
        return self._is_up

    @is_up.setter
    def is_up(self, is_up: bool) -> None:
        self._is_up = is_up
        for entry in chain.from_iterable(self._runs.values()):
            entry.history.wake()

    def start(
        self,
        workflow_id: str,
        queries: Mapping[str, Answer] | None = None,
        *,
        worker: str = "worker",
        started_at: datetime | None = None,
        workflow_type: str = "HolderWorkflow",
    ) -> Run:
        """A newer run of this workflow. ValueError while one is open, as with the real one."""
        runs = self._runs.setdefault(workflow_id, [])
        if runs and runs[-1].run.status.is_open:
            raise ValueError(f"{workflow_id} is running")
        began = started_at or self._moment()
        run = Run(
            workflow_id,
            str(uuid.uuid4()),
            RunStatus.RUNNING,
            began,
            workflow_type=workflow_type,
            task_queue=worker,
        )
        continued = runs[-1] if runs and runs[-1].run.status is RunStatus.CONTINUED_AS_NEW else None
        runs.append(
            FakeRun(
                run,
                dict(queries or {}),
                worker,
                has_begun=self._worker(worker).is_up,
                first_started_at=continued.first_started_at if continued else run.started_at,
                history=FakeHistory(run.run_id),
            )
        )
        self.step(workflow_id)
        return run

    def step(self, workflow_id: str) -> None:
        """The newest run takes a step, at once or when its worker is there. ValueError where it has ended: nothing
        reaches it any more."""
        newest = self._newest(workflow_id)
        if not newest.run.status.is_open:
            raise ValueError(f"{workflow_id} has ended")
        # One workflow task takes up all that came before it: only the first schedules one.
        newest.history.add(FakeEvent(self._moment(), is_waiting=None if newest.history.is_waiting else True))
        if self.worker_of(newest).is_up:
            newest.history.add(FakeEvent(self._moment(), is_waiting=False))

    def end(self, workflow_id: str, status: RunStatus = RunStatus.COMPLETED) -> Run:
        newest = self._newest(workflow_id)
        if status not in _ENDS_FROM_OUTSIDE:
            newest.history.add(FakeEvent(self._moment(), is_waiting=False))
        ended_at = self._moment()
        newest.run = replace(newest.run, status=status, ended_at=ended_at)
        newest.history.add(FakeEvent(ended_at, ended=status))
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
            if entry.worker == name and entry.run.status.is_open:
                entry.has_begun = True
                if entry.history.is_waiting:
                    entry.history.add(FakeEvent(self._moment(), is_waiting=False))

    def stop_worker(self, name: str = "worker") -> None:
        self._workers[name] = FakeWorker(is_up=False)

    # What gateways ask of it

    async def reached(self, kind: str) -> None:
        """The way of each call: counted, as late as all are, refused by a server that is gone."""
        self.calls[kind] += 1
        await asyncio.sleep(self.latency)
        if self.is_up and kind in self.refused and kind == "history":
            raise LongPollRefused("RESOURCE_EXHAUSTED: the fake refuses it")
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

    def joined(self, workflow_id: str) -> HistoryPage:
        newest = self._newest(workflow_id)
        self._let_wait()
        return newest.history.page()

    async def awaited(self, workflow_id: str, token: bytes) -> HistoryPage:
        """What happened since, as soon as something did or the long-poll's time is over."""
        history = self._history_of(workflow_id, token)
        self._let_wait()
        self.waiting += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.long_poll_seconds), history.waited_for() as woken:
                    while history.page(token).token == token:
                        await woken.wait()
                        woken.clear()
                        if not self.is_up:
                            raise TemporalUnavailable("UNKNOWN: transport error")
            return history.page(token)
        finally:
            self.waiting -= 1

    def _let_wait(self) -> None:
        """Joining counts, too, as with the real one: it is a long-poll that does not wait."""
        if self.waiting >= self.long_polls:
            raise LongPollRefused("RESOURCE_EXHAUSTED: namespace concurrent poller limit exceeded")

    def _history_of(self, workflow_id: str, token: bytes) -> FakeHistory:
        self._newest(workflow_id)
        history = next((run.history for run in self._runs[workflow_id] if run.history.gave(token)), None)
        if history is None:
            raise TemporalUnavailable("INVALID_ARGUMENT: Invalid NextPageToken.")
        return history

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
                raise CallRefused(f"INVALID_ARGUMENT: {error}") from error
        found = sorted(filter(matches, self._temporal.all_runs()), key=listing_order)
        # The token is the last run of the page before, so that what starts meanwhile shifts nothing.
        after = next((i + 1 for i, run in enumerate(found) if run.run_id.encode() == page_token), 0)
        page = found[after : after + releases.gateway.VISIBILITY_PAGE]
        is_last = after + len(page) == len(found)
        return page, b"" if is_last else page[-1].run_id.encode()

    async def history(self, workflow_id: str, token: bytes = b"") -> HistoryPage:
        async with self._calling("history"):
            return await self._temporal.awaited(workflow_id, token) if token else self._temporal.joined(workflow_id)

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
