"""Whatever happens to a release, and to frames on their way, a client that resyncs knows what the server knows."""

import asyncio
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releases.domain import EntityId
from releases.errors import WorkflowNotFound
from releases.events import Subscription, TreeSnapshot
from releases.frames import TreeFrames
from releases.hierarchy import HierarchyReader
from releases.histories import LongPolls
from releases.index import IndexConfig, ReleaseIndex
from releases.live import LiveTrees
from releases.live_tree import Means
from releases.phases import PhaseTable
from releases.pulse import Pulse
from releases.reading import ReaderConfig
from releases.topology import ReleaseWorkflowIds
from tests.fakes.gateway import FakeTemporal
from tests.integration.plans import (
    Plan,
    alone,
    app,
    bundle,
    children_of,
    cluster,
    query_of,
    small,
    walk,
    wave,
    whole,
)
from tests.sockets.client_state import ClientState, Wants

RELEASE_ID = EntityId("release:r")
STATES = ("pending", "deploying", "completed", "failed", "frobnicating")
SETTLED_AFTER = 1000
"""Resyncs, a hundredth of a second apart."""

NEW = {
    "release": lambda n: wave(f"w{n}", cluster(f"c{n}", bundle(f"b{n}", app(f"a{n}")))),
    "wave": lambda n: cluster(f"c{n}", bundle(f"b{n}", app(f"a{n}"), app(f"a{n}x"))),
    "cluster": lambda n: bundle(f"b{n}", app(f"a{n}")),
    "bundle": lambda n: app(f"a{n}"),
}
"""What may be added to each; the number makes an ID that was never there."""


class Server:
    """A release in Temporal's memory, its live tree, and the frames of one socket."""

    def __init__(self, *, each: bool, chance: random.Random) -> None:
        self._each, self._chance = each, chance
        self._plan = small("r")
        self._made = 0
        self.temporal = FakeTemporal()
        self._tell(self._plan)
        gateway = self.temporal.gateway()
        ids = ReleaseWorkflowIds()
        self.reader = HierarchyReader(gateway, PhaseTable(), ReaderConfig(workflow_ids=ids))
        pulse = Pulse(gateway, ReleaseIndex(gateway, IndexConfig('WorkflowId STARTS_WITH "release:"', ids)))
        self.trees = LiveTrees(Means(gateway, self.reader, pulse, LongPolls(1000)), grace=0.0)

    def change(self) -> None:
        """Let something happen: mostly a state, at times what an entity holds, and in which order."""
        entity = self._chance.choice(list(walk(self._plan)))
        kind = self._chance.choice(("state", "state", "state", "add", "remove", "reorder"))
        below = children_of(entity)
        level = str(entity["id"]).partition(":")[0]
        if kind == "add" and level in NEW:
            self._made += 1
            below.insert(self._chance.randint(0, len(below)), NEW[level](self._made))
        elif kind == "remove" and below:
            below.pop(self._chance.randrange(len(below)))
        elif kind == "reorder" and below:
            self._chance.shuffle(below)
        else:
            entity |= {"state": self._chance.choice(STATES), "name": self._chance.choice(("One", None, "Two"))}
        self._tell(entity)

    def _tell(self, changed: Plan) -> None:
        if not self._each:
            self._put("release:r", dict(whole(self._plan)))
            return
        for entity in walk(changed):
            self._put(str(entity["id"]), {query_of(entity): alone(entity)})

    def _put(self, workflow_id: str, answers: dict[str, Any]) -> None:
        # Through JSON: what a workflow answered does not change with what it will answer.
        answers = json.loads(json.dumps(answers))
        try:
            self.temporal.queries(workflow_id).update(answers)
        except WorkflowNotFound:
            self.temporal.start(workflow_id, answers)
            return
        self.temporal.step(workflow_id)

    async def body(self) -> dict[str, Any]:
        """What a reader is answered who asks Temporal now."""
        tree = await self.reader.tree(RELEASE_ID)
        body: dict[str, Any] = json.loads(TreeFrames(RELEASE_ID).frame(TreeSnapshot(tree)))["data"]
        return body


class LossyClient:
    """A client whose frames are lost, doubled and mixed up on their way, until it asks to resync."""

    def __init__(self, subscription: Subscription, chance: random.Random) -> None:
        self._subscription, self._chance = subscription, chance
        self._frames = TreeFrames(RELEASE_ID)
        self._on_their_way: list[str] = []
        self.state = ClientState()
        self.resyncs = 0

    async def follow(self) -> None:
        while True:
            frame = self._frames.frame(await self._subscription.next())
            self._on_their_way += [frame] * self._chance.choice((0, 1, 1, 1, 2))
            self.deliver()

    def deliver(self) -> None:
        """Some of what is on its way, in any order."""
        self._chance.shuffle(self._on_their_way)
        while self._on_their_way and self._chance.random() < 0.7:
            frame = json.loads(self._on_their_way.pop())
            if self.state.receive(frame) is Wants.RESYNC:
                self.resyncs += 1
                self._subscription.resync()

    async def resync(self) -> None:
        """As a client does that doubts: with nothing lost any more."""
        self._on_their_way.clear()
        self._subscription.resync()
        snapshots = self.state.snapshots
        while self.state.snapshots == snapshots:
            self.state.receive(json.loads(self._frames.frame(await self._subscription.next())))


async def played(steps: list[str], *, each: bool, chance: random.Random) -> None:
    server = Server(each=each, chance=chance)
    with server.trees.followed(RELEASE_ID) as subscription:
        client = LossyClient(subscription, chance)
        following = asyncio.create_task(client.follow())
        for step in steps:
            match step:
                case "change":
                    server.change()
                case "wait":
                    await asyncio.sleep(0.003)
                case "lose Temporal":
                    server.temporal.is_up = not server.temporal.is_up
        server.temporal.is_up = True
        following.cancel()
        await expect_the_same(server, client)
    await server.trees.stop()


async def expect_the_same(server: Server, client: LossyClient) -> None:
    """Once all that happened has been read: after each resync it is what the server has, and in the end what is."""
    wanted = told(await server.body())
    async with asyncio.timeout(30):
        while True:
            await client.resync()
            state = server.trees.state(RELEASE_ID)
            if state is not None and client.state.version == state.version:
                assert told(client.state.data) == told(
                    json.loads(TreeFrames(RELEASE_ID).frame(TreeSnapshot(state)))["data"]
                )
                if told(client.state.data) == wanted:
                    return
            await asyncio.sleep(0.01)


def told(body: dict[str, Any] | None) -> dict[str, Any]:
    """A body without what tells of the reading, not of the release."""
    assert body is not None
    return {name: value for name, value in body.items() if name not in ("version", "as_of", "freshness")}


@pytest.mark.parametrize("each", [False, True], ids=["one workflow", "a workflow each"])
@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.sampled_from(("change", "change", "change", "wait", "lose Temporal")), min_size=1, max_size=30),
    seed=st.integers(0, 2**32),
)
def test_after_a_resync_the_client_knows_what_the_server_knows(each: bool, steps: list[str], seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("BURST_SECONDS", "RETRY_SECONDS"):
            patch.setattr(f"releases.live_tree.{name}", 0.001)
        patch.setattr("releases.pulse.PERIOD", 0.01)
        patch.setattr("releases.histories._FIRST_PAUSE", 0.005)
        asyncio.run(played(steps, each=each, chance=random.Random(seed)))
