"""A live tree that all processes of a portal share: one of them watches, the others are told.

Whoever holds the release's lease runs a `LiveTree` and tells of each version to the processes that asked. Those keep a
copy for their own followers and readers. A copy that misses a version asks for the whole. Where the holder dies, or
leaves, one of the others goes on from its copy, with the next version. Where Redis is away, each watches for itself:
Temporal is asked more, and nobody is told anything that does not hold.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import Context
from dataclasses import dataclass, replace
from uuid import uuid4

import structlog

from releases.difference import apply
from releases.domain import EntityId, Freshness, Tree
from releases.errors import RelportalError
from releases.events import Event, FreshnessChange, TreePatch, TreeSnapshot
from releases.followers import Follower, Followers, Reason
from releases.leases import ASK_SECONDS, LeasesUnavailable
from releases.live_tree import LiveTree, Means, within
from releases.mailbox import Mailbox
from releases.peers import Message, Peers
from releases.wire import Told, Unreadable, packed, unpacked

log = structlog.get_logger(__name__)

SILENCE_SECONDS = 2.0
"""A copy whose holder has said nothing for so long is stale: it answers every ASK_SECONDS."""

PATIENCE_SECONDS = 5 * ASK_SECONDS
"""Who has not asked again for so long is told no more."""

_SILENT = Reason(None, "The process that watches it does not answer. Another one takes over.")


@dataclass(slots=True)
class _Peer:
    """A process that is told of the tree: when it asked last, by the loop's clock, and its free long-polls."""

    asked_at: float
    room: int


