"""Two worlds for one suite: Temporal in memory, and a real development server. What a test can do to either.

Workflows are told what to answer as `tests.workflows` says. `World.gateway()` gives the way into the world.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import pytest
from temporalio.client import Client, WorkflowContinuedAsNewError, WorkflowFailureError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from releases.domain import Run, RunStatus
from releases.gateway import Gateway, GatewayConfig, TemporalGateway
from tests.fakes.gateway import FakeTemporal
from tests.integration.link import Link
from tests.temporal import TemporalServer
from tests.workflows import Answers, AnythingWorkflow, HeedlessWorkflow, HolderWorkflow, OldWorker, answer, query_names

PATIENT = 20.0
"""Seconds for answers that will come: a busy machine makes no test fail."""


class World(Protocol):
    def gateway(self, *, query_timeout: float = PATIENT, query_concurrency: int = 100) -> Gateway: ...

    def lost_gateway(self) -> Gateway:
        """A gateway to a server that is not there."""
        ...

    async def fragile_gateway(self) -> tuple[Gateway, Callable[[], Awaitable[None]]]:
        """A gateway, and what takes its server away."""
        ...

    async def start(
        self,
        workflow_id: str,
        answers: Answers,
        *,
        worker: str = "worker",
        times_out: bool = False,
        heedless: bool = False,
    ) -> None:
        """Start a workflow that answers so. `times_out`: it will end by itself, for `end(…, RunStatus.TIMED_OUT)`.
        `heedless`: its queries take no argument, and answer the same whatever they are sent."""
        ...

    async def tell(self, workflow_id: str, answers: Answers) -> None:
        """From now on the workflow answers so, too."""
        ...

    async def end(self, workflow_id: str, status: RunStatus = RunStatus.COMPLETED) -> None:
        """End the newest run so (CONTINUED_AS_NEW: it goes on in another), and wait until visibility shows it."""
        ...

    async def start_worker(self, name: str = "worker", *, old: bool = False) -> None: ...

    async def stop_worker(self, name: str = "worker") -> None: ...


class FakeWorld:
    def __init__(self) -> None:
        self.temporal = FakeTemporal()

    def gateway(self, *, query_timeout: float = PATIENT, query_concurrency: int = 100) -> Gateway:
        return self.temporal.gateway(query_timeout=query_timeout, query_concurrency=query_concurrency)

    def lost_gateway(self) -> Gateway:
        return FakeTemporal(is_up=False).gateway()

    async def fragile_gateway(self) -> tuple[Gateway, Callable[[], Awaitable[None]]]:
        async def cut() -> None:
            self.temporal.is_up = False

        return self.temporal.gateway(), cut

    async def start(
        self,
        workflow_id: str,
        answers: Answers,
        *,
        worker: str = "worker",
        times_out: bool = False,
        heedless: bool = False,
    ) -> None:
        self.temporal.start(workflow_id, answers if heedless else _as_functions(answers), worker=worker)

    async def tell(self, workflow_id: str, answers: Answers) -> None:
        queries = self.temporal.queries(workflow_id)
        for name, function in _as_functions(answers).items():
            queries[name] = _else(function, queries.get(name))
        self.temporal.step(workflow_id)

    async def end(self, workflow_id: str, status: RunStatus = RunStatus.COMPLETED) -> None:
        if status is RunStatus.CONTINUED_AS_NEW:
            self.temporal.continue_as_new(workflow_id)
        else:
            self.temporal.end(workflow_id, status)

    async def start_worker(self, name: str = "worker", *, old: bool = False) -> None:
        self.temporal.start_worker(name, old=old)

    async def stop_worker(self, name: str = "worker") -> None:
        self.temporal.stop_worker(name)


Function = Callable[[str | None], Any]


def _as_functions(answers: Answers) -> dict[str, Function]:
    def function(name: str) -> Function:
        async def answered(argument: str | None) -> Any:
            given = answers.get(name if argument is None else f"{name} {argument}")
            if isinstance(given, dict) and "$sleep" in given:
                await asyncio.sleep(given["$sleep"])
                return {key: value for key, value in given.items() if key != "$sleep"}
            return answer(answers, name, argument)

        return answered

    return {name: function(name) for name in query_names(answers)}


def _else(function: Function, before: Function | None) -> Function:
    async def answered(argument: str | None) -> Any:
        told = await function(argument)
        return told if told is not None or before is None else await before(argument)

    return answered


@dataclass
class RealWorld:
    """A namespace of a real server, with workers in this process."""

    host: str
    namespace: str
    client: Client
    _workers: dict[str, Worker] = field(default_factory=dict)

    def gateway(self, *, query_timeout: float = PATIENT, query_concurrency: int = 100) -> Gateway:
        return TemporalGateway(
            GatewayConfig(
                host=self.host,
                namespace=self.namespace,
                query_timeout=query_timeout,
                query_concurrency=query_concurrency,
            )
        )

    def lost_gateway(self) -> Gateway:
        return TemporalGateway(GatewayConfig(host="127.0.0.1:1", query_timeout=5))

    async def fragile_gateway(self) -> tuple[Gateway, Callable[[], Awaitable[None]]]:
        link = Link(self.host)
        await link.mend()
        return TemporalGateway(GatewayConfig(host=link.host, namespace=self.namespace)), link.cut

    async def start(
        self,
        workflow_id: str,
        answers: Answers,
        *,
        worker: str = "worker",
        times_out: bool = False,
        heedless: bool = False,
    ) -> None:
        await self.client.start_workflow(
            HeedlessWorkflow.run if heedless else HolderWorkflow.run,
            dict(answers),
            id=workflow_id,
            task_queue=worker,
            run_timeout=timedelta(seconds=1) if times_out else None,
            # A worker of ours takes the first step without another round trip; a thousand starts are felt.
            request_eager_start=worker in self._workers,
        )

    async def tell(self, workflow_id: str, answers: Answers) -> None:
        await self.client.get_workflow_handle(workflow_id).signal(HolderWorkflow.tell, dict(answers))

    async def end(self, workflow_id: str, status: RunStatus = RunStatus.COMPLETED) -> None:
        handle = self.client.get_workflow_handle(workflow_id)
        run_id = (await handle.describe()).run_id
        match status:
            case RunStatus.CANCELED:
                await handle.cancel()
            case RunStatus.TERMINATED:
                await handle.terminate()
            case RunStatus.TIMED_OUT:
                pass
            case _:
                await handle.signal(HolderWorkflow.end, _WAYS_TO_END[status])
        await self._until_over(workflow_id, run_id, status)

    async def _until_over(self, workflow_id: str, run_id: str, status: RunStatus) -> None:
        with suppress(WorkflowFailureError, WorkflowContinuedAsNewError):
            await self.client.get_workflow_handle(workflow_id, run_id=run_id).result(follow_runs=False)
        await listed(self.gateway(), f'RunId = "{run_id}"', lambda runs: [run.status for run in runs] == [status])

    async def start_worker(self, name: str = "worker", *, old: bool = False) -> None:
        worker = self._workers[name] = Worker(
            self.client,
            task_queue=name,
            workflows=[HolderWorkflow, HeedlessWorkflow, AnythingWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
            interceptors=[OldWorker()] if old else [],
        )
        await worker.__aenter__()

    async def stop_worker(self, name: str = "worker") -> None:
        await self._workers.pop(name).__aexit__(None, None, None)

    async def stop_workers(self) -> None:
        await asyncio.gather(*map(self.stop_worker, tuple(self._workers)))


_WAYS_TO_END: Mapping[RunStatus, str] = {
    RunStatus.COMPLETED: "complete",
    RunStatus.FAILED: "fail",
    RunStatus.CONTINUED_AS_NEW: "continue_as_new",
}


@asynccontextmanager
async def real_world(server: TemporalServer) -> AsyncIterator[RealWorld]:
    namespace = await server.new_namespace()
    world = RealWorld(server.host, namespace, await Client.connect(server.host, namespace=namespace))
    await world.start_worker()
    try:
        yield world
    finally:
        await world.stop_workers()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.temporal)])
def _server(request: pytest.FixtureRequest) -> TemporalServer | None:
    server: TemporalServer | None = request.getfixturevalue("temporal_server") if request.param == "real" else None
    return server


@pytest.fixture
async def world(_server: TemporalServer | None) -> AsyncIterator[World]:
    """Each world in its turn, empty but for a worker."""
    if _server is None:
        yield FakeWorld()
        return
    async with real_world(_server) as world:
        yield world


async def listed(gateway: Gateway, query: str, is_so: Callable[[list[Run]], bool]) -> list[Run]:
    """What visibility lists, as soon as it is so: it lags behind what it shows."""
    async with asyncio.timeout(PATIENT):
        while True:
            runs, _ = await gateway.list_runs(query)
            if is_so(runs):
                return runs
            await asyncio.sleep(0.05)
