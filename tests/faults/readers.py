"""People who read and follow a release while things break, and what must hold of all that they are told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.api.samples import whole
from tests.faults.viewer import Shown, Viewer
from tests.live_server import LiveServer
from tests.worlds import RealWorld

QUERY_TIMEOUT_SECONDS = 2
"""Of the portals of these tests."""

RETRY_AFTER = "2"

SOON = 15
"""Seconds after the end of a fault in which all is right again: 5 are promised, and machines of tests are busy."""

ANSWERED_WITHIN = 4 * QUERY_TIMEOUT_SECONDS + 5
"""Seconds. A read asks for several things in turn, each within the time-out."""

UNAVAILABLE = {"temporal_unavailable", "query_timeout", "worker_unavailable"}


def reads_of(release_id: str) -> list[str]:
    release = f"/api/releases/{release_id}/"
    return ["/api/releases/", release, f"{release}hierarchy/", f"{release}hierarchy/?fresh=1"]


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    code: str
    """Of the error; empty where there is none."""
    seconds: float
    body: Any


async def ask(portal: LiveServer, path: str, token: str) -> Told:
    """Read, and see that an error is one of those that are documented."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer = await asyncio.to_thread(portal.get, path, token=token)
    body = json.loads(answer.content)
    if answer.status >= 500:
        assert (answer.status, answer.headers["Retry-After"], body["retryable"]) == (503, RETRY_AFTER, True)
    return Told(answer.status, body.get("code", "") if answer.status >= 400 else "", loop.time() - began, body)


@asynccontextmanager
async def reading(portal: LiveServer, token: str, release_id: str = "release:r") -> AsyncIterator[list[Told]]:
    """Read all the time, each thing by itself: what was told."""
    told: list[Told] = []
    ends = asyncio.Event()

    async def read_on(path: str) -> None:
        while not ends.is_set():
            told.append(await ask(portal, path, token))
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as readers:
        for path in reads_of(release_id):
            readers.create_task(read_on(path))
        try:
            yield told
        finally:
            ends.set()


async def change(world: RealWorld, release_id: str = "release:r", **also: Any) -> str:
    """The release's new state, which nobody has seen before. `also` is part of all its answers, as tests.workflows
    reads them."""
    state = f"step {time.monotonic_ns()}"
    answers = {name: {**answer, "state": state, **also} for name, answer in whole(release_id).items()}
    await world.tell(release_id, answers)
    return state


def never_live_with_another(history: list[Shown], state: str) -> None:
    assert {shown.state for shown in history if shown.freshness == "live"} <= {state}


async def all_is_right(
    portal: LiveServer, token: str, viewer: Viewer, state: str, release_id: str = "release:r"
) -> None:
    """The viewer is shown this state, live, and what a fresh read gives."""
    await viewer.until_live(state, SOON)
    fresh = await ask(portal, reads_of(release_id)[-1], token)
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
