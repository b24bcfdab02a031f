"""Pages of releases: which are in them by the index, how they stand by their workflows.

What is cheap is exact: IDs, order, search, status and counts come from the index. States are asked of the workflows,
only for the rows that are shown; a filter by state or phase must ask every release that the other filters leave,
once for those that ended and each time for those that run.
"""

import asyncio
from bisect import insort
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cmp_to_key
from typing import Any, NamedTuple, Protocol, TypeVar

from releases.access import Viewer
from releases.domain import (
    Entity,
    EntityId,
    EntityProblem,
    EntityType,
    HeldBy,
    ProblemCode,
    Rollup,
    Run,
    RunStatus,
    StandsAt,
    Tree,
)
from releases.errors import QueryTimeout, RelportalError
from releases.gateway import Slots
from releases.hierarchy import HierarchyReader
from releases.index import ReleaseIndex
from releases.phases import Phase
from releases.sharing import note_error

T = TypeVar("T")

ROW_PATIENCE = 2.0
"""Seconds that a page waits for its slowest row: one release whose worker is gone must not hold up the others. The
row then says so; its query goes on, and may be answered by the next look at the page."""

ENDED_KEPT = 20_000
"""Ended releases whose last state is kept: it never changes. About 2 kB each."""

UNREAD = frozenset(
    {
        ProblemCode.QUERY_FAILED,
        ProblemCode.QUERY_TIMEOUT,
        ProblemCode.WORKER_UNAVAILABLE,
        ProblemCode.TEMPORAL_UNAVAILABLE,
    }
)
"""Of such a release, what it holds is not known."""

_FAR_FUTURE = datetime.max.replace(tzinfo=UTC)
"""What still runs ends after all that has ended."""

ORDERINGS: Mapping[str, Callable[[EntityId, Run], Any]] = {
    "started_at": lambda _, run: run.started_at,
    "ended_at": lambda _, run: run.ended_at or _FAR_FUTURE,
    "id": lambda release_id, _: release_id,
    "status": lambda _, run: run.status.value,
}
DEFAULT_ORDERING = "-started_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What a caller wants to see of the list. `ordering` is a key of ORDERINGS, with `-` before it for descending."""

    page: int = 1
    page_size: int = 20
    search: str = ""
    phases: frozenset[Phase] = frozenset()
    states: frozenset[str] = frozenset()
    statuses: frozenset[RunStatus] = frozenset()
    ordering: str = DEFAULT_ORDERING
    with_rollups: bool = False


class Progress(NamedTuple):
    """How far a release has come, which only its whole tree tells."""

    rollup: Rollup
    held_by: HeldBy | None = None
    stands_at: StandsAt | None = None

    @classmethod
    def of(cls, release: Entity) -> "Progress":
        return cls(release.rollup, release.held_by, release.stands_at)


@dataclass(frozen=True, slots=True)
class Row:
    """A release as the list shows it. `progress` is None where it was not wanted, or not to be had in time."""

    release: Entity
    run: Run
    progress: Progress | None = None

    @property
    def rollup(self) -> Rollup | None:
        return self.progress.rollup if self.progress else None


@dataclass(frozen=True, slots=True)
class Page:
    count: int
    rows: Sequence[Row] = field(default_factory=tuple)


class _Selection(NamedTuple):
    """IDs in order, and the runs that they were selected from."""

    ordered: list[EntityId]
    runs: Mapping[EntityId, Run]


class LiveState(Protocol):
    """What is known of a release without asking: where somebody follows it, and it is live. `whole`: with all below."""

    def __call__(self, release_id: EntityId, *, whole: bool) -> Tree | None: ...


def _none_is_live(release_id: EntityId, *, whole: bool) -> Tree | None:
    return None


