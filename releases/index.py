"""Which releases there are: the newest run of each, kept in step with Temporal's visibility.

Visibility gives pages forward only, in its own order, several runs of one release among them, and the development
server's store refuses ORDER BY. So an index is filled once (some 0.4 s per 1,000 releases) and then kept up by asking
only for what started or closed since: any page, search, order and count is then exact, at the cost of one small call.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from releases.clock import CLOCK
from releases.domain import EntityId, Run, RunStatus
from releases.gateway import Gateway
from releases.sharing import SharedReads, note_error
from releases.topology import ReleaseWorkflowIds

OVERLAP = timedelta(seconds=30)
"""How far back each look reaches beyond the last: visibility shows a run some 0.2 s late, and clocks differ."""

REFILL_AFTER = timedelta(minutes=10)
"""After this the index is filled anew, so that runs which retention has deleted leave it. Nobody waits for it."""


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """`list_query` is RELEASE_LIST_QUERY: a visibility query without ORDER BY."""

    list_query: str
    workflow_ids: ReleaseWorkflowIds


@dataclass(frozen=True, slots=True)
class _Known:
    """A release's newest run, and when the chain of continued runs began that led to it."""

    run: Run
    began_at: datetime

    def shown(self) -> Run:
        run = replace(self.run, started_at=self.began_at)
        if run.status is RunStatus.CONTINUED_AS_NEW:
            # The run that it goes on in is not visible yet: the release is at work all the same.
            return replace(run, status=RunStatus.RUNNING, ended_at=None)
        return run


class ReleaseIndex:
    """The newest run of every release. One per gateway and event loop."""

    def __init__(self, gateway: Gateway, config: IndexConfig) -> None:
        self._gateway = gateway
        self._config = config
        self._shared = SharedReads()
        self._known: dict[EntityId, _Known] = {}
        self._runs: dict[EntityId, Run] = {}
        self._looked_at: datetime | None = None
        self._filled_at: datetime | None = None
        self._refill: asyncio.Task[None] | None = None
        self.version = 0
        """Grows with each look that found a change."""

    async def runs(self) -> Mapping[EntityId, Run]:
        """The newest run by release ID, as visibility shows it now. `started_at` is the start of the release: of its
        first run, where it continued as new. Raises TemporalUnavailable.

        The mapping never changes; the next one holds the same Run objects for what did not change.
        """
        await self._shared.get("look", lambda _: self._look())
        return self._runs

    @property
    def is_filled(self) -> bool:
        """Whether the next look is a small one."""
        return self._filled_at is not None

    async def _look(self) -> None:
        now = CLOCK.now()
        if self._filled_at is None or self._looked_at is None:
            await self._fill()
        else:
            # By its amount: before a clock was set back, it may have been ahead, and what started then was missed.
            if abs(now - self._filled_at) > REFILL_AFTER and (self._refill is None or self._refill.done()):
                self._refill = asyncio.create_task(self._fill())
                self._refill.add_done_callback(note_error)
            since = (min(now, self._looked_at) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            recent = f'({self._config.list_query}) AND (StartTime >= "{since}" OR CloseTime >= "{since}")'
            found = self._by_release(await all_runs(self._gateway, recent))
            self._keep({release_id: _newest(runs, self._known.get(release_id)) for release_id, runs in found.items()})
        self._looked_at = now

    async def _fill(self) -> None:
        began, before = CLOCK.now(), self._known
        listed = self._by_release(await all_runs(self._gateway, self._config.list_query))
        # Looks go on while a listing of thousands takes its seconds: what they found stays.
        found_since = {release_id for release_id, known in self._known.items() if before.get(release_id) is not known}
        newest = {
            release_id: _newest(
                runs, self._known[release_id] if release_id in found_since else self._still_listed(release_id, runs)
            )
            for release_id, runs in listed.items()
        }
        self._keep(newest, self._known.keys() - listed.keys() - found_since)
        self._filled_at = began

    def _still_listed(self, release_id: EntityId, runs: Iterable[Run]) -> _Known | None:
        """What was known of the release, where its newest run is still there. Retention deletes the first runs of a
        chain sooner: only what was known tells when that began."""
        known = self._known.get(release_id)
        return known if known is not None and any(run.run_id == known.run.run_id for run in runs) else None

    def _keep(self, found: Mapping[EntityId, _Known], gone: AbstractSet[EntityId] = frozenset()) -> None:
        changed = {release_id: known for release_id, known in found.items() if self._known.get(release_id) != known}
        if not (changed or gone):
            return
        self._known = {**self._known, **changed}
        self._runs = {**self._runs, **{release_id: known.shown() for release_id, known in changed.items()}}
        for release_id in gone:
            del self._known[release_id], self._runs[release_id]
        self.version += 1

    def _by_release(self, runs: Iterable[Run]) -> dict[EntityId, list[Run]]:
        releases: defaultdict[EntityId, list[Run]] = defaultdict(list)
        for run in runs:
            release_id = self._config.workflow_ids.release_of(run.workflow_id)
            if release_id is not None:
                releases[release_id].append(run)
        return releases


async def all_runs(gateway: Gateway, query: str) -> list[Run]:
    """All runs that match a visibility query."""
    runs, token = await gateway.list_runs(query)
    while token:
        page, token = await gateway.list_runs(query, token)
        runs += page
    return runs


def _newest(listed: list[Run], known: _Known | None) -> _Known:
    """The newest of a release's runs, given those listed now and the newest known before."""
    runs = {run.run_id: run for run in listed}
    if known is not None:
        runs.setdefault(known.run.run_id, known.run)
    newest, *later = sorted(runs.values(), key=lambda run: run.started_at)
    began_at = newest.started_at
    if known is not None and newest.run_id == known.run.run_id:
        began_at = known.began_at
    for run in later:
        began_at = began_at if newest.status is RunStatus.CONTINUED_AS_NEW else run.started_at
        if known is not None and run.run_id == known.run.run_id:
            began_at = min(began_at, known.began_at)
        newest = run
    return _Known(newest, began_at)
