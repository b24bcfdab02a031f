"""Live trees: the state of a release, kept up while somebody follows it, however many do.

A tree is read once. Then the histories of its workflows are followed; what took a step is read again, compared, and the
difference is passed on as a patch with a version. Nothing is asked while nothing happens. Where not all histories can
be followed, the whole tree is read on a period; where Temporal or a worker does not answer, the last known state stays
and is called stale, with the reason, until it is right again.
"""

import asyncio
from contextlib import AbstractContextManager
from contextvars import Context
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from releases.clock import CLOCK
from releases.difference import difference
from releases.domain import (
    Entity,
    EntityId,
    Freshness,
    HistoryPage,
    ProblemCode,
    Run,
    Tree,
    with_last_known,
    with_standing,
)
from releases.errors import NotFound, RelportalError, SourceError
from releases.events import FreshnessChange, TreePatch, TreeSnapshot
from releases.followers import Follower, Followers, Reason
from releases.gateway import Gateway
from releases.hierarchy import HierarchyReader
from releases.histories import Histories, LongPolls
from releases.mailbox import Mailbox
from releases.measures import TREE_VERSIONS
from releases.pulse import Look, Pulse
from releases.reading import problem_of
from releases.rereading import Changed, source_of

log = structlog.get_logger(__name__)

BURST_SECONDS = 0.1
"""From one reading to the next, at least: the first change is passed on at once, a burst of them together."""

REST_SECONDS = 0.5
"""The longest pause after a reading: what changed meanwhile waits for it."""

JOIN_SECONDS = 0.25
"""How long the first reading waits for the release's own history to be joined. Joined before, nothing can be missed in
between; a long history is joined beside the reading."""

RETRY_SECONDS = 1.0
"""Before what could not be read is tried again."""

STEP_SECONDS = 3.0
"""How long a step of a workflow may be due before its worker is held for gone. Till then nothing has changed."""

SWEEP_SECONDS, SWEEP_SHARE = 2.0, 5.0
"""A tree that is polled is read again after that many seconds, or that many times what reading it took."""

SWEEPS_AT_ONCE = 2

FOLLOW_AGAIN_SECONDS = 30.0
"""Before the histories of a tree that is polled are tried again."""

RECENT = timedelta(minutes=1)
"""A step that a workflow took so shortly before its state was read may be missing in that: the one time is told by
Temporal's clock, the other by ours."""

_PASSING = frozenset({ProblemCode.QUERY_TIMEOUT, ProblemCode.WORKER_UNAVAILABLE, ProblemCode.TEMPORAL_UNAVAILABLE})
"""What is wrong with an entity only until its source answers again."""


NO_TEMPORAL = Reason(ProblemCode.TEMPORAL_UNAVAILABLE, "Temporal does not answer.")
_NO_WORKER = Reason(ProblemCode.WORKER_UNAVAILABLE, "A step of its workflows is due, and no worker takes it.")
_NO_ANSWER = Reason(ProblemCode.QUERY_TIMEOUT, "What has changed has been asked for, and is not answered yet.")
_GONE = Reason("release_not_found", "Its workflow is gone: it may have been removed.")
_TOO_MANY = Reason(None, "It has more workflows than can be followed at once.")


def is_unread(entity: Entity) -> bool:
    """Whether the entity's state is to be had only when its source answers again."""
    return entity.problem is not None and entity.problem.code in _PASSING


@dataclass(frozen=True, slots=True)
class Means:
    """What live trees have in common: one per gateway and event loop."""

    gateway: Gateway
    reader: HierarchyReader
    pulse: Pulse
    long_polls: LongPolls
    sweeps: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SWEEPS_AT_ONCE))


@dataclass(slots=True)
class _Work:
    """What is to be read again: some workflows by ID, or all."""

    workflows: set[str] = field(default_factory=set)
    everything: bool = False
    has_new_run: bool = False
    """Whether the release's newest run may be another than the tree's: no work by itself, since a run can be asked for
    nothing before its first step."""

    since: float | None = None
    """When the first event that it is to be read for was told of, by the loop's clock; None where none was."""

    def __bool__(self) -> bool:
        return self.everything or bool(self.workflows)

    def take(self, release: str) -> "_Work":
        """All of it; a new run stays until the workflow of the `release` is asked."""
        is_asked = self.everything or release in self.workflows
        taken = _Work(self.workflows, self.everything, self.has_new_run and is_asked, self.since)
        self.workflows, self.everything, self.since = set(), False, None
        self.has_new_run = self.has_new_run and not is_asked
        return taken

    def give_back(self, work: "_Work") -> None:
        self.workflows |= work.workflows
        self.everything |= work.everything
        self.has_new_run |= work.has_new_run
        self.since = work.since if self.since is None else min(self.since, work.since or self.since)