class ReleaseList:
    """The list of releases. One per gateway and event loop."""

    _SELECTIONS_KEPT = 32

    def __init__(self, index: ReleaseIndex, reader: HierarchyReader, live: LiveState = _none_is_live) -> None:
        self.index = index
        self._reader = reader
        self._live = live
        self._ended: OrderedDict[str, Entity] = OrderedDict()
        self._ended_progress: OrderedDict[str, Progress] = OrderedDict()
        self._late_progress: OrderedDict[str, Progress] = OrderedDict()
        """Of ended releases, what was read last, where that may yet be another."""
        self._selections: OrderedDict[tuple[Any, ...], _Selection] = OrderedDict()

    async def page(self, viewer: Viewer, query: ListQuery) -> Page:
        """One page of what this viewer may see; empty past the end.

        Raises TemporalUnavailable, and QueryTimeout where a filter by state could not ask all releases in time (what
        was learned of ended ones is kept, so that the next try comes further).
        """
        runs = await self.index.runs()
        selected = self.selected(viewer, query, runs)
        read: Mapping[EntityId, Entity] = {}
        if query.phases or query.states:
            read = await self._in_state(selected, runs, query)
            selected = list(read)
        start = (query.page - 1) * query.page_size
        shown = selected[start : start + query.page_size]
        rows = (self.row(release_id, runs[release_id], query, read.get(release_id)) for release_id in shown)
        return Page(len(selected), await asyncio.gather(*rows))

    def selected(self, viewer: Viewer, query: ListQuery, runs: Mapping[EntityId, Run]) -> list[EntityId]:
        """IDs in order. Remembered, and mended where runs have changed, so that a page costs about the same however
        many releases there are."""
        key = (viewer.scope, query.search, query.statuses, query.ordering)
        last = self._selections.pop(key, None) or _Selection([], {})
        if last.runs is not runs:
            last = _Selection(_reselected(last, runs, viewer, query), runs)
        self._selections[key] = last
        if len(self._selections) > self._SELECTIONS_KEPT:
            self._selections.popitem(last=False)
        return last.ordered

    async def _in_state(
        self, selected: Iterable[EntityId], runs: Mapping[EntityId, Run], query: ListQuery
    ) -> dict[EntityId, Entity]:
        """Those in the wanted state, in order, as they were when they were asked. One that does not answer is what its
        row would show: in no state, or in that which the end of its run gives it."""
        # Dead ones give their places to others while they are waited for.
        slots = Slots(max(self._reader.config.query_concurrency // 2, 1))

        async def read(release_id: EntityId) -> Entity:
            async with slots.taken():
                return await self.shown(release_id, runs[release_id])

        candidates = list(selected)
        try:
            async with asyncio.timeout(self._reader.config.query_timeout):
                entities = await asyncio.gather(*map(read, candidates))
        except TimeoutError as error:
            raise QueryTimeout(f"{len(candidates)} releases to ask for their state") from error
        found = zip(candidates, entities, strict=True)
        return {release_id: entity for release_id, entity in found if _is_in_state(entity, query)}

    async def row(self, release_id: EntityId, run: Run, query: ListQuery, read: Entity | None = None) -> Row:
        """A release of the list, read unless it is given; with a problem where it can't be, or not in time."""
        release, progress = await asyncio.gather(
            _at_once(read) if read else self.shown(release_id, run),
            self._in_time(self._progress(release_id, run)) if query.with_rollups else _at_once(None),
        )
        return Row(release, run, progress or (self._late_progress.get(run.run_id) if query.with_rollups else None))

    async def shown(self, release_id: EntityId, run: Run) -> Entity:
        """The release, or that it did not answer in time."""
        entity = await self._in_time(self.release(release_id, run))
        return entity or self.not_in_time(release_id, run)

    async def _in_time(self, read: Awaitable[T]) -> T | None:
        try:
            # Half of a query's time at most: a filter by state must end with what it has, not run out of time itself.
            async with asyncio.timeout(min(ROW_PATIENCE, self._reader.config.query_timeout / 2)):
                # It goes on when nobody waits any more: the next look at the page comes further.
                return await asyncio.shield(_noted(read))
        except TimeoutError:
            return None

    def ended(self, run: Run) -> Entity | None:
        """The release of a run that has ended, where it has been read."""
        return self._ended.get(run.run_id)

    def live(self, release_id: EntityId, run: Run) -> Entity | None:
        """The release of this run, where it is live."""
        live = self._live(release_id, whole=False)
        return live.release if live is not None and live.run.run_id == run.run_id else None

    async def release(self, release_id: EntityId, run: Run) -> Entity:
        """The release of this run, asked for where it is not known; with a problem where it can't be read."""
        if (known := self.ended(run) or self.live(release_id, run)) is not None:
            return known
        entity = await self._reader.release_of_run(release_id, run)
        if not run.status.is_open and entity.problem is None:
            _keep(self._ended, run.run_id, entity)
        return entity

    async def _progress(self, release_id: EntityId, run: Run) -> Progress | None:
        if run.run_id in self._ended_progress:
            return self._ended_progress[run.run_id]
        try:
            live = self._live(release_id, whole=True)
            tree = live if live and _tells_of(live, run) else await self._reader.tree(release_id)
        except RelportalError:
            return None
        problem, progress = tree.release.problem, Progress.of(tree.release)
        if problem is not None and problem.code in UNREAD:
            return None
        if not run.status.is_open:
            is_kept = _tells_of(tree, run) and _is_final(tree)
            _keep(self._ended_progress if is_kept else self._late_progress, run.run_id, progress)
        return progress

    def is_final(self, run: Run, query: ListQuery) -> bool:
        """Whether the row of this run has been read and will never be another."""
        return run.run_id in self._ended and (not query.with_rollups or run.run_id in self._ended_progress)

    def not_in_time(self, release_id: EntityId, run: Run) -> Entity:
        """A release of which nothing but its run is known."""
        state = run.status.imposed_state
        return Entity(
            id=release_id,
            type=EntityType.RELEASE,
            path="",
            state=state,
            phase=self._reader.phases.phase_of(EntityType.RELEASE, state),
            workflow_id=run.workflow_id,
            problem=EntityProblem(ProblemCode.QUERY_TIMEOUT, "Its workflow has not answered in time."),
        )


def _reselected(last: _Selection, runs: Mapping[EntityId, Run], viewer: Viewer, query: ListQuery) -> list[EntityId]:
    """The selection from these runs. Only those that are not the same objects as before are looked at."""
    before = last.runs
    changed = [release_id for release_id, run in runs.items() if before.get(release_id) is not run]
    search = query.search.lower()
    chosen = [
        release_id
        for release_id in changed
        if search in release_id.lower()
        and (not query.statuses or runs[release_id].status in query.statuses)
        and viewer.may_see(release_id)
    ]
    out = {*changed, *(before.keys() - runs.keys())}
    kept = [release_id for release_id in last.ordered if release_id not in out]
    return _ordered(kept, chosen, runs, query.ordering)


def _ordered(
    kept: list[EntityId], added: Iterable[EntityId], runs: Mapping[EntityId, Run], ordering: str
) -> list[EntityId]:
    """All of them in order, where `kept` are so already."""
    by, descending = ORDERINGS[ordering.removeprefix("-")], ordering.startswith("-")

    def compared(one: EntityId, other: EntityId) -> int:
        first, second = by(one, runs[one]), by(other, runs[other])
        if first == second:
            # The ID decides between equals, so that pages neither repeat nor miss a release.
            return -1 if one < other else 1
        return -1 if (first < second) is not descending else 1

    if not kept:
        return sorted(sorted(added), key=lambda i: by(i, runs[i]), reverse=descending)
    for release_id in added:
        insort(kept, release_id, key=cmp_to_key(compared))
    return kept


def _tells_of(tree: Tree, run: Run) -> bool:
    """Whether the tree is of this run, and not from before its end: what is live is told of that a moment later."""
    return tree.run.run_id == run.run_id and (run.status.is_open or not tree.run.status.is_open)


def _is_final(tree: Tree) -> bool:
    """Whether nothing can change in a release that has ended: entities with workflows of their own may go on after it,
    and what could not be read now may be read later."""
    rollup, entities = tree.release.rollup, list(tree.release.walk())
    is_over = not (rollup.active or rollup.pending or rollup.unknown)
    is_alone = all(entity.workflow_id == tree.run.workflow_id for entity in entities)
    return (is_over or is_alone) and not any(entity.problem for entity in entities)


def _keep(kept: OrderedDict[str, Any], key: str, value: Any) -> None:
    kept[key] = value
    if len(kept) > ENDED_KEPT:
        kept.popitem(last=False)


def _is_in_state(entity: Entity, query: ListQuery) -> bool:
    in_phase = not query.phases or entity.phase in query.phases
    return in_phase and (not query.states or (entity.state or "").lower() in query.states)


async def _at_once(value: T) -> T:
    return value


def _noted(read: Awaitable[T]) -> "asyncio.Future[T]":
    reading = asyncio.ensure_future(read)
    reading.add_done_callback(note_error)
    return reading
