"""The live trees of a process: one for each release, however many follow it."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from releases.domain import EntityId, Freshness, Tree
from releases.followers import Follower
from releases.live_tree import LiveTree, Means
from releases.mailbox import Mailbox

Key = tuple[EntityId, bool]
"""A release, and whether all that it holds is followed with it."""


class LiveTrees:
    """The live trees of all releases that somebody follows, or has followed until a while ago."""

    def __init__(self, means: Means, grace: float = 30.0) -> None:
        """`grace`: the seconds for which a tree is kept up after its last follower has left."""
        self._means = means
        self._grace = grace
        self._trees: dict[Key, LiveTree] = {}
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
    def followed_by(self, follower: Follower, release_id: EntityId, *, whole: bool) -> Iterator[LiveTree]:
        """The live tree of a release, for one who looks at its state when told of events."""
        tree = self._of((release_id, whole))
        with self._kept((release_id, whole), tree), tree.followed_by(follower):
            yield tree

    def by_freshness(self) -> Counter[str]:
        """How many there are of each freshness, `unread` where a first reading is under way. From any thread."""
        states = [tree.freshness for tree in list(self._trees.values())]
        return Counter(freshness.value if freshness else "unread" for freshness in states)

    def state(self, release_id: EntityId, *, whole: bool = True) -> Tree | None:
        """The release as it is now, where it is live."""
        for key in ((release_id, True), (release_id, whole)):
            tree = self._trees.get(key)
            state = tree.state if tree is not None else None
            if state is not None and state.freshness is Freshness.LIVE:
                return state
        return None

    async def stop(self) -> None:
        for ending in self._endings.values():
            ending.cancel()
        self._endings.clear()
        for key in tuple(self._trees):
            self._end(key)
        await asyncio.gather(*self._stopping, return_exceptions=True)

    def _of(self, key: Key) -> LiveTree:
        if (ending := self._endings.pop(key, None)) is not None:
            ending.cancel()
        tree = self._trees.get(key)
        if tree is not None and tree.is_over:
            self._end(key)
            tree = None
        if tree is None:
            release_id, whole = key
            tree = self._trees[key] = LiveTree(release_id, self._means, whole=whole)
            tree.start()
        return tree

    @contextmanager
    def _kept(self, key: Key, tree: LiveTree) -> Iterator[None]:
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
