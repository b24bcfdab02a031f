"""The worker of a release dies, freezes, is slow, crashes as it answers, or answers in error: a process of its own."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.samples import whole
from tests.faults.footprint import Footprint, comes_back_to
from tests.faults.readers import (
    SOON,
    all_is_right,
    all_were_answered,
    ask,
    change,
    never_live_with_another,
    reading,
    reads_of,
)
from tests.faults.viewer import following
from tests.live_server import ROOT, LiveServer, environment
from tests.worlds import RealWorld

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]

SHAKY = "release:shaky"


class WorkerProcess:
    """Works for SHAKY."""

    def __init__(self, world: RealWorld) -> None:
        self._command = [sys.executable, "-m", "tests.e2e.worker", world.host, "shaky", world.namespace]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, cwd=ROOT, env=environment(), stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    async def until_ended(self) -> int:
        return await asyncio.to_thread(self.process.wait, SOON)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def worker(world: RealWorld) -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess(world)
    await world.start(SHAKY, whole(SHAKY), worker="shaky")
    yield worker
    worker.kill()


@pytest_asyncio.fixture(loop_scope="module")
async def state(world: RealWorld, worker: WorkerProcess, portal: LiveServer, token: str) -> str:
    """Of SHAKY, which can be read."""
    state = await change(world, SHAKY)
    async with following(portal, token, SHAKY) as viewer:
        await viewer.until_live(state)
    return state


@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_without_its_worker_a_release_is_stale_and_others_are_unharmed(
    world: RealWorld, worker: WorkerProcess, portal: LiveServer, token: str, before: Footprint, state: str, how: str
) -> None:
    stop, start = (worker.kill, worker.start) if how == "killed" else (worker.freeze, worker.thaw)
    async with following(portal, token, SHAKY) as viewer, following(portal, token) as other:
        await viewer.until_live(state)
        await other.until(lambda shown: shown.freshness == "live")
        async with reading(portal, token, SHAKY) as told:
            stop()
            try:
                others_mark = len(other.history)
                state = await change(world, SHAKY)
                await viewer.until_stale()
                stale = len(viewer.history)
                refused = await ask(portal, reads_of(SHAKY)[-1], token)
                others_state = await change(world)
                await other.until_live(others_state)
            finally:
                start()
            await viewer.until_live(state, SOON + 10)
        await all_is_right(portal, token, viewer, state, SHAKY)
    assert viewer.history[stale - 1].reason
    assert refused.code in {"worker_unavailable", "query_timeout"}
    assert {shown.freshness for shown in other.history[others_mark:]} == {"live"}
    never_live_with_another(viewer.history[stale - 1 :], state)
    all_were_answered(told)
    await comes_back_to(before, portal)


async def test_one_that_dies_of_each_question_is_told_and_is_right_once_it_is_mended(
    world: RealWorld, worker: WorkerProcess, portal: LiveServer, token: str, before: Footprint, state: str
) -> None:
    async with following(portal, token, SHAKY) as viewer:
        await viewer.until_live(state)
        async with reading(portal, token, SHAKY) as told:
            await change(world, SHAKY, **{"$exit": 3})
            for _ in range(2):
                assert await worker.until_ended() == 3
                worker.start()
            await viewer.until_stale()
            stale = len(viewer.history)
            state = await change(world, SHAKY)
            async with asyncio.timeout(60):
                while viewer.now.state != state or viewer.now.freshness != "live":
                    if worker.process.poll() is not None:
                        worker.start()
                    await asyncio.sleep(0.1)
        await all_is_right(portal, token, viewer, state, SHAKY)
    never_live_with_another(viewer.history[stale:], state)
    all_were_answered(told)
    await comes_back_to(before, portal)


async def test_one_that_is_slow_is_waited_for_and_stale_meanwhile(
    world: RealWorld, worker: WorkerProcess, portal: LiveServer, token: str, before: Footprint, state: str
) -> None:
    async with following(portal, token, SHAKY) as viewer:
        await viewer.until_live(state)
        slow = await change(world, SHAKY, **{"$sleep": 1.0})
        await viewer.until(lambda shown: shown.state == slow)
        async with reading(portal, token, SHAKY) as told:
            await asyncio.sleep(5)
            state = await change(world, SHAKY)
            await viewer.until_live(state)
        await all_is_right(portal, token, viewer, state, SHAKY)
    all_were_answered(told)
    await comes_back_to(before, portal)


async def test_where_its_query_fails_a_release_is_stale_with_that_reason_till_it_is_mended(
    world: RealWorld, worker: WorkerProcess, portal: LiveServer, token: str, before: Footprint, state: str
) -> None:
    async with following(portal, token, SHAKY) as viewer:
        await viewer.until_live(state)
        last = state
        await change(world, SHAKY, **{"$raise": "no"})
        await viewer.until_stale()
        shown = viewer.now
        refused = await ask(portal, reads_of(SHAKY)[-1], token)
        state = await change(world, SHAKY)
        await all_is_right(portal, token, viewer, state, SHAKY)
    assert (shown.state, shown.reason) == (last, "The query get_release_state failed for release:shaky.")
    assert (refused.status, refused.code) == (503, "query_failed")
    await comes_back_to(before, portal)
