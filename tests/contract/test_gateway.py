"""What every `Gateway` does, held against Temporal in memory and against a real development server."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import releases.gateway
from releases.domain import HistoryPage, RunStatus
from releases.errors import (
    CallRefused,
    NamespaceNotFound,
    QueryFailed,
    QueryTimeout,
    TemporalUnavailable,
    WorkerUnavailable,
    WorkflowNotFound,
)
from releases.gateway import Gateway, GatewayConfig, TemporalGateway
from tests.temporal import TemporalServer
from tests.workflows import AnythingWorkflow
from tests.worlds import PATIENT, World, listed, real_world

RELEASE = {"get_release_state": {"id": "release:r", "state": "deploying"}}
IMPATIENT = 0.5
"""Seconds for answers that will not come."""

ENDS = (
    RunStatus.COMPLETED,
    RunStatus.FAILED,
    RunStatus.CANCELED,
    RunStatus.TERMINATED,
    RunStatus.TIMED_OUT,
)


# Describe


async def test_a_running_workflow_is_described(world: World) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    await world.start("release:r", RELEASE)

    run = await world.gateway().describe("release:r")

    assert (run.workflow_id, run.status, run.ended_at) == ("release:r", RunStatus.RUNNING, None)
    assert (run.workflow_type, run.task_queue) == ("HolderWorkflow", "worker")
    assert run.run_id
    assert before < run.started_at < datetime.now(UTC) + timedelta(seconds=5)


@pytest.mark.parametrize("status", ENDS)
async def test_an_ended_workflow_is_described_with_how_and_when_it_ended(world: World, status: RunStatus) -> None:
    await world.start("release:r", RELEASE, times_out=status is RunStatus.TIMED_OUT)
    await world.end("release:r", status)

    run = await world.gateway().describe("release:r")

    assert run.status is status
    assert run.ended_at is not None
    assert run.ended_at >= run.started_at


async def test_of_a_workflow_that_continued_as_new_the_newest_run_is_described(world: World) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE)
    first = await gateway.describe("release:r")
    await world.end("release:r", RunStatus.CONTINUED_AS_NEW)

    run = await gateway.describe("release:r")

    assert run.status is RunStatus.RUNNING
    assert run.run_id != first.run_id
    assert run.started_at == first.started_at, "the start of the first run is when the release began"
    assert await gateway.query("release:r", "get_release_state") == RELEASE["get_release_state"]


async def test_of_a_workflow_that_was_started_again_the_newest_run_is_described(world: World) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE)
    await world.end("release:r", RunStatus.FAILED)
    failed = await gateway.describe("release:r")
    await world.start("release:r", RELEASE)

    run = await gateway.describe("release:r")

    assert run.status is RunStatus.RUNNING
    assert run.run_id != failed.run_id
    assert run.started_at > failed.started_at


async def test_a_workflow_that_never_was_is_not_found(world: World) -> None:
    gateway = world.gateway()
    for call in (
        gateway.describe("release:r"),
        gateway.query("release:r", "get_release_state"),
        gateway.offered_queries("release:r"),
        gateway.history("release:r"),
    ):
        with pytest.raises(WorkflowNotFound):
            await call


# Query


async def test_a_query_is_answered_with_decoded_json(world: World) -> None:
    answer: Any = {"id": "release:r", "state": "ünder way 🚀", "extra": [1, 2.5, True, None, {"deep": []}]}
    await world.start("release:r", {"get_release_state": answer})

    assert await world.gateway().query("release:r", "get_release_state") == answer


async def test_a_query_passes_its_argument(world: World) -> None:
    await world.start("release:r", {"get_wave_state wave:w1": {"n": 1}, "get_wave_state wave:w2": {"n": 2}})

    assert await world.gateway().query("release:r", "get_wave_state", "wave:w2") == {"n": 2}


async def test_null_is_none(world: World) -> None:
    await world.start("release:r", {"get_wave_state wave:w1": {}})

    assert await world.gateway().query("release:r", "get_wave_state", "wave:w9") is None


@pytest.mark.parametrize("status", ENDS)
async def test_an_ended_workflow_still_answers(world: World, status: RunStatus) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE, times_out=status is RunStatus.TIMED_OUT)
    await gateway.query("release:r", "get_release_state")
    await world.end("release:r", status)

    assert await gateway.query("release:r", "get_release_state") == RELEASE["get_release_state"]


async def test_a_workflow_that_ended_before_a_worker_took_it_up_has_no_answer(world: World) -> None:
    await world.stop_worker()
    await world.start("release:r", RELEASE)
    await world.end("release:r", RunStatus.TERMINATED)
    await world.start_worker()

    with pytest.raises(WorkerUnavailable):
        await world.gateway().query("release:r", "get_release_state")


async def test_an_answer_changes_with_the_workflow(world: World) -> None:
    await world.start("release:r", RELEASE)
    await world.tell("release:r", {"get_release_state": {"id": "release:r", "state": "completed"}})

    assert (await world.gateway().query("release:r", "get_release_state"))["state"] == "completed"


async def test_a_query_that_raises_has_failed(world: World) -> None:
    await world.start("release:r", {"get_release_state": {"$raise": "no such thing"}})

    with pytest.raises(QueryFailed, match="no such thing"):
        await world.gateway().query("release:r", "get_release_state")


async def test_an_unknown_query_has_failed(world: World) -> None:
    await world.start("release:r", RELEASE)

    with pytest.raises(QueryFailed):
        await world.gateway().query("release:r", "get_hierarchy")


async def test_an_answer_over_two_megabytes_has_failed(world: World) -> None:
    await world.start("release:r", {"get_hierarchy": {"$padding": 2 * 1024 * 1024}})

    with pytest.raises(QueryFailed):
        await world.gateway().query("release:r", "get_hierarchy")


async def test_an_answer_just_under_two_megabytes_is_read(world: World) -> None:
    await world.start("release:r", {"get_hierarchy": {"$padding": 2_000_000}})

    assert len((await world.gateway().query("release:r", "get_hierarchy"))["padding"]) == 2_000_000


async def test_an_answer_that_is_not_json_is_bytes(world: World) -> None:
    await world.start("release:r", {"get_release_state": {"$bytes": "secret"}})

    assert await world.gateway().query("release:r", "get_release_state") == b"secret"


async def test_numbers_that_not_everybody_reads_are_made_such_as_can_be_passed_on(world: World) -> None:
    answer = {"nan": float("nan"), "infinity": float("-inf"), "huge": 10**30, "most": 2**64 - 1, "least": -(2**63)}
    await world.start("release:r", {"get_release_state": answer})

    assert await world.gateway().query("release:r", "get_release_state") == {
        "nan": None,
        "infinity": None,
        "huge": 1e30,
        "most": 2**64 - 1,
        "least": -(2**63),
    }


async def test_half_a_character_is_replaced(world: World) -> None:
    await world.start("release:r", {"get_release_state": {"state": "half \ud800 of one"}})

    assert await world.gateway().query("release:r", "get_release_state") == {"state": "half ? of one"}


async def test_a_slow_answer_has_timed_out(world: World) -> None:
    await world.start("release:r", {"get_release_state": {"$sleep": 1.2, "state": "late"}})

    with pytest.raises(QueryTimeout):
        await world.gateway(query_timeout=IMPATIENT).query("release:r", "get_release_state")


async def test_without_a_worker_a_query_has_timed_out(world: World) -> None:
    await world.start("release:r", RELEASE)
    await world.gateway().query("release:r", "get_release_state")
    await world.stop_worker()

    with pytest.raises(QueryTimeout):
        await world.gateway(query_timeout=IMPATIENT).query("release:r", "get_release_state")


async def test_a_workflow_whose_worker_never_was_has_no_answer(world: World) -> None:
    await world.stop_worker()
    await world.start("release:r", RELEASE)

    with pytest.raises((QueryTimeout, WorkerUnavailable)):
        await world.gateway(query_timeout=IMPATIENT).query("release:r", "get_release_state")


async def test_however_many_ask_a_workflow_whose_worker_never_was_all_are_told_the_same(world: World) -> None:
    await world.stop_worker()
    await world.start("release:r", RELEASE)
    gateway = world.gateway(query_timeout=IMPATIENT)

    results = await asyncio.gather(
        *(gateway.query("release:r", "get_release_state") for _ in range(5)), return_exceptions=True
    )

    assert [type(result) for result in results] == [QueryTimeout] * 5


async def test_several_who_ask_a_workflow_at_its_first_step_are_all_answered(world: World) -> None:
    await world.stop_worker()
    await world.start("release:r", RELEASE)
    gateway = world.gateway()
    asking = [asyncio.ensure_future(gateway.query("release:r", "get_release_state")) for _ in range(5)]
    await asyncio.sleep(0.2)
    await world.start_worker()

    assert await asyncio.gather(*asking) == [RELEASE["get_release_state"]] * 5


async def test_an_answer_comes_again_when_the_worker_does(world: World) -> None:
    await world.start("release:r", RELEASE)
    await world.stop_worker()
    with pytest.raises((QueryTimeout, WorkerUnavailable)):
        await world.gateway(query_timeout=IMPATIENT).query("release:r", "get_release_state")
    await world.start_worker()

    assert await world.gateway().query("release:r", "get_release_state") == RELEASE["get_release_state"]


async def test_more_queries_than_places_are_all_answered(world: World) -> None:
    await world.start("release:r", RELEASE)
    gateway = world.gateway(query_concurrency=2)

    answers = await asyncio.gather(*(gateway.query("release:r", "get_release_state") for _ in range(20)))

    assert answers == [RELEASE["get_release_state"]] * 20


# Offered queries


async def test_a_workflow_says_which_queries_it_offers(world: World) -> None:
    await world.start("release:r", {**RELEASE, "get_wave_state wave:w1": {}})

    offers = await world.gateway().offered_queries("release:r")

    assert offers is not None
    assert {"get_release_state", "get_wave_state"} <= offers
    assert "get_hierarchy" not in offers


async def test_an_old_worker_does_not_say_what_it_offers(world: World) -> None:
    await world.start_worker("old", old=True)
    await world.start("release:r", RELEASE, worker="old")

    assert await world.gateway().offered_queries("release:r") is None


async def test_a_workflow_with_one_handler_for_all_queries_does_not_say_what_it_offers(
    temporal_server: TemporalServer,
) -> None:
    async with real_world(temporal_server) as world:
        await world.client.start_workflow(AnythingWorkflow.run, RELEASE, id="release:r", task_queue="worker")

        assert await world.gateway().offered_queries("release:r") is None


async def test_without_a_worker_nobody_says_what_is_offered(world: World) -> None:
    await world.start("release:r", RELEASE)
    await world.stop_worker()

    with pytest.raises(WorkerUnavailable):
        await world.gateway(query_timeout=IMPATIENT).offered_queries("release:r")


# List


async def ids_of(gateway: Gateway, query: str, expected: set[str]) -> None:
    """Wait until exactly these are listed."""
    await listed(gateway, query, lambda runs: sorted(run.workflow_id for run in runs) == sorted(expected))


async def test_runs_are_listed_by_the_start_of_their_workflows_id(world: World) -> None:
    for workflow_id in ("release:a", "release:b", "wave:w1", "other"):
        await world.start(workflow_id, RELEASE)

    await ids_of(world.gateway(), 'WorkflowId STARTS_WITH "release:"', {"release:a", "release:b"})
    await ids_of(world.gateway(), "", {"release:a", "release:b", "wave:w1", "other"})


async def test_a_listed_run_is_the_described_one(world: World) -> None:
    await world.start("release:a", RELEASE)
    await world.end("release:a", RunStatus.FAILED)

    runs = await listed(world.gateway(), 'WorkflowId = "release:a"', lambda runs: len(runs) == 1)

    assert runs == [await world.gateway().describe("release:a")]


async def test_runs_are_listed_by_id_and_how_they_ended(world: World) -> None:
    ends = dict(zip((f"app:{n}" for n in range(len(ENDS))), ENDS, strict=True))
    for workflow_id, status in ends.items():
        await world.start(workflow_id, RELEASE, times_out=status is RunStatus.TIMED_OUT)
    await world.start("app:runs", RELEASE)
    await world.start("app:unasked", RELEASE)
    await world.end("app:unasked", RunStatus.TERMINATED)
    for workflow_id, status in ends.items():
        await world.end(workflow_id, status)
    ids = ", ".join(f'"{workflow_id}"' for workflow_id in (*ends, "app:runs", "app:never"))

    await ids_of(
        world.gateway(),
        f'WorkflowId IN ({ids}) AND ExecutionStatus IN ("Failed", "Canceled", "Terminated", "TimedOut")',
        {workflow_id for workflow_id, status in ends.items() if status.imposed_state},
    )


async def test_runs_are_listed_by_when_they_started_or_closed(world: World) -> None:
    gateway = world.gateway()
    for workflow_id in ("release:closed", "release:open"):
        await world.start(workflow_id, RELEASE)
    await world.end("release:closed")
    before_the_last = datetime.now(UTC)
    await asyncio.sleep(0.01)
    await world.start("release:last", RELEASE)
    await world.end("release:open")
    await ids_of(gateway, "", {"release:closed", "release:open", "release:last"})
    since = before_the_last.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    recent = f'(WorkflowId STARTS_WITH "release:") AND (StartTime >= "{since}" OR CloseTime >= "{since}")'

    await ids_of(gateway, recent, {"release:open", "release:last"})
    await ids_of(gateway, f'CloseTime < "{since}"', {"release:closed"})


async def test_all_runs_of_a_workflow_are_listed(world: World) -> None:
    await world.start("release:a", RELEASE)
    await world.end("release:a", RunStatus.CONTINUED_AS_NEW)

    runs = await listed(world.gateway(), 'WorkflowId = "release:a"', lambda runs: len(runs) == 2)

    assert {run.status for run in runs} == {RunStatus.CONTINUED_AS_NEW, RunStatus.RUNNING}
    assert len({run.run_id for run in runs}) == 2


async def test_a_long_list_comes_in_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = world.gateway()
    ids = {f"release:{n}" for n in range(7)}
    for workflow_id in ids:
        await world.start(workflow_id, RELEASE)
    await ids_of(gateway, "", ids)
    monkeypatch.setattr(releases.gateway, "VISIBILITY_PAGE", 3)

    pages: list[list[str]] = []
    token = b""
    while token or not pages:
        page, token = await gateway.list_runs('WorkflowId STARTS_WITH "release:"', token)
        pages.append([run.workflow_id for run in page])

    assert [len(page) for page in pages if page] == [3, 3, 1]
    assert {workflow_id for page in pages for workflow_id in page} == ids


@pytest.mark.parametrize(
    "query",
    [
        "nonsense",
        'WorkflowId LIKE "release:%"',
        'NoSuchField = "x"',
        'ExecutionStatus = "Nonsense"',
        'StartTime > "yesterday"',
        'WorkflowId = "a" WorkflowId = "b"',
        'WorkflowId STARTS_WITH "release:" ORDER BY StartTime',
        '(WorkflowId = "a"',
    ],
)
async def test_a_query_that_visibility_does_not_take_is_refused(world: World, query: str) -> None:
    with pytest.raises(CallRefused):
        await world.gateway().list_runs(query)


# History


async def joined(gateway: Gateway) -> HistoryPage:
    """All that happened to a workflow that has begun, which has nothing left to do."""
    await gateway.query("release:r", "get_release_state")
    return await gateway.history("release:r")


async def told(gateway: Gateway, page: HistoryPage, is_so: Callable[[HistoryPage], Any]) -> HistoryPage:
    """The first of the pages after this one that is so."""
    async with asyncio.timeout(PATIENT):
        while True:
            page = await gateway.history("release:r", page.token)
            if is_so(page):
                return page


def stepped(page: HistoryPage) -> bool:
    return page.stepped_at is not None


async def test_the_history_of_an_idle_run_tells_of_its_last_step_and_where_to_go_on(world: World) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    await world.start("release:r", RELEASE)

    page = await joined(world.gateway())

    assert page.token
    assert page.stepped_at is not None
    assert before < page.stepped_at < datetime.now(UTC) + timedelta(seconds=5)
    assert (page.is_waiting, page.ended) == (False, None)


@pytest.mark.parametrize("status", ENDS)
async def test_the_history_of_an_ended_run_tells_how_it_ended_and_goes_on_nowhere(
    world: World, status: RunStatus
) -> None:
    await world.start("release:r", RELEASE, times_out=status is RunStatus.TIMED_OUT)
    await world.end("release:r", status)

    page = await world.gateway().history("release:r")

    assert (page.token, page.is_waiting, page.ended) == (b"", False, status)


async def test_the_history_of_a_run_that_no_worker_has_taken_up_tells_that_it_waits(world: World) -> None:
    await world.stop_worker()
    await world.start("release:r", RELEASE)

    page = await world.gateway().history("release:r")

    assert page.token
    assert (page.stepped_at, page.is_waiting, page.ended) == (None, True, None)


async def test_a_step_ends_the_waiting_and_the_new_state_can_be_read(world: World) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE)
    before = await joined(gateway)
    assert before.stepped_at is not None
    for state in ("one", "two", "three"):
        waiting = asyncio.ensure_future(told(gateway, before, stepped))
        await world.tell("release:r", {"get_release_state": {"id": "release:r", "state": state}})

        page = await waiting

        assert (await gateway.query("release:r", "get_release_state"))["state"] == state
        assert page.stepped_at is not None
        assert page.stepped_at > before.stepped_at
        assert (page.is_waiting, page.ended) == (False, None)
        before = page


async def test_what_happened_between_two_pages_is_told_of(world: World) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE)
    before = await joined(gateway)
    assert before.stepped_at is not None
    await world.tell("release:r", {"get_release_state": {"id": "release:r", "state": "completed"}})
    await gateway.query("release:r", "get_release_state")

    page = await gateway.history("release:r", before.token)

    assert page.stepped_at is not None
    assert page.stepped_at > before.stepped_at


async def test_a_step_that_waits_for_its_worker_is_told_of_at_once(world: World) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE)
    before = await joined(gateway)
    await world.stop_worker()
    await world.tell("release:r", {"get_release_state": {"id": "release:r", "state": "completed"}})

    page = await told(gateway, before, lambda page: page.is_waiting is not None)

    assert (page.stepped_at, page.is_waiting, page.ended) == (None, True, None)


async def test_a_step_that_waited_for_its_worker_is_told_of_when_it_comes(world: World) -> None:
    gateway = world.gateway()
    await world.stop_worker()
    await world.start("release:r", RELEASE)
    waiting = asyncio.ensure_future(told(gateway, await gateway.history("release:r"), stepped))
    await world.start_worker()

    page = await waiting

    assert (page.is_waiting, page.ended) == (False, None)


@pytest.mark.parametrize("status", [*ENDS, RunStatus.CONTINUED_AS_NEW])
async def test_an_end_ends_the_waiting(world: World, status: RunStatus) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE, times_out=status is RunStatus.TIMED_OUT)
    waiting = asyncio.ensure_future(told(gateway, await joined(gateway), lambda page: page.ended))
    await world.end("release:r", status)

    page = await waiting

    assert (page.token, page.is_waiting, page.ended) == (b"", False, status)


async def test_after_a_run_that_continued_as_new_the_next_is_joined(world: World) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE)
    first = await joined(gateway)
    await world.end("release:r", RunStatus.CONTINUED_AS_NEW)

    page = await joined(gateway)
    waiting = asyncio.ensure_future(told(gateway, page, stepped))
    await world.tell("release:r", RELEASE)

    assert page.ended is None
    assert page.token != first.token
    assert (await waiting).ended is None


async def test_the_end_of_a_run_is_told_of_though_a_newer_one_has_started(world: World) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE)
    first = await joined(gateway)
    await world.end("release:r", RunStatus.FAILED)
    await world.start("release:r", RELEASE)

    page = await told(gateway, first, lambda page: page.ended)

    assert (page.token, page.ended) == (b"", RunStatus.FAILED)
    assert (await gateway.history("release:r")).ended is None


async def test_a_long_history_is_joined_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE)
    for n in range(10):
        await asyncio.gather(*(world.tell("release:r", {f"get_app_state app:{n}-{i}": {}}) for i in range(10)))
    in_one_page = await joined(gateway)
    monkeypatch.setattr(releases.gateway, "HISTORY_PAGE", 5)

    page = await gateway.history("release:r")

    assert page.stepped_at is not None
    assert (page.stepped_at, page.is_waiting, page.ended) == (in_one_page.stepped_at, False, None)
    waiting = asyncio.ensure_future(told(gateway, page, stepped))
    await world.tell("release:r", RELEASE)
    assert ((await waiting).stepped_at or page.stepped_at) > page.stepped_at


async def test_a_long_history_that_is_over_is_joined_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.start("release:r", RELEASE)
    for n in range(10):
        await world.tell("release:r", {f"get_app_state app:{n}": {}})
    await world.end("release:r")
    monkeypatch.setattr(releases.gateway, "HISTORY_PAGE", 3)

    page = await world.gateway().history("release:r")

    assert (page.token, page.is_waiting, page.ended) == (b"", False, RunStatus.COMPLETED)
    assert page.stepped_at is not None


async def test_many_wait_at_once_and_each_is_told_of_its_own(world: World) -> None:
    gateway = world.gateway(query_concurrency=2)
    ids = [f"app:{n}" for n in range(40)]
    for workflow_id in ids:
        await world.start(workflow_id, RELEASE)
        await gateway.query(workflow_id, "get_release_state")
    pages = [await gateway.history(workflow_id) for workflow_id in ids]
    waiting = [asyncio.ensure_future(gateway.history(id_, page.token)) for id_, page in zip(ids, pages, strict=True)]
    await world.tell("app:7", RELEASE)

    assert await gateway.query("app:3", "get_release_state") == RELEASE["get_release_state"]
    done, others = await asyncio.wait(waiting, timeout=PATIENT, return_when=asyncio.FIRST_COMPLETED)

    assert done == {waiting[7]}
    for call in others:
        call.cancel()
    await asyncio.wait(waiting)


async def test_who_waits_no_longer_leaves_nothing_behind(world: World) -> None:
    gateway = world.gateway()
    await world.start("release:r", RELEASE)
    page = await joined(gateway)
    await world.stop_worker()
    before = asyncio.all_tasks()
    waiting = asyncio.ensure_future(gateway.history("release:r", page.token))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert asyncio.all_tasks() <= before
    # Nor did it take anything away from who asks next.
    await world.end("release:r", RunStatus.TERMINATED)
    assert (await told(gateway, page, lambda page: page.ended)).ended is RunStatus.TERMINATED


async def test_a_server_that_goes_away_ends_the_waiting(world: World) -> None:
    gateway, cut = await world.fragile_gateway()
    await world.start("release:r", RELEASE)
    page = await joined(gateway)
    waiting = asyncio.ensure_future(gateway.history("release:r", page.token))
    await asyncio.sleep(0.05)
    await cut()

    with pytest.raises(TemporalUnavailable):
        await waiting


async def test_a_token_that_is_none_is_unavailable(world: World) -> None:
    await world.start("release:r", RELEASE)

    with pytest.raises(TemporalUnavailable):
        await world.gateway().history("release:r", b"nonsense")


# The server


async def test_a_server_that_is_there_passes_the_check(world: World) -> None:
    await world.gateway().check()


@pytest.mark.temporal
async def test_a_namespace_that_is_not_there_is_told_apart_from_a_workflow(temporal_server: TemporalServer) -> None:
    gateway = TemporalGateway(GatewayConfig(host=temporal_server.host, namespace="nowhere"))

    for call in (gateway.check(), gateway.describe("release:r"), gateway.list_runs("")):
        with pytest.raises(NamespaceNotFound):
            await call


async def test_a_server_that_is_gone_is_unavailable_to_every_call(world: World) -> None:
    gateway = world.lost_gateway()
    results = await asyncio.gather(
        gateway.check(),
        gateway.describe("release:r"),
        gateway.query("release:r", "get_release_state"),
        gateway.offered_queries("release:r"),
        gateway.list_runs(""),
        gateway.history("release:r"),
        gateway.history("release:r", b"token"),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [TemporalUnavailable] * 7
