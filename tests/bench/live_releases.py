"""The releases that change while they are watched, one of each topology, and what a bare SDK can know of a change.

A change is a signal that gives an app another state. The workflow notes when that was, by the clock of the machine, and
that is where all times begin.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from random import uniform
from time import time

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client

from tests.bench.releases import flat, hierarchy
from tests.bench.workflows import DEADLINE, Start, query, start_all, until_answered

NAMESPACE = "live"

LONG_POLLS = 1100
"""What a portal needs to follow a release with a workflow each, and some more."""

WAITING_SECONDS = 0.05
"""Far more than a long-poll needs to be waiting."""

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """A release, and how its apps are changed and asked for."""

    name: str
    holder: str | None
    """The one workflow that holds all, where there is one."""
    query: str
    """What tells of a change of an app: the query of the workflow that holds it."""

    @property
    def id(self) -> str:
        return f"release:{self.name}"

    @property
    def title(self) -> str:
        return "one workflow" if self.holder else "a workflow each"

    @property
    def apps(self) -> list[str]:
        return [fields["id"] for kind, fields in flat(hierarchy(self.name)) if kind == "get_app_state"]

    def workflow_of(self, app: str) -> str:
        return self.holder or app

    def starts(self) -> list[Start]:
        if self.holder:
            return [self.start_of_holder(self.holder)]
        return [self.start_of_entity(fields["id"], kind, fields) for kind, fields in flat(hierarchy(self.name))]

    def start_of_holder(self, workflow_id: str) -> Start:
        return Start(workflow_id, "WholeRelease", [hierarchy(self.name)])

    def start_of_entity(self, workflow_id: str, kind: str, fields: dict[str, object]) -> Start:
        return Start(workflow_id, "OneEntity", [kind, fields])

    def start_of_twin(self, workflow_id: str) -> Start:
        """A workflow as the one that holds an app, which belongs to no release."""
        if self.holder:
            return self.start_of_holder(workflow_id)
        kind, fields = next(pair for pair in flat(hierarchy(self.name)) if pair[0] == "get_app_state")
        return self.start_of_entity(workflow_id, kind, fields)


RELEASES = (
    LiveRelease("live-whole", "release:live-whole", "get_hierarchy"),
    LiveRelease("live-each", None, "get_app_state"),
)


async def start(client: Client) -> None:
    for release in RELEASES:
        await start_all(client, release.starts())
    async with asyncio.TaskGroup() as group:
        for release in RELEASES:
            for one in release.starts():
                group.create_task(until_answered(client, one.id, "changed_at"))


def new_state() -> str:
    """A state that nothing has had before, and no part of which is another."""
    return f"step-{next(_numbers):06}"


async def change(client: Client, workflow_id: str, app: str, state: str) -> None:
    await client.get_workflow_handle(workflow_id).signal("change", args=[app, state], rpc_timeout=DEADLINE)


async def changed_at(client: Client, workflow_id: str) -> float:
    """When the workflow was last changed."""
    moment: float = await query(client, workflow_id, "changed_at")
    return moment


async def pause() -> None:
    """Between two changes: longer than those are apart that are told of together, and in step with nothing."""
    await asyncio.sleep(uniform(0.12, 0.25))


class BareFollower:
    """The floor: a long-poll of one workflow's history and one query once it took a step, by the SDK alone."""

    def __init__(self, client: Client, release: LiveRelease, workflow_id: str) -> None:
        self._client = client
        self._release = release
        self._workflow_id = workflow_id
        self._token = b""

    async def told_after(self) -> list[float]:
        """Seconds from a change until it is known."""
        if not self._token:
            await self._next_page()
        told = asyncio.create_task(self._told())
        await asyncio.sleep(WAITING_SECONDS)
        await change(self._client, self._workflow_id, self._release.apps[0], new_state())
        told_at = await told
        return [told_at - await changed_at(self._client, self._workflow_id)]

    async def _told(self) -> float:
        while EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED not in await self._next_page():
            pass
        await query(self._client, self._workflow_id, self._release.query)
        return time()

    async def _next_page(self) -> set[int]:
        request = GetWorkflowExecutionHistoryRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=self._workflow_id),
            next_page_token=self._token,
            wait_new_event=True,
        )
        answer = await self._client.workflow_service.get_workflow_execution_history(request, timeout=DEADLINE)
        self._token = answer.next_page_token
        return {event.event_type for event in answer.history.events}


@asynccontextmanager
async def bare_follower(client: Client, release: LiveRelease) -> AsyncIterator[BareFollower]:
    """Follows a twin of the workflow that holds an app, so that nobody else asks it anything."""
    workflow_id = f"bare:{release.name}-{next(_numbers)}"
    await start_all(client, [release.start_of_twin(workflow_id)])
    await until_answered(client, workflow_id, release.query)
    yield BareFollower(client, release, workflow_id)
    await client.get_workflow_handle(workflow_id).terminate()
