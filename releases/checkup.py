"""Whether workflows meet the contract: which releases are found, what they offer, what is wrong and what to change.

For those who write or run the workflows, so it says more than the portal does: which queries are missing, what a
failing one raised, how long each took. It reads as the portal reads, and changes nothing.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

from releases.checkup_faults import (
    LIST_QUERY_REFUSED,
    NO_NAMESPACE,
    NO_RELEASES,
    NOT_LISTED,
    REFUSED,
    STRANGERS,
    TOO_MANY,
    UNLISTED,
    UNREACHABLE,
    Fault,
)
from releases.checkup_report import Place, Report, paces_of
from releases.domain import EntityId, Run
from releases.errors import CallRefused, CredentialsRefused, NamespaceNotFound, TemporalUnavailable
from releases.gateway import Gateway
from releases.hierarchy import HierarchyReader
from releases.release_checkup import ReleaseCheckup

RUNS_LOOKED_THROUGH = 20_000
"""Visibility lists what is open first: the newest releases are among these unless the query finds all and sundry."""

MET_AT_ONCE = 8
"""Releases that are asked for at the same time whether anybody answers: each that nobody does costs a time-out."""

LISTED_TRIES, LISTED_PAUSE = 5, 0.5
"""Visibility shows a workflow that was started just now some 0.2 s late; the pause is in seconds."""


class Checkup:
    """One check-up of what a gateway leads to. `list_query` is RELEASE_LIST_QUERY."""

    def __init__(self, gateway: Gateway, reader: HierarchyReader, list_query: str) -> None:
        self._gateway = gateway
        self._reader = reader
        self._list_query = list_query
        self._report = Report()

    async def run(self, wanted: Sequence[EntityId] = (), *, at_most: int = 10) -> Report:
        """Look at these releases, or at the newest of those that are found. Raises nothing of `releases.errors`."""
        if await self._reach():
            chosen = list(dict.fromkeys(wanted)) or await self._newest(at_most)
            checkups = [ReleaseCheckup(self._report, self._gateway, self._reader, each) for each in chosen]
            await self._look_at(checkups)
            if wanted:
                await self._find([each for each in checkups if each.checked])
            self._report.paces = paces_of(asked for each in checkups for asked in each.asked)
        return self._report

    async def _look_at(self, checkups: Sequence[ReleaseCheckup]) -> None:
        """Read them one after the other: their queries' times are to be those of a worker that is left alone."""
        places = asyncio.Semaphore(MET_AT_ONCE)

        async def met(checkup: ReleaseCheckup) -> bool:
            async with places:
                return await checkup.meet()

        worth_reading = await asyncio.gather(*map(met, checkups))
        self._report.checked += [each.checked for each in checkups if each.checked]
        for checkup, is_worth_it in zip(checkups, worth_reading, strict=True):
            if is_worth_it:
                await checkup.read()

    async def _reach(self) -> bool:
        began = time.monotonic()
        try:
            await self._gateway.check()
        except TemporalUnavailable as error:
            self._note(_UNREACHED.get(type(error), UNREACHABLE), str(error))
            return False
        self._report.answered_after = time.monotonic() - began
        return True

    async def _newest(self, at_most: int) -> list[EntityId]:
        """The releases that visibility lists, by the start of their newest runs."""
        runs = await self._listed()
        if runs is None:
            return []
        started: dict[EntityId, datetime] = {}
        for run in runs:
            release_id = self._reader.config.workflow_ids.release_of(run.workflow_id)
            if release_id is None:
                self._report.note(STRANGERS, Place("It is no release's ID.", workflow_id=run.workflow_id))
            else:
                started[release_id] = max(run.started_at, started.get(release_id, run.started_at))
        if not started:
            self._note(NO_RELEASES, f"{self._list_query} finds {len(runs)} workflow runs.")
        self._report.found = len(started)
        return sorted(started, key=lambda each: started[each], reverse=True)[:at_most]

    async def _listed(self) -> list[Run] | None:
        try:
            runs, token = await self._gateway.list_runs(self._list_query)
            while token and len(runs) < RUNS_LOOKED_THROUGH:
                page, token = await self._gateway.list_runs(self._list_query, token)
                runs += page
        except TemporalUnavailable as error:
            self._note_unlisted(error)
            return None
        if token:
            self._note(TOO_MANY, f"{len(runs)} were looked through.")
        return runs

    async def _find(self, checkups: Sequence[ReleaseCheckup]) -> None:
        """Whether these, which were asked for by ID, are found by the query as well."""
        for checkup in checkups:
            query = f'({self._list_query}) AND WorkflowId = "{checkup.workflow_id}"'
            try:
                is_found = await self._is_found(query)
            except TemporalUnavailable as error:
                self._note_unlisted(error)
                return
            if not is_found:
                found = f"{self._list_query} does not find workflow {checkup.workflow_id}."
                self._report.note(NOT_LISTED, Place(found, checkup.release_id, "", checkup.workflow_id))

    async def _is_found(self, query: str) -> bool:
        for _ in range(LISTED_TRIES):
            runs, _token = await self._gateway.list_runs(query)
            if runs:
                return True
            await asyncio.sleep(LISTED_PAUSE)
        return False

    def _note_unlisted(self, error: TemporalUnavailable) -> None:
        self._note(LIST_QUERY_REFUSED if isinstance(error, CallRefused) else UNLISTED, str(error))

    def _note(self, fault: Fault, found: str) -> None:
        self._report.note(fault, Place(found))


_UNREACHED: dict[type[TemporalUnavailable], Fault] = {
    NamespaceNotFound: NO_NAMESPACE,
    CredentialsRefused: REFUSED,
}
