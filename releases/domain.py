"""Entities and trees, and what can be told from them. Pure: no I/O, no framework.

A tree is a release with all that it holds. Entities are immutable; a changed tree shares what did not change with the
old one, so that comparing two is cheap where they are the same object.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

from releases.errors import InvalidEntityId
from releases.phases import Phase, PhaseTable


class EntityType(StrEnum):
    """The five levels, each holding the next."""

    RELEASE = "release"
    WAVE = "wave"
    CLUSTER = "cluster"
    BUNDLE = "bundle"
    APP = "app"

    @property
    def plural(self) -> str:
        return f"{self.value}s"

    @property
    def child(self) -> "EntityType | None":
        return _CHILD[self]

    @property
    def parent(self) -> "EntityType | None":
        return _PARENT[self]

    @property
    def query(self) -> str:
        """The Temporal query that gives the state of an entity of this type."""
        return f"get_{self.value}_state"


_LEVELS = tuple(EntityType)
_CHILD: dict[EntityType, EntityType | None] = dict(zip(_LEVELS, (*_LEVELS[1:], None), strict=True))
_PARENT: dict[EntityType, EntityType | None] = dict(zip(_LEVELS, (None, *_LEVELS[:-1]), strict=True))

ENTITY_ID_PATTERN = r"^(release|wave|cluster|bundle|app):[A-Za-z0-9_.-]{1,200}$"
# `\Z` where the contract's pattern says `$`: Python's `$` would let a trailing line break through.
_is_entity_id = re.compile(r"(?:release|wave|cluster|bundle|app):[A-Za-z0-9_.-]{1,200}\Z", re.ASCII).match


class EntityId(str):
    """`type:id`, such as `app:api-gateway`. It is the text itself, known to be well formed.

    `EntityId(text)` raises InvalidEntityId for anything else.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        if not isinstance(text, str) or not _is_entity_id(text):
            raise InvalidEntityId(
                "id",
                "expected type:id, such as release:2025.11-payments: one of release, wave, "
                "cluster, bundle, app, a colon, then 1 to 200 letters, digits, dots, hyphens or underscores.",
            )
        return str.__new__(cls, text)

    @classmethod
    def read(cls, value: Any) -> Self | None:
        """The same for whatever somebody gave: None for anything else."""
        return str.__new__(cls, value) if isinstance(value, str) and _is_entity_id(value) else None

    @classmethod
    def of(cls, entity_type: EntityType, name: str) -> Self:
        return cls(f"{entity_type.value}:{name}")

    @classmethod
    def of_type(cls, entity_type: EntityType, text: str) -> Self:
        """Raises InvalidEntityId for an ID of another type, too."""
        entity_id = cls(text)
        if entity_id.type is not entity_type:
            raise InvalidEntityId("id", f"expected the ID of a {entity_type}, such as {entity_type}:2025.11-payments.")
        return entity_id

    @property
    def type(self) -> EntityType:
        return EntityType(self.partition(":")[0])

    @property
    def name(self) -> str:
        """The part after the colon."""
        return self.partition(":")[2]


class ProblemCode(StrEnum):
    """What can be wrong with one entity of a tree. The handbook explains each."""

    NOT_FOUND = "entity_not_found"
    QUERY_FAILED = "query_failed"
    QUERY_TIMEOUT = "query_timeout"
    WORKER_UNAVAILABLE = "worker_unavailable"
    TEMPORAL_UNAVAILABLE = "temporal_unavailable"
    INVALID_PAYLOAD = "invalid_payload"
    WRONG_TYPE = "wrong_type"
    WRONG_ID = "wrong_id"
    DUPLICATE = "duplicate"
    ORPHANED = "orphaned"
    AMBIGUOUS = "ambiguous"


class EntityProblem(NamedTuple):
    """Why an entity is not, or not wholly, what it should be. `detail` is a sentence for people."""

    code: ProblemCode
    detail: str


class Rollup(NamedTuple):
    """Counts of apps by phase. An app counts itself, so that every roll-up is the sum of its children's."""

    pending: int = 0
    active: int = 0
    succeeded: int = 0
    failed: int = 0
    stopped: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return sum(self)

    @classmethod
    def of_app(cls, phase: Phase) -> "Rollup":
        return _ROLLUP_OF_APP[phase]

    @classmethod
    def of_children(cls, children: "tuple[Entity, ...]") -> "Rollup":
        if not children:
            return _EMPTY_ROLLUP
        return cls(*map(sum, zip(*[child.rollup for child in children], strict=True)))


