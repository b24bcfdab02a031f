"""What workflows answer, and which of them to ask. Pure.

`Reported` is one entity as a query told of it: decoded leniently, so that whatever can be read is shown, with the
first thing that is wrong as its problem. Which workflow to ask for an entity follows from the chain of workflows above
it (`holders_of`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from releases.domain import EntityId, EntityProblem, EntityType, ProblemCode
from releases.errors import InvalidEntityId

HIERARCHY_QUERY = "get_hierarchy"
STATE_MAX_LENGTH = 50

_TEXT_FIELDS = ("name", "error_message")
_TIME_FIELDS = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow that answered for an entity, and may hold others below it.

    `offers` are the names of its queries; None where its worker is too old to say, so that they must be tried.
    """

    workflow_id: str
    entity_type: EntityType
    offers: frozenset[str] | None

    def may_offer(self, query: str) -> bool:
        return self.offers is None or query in self.offers


def holders_of(entity_type: EntityType, ancestors: Sequence[Workflow]) -> Iterator[Workflow]:
    """The ancestors' workflows (given from the release down) that may answer for entities of this type, nearest first.

    The first that is known to offer the query is the last: where it returns null, the entity has its own workflow.
    """
    for workflow in reversed(ancestors):
        if workflow.may_offer(entity_type.query):
            yield workflow
            if workflow.offers is not None:
                return


class ReleaseWorkflowIds:
    """Which workflow runs a release, and which release a workflow runs: RELEASE_WORKFLOW_ID_TEMPLATE.

    The template holds `{id}` (`release:2025.11-payments`) or `{name}` (`2025.11-payments`) once.
    """

    def __init__(self, template: str = "{id}") -> None:
        self._by_name = "{name}" in template
        self._before, _, self._after = template.partition("{name}" if self._by_name else "{id}")

    def workflow_of(self, release_id: EntityId) -> str:
        return f"{self._before}{release_id.name if self._by_name else release_id}{self._after}"

    def release_of(self, workflow_id: str) -> EntityId | None:
        """None for a workflow that runs no release."""
        if not (workflow_id.startswith(self._before) and workflow_id.endswith(self._after)):
            return None
        middle = workflow_id[len(self._before) : len(workflow_id) - len(self._after)]
        try:
            release_id = EntityId(f"release:{middle}" if self._by_name else middle)
        except InvalidEntityId:
            return None
        return release_id if release_id.type is EntityType.RELEASE else None


@dataclass(slots=True)
class Reported:
    """One entity as its workflow told of it.

    `child_ids` are its children in order, each well formed and once. `embedded` are those among them that were told
    of in the same answer; the others are to be asked for.
    """

    id: EntityId
    type: EntityType
    state: str | None = None
    name: str | None = None
    error_message: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    sequence: int | None = None
    version: str | None = None
    child_ids: tuple[EntityId, ...] = ()
    embedded: Mapping[EntityId, "Reported"] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    problem: EntityProblem | None = None

    def has(self, code: ProblemCode, detail: str) -> None:
        """Note a problem; the first one stands."""
        if self.problem is None:
            self.problem = EntityProblem(code, detail)


def decode(
    payload: Any,
    entity_id: EntityId,
    entity_type: EntityType,
    parent_id: str | None = None,
) -> Reported:
    """One entity of a query's answer, whatever it is. Never raises.

    `payload` is the decoded JSON: an object with the entity's fields, which may hold its children in full (as
    `get_hierarchy` answers, nested or wrapped). `parent_id` is the entity that led here.
    """
    return _Decoder(entity_id, entity_type, parent_id).decode(payload)


def misplaced(entity_id: EntityId, entity_type: EntityType) -> Reported:
    """An entity that is listed where its ID says it can't stand. It is not asked for: that could lead in a circle."""
    reported = Reported(entity_id, entity_type)
    reported.has(
        ProblemCode.WRONG_TYPE,
        f"{entity_id} is listed as a {entity_type}, which its ID says it is not.",
    )
    return reported


