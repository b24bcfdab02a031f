"""Temporal has its hands full: a real server that lets a namespace make few calls a second, and refuses the others."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.api.samples import whole
from tests.faults.readers import ANSWERED_WITHIN, Told, all_is_right, ask, change
from tests.faults.viewer import following
from tests.live_server import LiveServer
from tests.temporal import TemporalServer, temporal_command
from tests.worlds import RealWorld, listed, real_world

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]

LIMITS = {"frontend.namespaceRPS": 10, "frontend.namespaceBurstRatio": 1.0}
READERS, READS = 40, 4


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[RealWorld]:
    """In place of that of the other tests, which lets all calls in."""
    options = [f"{name}={value}" for name, value in LIMITS.items()]
    async with (
        await WorkflowEnvironment.start_local(
            dev_server_existing_path=temporal_command(),
            dev_server_log_level="error",
            dev_server_extra_args=[part for option in options for part in ("--dynamic-config-value", option)],
            ui=False,
        ) as server,
        real_world(TemporalServer(server.client.service_client.config.target_host)) as world,
    ):
        await world.start("release:r", whole("release:r"))
        await listed(world.gateway(), 'WorkflowId = "release:r"', lambda runs: len(runs) == 1)
        yield world


def calls(portal: LiveServer) -> int:
    """How many calls of Temporal have ended."""
    lines = portal.get("/metrics").content.decode().splitlines()
    return int(sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("relportal_temporal_calls_t")))


async def test_reads_are_tried_again_or_refused_and_all_is_right_when_fewer_ask(
    world: RealWorld, portal: LiveServer, token: str
) -> None:
    async def read_on(reader: int) -> list[Told]:
        """What nobody else asks for: all that ask for the same share one reading."""
        return [await ask(portal, f"/api/releases/release:none-{reader}-{number}/", token) for number in range(READS)]

    async with following(portal, token) as viewer:
        await viewer.until(lambda shown: shown.freshness == "live")
        before, mark = await asyncio.to_thread(calls, portal), len(viewer.history)
        told = [each for some in await asyncio.gather(*map(read_on, range(READERS))) for each in some]
        made = await asyncio.to_thread(calls, portal) - before
        await all_is_right(portal, token, viewer, await change(world))
    assert {(each.status, each.code) for each in told} <= {(404, "release_not_found"), (503, "temporal_unavailable")}
    assert 404 in {each.status for each in told}
    assert max(each.seconds for each in told) < ANSWERED_WITHIN
    # A read takes two or three calls; the rest are looks. What is refused is not asked for more and more.
    assert made < 4 * len(told)
    assert not any("more workflows than" in (shown.reason or "") for shown in viewer.history[mark:])
    assert not [event for event in portal.events() if event["event"] == "circuit_opened"]
