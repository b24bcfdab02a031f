"""The live trees of a process: one for each release, however many follow it."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from releases.domain import EntityId, Freshness, Tree
from releases.errors import RelportalError
from releases.events import Event
from releases.followers import Follower
from releases.leases import LeasesUnavailable
from releases.live_tree import LiveTree, Means
from releases.mailbox import Mailbox
from releases.peers import Peers
from releases.shared_tree import SharedTree, name_of

Key = tuple[EntityId, bool]
"""A release, and whether all that it holds is followed with it."""


ReleaseTree = LiveTree | SharedTree

TOLD_SECONDS = 0.5
"""How long a reader waits to be told of a release by the process that watches it, before it reads by itself."""


class _Reader:
    """Follows a release in order to read it once: looks at it with each event."""

    def __init__(self) -> None:
        self.told = asyncio.Event()

    def put(self, event: Event) -> None:
        self.told.set()

    def fail(self, error: RelportalError) -> None:
        """Who reads for itself is told the same."""


class LiveTrees:
    """The live trees of all releases that somebody follows, or has followed until a while ago."""

    def __init__(self, means: Means, grace: float = 30.0, peers: Peers | None = None) -> None:
        """`grace`: the seconds for which a tree is kept up after its last follower has left. `peers`: the other
        processes of the portal, to share them with."""
        self._means = means
        self._grace = grace
        self._peers = peers
        self._trees: dict[Key, ReleaseTree] = {}
        self._endings: dict[Key, asyncio.TimerHandle] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._trees)

    @contextmanager
    def followed(self, release_id: EntityId) -> Iterator[Mailbox]:
        """The events of a release for one follower. Asking for one raises ReleaseNotFound where there is none."""
        tree = self._of((release_id, True))
        mailbox = tree.mailbox()
        with self._kept((release_id, True), tree), tree.followed_by(mailbox):
            yield mailbox

    @contextmanager
    def followed_by(self, follower: Follower, release_id: EntityId, *, whole: bool) -> Iterator[ReleaseTree]:
        """The live tree of a release, for one who looks at its state when told of events."""
        tree = self._of((release_id, whole))
        with self._kept((release_id, whole), tree), tree.followed_by(follower):
            yield tree

    def by_freshness(self) -> Counter[str]:
        """How many there are of each freshness, `unread` where a first reading is under way. From any thread."""
        states = [tree.freshness for tree in list(self._trees.values())]
        return Counter(freshness.value if freshness else "unread" for freshness in states)

    @property
    def watches(self) -> int:
        """Of how many releases this very process asks Temporal. From any thread."""
        return sum(tree.is_watching for tree in list(self._trees.values()))

    def state(self, release_id: EntityId, *, whole: bool = True) -> Tree | None:
        """The release as it is now, where it is live."""
        for key in ((release_id, True), (release_id, whole)):
            tree = self._trees.get(key)
            state = tree.state if tree is not None else None
            if state is not None and state.freshness is Freshness.LIVE:
                return state
        return None

    async def state_elsewhere(self, release_id: EntityId) -> Tree | None:
        """The release as it is now, where another process watches it. It is told of it from then on, for a while."""
        if self._peers is None:
            return None
        try:
            async with asyncio.timeout(TOLD_SECONDS):
                if await self._is_watched_elsewhere(release_id):
                    return await self._told(release_id)
        except TimeoutError:
            pass  # Temporal tells as well.
        return None

    async def _told(self, release_id: EntityId) -> Tree:
        reader = _Reader()
        with self.followed_by(reader, release_id, whole=True):
            while (state := self.state(release_id)) is None:
                await reader.told.wait()
                reader.told.clear()
            return state

    async def _is_watched_elsewhere(self, release_id: EntityId) -> bool:
        if self._peers is None or (release_id, True) in self._trees:
            return False
        try:
            return await self._peers.leases.holder(name_of(release_id, whole=True)) is not None
        except LeasesUnavailable:
            return False

    async def check_peers(self) -> None:
        """Nothing where other processes can be told, or there are none; else LeasesUnavailable."""
        if self._peers is not None:
            await self._peers.check()

    async def stop(self) -> None:
        for ending in self._endings.values():
            ending.cancel()
        self._endings.clear()
        for key in tuple(self._trees):
            self._end(key)
        await asyncio.gather(*self._stopping, return_exceptions=True)
        if self._peers is not None:
            await self._peers.stop()

    def _of(self, key: Key) -> ReleaseTree:
        if (ending := self._endings.pop(key, None)) is not None:
            ending.cancel()
        tree = self._trees.get(key)
        if tree is not None and tree.is_over:
            self._end(key)
            tree = None
        if tree is None:
            tree = self._trees[key] = self._made(*key)
            tree.start()
        return tree

    def _made(self, release_id: EntityId, whole: bool) -> ReleaseTree:
        if self._peers is None:
            return LiveTree(release_id, self._means, whole=whole)
        return SharedTree(release_id, self._means, self._peers, whole=whole)

    @contextmanager
    def _kept(self, key: Key, tree: ReleaseTree) -> Iterator[None]:
        """While it is followed, and for a while after that."""
        try:
            yield
        finally:
            if not tree.is_followed and self._trees.get(key) is tree:
                grace = 0.0 if tree.is_over else self._grace
                self._endings[key] = asyncio.get_running_loop().call_later(grace, self._end, key)

    def _end(self, key: Key) -> None:
        self._endings.pop(key, None)
        stopping = asyncio.create_task(self._trees.pop(key).stop())
        self._stopping.add(stopping)
        stopping.add_done_callback(self._stopping.discard)
