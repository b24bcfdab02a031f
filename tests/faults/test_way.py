"""The way to Temporal is bad while people read and follow: a real server behind a proxy, and the real portal."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from tests.api.samples import whole
from tests.faults.conftest import QUERY_TIMEOUT_SECONDS, Told, ask
from tests.faults.footprint import Footprint, comes_back_to
from tests.faults.viewer import Shown, Viewer, following
from tests.integration.link import Link
from tests.live_server import LiveServer
from tests.worlds import PATIENT, RealWorld

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]

RELEASE = "/api/releases/release:r/"
TREE = f"{RELEASE}hierarchy/"
READS = ["/api/releases/", RELEASE, TREE, f"{TREE}?fresh=1"]

SOON = 15
"""Seconds after the end of a fault in which all is right again: 5 are promised, and machines of tests are busy."""

ANSWERED_WITHIN = 4 * QUERY_TIMEOUT_SECONDS + 5
"""Seconds. A read asks for several things in turn, each within the time-out."""

UNAVAILABLE = {"temporal_unavailable", "query_timeout", "worker_unavailable"}


@pytest_asyncio.fixture(loop_scope="module")
async def before(world: RealWorld, portal: LiveServer, token: str) -> Footprint:
    """What the portal holds on to, having done once all that it is asked to do here."""
    async with following(portal, token) as viewer:
        await viewer.until(lambda shown: shown.freshness == "live")
        await asyncio.gather(*(ask(portal, path, token) for path in READS * 4))
    async with asyncio.timeout(PATIENT):
        while (now := await asyncio.to_thread(Footprint.of, portal)).watches:  # noqa: ASYNC110  # Another process.
            await asyncio.sleep(0.1)
    return now


@asynccontextmanager
async def reading(portal: LiveServer, token: str) -> AsyncIterator[list[Told]]:
    """Read all the time, each of READS in turn, four at once: what was told."""
    told: list[Told] = []
    ends = asyncio.Event()

    async def read_on(path: str) -> None:
        while not ends.is_set():
            told.append(await ask(portal, path, token))
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as readers:
        for path in READS:
            readers.create_task(read_on(path))
        try:
            yield told
        finally:
            ends.set()


async def change(world: RealWorld) -> str:
    """The release's new state, which nobody has seen before."""
    state = f"step {time.monotonic_ns()}"
    answers = whole("release:r")
    for answer in answers.values():
        answer["state"] = state
    await world.tell("release:r", answers)
    return state


def never_live_with_another(history: list[Shown], state: str) -> None:
    assert {shown.state for shown in history if shown.freshness == "live"} <= {state}


async def all_is_right(portal: LiveServer, token: str, viewer: Viewer, state: str) -> None:
    await viewer.until_live(state, SOON)
    fresh = await ask(portal, f"{TREE}?fresh=1", token)
    assert fresh.status == 200
    passing = {"as_of", "version", "freshness"}
    shown = viewer.client.data or {}
    assert {k: v for k, v in shown.items() if k not in passing} == {
        k: v for k, v in fresh.body.items() if k not in passing
    }


def all_were_answered(told: list[Told]) -> None:
    assert told
    assert {answer.status for answer in told} <= {200, 503}
    assert {answer.code for answer in told if answer.status == 503} <= UNAVAILABLE
    assert max(answer.seconds for answer in told) < ANSWERED_WITHIN


BREAKS = {
    "stalled": Link.hold,
    "later than anybody waits": lambda way: way.delay(2 * QUERY_TIMEOUT_SECONDS),
    "garbled": Link.garble,
}


@pytest.mark.parametrize("fault", list(BREAKS))
async def test_what_is_shown_is_called_stale_and_is_live_and_right_soon_after(
    world: RealWorld, way: Link, portal: LiveServer, token: str, before: Footprint, fault: str
) -> None:
    async with following(portal, token) as viewer:
        await viewer.until_live((await ask(portal, RELEASE, token)).body["state"])
        async with reading(portal, token) as told:
            BREAKS[fault](way)
            try:
                await viewer.until_stale()
                mark = len(viewer.history)
                state = await change(world)
                await asyncio.sleep(2 * QUERY_TIMEOUT_SECONDS)
            finally:
                way.let_flow()
            await viewer.until_live(state, SOON)
        assert viewer.history[mark - 1].reason
        never_live_with_another(viewer.history[mark:], state)
        await all_is_right(portal, token, viewer, state)
    all_were_answered(told)
    assert 503 in {answer.status for answer in told}
    await comes_back_to(before, portal)


@pytest.mark.parametrize("fault", ["slow", "trickling"])
async def test_where_it_is_only_slow_changes_are_told_all_the_same(
    world: RealWorld, way: Link, portal: LiveServer, token: str, before: Footprint, fault: str
) -> None:
    async with following(portal, token) as viewer:
        await viewer.until_live((await ask(portal, RELEASE, token)).body["state"])
        async with reading(portal, token) as told:
            if fault == "slow":
                way.delay(0.1)
            else:
                way.trickle(16)
            try:
                for _ in range(3):
                    await viewer.until_live(await change(world))
            finally:
                way.let_flow()
        await all_is_right(portal, token, viewer, await change(world))
    all_were_answered(told)
    assert 200 in {answer.status for answer in told}
    await comes_back_to(before, portal)


async def test_where_it_comes_and_goes_nothing_piles_up_and_nothing_is_missed(
    world: RealWorld, way: Link, portal: LiveServer, token: str, before: Footprint
) -> None:
    async with following(portal, token) as viewer:
        await viewer.until_live((await ask(portal, RELEASE, token)).body["state"])
        async with reading(portal, token) as told:
            for seconds in (0.2, 1.0, 0.5, 2.0, 0.3, 1.5):
                await way.cut()
                state = await change(world)
                await asyncio.sleep(seconds)
                await way.mend()
                await asyncio.sleep(seconds / 2)
            await viewer.until_live(state, SOON)
        await all_is_right(portal, token, viewer, state)
    all_were_answered(told)
    await comes_back_to(before, portal)