class _Decoder:
    def __init__(self, entity_id: EntityId, entity_type: EntityType, parent_id: str | None) -> None:
        self.type = entity_type
        self.parent_id = parent_id
        self.reported = (
            Reported(entity_id, entity_type) if entity_id.type is entity_type else misplaced(entity_id, entity_type)
        )
        self.known = {"id", "state", *_TEXT_FIELDS, *_TIME_FIELDS}

    def decode(self, payload: Any) -> Reported:
        reported = self.reported
        if not isinstance(payload, dict):
            self._malformed(f"The answer is {_described(payload)}, where an object was expected.")
            return reported
        members = _unwrapped(payload, self.type)
        self._check_id(members)
        self._read_state(members)
        for name in _TEXT_FIELDS:
            setattr(reported, name, self._text(members, name))
        for name in _TIME_FIELDS:
            setattr(reported, name, self._time(members, name))
        self._read_fields_of_its_type(members)
        self._check_parent(members)
        self._read_children(members)
        reported.extra = {name: _kept(value) for name, value in members.items() if name not in self.known}
        return reported

    def _malformed(self, sentence: str) -> None:
        self.reported.has(ProblemCode.INVALID_PAYLOAD, sentence)

    def _check_id(self, members: Mapping[str, Any]) -> None:
        given = members.get("id")
        if given is None:
            self._malformed("The answer has no id.")
        elif given != self.reported.id:
            self.reported.has(
                ProblemCode.WRONG_ID,
                f"The answer is for {_described(given)}, not for {self.reported.id}.",
            )

    def _read_state(self, members: Mapping[str, Any]) -> None:
        state = members.get("state")
        if not isinstance(state, str) or not state.strip():
            self._malformed(
                "The answer has no state." if state is None else f"state is {_described(state)}, not a text."
            )
            return
        if len(state) > STATE_MAX_LENGTH:
            self._malformed(f"state is longer than {STATE_MAX_LENGTH} characters.")
        self.reported.state = state[:STATE_MAX_LENGTH]

    def _text(self, members: Mapping[str, Any], name: str) -> str | None:
        value = members.get(name)
        if value is None or isinstance(value, str):
            return value
        self._malformed(f"{name} is {_described(value)}, not a text.")
        return None

    def _time(self, members: Mapping[str, Any], name: str) -> datetime | None:
        value = members.get(name)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            self._malformed(f"{name} is {_described(value)}, not an ISO 8601 time.")
            return None

    def _read_fields_of_its_type(self, members: Mapping[str, Any]) -> None:
        if self.type is EntityType.RELEASE:
            self.known.add("workflow_id")
        elif self.type is EntityType.WAVE:
            self.known.add("sequence")
            value = members.get("sequence")
            if isinstance(value, int) and not isinstance(value, bool):
                self.reported.sequence = value
            elif value is not None:
                self._malformed(f"sequence is {_described(value)}, not an integer.")
        elif self.type is EntityType.APP:
            self.known.add("version")
            self.reported.version = self._text(members, "version")

    def _check_parent(self, members: Mapping[str, Any]) -> None:
        if self.type.parent is None:
            return
        name = f"{self.type.parent}_id"
        self.known.add(name)
        given = members.get(name)
        if given is not None and self.parent_id is not None and given != self.parent_id:
            self.reported.has(
                ProblemCode.ORPHANED,
                f"It says that it belongs to {_described(given)}, not to {self.parent_id}.",
            )

    def _read_children(self, members: Mapping[str, Any]) -> None:
        child_type = self.type.child
        if child_type is None:
            return
        listed = self._list(members, f"{child_type}_ids")
        embedded = self._list(members, child_type.plural)
        if child_type is EntityType.BUNDLE:
            # A cluster with one bundle may say so without a list.
            self.known |= {"bundle_id", "bundle"}
            listed += [value for value in (members.get("bundle_id"),) if value is not None and value not in listed]
            embedded += [value for value in (members.get("bundle"),) if value is not None]
        _Children(self.reported, child_type).read(listed, embedded)

    def _list(self, members: Mapping[str, Any], name: str) -> list[Any]:
        self.known.add(name)
        value = members.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return list(value)
        self._malformed(f"{name} is {_described(value)}, not a list.")
        return []


class _Children:
    """The children of one answer: listed by ID, told in full, or some of each."""

    def __init__(self, parent: Reported, child_type: EntityType) -> None:
        self.parent = parent
        self.type = child_type
        self.embedded: dict[EntityId, Reported] = {}

    def read(self, listed: list[Any], embedded: list[Any]) -> None:
        ids = self._unique([self._id_of(item) for item in listed])
        told = self._unique([self._read_embedded(item) for item in embedded])
        seen = set(ids)
        self.parent.child_ids = (
            *ids,
            *(child_id for child_id in told if child_id not in seen),
        )
        self.parent.embedded = self.embedded

    def _id_of(self, value: Any) -> EntityId | None:
        try:
            return EntityId(value)
        except InvalidEntityId:
            self.parent.has(
                ProblemCode.INVALID_PAYLOAD,
                f"It lists {_described(value)} among its {self.type.plural}: not an entity ID.",
            )
            return None

    def _read_embedded(self, item: Any) -> EntityId | None:
        if isinstance(item, str):
            return self._id_of(item)
        if not isinstance(item, dict):
            self.parent.has(
                ProblemCode.INVALID_PAYLOAD,
                f"It holds {_described(item)} among its {self.type.plural}: not an object.",
            )
            return None
        child_id = self._id_of(_unwrapped(item, self.type).get("id"))
        if child_id is None:
            return None
        if child_id not in self.embedded:
            self.embedded[child_id] = decode(item, child_id, self.type, self.parent.id)
        return child_id

    def _unique(self, ids: list[EntityId | None]) -> list[EntityId]:
        unique: dict[EntityId, None] = {}
        for child_id in ids:
            if child_id in unique:
                self.parent.has(
                    ProblemCode.DUPLICATE,
                    f"It lists {child_id} more than once; it is shown once.",
                )
            elif child_id is not None:
                unique[child_id] = None
        return list(unique)


def _unwrapped(payload: Mapping[str, Any], entity_type: EntityType) -> Mapping[str, Any]:
    """The fields of `{wave: {…}, clusters: […]}` as those of `{…, clusters: […]}`."""
    inner = payload.get(entity_type.value)
    if not isinstance(inner, dict):
        return payload
    return {
        **inner,
        **{name: value for name, value in payload.items() if name != entity_type.value},
    }


_MAX_DEPTH = 32
"""How deep an extra field is kept: encoders refuse what nests deeper than a few hundred levels."""


def _kept(value: Any, depth: int = _MAX_DEPTH) -> Any:
    if not isinstance(value, dict | list):
        return value
    if not depth:
        return None
    if isinstance(value, list):
        return [_kept(item, depth - 1) for item in value]
    return {name: _kept(item, depth - 1) for name, item in value.items()}


_MAX_QUOTED = 80


def _described(value: Any) -> str:
    """A value in a sentence for people: short, and never a whole payload."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return f'"{value[:_MAX_QUOTED]}…"' if len(value) > _MAX_QUOTED else f'"{value}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number"
    return {"dict": "an object", "list": "a list"}.get(type(value).__name__, "of an unexpected kind")
