"""Many sockets on one release: how late the last of them is told of a change, and what each costs the portal."""

from random import choice

from temporalio.client import Client

from tests.bench.live_releases import RELEASES, change, changed_at, new_state, pause
from tests.bench.processes import resident_bytes
from tests.bench.sockets import Arrivals, sockets, until_live
from tests.bench.table import Measure
from tests.live_server import LiveServer

SOCKETS = 500
ROUNDS = 10
BAR_MS = 2000.0

RELEASE = RELEASES[0]
"""The one whose patches cost a reading of the whole."""


async def measure(client: Client, portal: LiveServer) -> list[Measure]:
    async with sockets(portal, RELEASE.id, 1, lambda *_: None):
        # What the release itself needs is there before the first of many comes.
        await until_live(portal, RELEASE.id)
        before = resident_bytes(portal.process.pid)
        arrivals = Arrivals(SOCKETS)
        async with sockets(portal, RELEASE.id, SOCKETS, arrivals.receive):
            slowest = [await _slowest(client, arrivals) for _ in range(ROUNDS)]
            each = (resident_bytes(portal.process.pid) - before) / SOCKETS
    return [
        Measure(f"change to the last of {SOCKETS} sockets, max", max(slowest) * 1000, "ms", bar=BAR_MS),
        Measure("memory of the portal per socket", each / 1024, "kB"),
    ]


async def _slowest(client: Client, arrivals: Arrivals) -> float:
    """Seconds until the last socket was told of a change."""
    await pause()
    app, state = choice(RELEASE.apps), new_state()
    arrivals.expect(state)
    await change(client, RELEASE.workflow_of(app), app, state)
    times = await arrivals.times()
    return max(times) - await changed_at(client, RELEASE.workflow_of(app))
