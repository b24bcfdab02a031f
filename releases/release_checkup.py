"""The check-up of one release: read as the portal reads it, by the same reader, with a witness to every query."""

import re
import time
from asyncio import gather
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice

from releases.checkup_faults import (
    BY_PROBLEM,
    HIERARCHY_FAILED,
    HIERARCHY_NO_OBJECT,
    LARGE,
    MISNAMED_FIELD,
    NO_RELEASE_STATE,
    NO_SUCH_RELEASE,
    NO_WORKER,
    NO_WORKER_ANY_MORE,
    NOT_OFFERED,
    NOT_REACHED,
    ODD_TIMES,
    OLD_WORKER,
    SLOW,
    UNFINISHED,
    UNKNOWN_STATE,
    Fault,
)
from releases.checkup_report import Checked, Place, Report
from releases.domain import Entity, EntityId, EntityProblem, EntityType, ProblemCode, Run, RunStatus, Tree
from releases.errors import NotFound, QueryFailed, QueryTimeout, RelportalError, SourceError, WorkerUnavailable
from releases.gateway import Gateway
from releases.hierarchy import HierarchyReader
from releases.phases import Phase, normalised
from releases.reading import unread
from releases.topology import HIERARCHY_QUERY, Reported, known_fields
from releases.witness import Asked, Key, Witness

SLOW_SECONDS = 1.0
"""A query that takes longer makes its release feel slow: the portal's own part in it is some milliseconds."""

LARGE_BYTES = 1_048_576
"""Half of what Temporal lets through."""

ASKED_FOR_OFFERS = 5
"""Workflows of one kind in one release that are asked what they offer: mostly they run the same code."""

ASKED_ALONE_SECONDS = 15.0
"""For how long those that were late are asked again, one by one. Innocent ones take milliseconds each."""

CLOCKS_DIFFER_BY = timedelta(minutes=5)

FIELDS_LOOKED_AT = 50
"""Unknown fields of one entity that are compared with those of the contract."""

RELEASE = EntityType.RELEASE


