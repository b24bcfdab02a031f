"""One reading of one release: in parallel, bounded, partial where need be.

Siblings are asked at the same time, children as soon as their parent has answered. What can't be read stands in its
place with a problem, its siblings unharmed; only a release that itself can't be read is an error.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from releases.domain import (
    Entity,
    EntityId,
    EntityProblem,
    EntityType,
    ProblemCode,
    Rollup,
    Run,
    Tree,
    child_path,
    ended,
    transformed,
    with_standing,
)
from releases.errors import (
    NotFound,
    QueryFailed,
    QueryTimeout,
    ReleaseNotFound,
    RelportalError,
    SourceError,
    TemporalUnavailable,
    WorkerUnavailable,
    WorkflowNotFound,
)
from releases.gateway import Gateway, Slots
from releases.offers import OfferedQueries
from releases.patience import Patience
from releases.phases import Phase, PhaseTable
from releases.sharing import note_error
from releases.topology import (
    HIERARCHY_QUERY,
    NOTHING,
    ReleaseWorkflowIds,
    Reported,
    Workflow,
    decode,
    holders_of,
    misplaced,
)

APP = EntityType.APP
"""At hand for what runs once per entity: looking up a member of an enum is a call."""

GRACE_SECONDS = 0.5
"""What the rest of a tree has left once one of its queries has waited in vain, and what a late reader has at least."""

ENDED_BADLY = 'ExecutionStatus IN ("Failed", "Canceled", "Terminated", "TimedOut")'
"""Visibility's words for the ends that win over what a workflow last said (`RunStatus.imposed_state`)."""

IDS_PER_LISTING = 200
"""Workflow IDs in one visibility query: about 10 kB of text, answered in some 10 ms."""


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    query_timeout: float = 5.0
    query_concurrency: int = 100
    workflow_ids: ReleaseWorkflowIds = field(default_factory=ReleaseWorkflowIds)


Answer = tuple[Reported, str, tuple[Workflow, ...]]
"""What was said of an entity, by which workflow, and the workflows above its children."""


@dataclass(frozen=True, slots=True)
class Means:
    """What readings have in common: one per gateway and event loop."""

    gateway: Gateway
    phases: PhaseTable
    config: ReaderConfig
    offers: OfferedQueries


