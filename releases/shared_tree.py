"""A live tree that all processes of a portal share: one of them watches, the others are told.

Whoever holds the release's lease runs a `LiveTree` and tells of each version to the processes that asked. Those keep a
copy for their own followers and readers. A copy that misses a version asks for the whole. Where the holder dies, or
leaves, one of the others goes on from its copy, with the next version. Where Redis is away, each watches for itself:
Temporal is asked more, and nobody is told anything that does not hold.
"""

import asyncio
from contextlib import AbstractContextManager
from contextvars import Context
from dataclasses import dataclass, replace
from random import SystemRandom
from uuid import uuid4

import structlog

from releases.difference import apply
from releases.domain import EntityId, Freshness, ProblemCode, Tree
from releases.errors import RelportalError
from releases.events import Event, FreshnessChange, TreePatch, TreeSnapshot
from releases.followers import Follower, Followers, Reason
from releases.leases import ASK_SECONDS, LEASE_MS, LeasesUnavailable
from releases.live_tree import LiveTree, Means, within
from releases.mailbox import Mailbox
from releases.peers import Fields, Peers
from releases.wire import Follow, Left, Message, Tell, Told, Unreadable, as_fields, packed, read, unpacked

log = structlog.get_logger(__name__)

SILENCE_SECONDS = 2.0
"""A copy is stale when its holder has answered nothing that was asked since so long ago: it is asked every
ASK_SECONDS."""

STRANGER_SECONDS = 60.0
"""For so long a process that is not understood, or has a lease and never answers, is done without."""

SOON_SECONDS = 0.25
"""Before a copy that misses something asks again out of turn, and before it is sent the same once more."""

PATIENCE_SECONDS = 5 * ASK_SECONDS
"""Who has not asked again for so long is told no more."""

KEPT_SECONDS = 30.0
"""For so long a watch that was taken over is not handed on: its new holder may lack as much as the one before."""

LEAVE_SECONDS = 0.5
"""For giving a lease back: it ends by itself as well."""

_random = SystemRandom()
"""For pauses: trees that began together would ask in step with each other."""

_SILENT = Reason(ProblemCode.QUERY_TIMEOUT, "The process that watches it does not answer. Another one takes over.")