class ReleaseCheckup:
    """One release: `meet` tells whether it is worth reading, `read` reads it. Both note what is wrong in the report.

    `checked` is None until it is known that the release has a workflow.
    """

    def __init__(self, report: Report, gateway: Gateway, known: HierarchyReader, release_id: EntityId) -> None:
        self.release_id = release_id
        self.workflow_id = known.config.workflow_ids.workflow_of(release_id)
        self.checked: Checked | None = None
        self._report = report
        self._witness = Witness(gateway)
        self._reader = HierarchyReader(self._witness, known.phases, known.config)
        self._is_alive: dict[str, bool] = {}
        self._runs: dict[str, Run] = {}
        self._innocent: set[Key] = set()
        self._somebody_is_slow = False
        self._repeated: defaultdict[tuple[Fault, EntityType, str], list[Place]] = defaultdict(list)

    @property
    def asked(self) -> Iterator[Asked]:
        """What was asked of whom may answer it: the reader tries some queries before it knows who offers them."""
        return (
            each for each in self._witness.asked if each.is_answered or self._may_offer(each.workflow_id, each.query)
        )

    # Meeting it

    async def meet(self) -> bool:
        """Whether there is a workflow whose worker answers, with a query that tells of a release."""
        try:
            run = self._runs[self.workflow_id] = await self._witness.describe(self.workflow_id)
            self.checked = Checked(self.release_id, run)
            offers = await self._witness.offered_queries(self.workflow_id)
        except NotFound:
            self._note(NO_SUCH_RELEASE, f"There is no workflow {self.workflow_id}.")
        except WorkerUnavailable as error:
            is_open = self.checked is not None and self.checked.run.status.is_open
            fault = NO_WORKER if is_open else NO_WORKER_ANY_MORE
            self._note(fault, f"Nobody answers ({error}).{self._who_should_answer(self.workflow_id)}")
        except RelportalError as error:
            self._note(BY_PROBLEM[ProblemCode.TEMPORAL_UNAVAILABLE], str(error))
        else:
            self._report.note_offers(self.checked.run.workflow_type, RELEASE, offers)
            return self._offers_enough(offers)
        return False

    def _offers_enough(self, offers: frozenset[str] | None) -> bool:
        if offers is None:
            self._note(OLD_WORKER, "It does not answer __temporal_workflow_metadata.")
        elif not offers & {RELEASE.query, HIERARCHY_QUERY}:
            self._note(NOT_OFFERED, _offered(RELEASE.query, offers), query=RELEASE.query)
            return False
        elif RELEASE.query not in offers:
            self._note(NO_RELEASE_STATE, _offered(RELEASE.query, offers), query=RELEASE.query)
        return True

    # Reading it

    async def read(self) -> None:
        if self.checked is None:
            return
        # The list asks for the release alone, by a query of its own; where there is none, that is noted already.
        listed = await self._root(self._reader.release) if self._may_offer(self.workflow_id, RELEASE.query) else None
        began = time.monotonic()
        root = await self._root(self._reader.tree)
        if root.workflow_id is not None:
            self.checked.seconds = time.monotonic() - began
            self.checked.entities = sum(1 for _ in root.walk())
        await self._hear(root)
        await self._single_out()
        self._judge_all(root, listed)

    def _judge_all(self, root: Entity, listed: Entity | None) -> None:
        hierarchy = self._witness.asked_of(HIERARCHY_QUERY, self.workflow_id)
        alone = self._witness.asked_of(RELEASE.query, self.workflow_id)
        self._judge_hierarchy(hierarchy)
        whole = next((each for each in hierarchy if each.answer_type is dict), None)
        seen = set(self._judge_problems(root, whole or _last(alone), [*alone, *hierarchy]))
        if listed is not None:
            self._judge_problems(listed, _last(alone), alone, seen)
        self._judge_end(root)
        for entity, told in self._told(root, whole or _last(alone)):
            if entity is not root:
                self._judge_problems(entity, told, self._attempts(entity))
            self._judge_words(entity, told)
        self._judge_queries()
        self._note_repeated()

    async def _root(self, read: Callable[[EntityId], Awaitable[Tree]]) -> Entity:
        """The release as it was read; where it could not be, its place with the problem, and no workflow."""
        try:
            return (await read(self.release_id)).release
        except (SourceError, NotFound) as error:
            return unread(self.release_id, RELEASE, error)

    def _may_offer(self, workflow_id: str, query: str) -> bool:
        offers = self._witness.offers.get(workflow_id)
        return offers is None or query in offers

    def _is_known_to_offer(self, asked: Asked) -> bool:
        return asked.query in (self._witness.offers.get(asked.workflow_id) or ())

    def _attempts(self, entity: Entity) -> Sequence[Asked]:
        """All that was asked about this entity."""
        return self._witness.asked_of(entity.type.query, entity.id)

    def _told(self, entity: Entity, told: Asked | None) -> Iterator[tuple[Entity, Asked | None]]:
        """The entity and all below it, each with the query whose answer told of it."""
        yield entity, told
        for child in entity.children:
            own = [each for each in self._attempts(child) if each.workflow_id == child.workflow_id and each.is_answered]
            yield from self._told(child, own[-1] if own else told)

    # Asking workflows and workers once more

    async def _hear(self, root: Entity) -> None:
        """Ask what is offered: those that failed or were silent, and some of each kind."""
        own: defaultdict[EntityType, list[EntityId]] = defaultdict(list)
        for entity in root.walk():
            if entity.type is not RELEASE and len(own[entity.type]) < ASKED_FOR_OFFERS and self._has_own(entity):
                own[entity.type].append(entity.id)
        troubled = (
            each.workflow_id for each in self._witness.asked if isinstance(each.error, QueryFailed | QueryTimeout)
        )
        some = [*islice(dict.fromkeys(troubled), ASKED_FOR_OFFERS), *(each for ids in own.values() for each in ids)]
        await gather(*map(self._hear_workflow, dict.fromkeys(some)))
        await gather(*(self._note_type(each, entity_type) for entity_type, ids in own.items() for each in ids))

    def _has_own(self, entity: Entity) -> bool:
        """Whether there is a workflow of its own."""
        return any(
            each.workflow_id == entity.id and not isinstance(each.error, NotFound) for each in self._attempts(entity)
        )

    async def _single_out(self) -> None:
        """Find out which of the queries that took long, or too long though a worker is there, had only waited."""
        late = {
            each.key: each
            for each in self._witness.asked
            if (each.is_answered and each.seconds > SLOW_SECONDS)
            or (isinstance(each.error, QueryTimeout) and self._is_alive.get(each.workflow_id))
        }
        self._innocent = await self._witness.innocent(late, at_once=SLOW_SECONDS, within=ASKED_ALONE_SECONDS)
        self._somebody_is_slow = not self._innocent.issuperset(late)

    async def _hear_workflow(self, workflow_id: str) -> None:
        try:
            if workflow_id not in self._witness.offers:
                await self._witness.offered_queries(workflow_id)
            # One that has said so before is there, though it may be busy with the very query that is at fault.
            self._is_alive[workflow_id] = True
        except WorkerUnavailable:
            self._is_alive[workflow_id] = False
        except RelportalError:
            pass  # Its own problem is told already.

    async def _note_type(self, workflow_id: EntityId, entity_type: EntityType) -> None:
        try:
            run = self._runs[workflow_id] = await self._witness.describe(workflow_id)
        except RelportalError:
            return
        if workflow_id in self._witness.offers:
            self._report.note_offers(run.workflow_type, entity_type, self._witness.offers[workflow_id])

    # Judging what came

    def _judge_problems(
        self,
        entity: Entity,
        told: Asked | None,
        attempts: Sequence[Asked],
        seen: Collection[EntityProblem] = (),
    ) -> Sequence[EntityProblem]:
        problems = [] if entity.problem is None else [entity.problem]
        if isinstance(entity, Reported):
            problems += entity.more_problems
        for problem in problems:
            if problem in seen:
                continue
            if problem.code in _UNREAD:
                self._note_at(entity, *self._why_unread(entity, problem, attempts))
            else:
                self._note_at(entity, BY_PROBLEM[problem.code], told, problem.detail)
        return problems

    def _why_unread(
        self, entity: Entity, problem: EntityProblem, attempts: Sequence[Asked]
    ) -> tuple[Fault, Asked | None, str]:
        """The fault, the query that met it, and what that met, of an entity that no answer told of."""
        if problem.code is ProblemCode.NOT_FOUND:
            return BY_PROBLEM[problem.code], _last(attempts), self._nobody_tells(entity, attempts)
        failed = [each for each in attempts if each.error and not isinstance(each.error, NotFound)]
        if not failed:
            was_late = problem.code in (ProblemCode.QUERY_TIMEOUT, ProblemCode.WORKER_UNAVAILABLE)
            return NOT_REACHED if was_late else BY_PROBLEM[problem.code], _last(attempts), problem.detail
        last = failed[-1]
        if isinstance(last.error, QueryTimeout) and last.key in self._innocent:
            found = f"There was no answer within {last.seconds:.1f} s, {_AT_ONCE}."
            fault = NOT_REACHED if self._somebody_is_slow else BY_PROBLEM[ProblemCode.QUERY_TIMEOUT]
            return fault, last, found
        if isinstance(last.error, QueryTimeout):
            is_alive = self._is_alive.get(last.workflow_id, problem.code is ProblemCode.QUERY_TIMEOUT)
            code = ProblemCode.QUERY_TIMEOUT if is_alive else ProblemCode.WORKER_UNAVAILABLE
            who = "" if is_alive else self._who_should_answer(last.workflow_id)
            return BY_PROBLEM[code], last, f"There was no answer within {last.seconds:.1f} s.{who}"
        if isinstance(last.error, QueryFailed) and not self._may_offer(last.workflow_id, last.query):
            return NOT_OFFERED, last, _offered(last.query, self._witness.offers[last.workflow_id] or ())
        return BY_PROBLEM[problem.code], last, str(last.error)

    def _who_should_answer(self, workflow_id: str) -> str:
        """A sentence, where it is known."""
        run = self._runs.get(workflow_id)
        return f" Its task queue is {run.task_queue}, its workflow type {run.workflow_type}." if run else ""

    def _nobody_tells(self, entity: Entity, attempts: Sequence[Asked]) -> str:
        above = [f"{each.call} of workflow {each.workflow_id} answers null" for each in attempts if each.is_null]
        if not above:
            offers = self._witness.offers.get(self.workflow_id) or frozenset()
            above = [f"No workflow above it offers {entity.type.query}{_meant_one(entity.type.query, offers)}"]
        return f"{', '.join(dict.fromkeys(above))}, and there is no workflow {entity.id}."

    def _judge_hierarchy(self, hierarchy: Iterable[Asked]) -> None:
        for each in hierarchy:
            if isinstance(each.error, QueryFailed) and self._is_known_to_offer(each):
                self._note(HIERARCHY_FAILED, str(each.error), query=each.call)
            elif each.is_answered and each.answer_type is not dict:
                found = "null" if each.is_null else "a list, a text, a number or bytes"
                self._note(HIERARCHY_NO_OBJECT, f"The answer is {found}.", query=each.call)

    def _judge_end(self, root: Entity) -> None:
        is_over = self.checked is not None and self.checked.run.status is RunStatus.COMPLETED
        if is_over and root.phase in (Phase.ACTIVE, Phase.PENDING):
            self._note(UNFINISHED, f'The state is "{root.state}".', query=RELEASE.query)

    def _judge_words(self, entity: Entity, told: Asked | None) -> None:
        """What can be read, and will not be understood as it was meant."""
        is_sound = entity.problem is None or entity.problem.code is not ProblemCode.INVALID_PAYLOAD
        if entity.state and is_sound and entity.phase is Phase.UNKNOWN and normalised(entity.state) != "unknown":
            self._repeat(UNKNOWN_STATE, entity, told, f'The state is "{entity.state}".')
        missing = _missing(entity)
        for name in islice(entity.extra, FIELDS_LOOKED_AT):
            if meant := _meant(_snake_case(name), missing):
                self._repeat(MISNAMED_FIELD, entity, told, f"There is {name}, and no {meant}.")
        for sentence in _odd_times(entity):
            self._repeat(ODD_TIMES, entity, told, sentence)

    def _judge_queries(self) -> None:
        slow: defaultdict[str, list[Asked]] = defaultdict(list)
        for each in self._witness.asked:
            if each.is_answered and each.seconds > SLOW_SECONDS:
                slow[each.workflow_id].append(each)
            if each.answer_bytes > LARGE_BYTES:
                found = f"The answer has {each.answer_bytes / 1e6:.1f} MB."
                self._report.note(LARGE, Place(found, self.release_id, None, each.workflow_id, each.call))
        for late in slow.values():
            guilty = {each.call: each for each in late if each.key not in self._innocent}
            for each in guilty.values() or late[:1]:
                found = f"It took {each.seconds:.1f} s{'' if guilty else f', {_AT_ONCE}'}."
                self._report.note(SLOW, Place(found, self.release_id, None, each.workflow_id, each.call))

    # Noting it

    def _note(self, fault: Fault, found: str, query: str | None = None) -> None:
        """About the release's own workflow."""
        self._report.note(fault, Place(found, self.release_id, "", self.workflow_id, query))

    def _note_at(self, entity: Entity, fault: Fault, told: Asked | None, found: str) -> None:
        self._report.note(fault, self._place(entity, told, found))

    def _place(self, entity: Entity, told: Asked | None, found: str) -> Place:
        workflow_id, query = (told.workflow_id, told.call) if told else (None, None)
        return Place(found, self.release_id, entity.path, workflow_id, query)

    def _repeat(self, fault: Fault, entity: Entity, told: Asked | None, found: str) -> None:
        """Note what mostly is so of many entities of a release, once for each type."""
        self._repeated[fault, entity.type, found].append(self._place(entity, told, found))

    def _note_repeated(self) -> None:
        for (fault, entity_type, found), places in self._repeated.items():
            first, others = places[0], len(places) - 1
            kind = entity_type.plural if others > 1 else entity_type.value
            text = f"{found} So it is of {others} more {kind}." if others else found
            self._report.note(fault, Place(text, first.release_id, first.path, first.workflow_id, first.query))


