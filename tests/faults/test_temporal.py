"""Temporal goes away while people read, by breaking off or by falling silent: a real one, behind the real server."""

import asyncio
from collections import Counter

import pytest

from tests.faults.readers import ask
from tests.integration.link import Link
from tests.live_server import LiveServer
from tests.worlds import PATIENT

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]

LIST = "/api/releases/"
RELEASE = "/api/releases/release:r/"
ABSENT = "/api/releases/release:none/"
"""Each looks into Temporal for it."""


async def answer_to(portal: LiveServer, path: str, token: str) -> tuple[int, str]:
    told = await ask(portal, path, token)
    return told.status, told.code


async def until_right(portal: LiveServer, token: str) -> None:
    async with asyncio.timeout(PATIENT):
        while (await ask(portal, RELEASE, token)).status != 200:  # noqa: ASYNC110  # Another process tells nobody.
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("how", ["broken off", "silent"])
async def test_while_it_is_away_requests_are_refused_at_once_and_all_is_well_afterwards(
    way: Link, portal: LiveServer, token: str, how: str
) -> None:
    await until_right(portal, token)
    if how == "silent":
        way.hold()
    else:
        await way.cut()
    try:
        first = [await answer_to(portal, ABSENT, token) for _ in range(3)]
        meanwhile = Counter(await asyncio.gather(*(answer_to(portal, ABSENT, token) for _ in range(60))))
        opened = [event for event in portal.events() if event["event"] == "circuit_opened"]
    finally:
        way.let_flow()
        if how == "broken off":
            await way.mend()
    assert set(first) == {(503, "temporal_unavailable")}
    assert meanwhile == {(503, "temporal_unavailable"): 60}
    assert opened
    assert (await asyncio.to_thread(portal.get, "/healthz")).status == 200
    await until_right(portal, token)
    assert await answer_to(portal, ABSENT, token) == (404, "release_not_found")
    assert (await answer_to(portal, LIST, token))[0] == 200
    assert [each["event"] for each in portal.events() if each["event"].startswith("circuit_")][-1] == "circuit_closed"
