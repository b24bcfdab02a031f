"""What happens and when: series of releases, each release followed by its successor for as long as the demo runs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from releases.demo.catalogue import Product, plan
from releases.demo.entity_workflows import ReleaseEntityWorkflow
from releases.demo.release_workflow import ReleaseInput, ReleaseWorkflow

log = structlog.get_logger(__name__)

TASK_QUEUE = "relportal-demo"

KEPT = timedelta(hours=1)
"""How long a release that ended is kept. The development server holds everything in memory."""

STAGGER_SECONDS = 0.5
"""Between the first releases of two series: hundreds of workflows started at once keep the worker from answering."""

SWEEP_SECONDS = 60
RETRY_SECONDS = 2

Handle = WorkflowHandle[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Series:
    """A product's releases, one after the other."""

    product: Product
    version: str
    """The versions, with {number} in them, which counts from 1."""
    own_workflows: bool = False
    rest_seconds: float = 120
    """The pause between the end of a release and the start of its successor."""
    cancel_after_seconds: float | None = None
    terminate_after_seconds: float | None = None


async def play(client: Client, programme: Sequence[Series], *, speed: float = 1.0) -> None:
    """Run the programme, its first series first, until cancelled. `speed` 2 has everything happen in half the time."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_forget_the_old(client))
        for series in programme:
            tasks.create_task(_follow(client, series, speed))
            await asyncio.sleep(STAGGER_SECONDS)


async def _follow(client: Client, series: Series, speed: float) -> None:
    number = 0
    while True:
        number += 1
        try:
            handle = await start_release(client, series, number, speed=speed)
            await _interfere(handle, series, speed)
            lost = not await _ended(handle)
        except WorkflowAlreadyStartedError:
            # A release of this name was here before: it is not ours to touch.
            continue
        except RPCError as error:
            log.warning("demo_release_failed_to_start", version=series.version, status=error.status.name)
            number -= 1
            lost = True
        await asyncio.sleep(RETRY_SECONDS if lost else series.rest_seconds / speed)


async def start_release(client: Client, series: Series, number: int, *, speed: float = 1.0) -> Handle:
    """Raises WorkflowAlreadyStartedError where the namespace holds the release's ID, or held it not long ago."""
    version = series.version.format(number=number)
    release = plan(series.product, version, own_workflows=series.own_workflows, speed=speed)
    reuse = WorkflowIDReusePolicy.REJECT_DUPLICATE
    if series.own_workflows:
        return await client.start_workflow(
            ReleaseEntityWorkflow.run, release, id=release.id, task_queue=TASK_QUEUE, id_reuse_policy=reuse
        )
    start = ReleaseInput(plan=release)
    return await client.start_workflow(
        ReleaseWorkflow.run, start, id=release.id, task_queue=TASK_QUEUE, id_reuse_policy=reuse
    )


async def _interfere(handle: Handle, series: Series, speed: float) -> None:
    if series.cancel_after_seconds is not None:
        await asyncio.sleep(series.cancel_after_seconds / speed)
        await handle.cancel()
    if series.terminate_after_seconds is not None:
        await asyncio.sleep(series.terminate_after_seconds / speed)
        await handle.terminate("superseded by a hotfix")


async def _ended(handle: Handle) -> bool:
    """Wait for the end. False where the server no longer knows the release: it was started anew."""
    while True:
        try:
            await handle.result()
        except WorkflowFailureError:
            return True
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return False
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return True


async def _forget_the_old(client: Client) -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await delete_ended_before(client, datetime.now(UTC) - KEPT)
        except RPCError as error:
            log.warning("demo_sweep_failed", status=error.status.name)


async def delete_ended_before(client: Client, moment: datetime) -> None:
    """Have the server delete, in its own time, the runs of this task queue that ended before the moment."""
    query = f'TaskQueue = "{TASK_QUEUE}" AND ExecutionStatus != "Running" AND CloseTime < "{moment.isoformat()}"'
    async for run in client.list_workflows(query):
        execution = WorkflowExecution(workflow_id=run.id, run_id=run.run_id)
        request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
        try:
            await client.workflow_service.delete_workflow_execution(request)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:  # deleted already, and listed a little longer
                raise
