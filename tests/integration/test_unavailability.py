"""Releases whose workers or server do not answer: told in time, and never at the cost of what does answer.

Times are asserted only to tell one time-out from several; what waits for nothing has all the time it needs.
"""

import asyncio
import time
from contextlib import suppress

import pytest

from releases.domain import EntityId, Run, RunStatus, Tree
from releases.errors import QueryTimeout, TemporalUnavailable, WorkerUnavailable
from releases.gateway import GatewayConfig, TemporalGateway
from releases.hierarchy import HierarchyReader
from releases.phases import PhaseTable
from releases.reading import ReaderConfig
from tests.fakes.gateway import FakeTemporal
from tests.integration.conftest import RELEASE_ID, Read
from tests.integration.link import Link
from tests.integration.plans import (
    LEVELS,
    app,
    bundle,
    cluster,
    problems_in,
    release,
    shape_of,
    shape_of_tree,
    small,
    start_all,
    states_in,
    wave,
    whole,
    workflows,
)
from tests.temporal import TemporalServer
from tests.worlds import World, real_world

TIMEOUT = 1.0
"""Seconds that a reader waits for those that will not answer, while others do."""


async def test_a_release_whose_worker_is_gone_is_told_so_within_its_time(world: World, reading: Read) -> None:
    await world.start("release:r", whole(small()))
    await reading().tree()
    await world.stop_worker()
    reader = reading(TIMEOUT)

    for read in (reader.tree, lambda: reader.reader.release(RELEASE_ID)):
        began = time.monotonic()
        with pytest.raises(WorkerUnavailable):
            await read()
        # One time-out and what it takes to be sure; a second time-out would be too much.
        assert time.monotonic() - began < 2 * TIMEOUT + 1


async def test_a_release_whose_worker_is_gone_is_read_again_when_it_is_back(world: World, reading: Read) -> None:
    await world.start("release:r", whole(small()))
    await world.stop_worker()
    with pytest.raises(WorkerUnavailable):
        await reading(TIMEOUT).tree()
    await world.start_worker()

    assert shape_of_tree((await reading().tree()).release) == shape_of(small())


async def test_a_release_that_ended_is_shown_with_how_though_its_worker_is_gone(world: World, reading: Read) -> None:
    await world.start("release:r", whole(small()))
    await world.gateway().query("release:r", "get_release_state")
    await world.end("release:r", RunStatus.TERMINATED)
    await world.stop_worker()

    tree = await reading(TIMEOUT).tree()

    assert tree.release.state == "terminated"
    assert problems_in(tree.release) == {"": "worker_unavailable"}


async def test_parts_without_a_worker_are_told_in_one_time_out_and_the_rest_is_whole(
    world: World, reading: Read
) -> None:
    await world.start_worker("gone")
    await world.stop_worker("gone")
    # One part is gone at each rank below the release: one after another they would take a time-out each.
    plan = release(
        "r",
        wave("gone"),
        wave("w", cluster("gone"), cluster("c", bundle("gone"), bundle("b", app("gone"), app("a")))),
    )
    told = workflows(plan, LEVELS)
    gone = {workflow_id: told.pop(workflow_id) for workflow_id in list(told) if workflow_id.endswith(":gone")}
    await start_all(world, told)
    await start_all(world, gone, worker="gone")
    await asyncio.gather(*(world.gateway().offered_queries(workflow_id) for workflow_id in told))
    reader = reading(2 * TIMEOUT)

    began = time.monotonic()
    tree = await reader.tree()
    took = time.monotonic() - began

    assert problems_in(tree.release) == {
        "wave:gone": "worker_unavailable",
        "wave:w/cluster:gone": "worker_unavailable",
        "wave:w/cluster:c/bundle:gone": "worker_unavailable",
        "wave:w/cluster:c/bundle:b/app:gone": "worker_unavailable",
    }
    assert states_in(tree.release)["app:a"] == "deploying"
    assert took < 2 * (2 * TIMEOUT)


async def test_a_server_that_is_gone_is_told(reading: Read) -> None:
    reader = reading(lost=True)

    for read in (reader.tree(), reader.reader.release(RELEASE_ID)):
        with pytest.raises(TemporalUnavailable):
            await read


