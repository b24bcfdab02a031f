"""From a change in a workflow to those who watch the release by a socket, against what the bare SDK needs for it."""

from random import choice

from temporalio.client import Client

from tests.bench.live_releases import (
    RELEASES,
    LiveRelease,
    bare_follower,
    change,
    changed_at,
    new_state,
    pause,
)
from tests.bench.samples import Samples, told_in_turn
from tests.bench.sockets import Arrivals, sockets, until_live
from tests.bench.table import Measure, spread_of
from tests.live_server import LiveServer

SOCKETS = (1, 100)
ROUNDS = 40


async def measure(client: Client, portal: LiveServer) -> list[Measure]:
    measures: list[Measure] = []
    for release in RELEASES:
        for number in SOCKETS:
            name = f"change to socket, {release.title}, {number} watching"
            measures += spread_of(name, await _samples(client, portal, release, number))
    return measures


async def _samples(client: Client, portal: LiveServer, release: LiveRelease, number: int) -> Samples:
    arrivals = Arrivals(number)
    apps = release.apps

    async def told_after() -> list[float]:
        await pause()
        app, state = choice(apps), new_state()
        arrivals.expect(state)
        await change(client, release.workflow_of(app), app, state)
        times = await arrivals.times()
        began = await changed_at(client, release.workflow_of(app))
        return [time - began for time in times]

    async with sockets(portal, release.id, number, arrivals.receive), bare_follower(client, release) as bare:
        await until_live(portal, release.id)
        return await told_in_turn(told_after, bare.told_after, ROUNDS)