class SharedTree:
    """What `LiveTree` is to those who follow it, in one of several processes."""

    def __init__(self, release_id: EntityId, means: Means, peers: Peers, *, whole: bool = True) -> None:
        self.release_id = release_id
        self.name = name_of(release_id, whole=whole)
        self._is_whole = whole
        self._means = means
        self._peers = peers
        self._me = ""
        self._followers = Followers()
        self._running: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._is_failed = False
        # While it watches.
        self._live: LiveTree | None = None
        self._told_to: dict[str, _Peer] = {}
        self._epoch = ""
        """Of versions that go on from each other: another one with each time that somebody begins to watch."""
        # While it is told.
        self._copy: Tree | None = None
        self._holder = ""
        self._misses_some = True
        self._heard_at = 0.0
        self._strangers: set[str] = set()
        """Processes that are not understood, of another release of the portal."""

    # Who follows it

    @property
    def is_followed(self) -> bool:
        return bool(self._followers)

    def followed_by(self, follower: Follower) -> AbstractContextManager[None]:
        return self._followers.joined_by(follower)

    def mailbox(self) -> Mailbox:
        return Mailbox(self._snapshot, lambda: self._followers.told)

    @property
    def state(self) -> Tree | None:
        """The release as it is known, with its version; None before it could be read."""
        told = self._followers.told
        if self._live is not None and (state := self._live.state) is not None:
            return state
        if self._copy is None or told is None:
            return None
        return replace(self._copy, as_of=told.as_of or self._copy.as_of, freshness=told.freshness)

    @property
    def freshness(self) -> Freshness | None:
        state = self.state
        return state.freshness if state is not None else None

    @property
    def reason(self) -> Reason | None:
        """Why `state` may not hold any more, or is none."""
        if self._live is not None:
            return self._live.reason
        told = self._followers.told
        return Reason(told.code, told.reason) if told is not None and told.reason is not None else None

    @property
    def is_over(self) -> bool:
        return self._running is not None and self._running.done()

    @property
    def is_watching(self) -> bool:
        """Whether this process is the one that asks Temporal."""
        return self._live is not None

    def _snapshot(self) -> TreeSnapshot | None:
        state = self.state
        return TreeSnapshot(state) if state is not None else None

    # Who watches

    def start(self) -> None:
        self._peers.listen(self.name, self)
        # In a context of its own: what it logs is not of the request of whoever happens to be the first.
        self._running = asyncio.create_task(self._run(), context=Context())
        self._running.add_done_callback(self._end)

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        self._peers.leave(self.name, self)

    def _end(self, running: asyncio.Task[None]) -> None:
        if not running.cancelled() and (error := running.exception()) is not None:
            log.error("shared_tree_failed", release_id=self.release_id, exc_info=error)
            self.fail(RelportalError(str(error)))

    async def _run(self) -> None:
        self._me = await self._peers.channel()
        while not self._is_failed:
            holder = await self._hold()
            if holder == self._me or holder in self._strangers:
                await self._watch()
            else:
                await self._copy_from(holder)

    async def _hold(self) -> str:
        """Who watches: this process too where Redis can't tell."""
        try:
            return await self._peers.leases.hold(self.name, self._me)
        except LeasesUnavailable as error:
            log.info("lease_unknown", release_id=self.release_id, reason=str(error))
            return self._me

    async def _watch(self) -> None:
        live = self._live = LiveTree(self.release_id, self._means, whole=self._is_whole, known=self._copy)
        self._epoch, self._told_to = uuid4().hex, {}
        if self._copy is not None:
            # It may have changed since the one before was heard of last.
            self._followers.relay(FreshnessChange(Freshness.POLLED, self._copy.as_of))
        try:
            with live.followed_by(self):
                live.start()
                while not self._is_failed:
                    await self._rest()
                    await self._hand_over(live)
                    if await self._hold() not in (self._me, *self._strangers):
                        return
        finally:
            self._copy, self._live = live.state or self._copy, None
            self._misses_some = True
            await live.stop()
            await self._leave()

    async def _rest(self) -> None:
        await within(ASK_SECONDS, self._woken)
        self._woken.clear()

    async def _hand_over(self, live: LiveTree) -> None:
        """Leave the watch to a process that has the long-polls for it, where this one has not."""
        peer, room = max(
            ((name, peer.room) for name, peer in self._heard_of()), key=lambda each: each[1], default=("", 0)
        )
        if live.lacks and room >= live.lacks:
            log.info("watch_handed_over", release_id=self.release_id)
            await self._leave(peer)

    async def _leave(self, heir: str = "") -> None:
        try:
            await self._peers.leases.leave(self.name, self._me, heir)
        except LeasesUnavailable:
            return  # It ends by itself.
        for peer, _ in self._heard_of():
            self._peers.send(peer, self._message("left"))

    async def _copy_from(self, holder: str) -> None:
        self._holder, self._misses_some = holder, True
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        while await self._hold() == holder and holder not in self._strangers:
            have = None if self._misses_some or self._copy is None else self._copy.version
            room = self._means.long_polls.left
            self._peers.send(holder, self._message("follow", epoch=self._epoch, have=have, room=room))
            await self._rest()
            if loop.time() - self._heard_at >= SILENCE_SECONDS:
                self._tell_silence()

    def _tell_silence(self) -> None:
        as_of = self.state.as_of if self.state is not None else None
        self._followers.tell_freshness(FreshnessChange(Freshness.STALE, as_of, _SILENT.detail))

    # What the live tree tells, while this process watches

    def put(self, event: Event) -> None:
        if isinstance(event, FreshnessChange):
            self._followers.relay(event)
        else:
            self._followers.tell(event)
        if isinstance(event, Told):
            self._tell_peers([event])

    def fail(self, error: RelportalError) -> None:
        self._is_failed = True
        self._followers.fail(error)
        self._woken.set()

    def _tell_peers(self, events: list[Told]) -> None:
        peers = self._heard_of()
        if peers:
            message = self._told(events)
            for peer, _ in peers:
                self._peers.send(peer, message)

    def _heard_of(self) -> list[tuple[str, _Peer]]:
        now = asyncio.get_running_loop().time()
        self._told_to = {k: peer for k, peer in self._told_to.items() if now - peer.asked_at < PATIENCE_SECONDS}
        return list(self._told_to.items())

    def _told(self, events: list[Told]) -> Message:
        state = self._live.state if self._live is not None else None
        version = state.version if state is not None else 0
        content = packed(events, asyncio.get_running_loop().time())
        return self._message("told", epoch=self._epoch, version=version, events=content)

    def _message(self, kind: str, **fields: object) -> Message:
        return {"type": f"tree.{kind}", "name": self.name, "from": self._me, **fields}

    # What other processes tell

    def hear(self, message: Message) -> None:
        hears: dict[object, Callable[[Message], None]] = {
            "tree.follow": self._hear_follow,
            "tree.told": self._hear_told,
            "tree.left": self._hear_left,
        }
        try:
            hears[message["type"]](message)
        except (KeyError, TypeError, Unreadable) as error:
            log.warning("peer_not_understood", release_id=self.release_id, reason=repr(error))
            self._strangers.add(str(message.get("from")))
            self._woken.set()

    def _hear_follow(self, message: Message) -> None:
        if self._live is None:
            return
        self._told_to[message["from"]] = _Peer(asyncio.get_running_loop().time(), message["room"])
        state, told = self._live.state, self._followers.told
        events: list[Told] = []
        if state is not None and (message["epoch"], message["have"]) != (self._epoch, state.version):
            events.append(TreeSnapshot(state))
        if told is not None:
            events.append(replace(told, as_of=state.as_of) if state is not None else told)
        self._peers.send(message["from"], self._told(events))

    def _hear_left(self, message: Message) -> None:
        if message["from"] == self._holder:
            self._woken.set()

    def _hear_told(self, message: Message) -> None:
        if self._live is not None or message["from"] != self._holder:
            return
        events = unpacked(message["events"], asyncio.get_running_loop().time())
        is_whole = bool(events) and isinstance(events[0], TreeSnapshot)
        if message["epoch"] != self._epoch:
            self._epoch, self._misses_some = message["epoch"], True
        is_unread = message["version"] == 0
        if not is_whole and self._misses_some and not is_unread:
            self._woken.set()  # Ask for it, rather than wait.
            return
        for event in events:
            self._take(event)
        if not is_unread and (self._copy is None or self._copy.version != message["version"]):
            self._miss()
        if not self._misses_some or is_unread:
            self._heard_at = asyncio.get_running_loop().time()

    def _take(self, event: Told) -> None:
        match event:
            case TreeSnapshot(tree=tree):
                known, self._copy, self._misses_some = self._copy, tree, False
                if known is None or (known.version, known.run, known.release) != (tree.version, tree.run, tree.release):
                    self._followers.tell(event)
            case TreePatch():
                self._take_patch(event)
            case FreshnessChange():
                self._followers.tell_freshness(event)

    def _take_patch(self, patch: TreePatch) -> None:
        known = self._copy
        if known is None or patch.version != known.version + 1:
            self._miss()
            return
        try:
            release = apply(known.release, list(patch.changes))
        except KeyError:
            self._miss()
            return
        self._copy = replace(
            known, release=release, run=patch.run or known.run, version=patch.version, as_of=patch.as_of
        )
        self._followers.tell(patch)

    def _miss(self) -> None:
        self._misses_some = True
        self._woken.set()


def name_of(release_id: EntityId, *, whole: bool) -> str:
    """What a shared tree is called among processes."""
    return f"{release_id}/{'whole' if whole else 'own'}"
