"""Workflows to measure on, and their worker: `python -m tests.bench.workflows HOST NAMESPACE`."""

import asyncio
import sys
from typing import Any

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

TASK_QUEUE = "bench"


@workflow.defn
class WholeRelease:
    """Holds a whole release, and tells of it at once."""

    @workflow.init
    def __init__(self, hierarchy: dict[str, Any]) -> None:
        self._hierarchy = hierarchy

    @workflow.run
    async def run(self, hierarchy: dict[str, Any]) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query
    def get_hierarchy(self) -> dict[str, Any]:
        return self._hierarchy

    @workflow.query
    def get_release_state(self) -> dict[str, Any]:
        return {name: value for name, value in self._hierarchy.items() if name != "waves"}


@workflow.defn
class OneEntity:
    """One entity in a workflow of its own."""

    @workflow.init
    def __init__(self, query: str, fields: dict[str, Any]) -> None:
        workflow.set_query_handler(query, lambda: fields)

    @workflow.run
    async def run(self, query: str, fields: dict[str, Any]) -> None:
        await workflow.wait_condition(lambda: False)


async def work(host: str, namespace: str) -> None:
    client = await Client.connect(host, namespace=namespace)
    # All workflows stay in memory: what is measured is queries, not the replay of evicted histories.
    async with Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[WholeRelease, OneEntity],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=20_000,
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
