"""The live list: pages of releases, each kept up while somebody follows it.

Which releases a page shows follows from the index of runs, which the pulse keeps up for all. How those that run stand
is told by their live trees, which they share with whoever looks at them; what ended is read once. A page that is
filtered by state or phase can't tell by itself which releases come into it, so that it is read on a period.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import Context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog

from releases.access import Viewer
from releases.domain import EntityId, EntityProblem, Freshness, ProblemCode, Run
from releases.errors import QueryTimeout, RelportalError, SourceError
from releases.events import Event, FreshnessChange, PagePatch, PageSnapshot
from releases.followers import Followers, Reason
from releases.listing import ROW_PATIENCE, UNREAD, ListQuery, Page, Progress, ReleaseList, Row
from releases.live import LiveTrees, ReleaseTree
from releases.live_tree import BURST_SECONDS, NO_TEMPORAL, REST_SECONDS, RETRY_SECONDS, within
from releases.mailbox import Mailbox
from releases.pulse import Look, Pulse

log = structlog.get_logger(__name__)

LATER_PATIENCE = 0.5
"""Seconds that a page which is shown already waits for releases that come into it."""

SWEEP_SECONDS, SWEEP_SHARE = 3.0, 5.0
"""A page that is filtered by state is read again after that many seconds, or that many times what reading it took."""

ENDED_AGAIN_SECONDS = 10.0
"""Before a release that has ended is read again, where not all of it was over or could be read in time."""


_NOT_ALL_ASKED = Reason(ProblemCode.QUERY_TIMEOUT, "Not all releases could be asked for their state in time.")


@dataclass(frozen=True, slots=True)
class ListMeans:
    """What live pages have in common: one per gateway and event loop."""

    releases: ReleaseList
    trees: LiveTrees
    pulse: Pulse


class LivePage:
    """One page of the list, as viewers of one scope see it. Listens to the pulse, and follows the shown releases."""

    def __init__(self, viewer: Viewer, query: ListQuery, means: ListMeans) -> None:
        self._viewer = viewer
        self._query = query
        self._means = means
        self._is_filtered = bool(query.phases or query.states)
        self._followers = Followers()
        self._page: Page | None = None
        self._version = 0
        self._runs: Mapping[EntityId, Run] | None = None
        self._watched: dict[EntityId, tuple[ReleaseTree, ExitStack]] = {}
        self._ended: dict[str, tuple[float, Row]] = {}
        self._due = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._failure: Reason | None = None
        self._period: float | None = None
        self._confirmed_at: datetime | None = None

    @property
    def is_followed(self) -> bool:
        return bool(self._followers)

    @property
    def is_over(self) -> bool:
        return self._reading is not None and self._reading.done()

    @contextmanager
    def followed(self) -> Iterator[Mailbox]:
        mailbox = Mailbox(self._snapshot, lambda: self._followers.told)
        with self._followers.joined_by(mailbox):
            yield mailbox

    def start(self) -> None:
        self._means.pulse.listen(self)
        self._reading = asyncio.create_task(self._read_on(), context=Context())
        self._reading.add_done_callback(self._end)

    async def stop(self) -> None:
        self._means.pulse.leave(self)
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        self._watch(set(), {})

    def _end(self, reading: asyncio.Task[None]) -> None:
        if not reading.cancelled() and (error := reading.exception()) is not None:
            log.error("live_page_failed", exc_info=error)
            self._followers.fail(RelportalError(str(error)))

    # What the pulse and the live trees tell

    def looked(self, look: Look) -> None:
        told = self._followers.told
        if told is not None and told.freshness is Freshness.LIVE:
            self._confirmed_at = look.at
        if look.runs is not self._runs:
            self._runs = look.runs
            if not self._is_filtered:
                self._due.set()
        self._tell_verdict()

    def lost(self, error: SourceError) -> None:
        self._tell_verdict()

    def found(self) -> None:
        self._due.set()

    def put(self, event: Event) -> None:
        self._due.set()

    def fail(self, error: RelportalError) -> None:
        self._due.set()

    # Reading

    async def _read_on(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._due.clear()
            await self._update()
            took = loop.time() - began
            if self._is_filtered:
                self._period = max(SWEEP_SECONDS, SWEEP_SHARE * took)
            self._tell_verdict()
            await asyncio.sleep(max(BURST_SECONDS - took, min(took, REST_SECONDS)))
            await within(self._rest(), self._due)

    def _rest(self) -> float | None:
        """How long to wait where nothing happens; None for ever."""
        if self._means.pulse.error is not None:
            return None
        if self._failure is not None:
            return RETRY_SECONDS
        shown = self._ended.values()
        may_change = any(not self._means.releases.is_final(row.run, self._query) for _, row in shown)
        return ENDED_AGAIN_SECONDS if may_change else self._period

    async def _update(self) -> None:
        try:
            page, as_of = await (self._filtered_page() if self._is_filtered else self._plain_page())
        except SourceError as error:
            self._failure = _reason_of(error)
            return
        self._failure, self._confirmed_at = None, as_of
        before, self._page = self._page, page
        if before is None or before != page:
            self._version += 1
        if before is not None and before != page:
            self._followers.tell(PagePatch(self._version, as_of, before, page))

    async def _filtered_page(self) -> tuple[Page, datetime]:
        as_of = datetime.now(UTC)
        page = await self._means.releases.page(self._viewer, self._query)
        return replace(page, rows=[_without_children(row) for row in page.rows]), as_of

    async def _plain_page(self) -> tuple[Page, datetime]:
        """The page, and when Temporal last confirmed it: all that it takes may be known already."""
        began = datetime.now(UTC)
        releases = self._means.releases
        if self._runs is None:
            self._runs = await releases.index.runs()
        runs = self._runs
        selected = releases.selected(self._viewer, self._query, runs)
        start = (self._query.page - 1) * self._query.page_size
        shown, count = selected[start : start + self._query.page_size], len(selected)
        await self._watch_and_wait({release_id for release_id in shown if runs[release_id].status.is_open})
        rows = await asyncio.gather(*(self._row(release_id, runs[release_id]) for release_id in shown))
        kept = {run.run_id for run in map(runs.__getitem__, shown)}
        self._ended = {run_id: row for run_id, row in self._ended.items() if run_id in kept}
        if self._runs is not runs:
            self._due.set()
        return Page(count, rows), self._means.pulse.confirmed_at or self._confirmed_at or began

    async def _row(self, release_id: EntityId, run: Run) -> Row:
        watched = self._watched.get(release_id)
        if watched is not None:
            return self._row_of(watched[0], run)
        releases, now = self._means.releases, asyncio.get_running_loop().time()
        read_at, row = self._ended.get(run.run_id, (0.0, None))
        if row is None or (now - read_at >= ENDED_AGAIN_SECONDS and not releases.is_final(run, self._query)):
            row = _without_children(await releases.row(release_id, run, self._query))
            self._ended[run.run_id] = (now, row)
        return row

    def _row_of(self, tree: ReleaseTree, run: Run) -> Row:
        state, reason = tree.state, tree.reason
        if state is None:
            return Row(self._means.releases.not_in_time(tree.release_id, run), run)
        release = state.release
        if reason is not None and reason.code is not None and release.problem is None:
            problem = EntityProblem(_problem_code(reason.code), reason.detail)
            release = replace(release, problem=problem)
        # Its history tells sooner than visibility how a run has ended.
        if state.run.run_id == run.run_id and not state.run.status.is_open:
            run = replace(run, status=state.run.status, ended_at=state.run.ended_at)
        is_read = release.problem is None or release.problem.code not in UNREAD or bool(release.children)
        progress = Progress.of(release) if self._query.with_rollups and is_read else None
        return _without_children(Row(release, run, progress))

    async def _watch_and_wait(self, running: set[EntityId]) -> None:
        """Follow the running releases that are shown, and wait a little for those that were not followed before."""
        is_first = self._page is None
        self._watch(running, self._watched)
        deadline = asyncio.get_running_loop().time() + (ROW_PATIENCE if is_first else LATER_PATIENCE)
        while any(tree.state is None and tree.reason is None for tree, _ in self._watched.values()):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or not await within(left, self._due):
                return
            self._due.clear()

    def _watch(self, running: set[EntityId], watched: Mapping[EntityId, tuple[ReleaseTree, ExitStack]]) -> None:
        for release_id in self._watched.keys() - running:
            self._watched.pop(release_id)[1].close()
        for release_id in running:
            if release_id in watched and not watched[release_id][0].is_over:
                continue
            if release_id in self._watched:
                self._watched.pop(release_id)[1].close()
            stack = ExitStack()
            following = self._means.trees.followed_by(self, release_id, whole=self._query.with_rollups)
            self._watched[release_id] = (stack.enter_context(following), stack)

    # What is told of it

    def _snapshot(self) -> PageSnapshot | None:
        told = self._followers.told
        if self._page is None or told is None:
            return None
        return PageSnapshot(self._version, self._confirmed_at or datetime.now(UTC), told.freshness, self._page)

    def _verdict(self) -> tuple[Freshness, Reason | None]:
        if self._means.pulse.error is not None:
            return Freshness.STALE, NO_TEMPORAL
        if self._failure is not None:
            return Freshness.STALE, self._failure
        reasons = [tree.reason for tree, _ in self._watched.values()]
        if reasons and all(reason is not None and reason.code is not None for reason in reasons):
            # One that does not answer says so in its row; all of them are the page's matter.
            return Freshness.STALE, reasons[0]
        return (Freshness.POLLED if self._is_filtered else Freshness.LIVE), None

    def _tell_verdict(self) -> None:
        freshness, reason = self._verdict()
        if self._page is None and freshness is not Freshness.STALE:
            return
        code, detail = reason or (None, None)
        period = self._period if freshness is Freshness.POLLED else None
        self._followers.tell_freshness(FreshnessChange(freshness, self._confirmed_at, detail, code, period))


class LivePages:
    """The live pages of all who follow the list: one for each scope and query."""

    def __init__(self, means: ListMeans) -> None:
        self._means = means
        self._pages: dict[Any, LivePage] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._pages)

    @contextmanager
    def followed(self, viewer: Viewer, query: ListQuery) -> Iterator[Mailbox]:
        """The events of a page for one follower."""
        key = (viewer.scope, query)
        page = self._pages.get(key)
        if page is None or page.is_over:
            page = self._pages[key] = LivePage(viewer, query, self._means)
            page.start()
        try:
            with page.followed() as mailbox:
                yield mailbox
        finally:
            if not page.is_followed:
                if self._pages.get(key) is page:
                    del self._pages[key]
                self._end(page)

    async def stop(self) -> None:
        for page in self._pages.values():
            self._end(page)
        self._pages.clear()
        await asyncio.gather(*self._stopping, return_exceptions=True)

    def _end(self, page: LivePage) -> None:
        stopping = asyncio.create_task(page.stop())
        self._stopping.add(stopping)
        stopping.add_done_callback(self._stopping.discard)


def _without_children(row: Row) -> Row:
    """Rows are compared; what their releases hold is not shown, and what that tells only as their progress."""
    bare = row.release.with_children(())
    return replace(row, release=replace(bare, held_by=None, stands_at=None))


def _problem_code(code: str) -> ProblemCode:
    return ProblemCode.NOT_FOUND if code == "release_not_found" else ProblemCode(code)


def _reason_of(error: SourceError) -> Reason:
    return _NOT_ALL_ASKED if isinstance(error, QueryTimeout) else NO_TEMPORAL
