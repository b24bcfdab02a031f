"""How many releases are in each phase, without asking all of them each time.

How a run ended may give its phase at once; what it ended with is read once; what is live is known. The others are read,
a few at a time for all who count, and remembered for a short while. What was not read in time is counted as such, and
is read all the same: the next count comes further.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from time import monotonic

from releases.access import Viewer
from releases.domain import Entity, EntityId, EntityType, ProblemCode, Run, RunStatus
from releases.listing import ROW_PATIENCE, UNREAD, ListQuery, ReleaseList
from releases.phases import Phase, PhaseTable
from releases.reading import ReaderConfig
from releases.sharing import SharedReads
from releases.turns import Turns

FRESH_SECONDS, READING_SHARE = 10.0, 5.0
"""For so long a running release is taken to be as it was read, or for that many times what reading all of them takes:
however many there are, and however often they are counted, four fifths of the time are for others."""

KEPT = 2.0
"""What could not be read again in time counts as it was until it is that many times as old; then as unread."""

DOUBLINGS, DOUBLINGS_OF_ENDED = 2, 6
"""One that could not be read is asked again after FRESH_SECONDS, then after twice as long each time, this often: up to
40 seconds; up to ten minutes where it has ended, since its worker may well be gone for good."""

READS_AVERAGED = 20
"""How long reading takes is the average of about the last so many."""

PLACES_SHARE = 4
"""One in so many of all places for queries is for counting: whoever looks at a release waits for theirs."""


@dataclass(frozen=True, slots=True)
class PhaseCounts:
    """`unread`: of how many nothing was known in time. `as_of`: since when nothing that is counted was confirmed."""

    phases: Mapping[Phase, int]
    unread: int
    as_of: datetime

    @property
    def total(self) -> int:
        return sum(self.phases.values()) + self.unread


@dataclass(frozen=True, slots=True)
class _Told:
    """What a release said, in lower case, and when: by this machine's clock, and for people. `in_vain`: how many times
    it could not be read, up to now."""

    state: str
    phase: Phase
    was_open: bool
    at: float = field(default_factory=monotonic)
    as_of: datetime = field(default_factory=lambda: datetime.now(UTC))
    in_vain: int = 0

    @classmethod
    def by(cls, entity: Entity, *, was_open: bool) -> "_Told":
        return cls(_state_of(entity), entity.phase, was_open)

    @property
    def is_final(self) -> bool:
        return not (self.was_open or self.in_vain)

    def is_due(self, fresh: float) -> bool:
        """Whether it is to be asked again, where what was told is good for `fresh` seconds."""
        doublings = min(max(self.in_vain - 1, 0), DOUBLINGS if self.was_open else DOUBLINGS_OF_ENDED)
        return not self.is_final and monotonic() - self.at >= fresh * 2**doublings

    def counts(self, fresh: float) -> bool:
        """Whether it is good enough where it could not be asked again."""
        return self.is_final or self.in_vain > 0 or monotonic() - self.at < fresh * KEPT


class PhaseCounter:
    """Counts releases by phase. One per gateway and event loop."""

    def __init__(self, releases: ReleaseList, phases: PhaseTable, config: ReaderConfig) -> None:
        self._releases = releases
        self._shared = SharedReads()
        self._places = max(config.query_concurrency // PLACES_SHARE, 1)
        self._turns = Turns(self._places)
        # Half of a query's time at most, as a row of the list has it.
        self._patience = min(ROW_PATIENCE, config.query_timeout / 2)
        self._imposed = dict(_imposed(phases))
        self._told: dict[str, _Told] = {}
        self._runs: Mapping[EntityId, Run] = {}
        self._running = 0
        self._read_seconds = 0.0

    async def counts(self, viewer: Viewer, query: ListQuery) -> PhaseCounts:
        """Of what this viewer may see and `search`, `statuses` and `states` leave. Raises TemporalUnavailable.

        With `states`, those count as unread whose state is not known: they may or may not be in one of them.
        """
        key = (viewer.scope, query.search, query.statuses, query.states)
        return await self._shared.get(key, lambda _: self._count(viewer, query))

    @property
    def waiting(self) -> int:
        """Releases whose reading has not had its turn."""
        return self._turns.waiting

    async def stop(self) -> None:
        await self._turns.stop()

    async def _count(self, viewer: Viewer, query: ListQuery) -> PhaseCounts:
        as_of = datetime.now(UTC)
        runs = await self._releases.index.runs()
        self._note(runs)
        known, due = self._divided({i: runs[i] for i in self._releases.selected(viewer, query, runs)})
        awaited = self._asked(due)
        if awaited:
            await asyncio.wait(awaited, timeout=self._patience)
        late = [self._told_late(release_id, run) for release_id, run in due.items()]
        told = [*known, *filter(None, late)]
        return PhaseCounts(
            phases=Counter(one.phase for one in told if not query.states or one.state in query.states),
            unread=late.count(None),
            as_of=min([as_of, *(one.as_of for one in told if one.was_open and not one.in_vain)]),
        )

    def _note(self, runs: Mapping[EntityId, Run]) -> None:
        """Forget what was told of runs that are no release's newest any more."""
        if runs is not self._runs:
            newest = [run.run_id for run in runs.values()]
            self._told = {run_id: self._told[run_id] for run_id in newest if run_id in self._told}
            self._running = sum(run.status.is_open for run in runs.values())
            self._runs = runs

    def _divided(self, runs: Mapping[EntityId, Run]) -> tuple[list[_Told], dict[EntityId, Run]]:
        """What is known well enough, and the runs that are to be asked."""
        fresh = self._fresh_seconds
        known: list[_Told] = []
        due: dict[EntityId, Run] = {}
        for release_id, run in runs.items():
            told = self._known(release_id, run)
            if told is None or told.is_due(fresh):
                due[release_id] = run
            else:
                known.append(told)
        return known, due

    def _known(self, release_id: EntityId, run: Run) -> _Told | None:
        """What is known of this run without asking."""
        if (imposed := self._imposed.get(run.status)) is not None:
            return imposed
        told = self._told.get(run.run_id)
        if not run.status.is_open:
            return self._known_of_ended(run, told)
        live = self._releases.live(release_id, run)
        return _Told.by(live, was_open=True) if live is not None else told

    def _known_of_ended(self, run: Run, told: _Told | None) -> _Told | None:
        if told is not None and told.is_final:
            return told
        if (entity := self._releases.ended(run)) is not None:
            told = self._told[run.run_id] = _Told.by(entity, was_open=False)
        # What it said before it ended may not be what it ended with.
        return None if told is not None and told.was_open else told

    def _told_late(self, release_id: EntityId, run: Run) -> _Told | None:
        """What is known of a run that was asked, whether it has answered or not."""
        told = self._known(release_id, run)
        return told if told is not None and told.counts(self._fresh_seconds) else None

    @property
    def _fresh_seconds(self) -> float:
        reading_all = self._running * self._read_seconds / self._places
        return max(FRESH_SECONDS, READING_SHARE * reading_all)

    def _asked(self, runs: Mapping[EntityId, Run]) -> list[asyncio.Future[None]]:
        """Ask them, those last that could not be read before. These are not waited for: as long as they don't answer,
        they count as they did."""
        awaited = []
        for release_id, run in runs.items():
            told = self._told.get(run.run_id)
            in_vain = told.in_vain if told is not None else 0
            asked = self._turns.ask(run.run_id, partial(self._read, release_id, run, in_vain), last=in_vain > 0)
            if not in_vain:
                awaited.append(asked)
        return awaited

    async def _read(self, release_id: EntityId, run: Run, in_vain: int) -> None:
        began, as_of = monotonic(), datetime.now(UTC)
        entity = await self._releases.release(release_id, run)
        code = entity.problem.code if entity.problem else None
        if code is ProblemCode.TEMPORAL_UNAVAILABLE:
            # It tells nothing of the release; nor would asking the others.
            self._turns.drop()
            return
        is_open = run.status.is_open
        if code in UNREAD or (code is not None and not is_open):
            in_vain += 1
        else:
            in_vain = 0
            self._read_seconds += (monotonic() - began - self._read_seconds) / READS_AVERAGED
        self._told[run.run_id] = _Told(_state_of(entity), entity.phase, is_open, began, as_of, in_vain)


def _state_of(entity: Entity) -> str:
    return (entity.state or "").lower()


def _imposed(phases: PhaseTable) -> Iterator[tuple[RunStatus, _Told]]:
    """What is told of runs by nothing but their end."""
    for status in RunStatus:
        if (state := status.imposed_state) is not None:
            yield status, _Told(state, phases.phase_of(EntityType.RELEASE, state), was_open=False)