_UNREAD = frozenset(
    {
        ProblemCode.NOT_FOUND,
        ProblemCode.QUERY_FAILED,
        ProblemCode.QUERY_TIMEOUT,
        ProblemCode.WORKER_UNAVAILABLE,
        ProblemCode.TEMPORAL_UNAVAILABLE,
    }
)


_AT_ONCE = "but it was answered at once when it was asked again, alone"


def _last(attempts: Sequence[Asked]) -> Asked | None:
    return attempts[-1] if attempts else None


def _offered(query: str, offers: Iterable[str]) -> str:
    ours = sorted(offer for offer in offers if not offer.startswith("__"))
    return f"It offers {', '.join(ours) or 'no query at all'}{_meant_one(query, ours)}."


def _meant_one(query: str, offers: Iterable[str]) -> str:
    near = get_close_matches(query, [offer for offer in offers if offer not in _CONTRACT], n=1)
    return f" (is {near[0]} meant as {query}?)" if near else ""


_CONTRACT = frozenset({HIERARCHY_QUERY, *(entity_type.query for entity_type in EntityType)})


def _missing(entity: Entity) -> frozenset[str]:
    """The fields of the contract that the entity was not told with, or not so that they could be read."""
    plain = ("state", "name", "error_message", "created_at", "updated_at", "sequence", "version")
    missing = {name for name in plain if getattr(entity, name) is None}
    if entity.type.child is not None and not entity.children:
        missing |= {f"{entity.type.child}_ids", entity.type.child.plural}
    return known_fields(entity.type) & missing


@lru_cache(maxsize=1000)
def _meant(name: str, missing: frozenset[str]) -> str | None:
    """The missing field that somebody may have meant by this name."""
    near = get_close_matches(name, sorted(missing), n=1, cutoff=0.85)
    # What everything depends on is looked for more freely: `status`.
    near += get_close_matches(name, missing & {"state"}, n=1, cutoff=0.7)
    return near[0] if near else None


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:50]).lower()


def _odd_times(entity: Entity) -> Iterator[str]:
    created_at, updated_at = entity.created_at, entity.updated_at
    if created_at and updated_at and updated_at < created_at:
        yield "updated_at is before created_at."
    for name, moment in (("created_at", created_at), ("updated_at", updated_at)):
        if moment and moment > datetime.now(UTC) + CLOCKS_DIFFER_BY:
            yield f"{name} lies in the future."