_EMPTY_ROLLUP = Rollup()
_ROLLUP_OF_APP = {phase: Rollup(**{phase.value: 1}) for phase in Phase}


class HoldUp(StrEnum):
    """In what way an entity holds others up: it failed, it is at it, or they wait for it to end or to begin."""

    FAILED = "failed"
    ACTIVE = "active"
    WAITING = "waiting"


class HeldBy(NamedTuple):
    """The one entity that holds up its release, or a wave of it.

    `names` are those of the entities along `path`, the part of the ID after the colon where there is no name; none
    where the release holds up itself. `since` is when it came to be in that state, None where nobody tells.
    """

    kind: HoldUp
    path: str
    entity_id: EntityId
    names: tuple[str, ...]
    state: str | None
    message: str | None
    since: datetime | None


class StandsAt(NamedTuple):
    """Where a release stands: at the wave of this number, from 1, of so many."""

    wave: int
    of: int


class Freshness(StrEnum):
    """How what is shown is kept up to date: pushed, re-read on a period, or the last known state."""

    LIVE = "live"
    POLLED = "polled"
    STALE = "stale"


class RunStatus(StrEnum):
    """How a workflow run stands, in Temporal's words."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    TERMINATED = "TERMINATED"
    CONTINUED_AS_NEW = "CONTINUED_AS_NEW"
    TIMED_OUT = "TIMED_OUT"

    @property
    def is_open(self) -> bool:
        return self in (RunStatus.RUNNING, RunStatus.PAUSED)

    @property
    def imposed_state(self) -> str | None:
        """The state that this end of a run puts in place of what the workflow last said; None for other ends."""
        return _IMPOSED_STATES.get(self)


_IMPOSED_STATES = {
    RunStatus.FAILED: "failed",
    RunStatus.CANCELED: "cancelled",
    RunStatus.TERMINATED: "terminated",
    RunStatus.TIMED_OUT: "timed_out",
}
INTERRUPTED = "interrupted"
"""The state of what was active in a run that ended so."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a workflow, as Temporal's visibility and describe tell of it."""

    workflow_id: str
    run_id: str
    status: RunStatus
    started_at: datetime
    ended_at: datetime | None = None
    workflow_type: str = ""
    task_queue: str = ""

    @property
    def duration(self) -> timedelta | None:
        """None while it is open."""
        return self.ended_at - self.started_at if self.ended_at else None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What a run's history told since the page before.

    `token` is where the next page goes on, empty where the run has ended. `stepped_at` is when the newest workflow
    task among these events completed, by the server's clock: the state may have changed; None where none did.
    `is_waiting` tells whether a workflow task has been scheduled that no worker has completed yet, None where these
    events don't tell. `ended` is how the run ended, CONTINUED_AS_NEW included, None while it is open.
    """

    token: bytes
    stepped_at: datetime | None
    is_waiting: bool | None
    ended: RunStatus | None


_NO_EXTRA: Mapping[str, Any] = {}
"""Shared by all entities that have none, which are nearly all."""


@dataclass(slots=True)
class Entity:
    """One entity where it stands in its release, with all below it. Nobody changes one.

    (It is not frozen, since that makes it three times as slow to create, and trees have thousands.)

    `id` is an entity ID, though not always of `type`: a wave that lists an app among its clusters gets that app's ID,
    as a cluster with a problem. `path` is empty for the release. `state` is shown as the workflow gives it; where the
    end of its run overrides it, `reported_state` keeps what the workflow last said. `workflow_id` is the workflow that
    answered for it. `held_by`, of a release and its waves, and `stands_at`, of a release, are what `with_standing`
    makes of the whole.
    """

    id: EntityId
    type: EntityType
    path: str
    _: KW_ONLY
    state: str | None = None
    phase: Phase = Phase.UNKNOWN
    reported_state: str | None = None
    name: str | None = None
    error_message: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    sequence: int | None = None
    version: str | None = None
    workflow_id: str | None = None
    problem: EntityProblem | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: _NO_EXTRA)
    rollup: Rollup = _EMPTY_ROLLUP
    held_by: HeldBy | None = None
    stands_at: StandsAt | None = None
    children: tuple["Entity", ...] = ()

    @property
    def label(self) -> str:
        """What people call it: its name, else the part of its ID after the colon."""
        return self.name or self.id.name

    @property
    def duration(self) -> timedelta | None:
        """How long it took, of what is over: from when it was created to its last change.

        None where it does not tell, and where the end of its run gave the state: that came after all that it said.
        """
        if self.phase not in _OVER or self.reported_state is not None or not (self.created_at and self.updated_at):
            return None
        took = self.updated_at - self.created_at
        return took if took >= timedelta() else None

    def with_children(self, children: tuple["Entity", ...]) -> "Entity":
        """The same entity holding these, its roll-up counted anew."""
        return replace(self, children=children, rollup=Rollup.of_children(children))

    def with_phase(self, phase: Phase, **changes: Any) -> "Entity":
        rollup = Rollup.of_app(phase) if self.type is EntityType.APP else self.rollup
        return replace(self, phase=phase, rollup=rollup, **changes)

    def walk(self) -> Iterator["Entity"]:
        """Itself, then all below it, parents first, in order."""
        stack = [self]
        while stack:
            entity = stack.pop()
            yield entity
            stack.extend(reversed(entity.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A release with all that it holds, as Temporal confirmed it at `as_of`.

    `version` grows by one with each change of a live tree; it is 0 where no live tree stands behind this one.
    """

    release: Entity
    run: Run
    as_of: datetime
    freshness: Freshness = Freshness.POLLED
    version: int = 0

    def find(self, entity_id: str) -> list[Entity]:
        """Every place where this ID stands."""
        return [entity for entity in self.release.walk() if entity.id == entity_id]