class Reading:
    """One reading of one release."""

    def __init__(self, means: Means, release_id: EntityId, waited: float = 0.0) -> None:
        """`waited`: the seconds that its caller has waited for its turn."""
        config = means.config
        self.gateway = means.gateway
        self.offers = means.offers
        self.phases = means.phases
        self.release_id = release_id
        self.workflow_id = config.workflow_ids.workflow_of(release_id)
        # A caller who waited for the read before has used up time of theirs; the gateway keeps the full time.
        self.limit = max(config.query_timeout - waited, GRACE_SECONDS) if waited > GRACE_SECONDS else None
        # Half of all places at most, so that one large tree leaves room for the readers of others.
        self.slots = Slots(max(config.query_concurrency // 2, 1))
        self.patience = Patience(GRACE_SECONDS)
        self.verdict: asyncio.Task[type[SourceError]] | None = None
        self.asked: Counter[EntityId] = Counter()
        self.does_not_offer: set[tuple[str, str]] = set()
        self.doubtful: set[str] = set()
        self.is_whole = False
        self.as_of = datetime.now(UTC)

    async def tree(self) -> Tree:
        run, release = await self._run_and_release()
        imposed = await self._imposed_states(release)
        if run.status.imposed_state:
            imposed[self.workflow_id] = run.status.imposed_state
        release = self._with_doubts_named(ended(self._with_shared_ids_named(release), imposed, self.phases))
        return Tree(release=with_standing(release), run=run, as_of=self.as_of)

    async def _run_and_release(self) -> tuple[Run, Entity]:
        """The release with all below it, asked for anew."""
        run, reported = await self._run_and(self._ask_for_all())
        # What a release's own workflow holds ends with it alone.
        self.is_whole = reported.is_whole
        return run, await self._assembled(reported, "", self.workflow_id, (self._holder,))

    @property
    def _holder(self) -> Workflow:
        """The release's own workflow, which may hold the others."""
        return Workflow(self.workflow_id, EntityType.RELEASE, self.offers.known(self.workflow_id))

    async def release(self) -> Tree:
        run, reported = await self._run_and(self._ask_for_release())
        return Tree(release=self._release_entity(reported, run), run=run, as_of=self.as_of)

    async def release_of_run(self, run: Run) -> Entity:
        try:
            reported = await self._ask_for_release()
        except RelportalError as error:
            reported = unread(self.release_id, EntityType.RELEASE, error)
        return self._release_entity(reported, run)

    def _release_entity(self, reported: Reported, run: Run) -> Entity:
        entity = self._placed(reported, "", self.workflow_id)
        state = run.status.imposed_state
        return ended(entity, {self.workflow_id: state} if state else {}, self.phases)

    async def _run_and(self, read: Coroutine[Any, Any, Reported]) -> tuple[Run, Reported]:
        """The newest run, and what it answers, asked for at the same time.

        Where the answer fails but the run ended in a way that gives it a state, that is shown, with the problem.
        """
        reading = asyncio.create_task(read)
        try:
            # The read goes first: it takes longer.
            await asyncio.sleep(0)
            run = await self.gateway.describe(self.workflow_id)
            self.offers.seen(run)
            return run, await self._answer_of(reading, run)
        except WorkflowNotFound as error:
            raise ReleaseNotFound(self.release_id) from error
        finally:
            reading.cancel()
            reading.add_done_callback(note_error)

    async def _answer_of(self, reading: asyncio.Task[Reported], run: Run) -> Reported:
        try:
            return await reading
        except SourceError as error:
            if run.status.imposed_state is None:
                raise
            return unread(self.release_id, EntityType.RELEASE, error)

    async def _ask_for_release(self) -> Reported:
        payload = await self._query(self.workflow_id, EntityType.RELEASE.query)
        return decode(payload, self.release_id, EntityType.RELEASE)

    async def _ask_for_all(self) -> Reported:
        """The release, with all that its workflow tells of at once."""
        reported = await self._ask_for_hierarchy()
        if reported is not None and reported.is_whole:
            return reported
        # Only now does it matter what else the workflow offers; most that hold a release have told all of it.
        offers = asyncio.create_task(self._offers_of(self.workflow_id))
        try:
            reported = reported or await self._ask_for_release()
            await offers
        finally:
            offers.cancel()
        return reported

    async def _ask_for_hierarchy(self) -> Reported | None:
        if not self.offers.may_offer(self.workflow_id, HIERARCHY_QUERY):
            return None
        try:
            payload = await self._query(self.workflow_id, HIERARCHY_QUERY)
        except QueryFailed:
            # Not offered, or an answer over 2 MB, which Temporal refuses: level by level for now.
            self.offers.drop(self.workflow_id, HIERARCHY_QUERY)
            return None
        return decode(payload, self.release_id, EntityType.RELEASE) if isinstance(payload, dict) else None

    async def _assembled(
        self,
        reported: Reported,
        path: str,
        workflow_id: str | None,
        ancestors: tuple[Workflow, ...],
    ) -> Entity:
        """The entity with all below it, asking for what was not told yet."""
        if reported.is_whole:
            return self._whole(reported, path, workflow_id)
        children = [self._child(reported, child, path, workflow_id, ancestors) for child in reported.child_ids]
        return self._placed(reported, path, workflow_id, tuple(await asyncio.gather(*children)))

    def _whole(self, reported: Reported, path: str, workflow_id: str | None) -> Entity:
        """The same at once, where all below it was told of."""
        if not reported.child_ids:
            return self._placed(reported, path, workflow_id)
        told = reported.embedded
        below = [
            self._whole(told[child_id], child_path(path, child_id), workflow_id) for child_id in reported.child_ids
        ]
        return self._placed(reported, path, workflow_id, tuple(below))

    async def _child(
        self,
        parent: Reported,
        child_id: EntityId,
        path: str,
        workflow_id: str | None,
        ancestors: tuple[Workflow, ...],
    ) -> Entity:
        child_type = cast("EntityType", parent.type.child)  # Apps list no children.
        place = child_path(path, child_id)
        reported: Reported | None = parent.embedded.get(child_id)
        if reported is None and child_id.type is not child_type:
            reported = misplaced(child_id, child_type)
        if reported is not None:
            return await self._assembled(reported, place, workflow_id, ancestors)
        return await self._asked(self._ask(child_id, child_type, parent.id, ancestors), child_id, child_type, place)

    async def _asked(
        self, asking: Coroutine[Any, Any, Answer], entity_id: EntityId, entity_type: EntityType, path: str
    ) -> Entity:
        """The entity by what asking for it brings, with all below it; or its place, with the problem."""
        try:
            reported, workflow_id, ancestors = await asking
        except RelportalError as error:
            return self._placed(unread(entity_id, entity_type, error), path, None)
        return await self._assembled(reported, path, workflow_id, ancestors)

    async def _ask(
        self,
        entity_id: EntityId,
        entity_type: EntityType,
        parent_id: EntityId,
        ancestors: tuple[Workflow, ...],
    ) -> Answer:
        """What a workflow above it says of the entity, else its own; which that was, and the workflows above its
        children."""
        self.asked[entity_id] += 1
        told, holder, refusal = await self._ask_holders(entity_id, entity_type, parent_id, ancestors)
        if told is not None and not _is_of_another(told):
            return told, holder, ancestors
        try:
            answer = await self._ask_its_own(entity_id, entity_type, parent_id, ancestors)
        except WorkflowNotFound:
            if told is not None:
                return told, holder, ancestors
            for workflow in ancestors:
                self.offers.ask_again(workflow.workflow_id)
            raise refusal or WorkflowNotFound(entity_id) from None
        if refusal is not None:
            old = (workflow for workflow in ancestors if workflow.offers is None)
            self.does_not_offer |= {(workflow.workflow_id, entity_type.query) for workflow in old}
        return answer

    async def _ask_holders(
        self,
        entity_id: EntityId,
        entity_type: EntityType,
        parent_id: EntityId,
        ancestors: tuple[Workflow, ...],
    ) -> tuple[Reported | None, str, QueryFailed | None]:
        """What a workflow above it says of the entity, and which; the refusal of one that was tried in vain."""
        query = entity_type.query
        refusal: QueryFailed | None = None
        for holder in holders_of(entity_type, ancestors):
            if (holder.workflow_id, query) in self.does_not_offer:
                continue
            try:
                payload = await self._query(holder.workflow_id, query, entity_id)
            except QueryFailed as error:
                if holder.offers is not None:
                    raise
                refusal = error
                continue
            if payload is None:
                break
            return decode(payload, entity_id, entity_type, parent_id), holder.workflow_id, refusal
        return None, "", refusal

    async def _ask_its_own(
        self, entity_id: EntityId, entity_type: EntityType, parent_id: EntityId, ancestors: tuple[Workflow, ...]
    ) -> Answer:
        """What the entity's own workflow says. Raises WorkflowNotFound."""
        try:
            payload, offers = await self._query_and_offers(entity_id, entity_type)
        except SourceError as error:
            # Its workflow is known all the same, and how that ended may tell of the entity.
            return unread(entity_id, entity_type, error), entity_id, ancestors
        reported = decode(payload, entity_id, entity_type, parent_id)
        return reported, entity_id, (*ancestors, Workflow(entity_id, entity_type, offers))

    async def _query_and_offers(
        self, entity_id: EntityId, entity_type: EntityType
    ) -> tuple[Any, frozenset[str] | None]:
        """The answer of the entity's own workflow, and what else that offers, asked for at the same time."""
        if entity_type.child is None:
            return await self._query(entity_id, entity_type.query), frozenset()
        offers = asyncio.create_task(self._offers_of(entity_id))
        try:
            return await self._query(entity_id, entity_type.query), await offers
        finally:
            offers.cancel()

    async def _offers_of(self, workflow_id: str) -> frozenset[str] | None:
        try:
            async with self.patience.awhile(), self.slots.taken():
                return await self.offers.of(workflow_id)
        except RelportalError:
            return None

    async def _query(self, workflow_id: str, name: str, argument: str | None = None) -> Any:
        try:
            async with self.patience.awhile(), self.slots.taken(), _within(self.limit):
                return await self.gateway.query(workflow_id, name, argument)
        except QueryTimeout as error:
            self.patience.lose()
            raise (await self._verdict_on(workflow_id))(str(error)) from error

    async def _verdict_on(self, workflow_id: str) -> type[SourceError]:
        """Whether a query that timed out was slow itself, or found no worker: the SDK answers its own query at once."""
        if self.verdict is None:
            self.verdict = asyncio.create_task(self._try_worker(workflow_id))
        return await asyncio.shield(self.verdict)

    async def _try_worker(self, workflow_id: str) -> type[SourceError]:
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await self.gateway.offered_queries(workflow_id)
        except (TimeoutError, RelportalError):
            return WorkerUnavailable
        return QueryTimeout

    def _placed(
        self, reported: Reported, path: str, workflow_id: str | None, children: tuple[Entity, ...] = ()
    ) -> Entity:
        """The entity where it stands in the tree."""
        reported.path = path
        reported.workflow_id = workflow_id
        # They stand among the children now; a tree that is mended later must not keep those of before.
        reported.embedded = NOTHING
        reported.phase = phase = self.phases.phase_of(reported.type, reported.state)
        if reported.type is APP:
            reported.rollup = Rollup.of_app(phase)
        else:
            reported.children = children
            reported.rollup = Rollup.of_children(children)
        return reported

    def _with_shared_ids_named(self, release: Entity) -> Entity:
        """Note the problem on entities that stand in several places while only their ID could be asked for."""
        shared = {entity_id for entity_id, times in self.asked.items() if times > 1}
        if not shared:
            return release

        def change(entity: Entity) -> Entity:
            if entity.id not in shared:
                return entity
            detail = f"{entity.id} stands in several places of this release, and its workflow tells only one state."
            return replace(entity, problem=EntityProblem(ProblemCode.AMBIGUOUS, detail))

        return transformed(release, change)

    def _with_doubts_named(self, release: Entity) -> Entity:
        """Note the problem on entities whose own workflows may have ended, where that could not be asked."""
        if not self.doubtful:
            return release

        def change(entity: Entity) -> Entity:
            if entity.problem is not None or entity.id not in self.doubtful or entity.workflow_id != entity.id:
                return entity
            detail = f"Temporal could not be asked whether the workflow of {entity.id} still runs."
            return replace(entity, problem=EntityProblem(ProblemCode.TEMPORAL_UNAVAILABLE, detail))

        return transformed(release, change)

    async def _imposed_states(self, release: Entity) -> dict[str, str]:
        """The states that the ends of entities' own workflows impose.

        An answer does not tell whether its workflow still runs. So those that look unfinished are looked up in
        visibility, many in one call, and the few that it names are described to be sure of their newest run.
        """
        if self.is_whole:
            return {}
        unfinished = sorted({e.workflow_id for e in release.walk() if e.workflow_id and self._may_have_ended(e)})
        pages = [unfinished[i : i + IDS_PER_LISTING] for i in range(0, len(unfinished), IDS_PER_LISTING)]
        listings = await asyncio.gather(*(self._ended_among(page) for page in pages))
        ended_badly = [workflow_id for listing in listings for workflow_id in listing]
        return dict(filter(None, await asyncio.gather(*map(self._imposed_state, ended_badly))))

    async def _imposed_state(self, workflow_id: str) -> tuple[str, str] | None:
        try:
            run = await self.gateway.describe(workflow_id)
        except WorkflowNotFound:  # Deleted since it was listed.
            return None
        except TemporalUnavailable:
            self.doubtful.add(workflow_id)
            return None
        state = run.status.imposed_state
        return (workflow_id, state) if state else None

    def _may_have_ended(self, entity: Entity) -> bool:
        """Whether the entity lives in a workflow other than its release's, and looks as if that still ran."""
        if entity.workflow_id == self.workflow_id:
            return False
        is_own = entity.workflow_id == entity.id
        return entity.phase is Phase.ACTIVE or (is_own and entity.phase in (Phase.PENDING, Phase.UNKNOWN))

    async def _ended_among(self, workflow_ids: Sequence[str]) -> set[str]:
        quoted = ", ".join(f'"{workflow_id}"' for workflow_id in workflow_ids)
        try:
            runs, _ = await self.gateway.list_runs(f"WorkflowId IN ({quoted}) AND {ENDED_BADLY}")
        except TemporalUnavailable:
            self.doubtful |= set(workflow_ids)
            return set()
        return {run.workflow_id for run in runs}


@asynccontextmanager
async def _within(seconds: float | None) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise QueryTimeout("no answer in what was left of the time") from error


_SENTENCES: dict[type[RelportalError], tuple[ProblemCode, str]] = {
    NotFound: (ProblemCode.NOT_FOUND, "No workflow answers for {id}."),
    QueryFailed: (ProblemCode.QUERY_FAILED, "The query {query} failed for {id}."),
    QueryTimeout: (
        ProblemCode.QUERY_TIMEOUT,
        "The query {query} for {id} was not answered in time.",
    ),
    WorkerUnavailable: (
        ProblemCode.WORKER_UNAVAILABLE,
        "No worker answers the query {query} for {id}.",
    ),
    TemporalUnavailable: (
        ProblemCode.TEMPORAL_UNAVAILABLE,
        "Temporal could not be asked for {id}.",
    ),
}


def _is_of_another(reported: Reported) -> bool:
    """Whether the answer is for another entity than asked for: a query that takes no argument answers for its own."""
    return reported.problem is not None and reported.problem.code is ProblemCode.WRONG_ID


def problem_of(error: RelportalError, entity_id: EntityId) -> EntityProblem:
    """What is wrong with an entity that could not be read. What the error says stays here: it may hold addresses."""
    code, sentence = next(known for kind, known in _SENTENCES.items() if isinstance(error, kind))
    return EntityProblem(code, sentence.format(id=entity_id, query=entity_id.type.query))


def unread(entity_id: EntityId, entity_type: EntityType, error: RelportalError) -> Reported:
    """The place of an entity that could not be read."""
    reported = Reported(entity_id, entity_type)
    reported.has(*problem_of(error, entity_id))
    return reported
