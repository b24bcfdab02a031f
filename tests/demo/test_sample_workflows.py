"""The sample workflows on a real server: what they answer is the contract that the portal reads releases by."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from releases.demo.release_workflow import ReleaseInput, ReleaseWorkflow
from releases.demo.scenario import TASK_QUEUE
from tests.demo.small_releases import (
    CHILDREN,
    NEVER,
    Entity,
    eventually,
    planned,
    planned_ids,
    read,
    series,
    start,
    states_of,
    type_of,
    walk,
)

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]

BOTH_TOPOLOGIES = pytest.mark.parametrize(
    "own_workflows", [pytest.param(False, id="one-workflow"), pytest.param(True, id="workflow-per-entity")]
)

COMPLETED = {
    "release": {"completed"},
    "wave": {"completed"},
    "cluster": {"completed"},
    "bundle": {"completed"},
    "app": {"running"},
}


@BOTH_TOPOLOGIES
async def test_a_release_runs_to_its_end_and_every_entity_answers_for_itself(
    client: Client, own_workflows: bool
) -> None:
    of = series(f"whole-{own_workflows}", own_workflows=own_workflows)
    handle = await start(client, of)
    await handle.result()
    entities = await read(handle, client)
    assert [entity["id"] for entity in entities] == planned_ids(of)
    assert states_of(entities) == COMPLETED
    for entity in entities:
        created, updated = _span(entity)
        assert created.tzinfo is not None
        assert created <= updated
        assert entity["error_message"] is None
        assert entity["name"]


@BOTH_TOPOLOGIES
async def test_entities_carry_their_parents_sequence_and_version(client: Client, own_workflows: bool) -> None:
    of = series(f"parents-{own_workflows}", own_workflows=own_workflows)
    handle = await start(client, of)
    await handle.result()
    entities = await read(handle, client)
    by_id = {entity["id"]: entity for entity in entities}
    assert by_id[handle.id]["workflow_id"] == handle.id
    for parent in entities:
        children = CHILDREN.get(type_of(parent))
        for child_id in parent[f"{children}_ids"] if children else []:
            assert by_id[child_id][f"{type_of(parent)}_id"] == parent["id"]
    assert [entity["sequence"] for entity in entities if type_of(entity) == "wave"] == [1, 2]
    assert [entity["version"] for entity in entities if type_of(entity) == "app"] == [
        app.version for app in planned(of).apps
    ]


@BOTH_TOPOLOGIES
async def test_a_release_that_has_not_begun_is_pending_throughout(client: Client, own_workflows: bool) -> None:
    of = series(f"pending-{own_workflows}", own_workflows=own_workflows, begin_after_seconds=3600)
    handle = await start(client, of)
    entities = await eventually(lambda: _read_if_whole(handle, client), bool)
    assert [entity["id"] for entity in entities] == planned_ids(of)
    assert {entity["state"] for entity in entities} == {"pending"}
    assert {entity["created_at"] for entity in entities} == {None}
    await handle.terminate()


@BOTH_TOPOLOGIES
async def test_what_an_entity_says_of_its_times_is_when_work_on_it_began_and_when_it_ended(
    client: Client, own_workflows: bool
) -> None:
    of = series(f"times-{own_workflows}", own_workflows=own_workflows, deploy_seconds=(1, 1))
    handle = await start(client, of)
    await handle.result()
    spans = {entity["id"]: _span(entity) for entity in await read(handle, client)}
    release = planned(of)
    for bundle in release.bundles:
        # Apps are deployed one after the other, and within their bundle's time.
        apps = [spans[app.id] for app in bundle.apps]
        assert all(end - start >= timedelta(seconds=1) for start, end in apps)
        assert all(after[0] >= before[1] for before, after in pairwise(apps))
        assert spans[bundle.id][0] <= apps[0][0]
        assert apps[-1][1] <= spans[bundle.id][1]
    first, second = (spans[wave.id] for wave in release.waves)
    assert spans[release.id][0] <= first[0] < first[1] <= second[0] < second[1] <= spans[release.id][1]


@BOTH_TOPOLOGIES
async def test_a_failing_app_fails_what_holds_it_with_a_message_and_cancels_the_waves_after_it(
    client: Client, own_workflows: bool
) -> None:
    failures = {"eu-canary/api": "ImagePullBackOff: registry answered 404 for api:{version}"}
    of = series(f"failing-{own_workflows}", own_workflows=own_workflows, failures=failures)
    handle = await start(client, of)
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    last = planned(of).apps[-1].id
    # Each entity's workflow is cancelled in its own time.
    entities = await eventually(
        lambda: read(handle, client),
        lambda found: found[-1]["id"] == last and not {"pending", "deploying"} & {entity["state"] for entity in found},
    )
    failed = {type_of(entity): entity["error_message"] for entity in entities if entity["state"] == "failed"}
    version = planned(of).apps[0].version
    assert failed == {
        "app": f"ImagePullBackOff: registry answered 404 for api:{version}",
        "bundle": "1 of 2 failed: api",
        "cluster": "1 of 2 failed: core",
        "wave": "1 of 1 failed: eu-canary",
        "release": "canary: 1 of 1 failed: eu-canary",
    }
    begun = [entity["created_at"] is not None for entity in entities if entity["state"] == "cancelled"]
    assert not any(begun)
    # What had begun beside the failing app came to its end; what had not begun never does.
    assert [entity["state"] for entity in entities if type_of(entity) == "wave"] == ["failed", "cancelled"]
    assert states_of(entities)["app"] == {"failed", "running", "cancelled"}
    assert (await handle.describe()).status == WorkflowExecutionStatus.FAILED


@BOTH_TOPOLOGIES
async def test_cancelling_a_release_cancels_all_that_is_unfinished(client: Client, own_workflows: bool) -> None:
    of = series(f"cancelled-{own_workflows}", own_workflows=own_workflows, deploy_seconds=NEVER)
    handle = await start(client, of)
    await eventually(lambda: _read_if_whole(handle, client), _has_deploying_app)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    entities = await eventually(
        lambda: read(handle, client), lambda found: {entity["state"] for entity in found} == {"cancelled"}
    )
    assert [entity["id"] for entity in entities] == planned_ids(of)
    assert (await handle.describe()).status == WorkflowExecutionStatus.CANCELED


async def test_cancelling_is_heeded_at_any_moment_of_the_start(client: Client) -> None:
    # A cancellation may arrive while children are being started or signalled, where the SDK holds it back.
    for number in range(4):
        handle = await start(client, series(f"early-{number}", own_workflows=True, deploy_seconds=NEVER))
        await asyncio.sleep(0.05 * number)
        await handle.cancel()
        async with asyncio.timeout(30):
            with pytest.raises(WorkflowFailureError):
                await handle.result()
        assert (await handle.query("get_release_state"))["state"] == "cancelled"


async def test_a_terminated_release_still_answers_with_what_it_last_knew(client: Client) -> None:
    handle = await start(client, series("terminated", own_workflows=False, deploy_seconds=NEVER))
    await eventually(lambda: _read_if_whole(handle, client), _has_deploying_app)
    await handle.terminate("superseded by a hotfix")
    states = states_of(await read(handle, client))
    assert states["release"] == {"in_progress"}
    assert "deploying" in states["app"]


@BOTH_TOPOLOGIES
async def test_a_release_without_waves_completes(client: Client, own_workflows: bool) -> None:
    handle = await start(client, series(f"empty-{own_workflows}", own_workflows=own_workflows, waves={}))
    await handle.result()
    (release,) = await read(handle, client)
    assert (release["state"], release["wave_ids"]) == ("completed", [])


async def test_a_holder_answers_null_for_what_it_does_not_hold(client: Client) -> None:
    handle = await start(client, series("null", own_workflows=False))
    for level in CHILDREN.values():
        assert await handle.query(f"get_{level}_state", f"{level}:elsewhere") is None


async def test_a_hierarchy_nests_exactly_what_the_single_queries_answer(client: Client) -> None:
    handle = await start(client, series("nested", own_workflows=False))
    await handle.result()
    tree: Entity = await handle.query("get_hierarchy")
    nested_keys = {f"{level}s" for level in CHILDREN.values()}
    flat = [{key: value for key, value in node.items() if key not in nested_keys} for node in walk(tree)]
    by_id = {entity["id"]: entity for entity in await read(handle, client)}
    assert {entity["id"]: entity for entity in flat} == by_id
    for node in walk(tree):
        level = CHILDREN.get(type_of(node))
        if level:
            assert [child["id"] for child in node[f"{level}s"]] == node[f"{level}_ids"]


async def test_a_holder_continues_as_new_between_waves_and_loses_nothing(client: Client) -> None:
    waves = {"one": ["a"], "two": ["b"]}
    of = series("continued", own_workflows=False, waves=waves, bundles={"core": ["api"]}, deploy_seconds=(0.01, 0.01))
    start_input = ReleaseInput(plan=planned(of), continue_after_events=5)
    handle = await client.start_workflow(
        ReleaseWorkflow.run, start_input, id=start_input.plan.id, task_queue=TASK_QUEUE
    )
    await handle.result()
    first = await client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id).describe()
    last = await client.get_workflow_handle(handle.id).describe()
    assert first.status == WorkflowExecutionStatus.CONTINUED_AS_NEW
    assert last.status == WorkflowExecutionStatus.COMPLETED
    entities = await read(client.get_workflow_handle(handle.id), client)
    assert states_of(entities) == COMPLETED
    # The first wave ended in the first run: its times are of that run.
    assert datetime.fromisoformat(entities[1]["updated_at"]) <= last.start_time


async def _read_if_whole(handle: Any, client: Client) -> list[Entity]:
    """All entities, or none while the workflows below are still being started."""
    try:
        return await read(handle, client)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return []


def _span(entity: Entity) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(entity["created_at"]), datetime.fromisoformat(entity["updated_at"])


def _has_deploying_app(entities: list[Entity]) -> bool:
    return any(entity["state"] == "deploying" for entity in entities)