@dataclass(slots=True)
class _Peer:
    """A process that is told of the tree. Moments are by the loop's clock."""

    asked_at: float = 0.0
    room: int = 0
    """Its free long-polls."""
    whole: tuple[str, int] | None = None
    """The epoch and version of what it was sent as a whole last, and when."""
    whole_at: float = 0.0


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
        self._is_stopping = False
        self._may_hand_over_at = 0.0
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
        """The moment that the holder's last answer is about."""
        self._asked_at = 0.0
        self._silence: asyncio.TimerHandle | None = None
        self._strangers: dict[str, float] = {}
        """Processes that are done without, and until when."""

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
        is_unsure = self._misses_some and told.freshness is Freshness.LIVE
        as_of = max(told.as_of or self._copy.as_of, self._copy.as_of)
        return replace(self._copy, as_of=as_of, freshness=Freshness.POLLED if is_unsure else told.freshness)

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
        # Redis' driver may turn being cancelled into an error of its own: who goes on after that ends as well.
        self._is_stopping = True
        self._woken.set()
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
        try:
            while not (self._is_failed or self._is_stopping):
                holder = await self._hold()
                if holder in (None, self._me) or self._is_stranger(holder):
                    await self._watch()
                else:
                    await self._copy_from(holder)
        finally:
            await self._leave()

    async def _hold(self) -> str | None:
        """Who watches; None where Redis can't tell."""
        try:
            return await self._peers.leases.hold(self.name, self._me)
        except LeasesUnavailable as error:
            log.debug("lease_unknown", release_id=self.release_id, reason=str(error))
            return None

    def _is_stranger(self, process: str) -> bool:
        return self._strangers.get(process, 0.0) > asyncio.get_running_loop().time()

    def _do_without(self, process: str, reason: str) -> None:
        if not self._is_stranger(process):
            log.warning("peer_done_without", release_id=self.release_id, reason=reason)
        self._strangers[process] = asyncio.get_running_loop().time() + STRANGER_SECONDS
        self._woken.set()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        live = self._live = LiveTree(self.release_id, self._means, whole=self._is_whole, known=self._copy)
        self._epoch, self._told_to = uuid4().hex, {}
        if self._copy is not None:
            self._may_hand_over_at = loop.time() + KEPT_SECONDS
            # It may have changed since the one before was heard of last.
            self._followers.relay(FreshnessChange(Freshness.POLLED, (self.state or self._copy).as_of))
        try:
            with live.followed_by(self):
                live.start()
                while not (self._is_failed or self._is_stopping):
                    await self._rest()
                    await self._hand_over(live)
                    holder = await self._hold()
                    if holder not in (None, self._me) and not self._is_stranger(holder):
                        return
        finally:
            self._copy, self._live = live.state or self._copy, None
            self._misses_some = True
            self._heard_at = loop.time()
            await live.stop()
            await self._leave()

    async def _rest(self) -> None:
        await within(ASK_SECONDS * _random.uniform(0.8, 1.0), self._woken)
        self._woken.clear()

    async def _hand_over(self, live: LiveTree) -> None:
        """Leave the watch to a process that has the long-polls for it, where this one has not. Where Temporal refuses
        them, another would be refused as well."""
        lacks = live.lacks
        if self._means.long_polls.left >= lacks or asyncio.get_running_loop().time() < self._may_hand_over_at:
            return
        peers = [(peer.room, name) for name, peer in self._heard_of() if peer.room >= lacks]
        if peers:
            log.info("watch_handed_over", release_id=self.release_id)
            await self._leave(max(peers)[1])

    async def _leave(self, heir: str = "") -> None:
        if not self._peers.is_heard_by(self.name, self):
            return  # The lease is that of the tree in its place.
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._peers.leases.leave(self.name, self._me, heir)
        except (LeasesUnavailable, TimeoutError):
            return  # It ends by itself.
        for peer, _ in self._heard_of():
            self._send(peer, Left(self._me))

    async def _copy_from(self, holder: str) -> None:
        loop = asyncio.get_running_loop()
        self._holder, self._misses_some = holder, True
        began = loop.time()
        if self._copy is None:
            self._heard_at = began
        self._listen_for_silence()
        try:
            while not (self._is_stopping or self._is_stranger(holder)):
                now_holder = await self._hold()
                is_unknown = now_holder is None and loop.time() - self._heard_at < SILENCE_SECONDS
                if now_holder != holder and not is_unknown:
                    return
                if loop.time() - max(self._heard_at, began) >= 2 * LEASE_MS / 1000:
                    self._do_without(holder, "It keeps its lease, and does not answer.")
                    return
                self._ask(holder)
                await self._rest()
        finally:
            # What it says from now on is of no concern: heard a moment later, it would have its silence listened for.
            self._holder = ""
            if self._silence is not None:
                self._silence.cancel()

    def _ask(self, holder: str) -> None:
        self._asked_at = asyncio.get_running_loop().time()
        have = None if self._misses_some or self._copy is None else self._copy.version
        self._send(holder, Follow(self._me, self._epoch, have, self._means.long_polls.left, self._asked_at))

    def _listen_for_silence(self) -> None:
        """Tell of it when it is there, whatever else is waited for."""
        if self._silence is not None:
            self._silence.cancel()
        at = self._heard_at + SILENCE_SECONDS
        self._silence = asyncio.get_running_loop().call_at(at, self._tell_silence)

    def _tell_silence(self) -> None:
        as_of = self.state.as_of if self.state is not None else None
        self._followers.tell_freshness(FreshnessChange(Freshness.STALE, as_of, _SILENT.detail, _SILENT.code))
        # Again, so that silence here does not look like a dead connection.
        self._silence = asyncio.get_running_loop().call_later(SILENCE_SECONDS, self._tell_silence)

    # What the live tree tells, while this process watches

    def put(self, event: Event) -> None:
        if isinstance(event, FreshnessChange):
            self._followers.relay(event)
        else:
            self._followers.tell(event)
        if isinstance(event, Told) and (peers := self._heard_of()):
            fields = self._fields(self._tell([event]))
            for peer, _ in peers:
                self._peers.send(peer, fields)

    def fail(self, error: RelportalError) -> None:
        self._is_failed = True
        self._followers.fail(error)
        self._woken.set()

    def _heard_of(self) -> list[tuple[str, _Peer]]:
        now = asyncio.get_running_loop().time()
        self._told_to = {k: peer for k, peer in self._told_to.items() if now - peer.asked_at < PATIENCE_SECONDS}
        return list(self._told_to.items())

    def _tell(self, events: list[Told], asked: float | None = None) -> Tell:
        state = self._live.state if self._live is not None else None
        # A patch may be told of before anything has been said of how fresh it is.
        patched = [event.version for event in events if isinstance(event, TreePatch)]
        version = patched[-1] if patched else state.version if state is not None else 0
        return Tell(self._me, self._epoch, version, packed(events, asyncio.get_running_loop().time()), asked)

    def _send(self, peer: str, message: Message) -> None:
        self._peers.send(peer, self._fields(message))

    def _fields(self, message: Message) -> Fields:
        return {"name": self.name, **as_fields(message)}

    # What other processes tell

    def hear(self, message: Fields) -> None:
        try:
            read_one = read(message)
            events = self._events_of(read_one)
        except Unreadable as error:
            self._do_without(str(message.get("from")), str(error))
            return
        match read_one:
            case Follow():
                self._hear_follow(read_one)
            case Tell():
                self._hear_told(read_one, events)
            case Left(sender=sender) if sender == self._holder:
                self._woken.set()

    def _events_of(self, message: Message | None) -> list[Told]:
        if not isinstance(message, Tell) or self._live is not None or message.sender != self._holder:
            return []
        return unpacked(message.events, asyncio.get_running_loop().time())

    def _hear_follow(self, message: Follow) -> None:
        if self._live is None:
            return
        now = asyncio.get_running_loop().time()
        peer = self._told_to.setdefault(message.sender, _Peer())
        peer.asked_at, peer.room = now, message.room
        state, told = self._live.state, self._followers.told
        events: list[Told] = []
        if state is not None and (message.epoch, message.have) != (self._epoch, state.version):
            if peer.whole == (self._epoch, state.version) and now - peer.whole_at < SOON_SECONDS:
                return  # It is on its way.
            peer.whole, peer.whole_at = (self._epoch, state.version), now
            events.append(TreeSnapshot(state))
        if told is not None:
            events.append(replace(told, as_of=state.as_of) if state is not None else told)
        self._send(message.sender, self._tell(events, message.asked))

    def _hear_told(self, message: Tell, events: list[Told]) -> None:
        if self._live is not None or message.sender != self._holder:
            return
        if message.epoch != self._epoch:
            self._epoch, self._misses_some = message.epoch, True
        is_unread = message.version == 0
        if not is_unread:
            self._take_changes(events)
            if self._copy is None or self._misses_some or self._copy.version != message.version:
                self._miss()
                return
        for event in events:
            if isinstance(event, FreshnessChange):
                self._followers.tell_freshness(event)
        if message.asked is not None and message.asked > self._heard_at:
            # What it answers was so when it was asked, at the earliest: messages may be long on their way.
            self._heard_at = message.asked
            self._listen_for_silence()

    def _take_changes(self, events: list[Told]) -> None:
        for event in events:
            if isinstance(event, TreeSnapshot):
                self._take_whole(event)
            elif isinstance(event, TreePatch) and not self._misses_some:
                self._take_patch(event)

    def _take_whole(self, snapshot: TreeSnapshot) -> None:
        known, tree = self._copy, snapshot.tree
        if known is not None and not self._misses_some and tree.version < known.version:
            return  # An older one that was longer on its way.
        self._copy, self._misses_some = tree, False
        if known is None or (known.version, known.run, known.release) != (tree.version, tree.run, tree.release):
            self._followers.tell(snapshot)

    def _take_patch(self, patch: TreePatch) -> None:
        known = self._copy
        if known is None or patch.version > known.version + 1:
            self._misses_some = True
            return
        if patch.version <= known.version:
            return  # Known already.
        try:
            release = apply(known.release, list(patch.changes))
        except KeyError:
            self._misses_some = True
            return
        self._copy = replace(
            known, release=release, run=patch.run or known.run, version=patch.version, as_of=patch.as_of
        )
        self._followers.tell(patch)

    def _miss(self) -> None:
        self._misses_some = True
        if asyncio.get_running_loop().time() - self._asked_at >= SOON_SECONDS:
            self._woken.set()


def name_of(release_id: EntityId, *, whole: bool) -> str:
    """What a shared tree is called among processes."""
    return f"{release_id}/{'whole' if whole else 'own'}"