async def test_a_release_beside_one_whose_worker_is_gone_is_read_at_once(world: World, reading: Read) -> None:
    await world.start("release:fine", whole(small("fine")))
    await world.start_worker("gone")
    await world.stop_worker("gone")
    told = workflows(release("stuck", *(wave(f"w{n}") for n in range(20))), LEVELS)
    await start_all(world, {"release:stuck": told.pop("release:stuck")})
    await start_all(world, told, worker="gone")
    # Twenty queries wait for the worker that is gone, on ten places for all.
    reader = reading(concurrency=10)
    stuck = asyncio.ensure_future(reader.tree(EntityId("release:stuck")))
    await asyncio.sleep(0.5)

    fine = await reader.tree(EntityId("release:fine"))

    assert shape_of_tree(fine.release) == shape_of(small("fine"))
    assert not stuck.done()
    stuck.cancel()


# What a real server does not let a test time: in memory alone


def reader_of(temporal: FakeTemporal, timeout: float, concurrency: int = 100) -> HierarchyReader:
    gateway = temporal.gateway(query_timeout=timeout, query_concurrency=concurrency)
    return HierarchyReader(gateway, PhaseTable(), ReaderConfig(timeout, concurrency))


async def never(argument: str | None) -> None:
    await asyncio.sleep(3600)


async def test_a_query_that_is_slow_while_its_worker_lives_has_timed_out() -> None:
    temporal = FakeTemporal()
    temporal.start("release:r", {"get_hierarchy": never, "get_release_state": never})

    for read in (reader_of(temporal, 0.2).tree, reader_of(temporal, 0.2).release):
        with pytest.raises(QueryTimeout):
            await read(RELEASE_ID)


async def test_one_slow_query_takes_its_time_out_from_no_sibling() -> None:
    temporal = FakeTemporal()
    temporal.start(
        "release:r",
        {
            "get_release_state": {"id": "release:r", "state": "x", "wave_ids": ["wave:slow", "wave:w"]},
            "get_wave_state": lambda wave_id: (
                never(wave_id) if wave_id == "wave:slow" else {"id": wave_id, "state": "done"}
            ),
        },
    )

    tree = await reader_of(temporal, 0.2).tree(RELEASE_ID)

    assert problems_in(tree.release) == {"wave:slow": "query_timeout"}
    assert states_in(tree.release)["wave:w"] == "done"


async def test_many_parts_without_a_worker_take_one_time_out_on_however_few_places() -> None:
    temporal = FakeTemporal()
    temporal.stop_worker("gone")
    ids = [f"wave:w{n}" for n in range(50)]
    temporal.start("release:r", {"get_release_state": {"id": "release:r", "state": "x", "wave_ids": ids}})
    for wave_id in ids:
        temporal.start(wave_id, {"get_wave_state": {"id": wave_id, "state": "x"}}, worker="gone")

    began = time.monotonic()
    tree = await reader_of(temporal, TIMEOUT, concurrency=2).tree(RELEASE_ID)

    assert set(problems_in(tree.release)) == set(ids)
    assert set(problems_in(tree.release).values()) == {"worker_unavailable"}
    assert time.monotonic() - began < 4 * TIMEOUT


async def test_a_reader_that_waited_for_a_read_in_vain_does_not_wait_for_another() -> None:
    temporal = FakeTemporal()
    temporal.start("release:r", {"get_hierarchy": {"id": "release:r", "state": "x"}})
    temporal.stop_worker()
    reader = reader_of(temporal, 2 * TIMEOUT)
    first = asyncio.ensure_future(reader.tree(RELEASE_ID))
    await asyncio.sleep(TIMEOUT / 5)

    began = time.monotonic()
    with pytest.raises(WorkerUnavailable):
        await reader.tree(RELEASE_ID)

    assert time.monotonic() - began < 2 * TIMEOUT + 1
    with pytest.raises(WorkerUnavailable):
        await first


async def test_a_reader_that_waited_for_a_partial_tree_does_not_wait_its_whole_time_again() -> None:
    temporal = FakeTemporal()
    plan = release("r", wave("gone"), wave("w"))
    for workflow_id, told in workflows(plan, LEVELS).items():
        temporal.start(workflow_id, told, worker="gone" if workflow_id == "wave:gone" else "worker")
    temporal.stop_worker("gone")
    reader = reader_of(temporal, 2 * TIMEOUT)
    first = asyncio.ensure_future(reader.tree(RELEASE_ID))
    await asyncio.sleep(TIMEOUT / 5)

    began = time.monotonic()
    tree = await reader.tree(RELEASE_ID)

    # Two whole time-outs one after the other would be four.
    assert time.monotonic() - began < 3.9 * TIMEOUT
    assert problems_in(tree.release) == problems_in((await first).release) == {"wave:gone": "worker_unavailable"}


