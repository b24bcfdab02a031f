"""The way to Temporal is bad while people read and follow: a real server behind a proxy, and the real portal."""

import asyncio

import pytest

from tests.faults.footprint import Footprint, comes_back_to
from tests.faults.readers import (
    QUERY_TIMEOUT_SECONDS,
    SOON,
    all_is_right,
    all_were_answered,
    ask,
    change,
    never_live_with_another,
    reading,
)
from tests.faults.viewer import following
from tests.integration.link import Link
from tests.live_server import LiveServer
from tests.worlds import RealWorld

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]

RELEASE = "/api/releases/release:r/"

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
