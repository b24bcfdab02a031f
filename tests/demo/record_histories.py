"""Records the histories that test_replay replays: `python -m tests.demo.record_histories`, then commit what it writes.

Temporal replays a running workflow's history through the code that is deployed. Code that no longer takes the same
steps as the recorded history would break each release that is running at the time of an upgrade.
"""

import asyncio
import json
import re
from contextlib import suppress
from pathlib import Path

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from releases.demo.release_workflow import ReleaseInput, ReleaseWorkflow
from releases.demo.scenario import TASK_QUEUE, Series
from releases.demo.worker import worker
from tests.demo.small_releases import NEVER, eventually, planned, planned_ids, series, start
from tests.temporal import temporal_command

HISTORIES = Path(__file__).parent / "histories"

SMALL = {"waves": {"one": ["a"], "two": ["b"]}, "bundles": {"core": ["api"]}, "deploy_seconds": (0.5, 0.5)}
FAILING = {**SMALL, "failures": {"a/api": "ImagePullBackOff: registry answered 404 for api:{version}"}}


async def main() -> None:
    HISTORIES.mkdir(exist_ok=True)
    # The name of the machine that records is nobody's business.
    server = await WorkflowEnvironment.start_local(dev_server_existing_path=temporal_command(), identity="recorder")
    async with server, worker(server.client):
        await _record_one_workflow(server.client)
        await _record_workflow_per_entity(server.client)


async def _record_one_workflow(client: Client) -> None:
    plan = planned(series("held", own_workflows=False, **SMALL))
    continued = await client.start_workflow(
        ReleaseWorkflow.run, ReleaseInput(plan=plan, continue_after_events=5), id=plan.id, task_queue=TASK_QUEUE
    )
    await continued.result()
    await _save(client.get_workflow_handle(plan.id, run_id=continued.first_execution_run_id), "release-continued")
    await _save(client.get_workflow_handle(plan.id), "release-completed")
    await _save(await _ended(client, series("held-failing", own_workflows=False, **FAILING)), "release-failed")
    await _save(await _cancelled(client, own_workflows=False), "release-cancelled")


async def _record_workflow_per_entity(client: Client) -> None:
    completed = series("entities", own_workflows=True, **SMALL)
    await _ended(client, completed)
    by_type = {entity_id.partition(":")[0]: entity_id for entity_id in planned_ids(completed)}
    for entity_type, entity_id in by_type.items():
        await _save(client.get_workflow_handle(entity_id), f"entity-{entity_type}-completed")
    failing = series("entities-failing", own_workflows=True, **FAILING)
    await _save(await _ended(client, failing), "entity-release-failed")
    await _save(client.get_workflow_handle(planned(failing).apps[0].id), "entity-app-failed")
    await _save(await _cancelled(client, own_workflows=True), "entity-release-cancelled")


async def _ended(client: Client, of: Series) -> WorkflowHandle[object, object]:
    handle = await start(client, of)
    with suppress(WorkflowFailureError):
        await handle.result()
    return handle


async def _cancelled(client: Client, *, own_workflows: bool) -> WorkflowHandle[object, object]:
    of = series(f"cancelled-{own_workflows}", own_workflows=own_workflows, **{**SMALL, "deploy_seconds": NEVER})
    handle = await start(client, of)
    await eventually(lambda: handle.query("get_release_state"), lambda state: state["state"] == "in_progress")
    await asyncio.sleep(1)
    await handle.cancel()
    with suppress(WorkflowFailureError):
        await handle.result()
    return handle


async def _save(handle: WorkflowHandle[object, object], name: str) -> None:
    history = (await handle.fetch_history()).to_json_dict()
    text = json.dumps({"workflow_id": handle.id, "history": history}, indent=1, sort_keys=True)
    # Neither the machine that recorded it nor its paths: replay looks at neither.
    text = re.sub(r'\d+@[^"]+', "recorder", text)
    text = re.sub(r'("stackTrace": )"(?:[^"\\]|\\.)*"', r'\1""', text)
    (HISTORIES / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    asyncio.run(main())