def child_path(parent_path: str, child_id: str) -> str:
    return f"{parent_path}/{child_id}" if parent_path else child_id


def transformed(entity: Entity, change: Callable[[Entity], Entity]) -> Entity:
    """A copy in which `change` has been applied to each entity, children before parents."""
    children = tuple(transformed(child, change) for child in entity.children)
    if any(new is not old for new, old in zip(children, entity.children, strict=True)):
        entity = entity.with_children(children)
    return change(entity)


def with_last_known(new: Entity, known: Entity, is_unread: Callable[[Entity], bool]) -> Entity:
    """The newer of two states of an entity, with the last known one of all that could not be read this time."""
    if new is known:
        return new
    if is_unread(new) and not is_unread(known):
        return known
    before = {child.path: child for child in known.children}
    children = tuple(
        with_last_known(child, before[child.path], is_unread) if child.path in before else child
        for child in new.children
    )
    same = all(one is other for one, other in zip(children, new.children, strict=True))
    return new if same else new.with_children(children)


def ended(release: Entity, imposed: Mapping[str, str], phases: PhaseTable) -> Entity:
    """The release after some of its workflows ended in a way that wins over what they last said.

    `imposed` gives such an end's state by workflow ID. An entity whose own workflow ended so, unless it was over
    before, takes that state; what was active in such a workflow was interrupted.
    """
    if not imposed:
        return release

    def change(entity: Entity) -> Entity:
        state = imposed.get(entity.workflow_id or "")
        if state is None:
            return entity
        if entity.type is EntityType.RELEASE or entity.workflow_id == entity.id:
            if entity.type is not EntityType.RELEASE and entity.phase in _OVER:
                return entity
            said = entity.state if entity.state != state else None
            return entity.with_phase(phases.phase_of(entity.type, state), state=state, reported_state=said)
        if entity.phase is Phase.ACTIVE:
            return entity.with_phase(Phase.STOPPED, state=INTERRUPTED, reported_state=entity.state)
        return entity

    return transformed(release, change)


_OVER = (Phase.SUCCEEDED, Phase.FAILED, Phase.STOPPED)


# What holds a release up, and where it stands


def with_standing(release: Entity) -> Entity:
    """The release with what holds it and each of its waves up, and where it stands; itself where that is known."""
    within = [_Within.of(wave) for wave in release.children]
    held = [_hold_up_of_wave(each, release.children[:index]) for index, each in enumerate(within)]
    waves = tuple(
        _standing(wave, _held_by(release, each), None) for wave, each in zip(release.children, held, strict=True)
    )
    held_by = _held_by(release, _hold_up_of_release(_Within.of_all(release, within)))
    if any(new is not old for new, old in zip(waves, release.children, strict=True)):
        release = replace(release, children=waves)
    return _standing(release, held_by, _stands_at(release))


def _standing(entity: Entity, held_by: HeldBy | None, stands_at: StandsAt | None) -> Entity:
    # The same object where nothing is new, so that comparing with the tree before stays cheap.
    if (entity.held_by, entity.stands_at) == (held_by, stands_at):
        return entity
    return replace(entity, held_by=held_by, stands_at=stands_at)


