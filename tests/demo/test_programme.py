"""The demo's programme: the releases that it is to show, and how one follows another."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import pairwise

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from releases.demo.catalogue import service_version
from releases.demo.programme import PROGRAMME
from releases.demo.release_workflow import ReleaseInput, ReleaseWorkflow
from releases.demo.scenario import Series, delete_ended_before, play
from tests.demo.small_releases import NEVER, eventually, planned, planned_ids, series, start

ENTITY_ID = re.compile(r"(release|wave|cluster|bundle|app):[A-Za-z0-9_.-]{1,200}")

on_a_server = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]


def test_every_id_is_an_entity_id_and_unique_within_its_release() -> None:
    for of in PROGRAMME:
        ids = planned_ids(of)
        assert all(ENTITY_ID.fullmatch(entity_id) for entity_id in ids)
        assert len(set(ids)) == len(ids)


def test_ids_of_entities_with_workflows_of_their_own_are_unique_everywhere() -> None:
    ids = [
        entity_id for of in PROGRAMME if of.own_workflows for number in (1, 2) for entity_id in planned_ids(of, number)
    ]
    assert len(set(ids)) == len(ids)


def test_releases_of_both_topologies_move_fail_and_are_finished() -> None:
    for own_workflows in (False, True):
        some = [of for of in PROGRAMME if of.own_workflows == own_workflows]
        assert any(of.product.failures for of in some)
        assert any(of.product.deploy_seconds == (0.0, 0.0) for of in some)
        assert any(of.product.deploy_seconds[0] > 1 for of in some)


def test_one_release_has_a_thousand_entities() -> None:
    assert 1000 in [planned(of).size for of in PROGRAMME]


def test_the_payments_role_sees_several_releases_but_not_all() -> None:
    seen = [of for of in PROGRAMME if fnmatchcase(planned(of).id, "release:payments-*")]
    assert 3 <= len(seen) < len(PROGRAMME)


def test_where_deployments_fail_there_is_an_app_to_fail() -> None:
    for of in PROGRAMME:
        assert len([app for app in planned(of).apps if app.failure]) == len(of.product.failures)


def test_a_plan_is_the_same_each_time_and_shorter_at_a_higher_speed() -> None:
    of = next(of for of in PROGRAMME if of.product.deploy_seconds[0] > 1)
    assert planned(of) == planned(of)
    assert planned(of).apps[0].deploy_seconds > planned(of, speed=2).apps[0].deploy_seconds


def test_there_are_releases_of_one_product_to_compare_that_differ_in_some_apps_alone() -> None:
    releases = [planned(of) for of in PROGRAMME if of.product.name == "payments"]
    assert len(releases) >= 3
    versions = [{app.id: app.version for app in release.apps} for release in releases]
    for before, now in pairwise(versions):
        same = [app_id for app_id in before.keys() & now.keys() if before[app_id] == now[app_id]]
        assert 0 < len(same) < len(before.keys() & now.keys())
    moving = [of for of in PROGRAMME if of.product.name == "payments" and of.product.deploy_seconds[0] > 1]
    assert planned(moving[0]) == releases[-1], "what it is compared with has started before it"


def test_what_fails_did_not_run_in_the_release_before() -> None:
    ran = {
        (of.product.name, app.id, app.version)
        for of in PROGRAMME
        for app in planned(of).apps
        if not of.product.failures
    }
    failing = [(of.product.name, app.id, app.version) for of in PROGRAMME for app in planned(of).apps if app.failure]
    assert not ran.intersection(failing)


def test_a_service_keeps_its_version_in_most_releases_and_never_goes_back() -> None:
    versions = [service_version("ledger", f"2025.{train}.1") for train in range(1, 49)]
    numbers = [tuple(map(int, version.split("."))) for version in versions]
    assert numbers == sorted(numbers)
    assert len(versions) / 10 < len(set(versions)) < len(versions) / 2


@asynccontextmanager
async def _playing(client: Client, *programme: Series) -> AsyncIterator[None]:
    playing = asyncio.create_task(play(client, programme))
    try:
        yield
    finally:
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing


async def _statuses(client: Client, ids: Sequence[str]) -> list[WorkflowExecutionStatus | None]:
    found = []
    for release_id in ids:
        with suppress(RPCError):  # not there yet
            found.append((await client.get_workflow_handle(release_id).describe()).status)
    return found


class TestOnAServer:
    pytestmark = on_a_server

    async def test_a_release_that_ended_is_followed_by_its_successor(self, client: Client) -> None:
        of = series("following", own_workflows=False, rest_seconds=0)
        ids = [planned(of, number).id for number in (1, 2, 3)]
        async with _playing(client, of):
            await eventually(
                lambda: _statuses(client, ids), lambda found: found == [WorkflowExecutionStatus.COMPLETED] * 3
            )

    async def test_releases_are_cancelled_and_terminated_while_active(self, client: Client) -> None:
        stopped = series("stopped", own_workflows=True, deploy_seconds=NEVER, cancel_after_seconds=0.1)
        killed = series("killed", own_workflows=False, deploy_seconds=NEVER, terminate_after_seconds=0.1)
        ids = [planned(of).id for of in (stopped, killed)]
        async with _playing(client, stopped, killed):
            await eventually(
                lambda: _statuses(client, ids),
                lambda found: found == [WorkflowExecutionStatus.CANCELED, WorkflowExecutionStatus.TERMINATED],
            )

    async def test_a_workflow_of_somebody_else_is_left_alone_and_the_next_number_taken(self, client: Client) -> None:
        of = series("taken", own_workflows=False, deploy_seconds=NEVER, terminate_after_seconds=0.1)
        theirs, ours = planned(of, 1), planned(of, 2)
        await client.start_workflow(
            ReleaseWorkflow.run, ReleaseInput(plan=theirs), id=theirs.id, task_queue="somebody-elses"
        )
        async with _playing(client, of):
            await eventually(
                lambda: _statuses(client, [ours.id]), lambda found: found == [WorkflowExecutionStatus.TERMINATED]
            )
        assert await _statuses(client, [theirs.id]) == [WorkflowExecutionStatus.RUNNING]

    async def test_what_ended_long_ago_is_forgotten_and_nothing_else(self, client: Client) -> None:
        of = series("forgotten", own_workflows=False)
        ended, theirs = planned(of, 1), planned(of, 2)
        handle = await start(client, of)
        await handle.result()
        other = await client.start_workflow(
            ReleaseWorkflow.run, ReleaseInput(plan=theirs), id=theirs.id, task_queue="somebody-elses"
        )
        await other.terminate()

        async def sweep() -> list[WorkflowExecutionStatus | None]:
            await delete_ended_before(client, datetime.now(UTC) + timedelta(minutes=1))
            return await _statuses(client, [ended.id])

        await eventually(sweep, lambda found: found == [])
        assert await _statuses(client, [theirs.id]) == [WorkflowExecutionStatus.TERMINATED]