class LiveTree:
    """One release, watched: by the pulse, which tells of Temporal, and by the histories, which tell of workflows."""

    def __init__(self, release_id: EntityId, means: Means, *, whole: bool = True, known: Tree | None = None) -> None:
        """`whole`: with all that the release holds; else its own state alone, at the cost of one workflow.

        `known`: the last state that somebody else has told of, which versions go on from; nothing is told before it
        has been read again."""
        self.release_id = release_id
        self._is_whole = whole
        self._means = means
        self._workflow_id = means.reader.config.workflow_ids.workflow_of(release_id)
        self._histories = Histories(means.gateway, means.pulse, means.long_polls, self)
        self._followers = Followers()
        self._tree = known
        self._work = _Work(everything=True)
        self._due = asyncio.Event()
        self._first_join = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._is_reading = False
        self._asked_since: float | None = None
        """Since when, by the loop's clock, what has changed of the tree is being asked for."""
        self._read_began_at: datetime | None = None
        self._confirmed_at: datetime | None = None
        self._failure: Reason | None = None
        self._is_failed = False
        self._runs_seen: set[str] = {known.run.run_id} if known is not None else set()
        """Runs, by ID, whose start is no news."""
        self._is_listed = False
        self._missing: set[str] = set()
        """Entities whose workflow was not there when it was asked."""
        self._appeared: set[str] = set()
        """Those among them whose workflow has started since."""
        self._doubted: set[str] = set()
        """Workflows whose state must be read again before it can be held for what their histories tell."""
        self._waiting: dict[str, float] = {}
        """Workflows with a step that no worker has taken yet, and since when, by the loop's clock."""
        self._period: float | None = None
        """Seconds between two readings, while not all histories can be followed."""
        self._needs = 0
        """How many long-polls were wanted when they were refused."""
        self._follows_again_at = 0.0

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
        if self._tree is None or told is None:
            return None
        return replace(self._tree, as_of=self._confirmed_at or self._tree.as_of, freshness=told.freshness)

    @property
    def freshness(self) -> Freshness | None:
        """How fresh the state is; None before it could be read."""
        told = self._followers.told
        return told.freshness if told is not None and self._tree is not None else None

    @property
    def reason(self) -> Reason | None:
        """Why `state` may not hold any more, or is none."""
        return self._verdict()[1]

    @property
    def is_watching(self) -> bool:
        return not self.is_over

    @property
    def lacks(self) -> int:
        """How many long-polls it would take to follow it, where there are not so many left; else 0."""
        return self._needs if self._period is not None else 0

    @property
    def is_over(self) -> bool:
        """There is no such release, or reading it came to an unexpected end: another live tree must be made."""
        return self._reading is not None and self._reading.done()

    def _snapshot(self) -> TreeSnapshot | None:
        state = self.state
        return TreeSnapshot(state) if state is not None else None

    # Reading

    def start(self) -> None:
        self._means.pulse.listen(self)
        self._histories.follow({self._workflow_id})
        # In a context of its own: what it logs is not of the request of whoever happens to be the first.
        self._reading = asyncio.create_task(self._read_on(), context=Context())
        self._reading.add_done_callback(self._end)

    async def stop(self) -> None:
        self._means.pulse.leave(self)
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._histories.stop()

    def _end(self, reading: asyncio.Task[None]) -> None:
        if not reading.cancelled() and (error := reading.exception()) is not None:
            self.failed(error)

    def failed(self, error: BaseException) -> None:
        log.error("live_tree_failed", release_id=self.release_id, exc_info=error)
        self._fail(RelportalError(str(error)))
        self._due.set()

    def _fail(self, error: RelportalError) -> None:
        self._is_failed = True
        self._followers.fail(error)

    async def _read_on(self) -> None:
        loop = asyncio.get_running_loop()
        await within(JOIN_SECONDS, self._first_join)
        while not self._is_failed:
            began = loop.time()
            await self._update()
            took = loop.time() - began
            # A reading that takes long leaves as much time to others, within reason.
            await asyncio.sleep(max(BURST_SECONDS - took, min(took, REST_SECONDS)))
            if not await within(self._rest(), self._due) and self._period is not None:
                self._work.everything = True
            self._due.clear()

    def _rest(self) -> float | None:
        """How long to wait where nothing happens; None for ever."""
        if self._means.pulse.error is not None:
            return None
        return RETRY_SECONDS if self._failure is not None else self._period

    async def _update(self) -> None:
        """Read what is to be read again, and pass on what is different."""
        if self._work and self._means.pulse.error is None:
            work = self._work.take(self._workflow_id)
            self._is_reading, self._read_began_at = True, CLOCK.now()
            loop = asyncio.get_running_loop()
            if self._tree is not None and not work.everything:
                self._asked_since = loop.time()
            late = loop.call_later(STEP_SECONDS, self._tell_unless_reading)
            try:
                self._took(await self._read(work), work)
            except (NotFound, SourceError) as error:
                self._read_in_vain(error, work)
            finally:
                late.cancel()
                self._is_reading, self._asked_since = False, None
        if not self._is_failed:
            self._tell_verdict()

    async def _read(self, work: _Work) -> Tree:
        reader = self._means.reader
        if not self._is_whole:
            return await reader.release(self.release_id)
        if self._tree is not None and not work.everything:
            return await reader.reread(self._tree, Changed(work.workflows, self._histories.ends, work.has_new_run))
        if self._period is None:
            return await reader.tree(self.release_id)
        loop = asyncio.get_running_loop()
        async with self._means.sweeps:
            began = loop.time()
            tree = await reader.tree(self.release_id)
            self._period = max(SWEEP_SECONDS, SWEEP_SHARE * (loop.time() - began))
        return tree

    def _read_in_vain(self, error: NotFound | SourceError, work: _Work) -> None:
        if isinstance(error, NotFound) and self._tree is None:
            self._fail(error)
            return
        self._work.give_back(work)
        is_gone = isinstance(error, NotFound)
        self._failure = _GONE if is_gone else Reason(*problem_of(error, self.release_id))

    def _took(self, read: Tree, work: _Work) -> None:
        unread = [entity for entity in read.release.walk() if is_unread(entity)]
        self._failure = Reason(*unread[0].problem) if unread and unread[0].problem else None
        if unread:
            # All of it again: what stands below an entity that could not be read was not asked for.
            self._work.give_back(_Work(work.workflows | {source_of(entity) for entity in unread}))
        self._doubted &= self._work.workflows
        self._runs_seen.add(read.run.run_id)
        self._confirmed_at = read.as_of
        self._pass_on(read, work, has_unread=bool(unread))
        self._follow()

    def _pass_on(self, read: Tree, work: _Work, *, has_unread: bool) -> None:
        known = self._tree
        if known is None:
            self._tree = replace(read, version=1)
            TREE_VERSIONS.inc()
            return
        release = read.release
        if has_unread:
            release = with_standing(with_last_known(release, known.release, is_unread))
        changes = difference(known.release, release)
        run = read.run if read.run != known.run else None
        version = known.version + 1 if changes or run else known.version
        self._tree = replace(read, release=release, version=version)
        if version != known.version:
            TREE_VERSIONS.inc()
            self._followers.tell(TreePatch(version, read.as_of, tuple(changes), run, work.since))

    def _follow(self) -> None:
        """Follow the histories of all workflows that tell of something in the tree."""
        if self._tree is None or (self._period is not None and not self._may_follow_again()):
            return
        self._period = None
        wanted = {self._workflow_id}
        self._missing = set()
        for entity in self._tree.release.walk():
            if entity.workflow_id is not None:
                wanted.add(entity.workflow_id)
            elif entity.problem is not None and entity.problem.code is ProblemCode.NOT_FOUND:
                self._missing.add(entity.id)
        self._appeared &= self._missing
        self._histories.follow(wanted | self._appeared)
        for workflow_id in self._waiting.keys() - wanted:
            del self._waiting[workflow_id]

    def _may_follow_again(self) -> bool:
        now = asyncio.get_running_loop().time()
        return now >= self._follows_again_at and self._means.long_polls.left >= self._needs

    # What the histories tell

    def joined(self, workflow_id: str, page: HistoryPage) -> None:
        self._first_join.set()
        self._waiting.pop(workflow_id, None)
        if page.is_waiting:
            self.waits(workflow_id)
        if workflow_id == self._workflow_id and self._tree is not None:
            self._work.has_new_run = True
        if self._may_be_missed(workflow_id, page):
            self._doubted.add(workflow_id)
            self._changed(workflow_id)
        self._tell_unless_reading()

    def _may_be_missed(self, workflow_id: str, page: HistoryPage) -> bool:
        """Whether what was read before, or is being read, may not hold what this history tells."""
        if self._read_began_at is None:
            return False
        if page.ended is not None and page.ended.imposed_state is not None and workflow_id != self._workflow_id:
            return True
        return page.stepped_at is not None and page.stepped_at > self._read_began_at - RECENT

    def resumed(self, workflow_id: str) -> None:
        self._tell_unless_reading()

    def stepped(self, workflow_id: str) -> None:
        self._waiting.pop(workflow_id, None)
        if self._work.since is None:
            self._work.since = asyncio.get_running_loop().time()
        if workflow_id == self._workflow_id and workflow_id in self._histories.ends:
            self._work.has_new_run = True
        self._changed(workflow_id)

    def waits(self, workflow_id: str) -> None:
        loop = asyncio.get_running_loop()
        self._waiting.setdefault(workflow_id, loop.time())
        loop.call_later(STEP_SECONDS, self._tell_unless_reading)

    def refused(self) -> None:
        self._needs = self._histories.open
        self._period = SWEEP_SECONDS
        self._follows_again_at = asyncio.get_running_loop().time() + FOLLOW_AGAIN_SECONDS
        self._histories.follow(frozenset())
        self._waiting.clear()
        self._doubted.clear()
        self._work.everything = True
        self._due.set()
        self._tell_unless_reading()

    def _changed(self, workflow_id: str) -> None:
        self._work.workflows.add(workflow_id)
        self._due.set()

    # What the pulse tells

    def looked(self, look: Look) -> None:
        told = self._followers.told
        if told is not None and told.freshness is Freshness.LIVE:
            self._confirmed_at = look.at
        self._note_listed(look.runs.get(self.release_id))
        for workflow_id in look.started.keys() & (self._missing | self._histories.ends.keys()):
            self._note_started(look.started[workflow_id])
        self._tell_unless_reading()

    def _note_listed(self, run: Run | None) -> None:
        was_listed, self._is_listed = self._is_listed, run is not None
        if run is None:
            if was_listed:
                self._work.everything = True
                self._due.set()
        elif self._tree is not None:
            self._note_started(run)

    def _note_started(self, run: Run) -> None:
        if run.run_id in self._runs_seen:
            return
        self._runs_seen.add(run.run_id)
        if run.workflow_id in self._histories.ends:
            self._histories.follow_anew(run.workflow_id)
        elif run.workflow_id in self._missing:
            self._appeared.add(run.workflow_id)
            self._follow()

    def lost(self, error: SourceError) -> None:
        self._tell_verdict()

    def found(self) -> None:
        # What happened meanwhile the histories will tell, and that it is another server. Of those that are followed,
        # the release alone is asked, which none may tell of where it is over.
        if self._tree is None or self._period is not None:
            self._work.everything = True
        self._work.has_new_run = True
        self._changed(self._workflow_id)

    # What is told of it

    def _verdict(self) -> tuple[Freshness, Reason | None]:
        if self._means.pulse.error is not None:
            return Freshness.STALE, NO_TEMPORAL
        if self._failure is not None:
            return Freshness.STALE, self._failure
        overdue_since = asyncio.get_running_loop().time() - STEP_SECONDS
        if any(since <= overdue_since for since in self._waiting.values()):
            return Freshness.STALE, _NO_WORKER
        if self._asked_since is not None and self._asked_since <= overdue_since:
            return Freshness.STALE, _NO_ANSWER
        if self._period is not None:
            return Freshness.POLLED, _TOO_MANY
        is_live = self._histories.are_joined and not self._doubted
        return (Freshness.LIVE if is_live else Freshness.POLLED), None

    def _tell_unless_reading(self) -> None:
        """The verdict, unless it may be a better one when what has changed has been read."""
        if self._verdict()[0] is Freshness.STALE or not (self._is_reading or self._work):
            self._tell_verdict()

    def _tell_verdict(self) -> None:
        freshness, reason = self._verdict()
        if self._tree is None and freshness is not Freshness.STALE:
            return  # It is being read for the first time.
        code, detail = reason or (None, None)
        period = self._period if freshness is Freshness.POLLED else None
        self._followers.tell_freshness(FreshnessChange(freshness, self._confirmed_at, detail, code, period))


async def within(seconds: float | None, event: asyncio.Event) -> bool:
    """Wait for the event; whether it came in time."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