class _Within(NamedTuple):
    """What failed first at or below an entity, and what is active there for longest."""

    holder: Entity
    failed: Entity | None
    active: Entity | None

    @classmethod
    def of(cls, holder: Entity) -> "_Within":
        return cls(holder, _earliest(holder, Phase.FAILED), _earliest(holder, Phase.ACTIVE))

    @classmethod
    def of_all(cls, holder: Entity, within: Sequence["_Within"]) -> "_Within":
        """The same of an entity whose children's is known."""
        failed = _first(holder, Phase.FAILED, (each.failed for each in within))
        return cls(holder, failed, _first(holder, Phase.ACTIVE, (each.active for each in within)))

    @property
    def held(self) -> "_Held":
        if self.failed is not None:
            return HoldUp.FAILED, self.failed
        if self.active is not None and self.holder.phase not in _OVER:
            return HoldUp.ACTIVE, self.active
        return None


_Held = tuple[HoldUp, Entity] | None
"""In what way something is held up, and by what."""


def _hold_up_of_release(within: _Within) -> _Held:
    # One that is at it while nothing below is has yet to begin its next wave.
    is_between = within.failed is None and within.active is within.holder
    if is_between and (wave := _awaited(within.holder.children)) is not None:
        return HoldUp.WAITING, wave
    return within.held


def _hold_up_of_wave(within: _Within, before: Sequence[Entity]) -> _Held:
    held = within.held
    if held is None and within.holder.phase is Phase.PENDING and (awaited := _awaited(before)) is not None:
        return HoldUp.WAITING, awaited
    return held


def _awaited(waves: Sequence[Entity]) -> Entity | None:
    """The first of these waves that is not over; where all are, the first that failed: what comes next does not begin
    after it."""
    unfinished = next((wave for wave in waves if wave.phase not in _OVER), None)
    return unfinished or next((wave for wave in waves if wave.phase is Phase.FAILED), None)


def _earliest(holder: Entity, phase: Phase) -> Entity | None:
    """The entity, at or below this one, that has been in the phase for longest; the first in order of several."""
    if holder.type is not EntityType.BUNDLE:
        return _first(holder, phase, [_earliest(child, phase) for child in holder.children])
    # Roll-ups tell whether the apps are worth looking at: they are most of a tree.
    apps = holder.children if getattr(holder.rollup, phase) else ()
    return _first(holder, phase, [app for app in apps if app.phase is phase])


def _first(holder: Entity, phase: Phase, below: Iterable[Entity | None]) -> Entity | None:
    """The earliest of those found below the holder; itself, where it is in the phase, only if there are none.

    What holds nothing, apps mostly, comes before what holds others, whose times tell no more than when that began.
    """
    found = min(filter(None, below), key=_moment, default=None)
    return found or (holder if holder.phase is phase else None)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _moment(entity: Entity) -> tuple[bool, datetime]:
    return bool(entity.children), _since(entity) or _NEVER


def _since(entity: Entity) -> datetime | None:
    """When the entity came to be in its state, as far as it tells."""
    if entity.reported_state is not None:
        return None  # The end of its run came after all that it said.
    if entity.phase is Phase.FAILED:
        return entity.updated_at  # It was created long before.
    return entity.updated_at or entity.created_at


def _held_by(release: Entity, held: _Held) -> HeldBy | None:
    if held is None:
        return None
    kind, entity = held
    names = tuple(_names(release, entity.path))
    return HeldBy(kind, entity.path, entity.id, names, entity.state, entity.error_message, _since(entity))


def _names(release: Entity, path: str) -> Iterator[str]:
    holder = release
    for step in path.split("/") if path else ():
        holder = next(child for child in holder.children if child.id == step)
        yield holder.label


def _stands_at(release: Entity) -> StandsAt | None:
    """At the first wave that is active or failed, or was stopped with its release; else at the first that is pending;
    else at the last."""
    phases = [wave.phase for wave in release.children]
    begun = {Phase.ACTIVE, Phase.FAILED} | ({Phase.STOPPED} & {release.phase})
    for wanted in (begun, {Phase.PENDING}):
        for number, phase in enumerate(phases, start=1):
            if phase in wanted:
                return StandsAt(number, len(phases))
    return StandsAt(len(phases), len(phases)) if phases else None
