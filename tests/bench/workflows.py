"""Workflows to measure on, how to start them, and their worker: `python -m tests.bench.workflows HOST NAMESPACE …`."""

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

TASK_QUEUE = "bench"
NOBODYS_QUEUE = "nobody"
"""Of workflows that are only listed: no worker answers for them."""

DEADLINE = timedelta(seconds=60)
STARTS_AT_ONCE = 50


@workflow.defn
class WholeRelease:
    """Holds a whole release, and tells of it at once."""

    @workflow.init
    def __init__(self, hierarchy: dict[str, Any]) -> None:
        self._hierarchy = hierarchy
        self._entities = {entity["id"]: entity for entity in _nodes(hierarchy)}
        self._changed_at = 0.0

    @workflow.run
    async def run(self, hierarchy: dict[str, Any]) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query
    def get_hierarchy(self) -> dict[str, Any]:
        return self._hierarchy

    @workflow.query
    def get_release_state(self) -> dict[str, Any]:
        return {name: value for name, value in self._hierarchy.items() if name != "waves"}

    @workflow.signal
    def change(self, entity_id: str, state: str) -> None:
        self._changed_at = _change(self._entities[entity_id], state)

    @workflow.query
    def changed_at(self) -> float:
        return self._changed_at


@workflow.defn
class OneEntity:
    """One entity in a workflow of its own."""

    @workflow.init
    def __init__(self, query: str, fields: dict[str, Any]) -> None:
        self._fields = fields
        self._changed_at = 0.0
        workflow.set_query_handler(query, lambda: fields)

    @workflow.run
    async def run(self, query: str, fields: dict[str, Any]) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.signal
    def change(self, entity_id: str, state: str) -> None:
        self._changed_at = _change(self._fields, state)

    @workflow.query
    def changed_at(self) -> float:
        return self._changed_at


def _change(entity: dict[str, Any], state: str) -> float:
    """The entity has this state from now on. When that was, by the clock of the machine: those who are told of it are
    measured by the same one."""
    now = time.time()
    entity |= {"state": state, "updated_at": datetime.fromtimestamp(now, UTC).isoformat()}
    return now


def _nodes(entity: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield entity
    for children in entity.values():
        if isinstance(children, list):
            for child in children:
                yield from _nodes(child)


@dataclass(frozen=True, slots=True)
class Start:
    """A workflow to start."""

    id: str
    workflow: str
    arguments: list[Any] = field(default_factory=list)
    task_queue: str = TASK_QUEUE


async def start_all(client: Client, starts: Iterable[Start]) -> None:
    limit = asyncio.Semaphore(STARTS_AT_ONCE)

    async def start(one: Start) -> None:
        async with limit:
            await client.start_workflow(one.workflow, args=one.arguments, id=one.id, task_queue=one.task_queue)

    await asyncio.gather(*map(start, starts))


async def query(client: Client, workflow_id: str, name: str) -> Any:
    """What the bare SDK makes of a query."""
    return await client.get_workflow_handle(workflow_id).query(name, rpc_timeout=DEADLINE)


async def until_answered(client: Client, workflow_id: str, name: str) -> None:
    """Until the worker has begun this workflow. The server refuses queries before."""
    async with asyncio.timeout(DEADLINE.total_seconds()):
        while True:
            try:
                await query(client, workflow_id, name)
            except RPCError:
                await asyncio.sleep(0.1)
            else:
                return


async def work(host: str, *namespaces: str) -> None:
    async with AsyncExitStack() as workers:
        for namespace in namespaces:
            # All workflows stay in memory: what is measured is queries, not the replay of evicted histories.
            worker = Worker(
                await Client.connect(host, namespace=namespace),
                task_queue=TASK_QUEUE,
                workflows=[WholeRelease, OneEntity],
                workflow_runner=UnsandboxedWorkflowRunner(),
                max_cached_workflows=20_000,
            )
            await workers.enter_async_context(worker)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