async def test_where_it_can_not_be_asked_which_workflows_ended_the_tree_is_shown_with_that_doubt() -> None:
    temporal = FakeTemporal(refused={"list_runs"})
    plan = release("r", wave("w", cluster("c", state="done")), wave("waiting", state="pending"))
    for workflow_id, told in workflows(plan, LEVELS).items():
        temporal.start(workflow_id, told)

    tree = await reader_of(temporal, 30).tree(RELEASE_ID)

    assert shape_of_tree(tree.release) == shape_of(plan)
    assert problems_in(tree.release) == {"wave:w": "temporal_unavailable", "wave:waiting": "temporal_unavailable"}


async def test_a_workflow_that_is_deleted_between_being_listed_and_described_harms_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    temporal = FakeTemporal()
    plan = release("r", wave("w"))
    for workflow_id, told in workflows(plan, LEVELS).items():
        temporal.start(workflow_id, told)
    temporal.end("wave:w", RunStatus.TERMINATED)
    described = temporal.described

    def gone(workflow_id: str) -> Run:
        return described("deleted" if workflow_id == "wave:w" else workflow_id)

    monkeypatch.setattr(temporal, "described", gone)

    assert shape_of_tree((await reader_of(temporal, 30).tree(RELEASE_ID)).release) == shape_of(plan)


async def test_a_tree_takes_half_of_all_places_at_most() -> None:
    temporal = FakeTemporal(latency=0.001)
    plan = release("r", *(wave(f"w{n}") for n in range(50)))
    for workflow_id, told in workflows(plan, LEVELS).items():
        temporal.start(workflow_id, told)

    tree = await reader_of(temporal, 30, concurrency=10).tree(RELEASE_ID)

    assert problems_in(tree.release) == {}
    assert temporal.most_at_once <= 5


async def test_siblings_are_asked_at_the_same_time_and_children_as_soon_as_their_parent_has_answered() -> None:
    temporal = FakeTemporal()
    asked_below = asyncio.Event()

    async def slow_until_the_other_is_read_below(wave_id: str | None) -> dict[str, object]:
        if wave_id == "wave:slow":
            await asked_below.wait()
        return {"id": wave_id, "state": "x", "cluster_ids": [] if wave_id == "wave:slow" else ["cluster:c"]}

    def cluster_state(cluster_id: str | None) -> dict[str, object]:
        asked_below.set()
        return {"id": cluster_id, "state": "x"}

    temporal.start(
        "release:r",
        {
            "get_release_state": {"id": "release:r", "state": "x", "wave_ids": ["wave:slow", "wave:w"]},
            "get_wave_state": slow_until_the_other_is_read_below,
            "get_cluster_state": cluster_state,
        },
    )

    tree = await reader_of(temporal, 30).tree(RELEASE_ID)

    assert states_in(tree.release) == {"release:r": "x", "wave:slow": "x", "wave:w": "x", "cluster:c": "x"}


# A server that comes and goes


@pytest.mark.temporal
async def test_a_server_that_starts_after_the_portal_and_one_that_was_lost_are_found_again(
    temporal_server: TemporalServer,
) -> None:
    async with real_world(temporal_server) as world:
        await world.start("release:r", whole(small()))
        link = Link(temporal_server.host)
        await link.mend()
        await link.cut()
        gateway = TemporalGateway(GatewayConfig(host=link.host, namespace=world.namespace, query_timeout=TIMEOUT))
        reader = HierarchyReader(gateway, PhaseTable(), ReaderConfig(TIMEOUT))

        for _ in range(2):
            with pytest.raises(TemporalUnavailable):
                await reader.tree(RELEASE_ID)
            await link.mend()
            assert shape_of_tree((await until_read(reader)).release) == shape_of(small())
            await link.cut()


async def until_read(reader: HierarchyReader) -> Tree:
    """The tree, as soon as the server is found: within the five seconds that are promised, and some for the machine."""
    async with asyncio.timeout(15):
        while True:
            with suppress(TemporalUnavailable):
                return await reader.tree(RELEASE_ID)
            await asyncio.sleep(0.1)
