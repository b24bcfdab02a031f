"""What workflows answer, and which of them to ask. Pure.

`Reported` is one entity as a query told of it: decoded leniently, so that whatever can be read is shown, with the
first thing that is wrong as its problem. Which workflow to ask for an entity follows from the chain of workflows above
it (`holders_of`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from releases.domain import Entity, EntityId, EntityProblem, EntityType, ProblemCode
from releases.errors import InvalidEntityId

HIERARCHY_QUERY = "get_hierarchy"
STATE_MAX_LENGTH = 50


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


_MOST_MORE_PROBLEMS = 9
"""Each is told of once more when these are mended."""

NOTHING: Mapping[Any, Any] = {}
"""Shared by all that hold nothing."""


@dataclass(slots=True, kw_only=True)
class Reported(Entity):
    """One entity as its workflow told of it. The reader gives it its place: path, phase, workflow, children, roll-up.

    (It is the entity itself, not a draft of it: trees have thousands, and making each twice is half of what reading
    one costs.) `child_ids` are its children in order, each well formed and once. `embedded` are those among them that
    were told of in the same answer; the others are to be asked for. `is_whole`: all that stands below was told of.
    `more_problems` are those beside the first, for whoever mends the workflow.
    """

    path: str = ""
    child_ids: tuple[EntityId, ...] = ()
    embedded: Mapping[EntityId, "Reported"] = field(default_factory=lambda: NOTHING)
    is_whole: bool = True
    more_problems: tuple[EntityProblem, ...] = ()

    def has(self, code: ProblemCode, detail: str) -> None:
        """Note a problem; the first one is what readers are shown."""
        if self.problem is None:
            self.problem = EntityProblem(code, detail)
        elif len(self.more_problems) < _MOST_MORE_PROBLEMS:
            self.more_problems += (EntityProblem(code, detail),)

    def malformed(self, detail: str) -> None:
        self.has(ProblemCode.INVALID_PAYLOAD, detail)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How answers about one type of entity look."""

    prefix: str
    has_sequence: bool
    has_version: bool
    parent_field: str | None
    child: EntityType | None
    ids_field: str
    children_field: str
    known: frozenset[str]

    @classmethod
    def of(cls, entity_type: EntityType) -> "_Shape":
        parent, child = entity_type.parent, entity_type.child
        known = {"id", "state", "name", "error_message", "created_at", "updated_at"}
        known |= {
            EntityType.RELEASE: {"workflow_id"},
            EntityType.WAVE: {"sequence"},
            # A cluster with one bundle may say so without a list.
            EntityType.CLUSTER: {"bundle_id", "bundle"},
            EntityType.APP: {"version"},
        }.get(entity_type, set())
        parent_field = f"{parent}_id" if parent else None
        ids_field, children_field = (f"{child}_ids", child.plural) if child else ("", "")
        known |= {name for name in (parent_field, ids_field, children_field) if name}
        return cls(
            prefix=f"{entity_type}:",
            has_sequence=entity_type is EntityType.WAVE,
            has_version=entity_type is EntityType.APP,
            parent_field=parent_field,
            child=child,
            ids_field=ids_field,
            children_field=children_field,
            known=frozenset(known),
        )


_SHAPES = {entity_type: _Shape.of(entity_type) for entity_type in EntityType}


def known_fields(entity_type: EntityType) -> frozenset[str]:
    """The names of the fields that the contract gives to answers about entities of this type."""
    return _SHAPES[entity_type].known


def decode(payload: Any, entity_id: EntityId, entity_type: EntityType, parent_id: str | None = None) -> Reported:
    """One entity of a query's answer, whatever it is. Never raises.

    `payload` is the decoded JSON: an object with the entity's fields, which may hold its children in full (as
    `get_hierarchy` answers, nested or wrapped). `parent_id` is the entity that led here.
    """
    if isinstance(payload, dict):
        return _read(_unwrapped(payload, entity_type), entity_id, entity_type, parent_id)
    reported = Reported(entity_id, entity_type)
    if entity_id.type is not entity_type:
        _note_misplaced(reported)
    reported.malformed(f"The answer is {_described(payload)}, where an object was expected.")
    return reported


def _read(members: Mapping[str, Any], entity_id: EntityId, entity_type: EntityType, parent_id: str | None) -> Reported:
    # This runs once per entity of every tree: what is as it should be passes with one check a field.
    shape = _SHAPES[entity_type]
    reported = Reported(entity_id, entity_type)
    if not entity_id.startswith(shape.prefix):
        _note_misplaced(reported)
    _read_fields(reported, members, shape)
    if shape.parent_field is not None and shape.parent_field in members:
        _check_parent(reported, members[shape.parent_field], parent_id)
    if shape.child is not None:
        _read_children(reported, members, shape, shape.child)
    if not shape.known.issuperset(members):
        reported.extra = {name: _kept(value) for name, value in members.items() if name not in shape.known}
    return reported


def misplaced(entity_id: EntityId, entity_type: EntityType) -> Reported:
    """An entity that is listed where its ID says it can't stand. It is not asked for: that could lead in a circle."""
    reported = Reported(entity_id, entity_type)
    _note_misplaced(reported)
    return reported


def _note_misplaced(reported: Reported) -> None:
    sentence = f"{reported.id} is listed as a {reported.type}, which its ID says it is not."
    reported.has(ProblemCode.WRONG_TYPE, sentence)


def _read_fields(reported: Reported, members: Mapping[str, Any], shape: _Shape) -> None:
    get = members.get
    given = get("id")
    if given != reported.id:
        _note_wrong_id(reported, given)
    state = get("state")
    if isinstance(state, str) and 0 < len(state) <= STATE_MAX_LENGTH and not state.isspace():
        reported.state = state
    else:
        _read_odd_state(reported, state)
    if (name := get("name")) is not None:
        reported.name = _text(reported, "name", name)
    if (message := get("error_message")) is not None:
        reported.error_message = _text(reported, "error_message", message)
    if (created_at := get("created_at")) is not None:
        reported.created_at = _time(reported, "created_at", created_at)
    if (updated_at := get("updated_at")) is not None:
        reported.updated_at = _time(reported, "updated_at", updated_at)
    if shape.has_version and (version := get("version")) is not None:
        reported.version = _text(reported, "version", version)
    if shape.has_sequence:
        reported.sequence = _integer(reported, "sequence", get("sequence"))


def _note_wrong_id(reported: Reported, given: Any) -> None:
    if given is None:
        reported.malformed("The answer has no id.")
    else:
        reported.has(ProblemCode.WRONG_ID, f"The answer is for {_described(given)}, not for {reported.id}.")


def _read_odd_state(reported: Reported, state: Any) -> None:
    if not isinstance(state, str) or not state.strip():
        reported.malformed(
            "The answer has no state." if state in (None, "") else f"state is {_described(state)}, not a text."
        )
        return
    reported.malformed(f"state is longer than {STATE_MAX_LENGTH} characters.")
    reported.state = state[:STATE_MAX_LENGTH]


def _text(reported: Reported, name: str, value: Any) -> str | None:
    if isinstance(value, str):
        return value
    reported.malformed(f"{name} is {_described(value)}, not a text.")
    return None


def _time(reported: Reported, name: str, value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is UTC:
            return moment
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        reported.malformed(f"{name} is {_described(value)}, not an ISO 8601 time.")
        return None


def _integer(reported: Reported, name: str, value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    reported.malformed(f"{name} is {_described(value)}, not an integer.")
    return None


def _check_parent(reported: Reported, given: Any, parent_id: str | None) -> None:
    if given is not None and parent_id is not None and given != parent_id:
        sentence = f"It says that it belongs to {_described(given)}, not to {parent_id}."
        reported.has(ProblemCode.ORPHANED, sentence)


def _read_children(reported: Reported, members: Mapping[str, Any], shape: _Shape, child: EntityType) -> None:
    """The children of one answer: listed by ID, told in full, or some of each."""
    listed = _list(reported, members, shape.ids_field)
    told = _list(reported, members, shape.children_field)
    if child is EntityType.BUNDLE:
        listed += [value for value in (members.get("bundle_id"),) if value is not None and value not in listed]
        told += [value for value in (members.get("bundle"),) if value is not None and value not in told]
    ids: dict[EntityId, None] = {}
    for value in listed:
        _add(ids, _id_of(reported, value, child), reported)
    told_ids, embedded = _read_told(reported, told, child)
    reported.child_ids = tuple(ids | told_ids)
    reported.embedded = embedded
    reported.is_whole = len(embedded) == len(reported.child_ids) and all(below.is_whole for below in embedded.values())


def _list(reported: Reported, members: Mapping[str, Any], name: str) -> list[Any]:
    value = members.get(name)
    if isinstance(value, list):
        return list(value)
    if value is not None:
        reported.malformed(f"{name} is {_described(value)}, not a list.")
    return []


def _add(ids: dict[EntityId, None], child_id: EntityId | None, parent: Reported) -> None:
    if child_id in ids:
        parent.has(ProblemCode.DUPLICATE, f"It lists {child_id} more than once; it is shown once.")
    elif child_id is not None:
        ids[child_id] = None


def _id_of(parent: Reported, value: Any, child: EntityType) -> EntityId | None:
    child_id = EntityId.read(value)
    if child_id is None:
        parent.malformed(f"It lists {_described(value)} among its {child.plural}: not an entity ID.")
    return child_id


def _read_told(
    parent: Reported, told: list[Any], child: EntityType
) -> tuple[dict[EntityId, None], dict[EntityId, Reported]]:
    """The IDs of the children that are told in full, or by ID among such; and the former themselves."""
    ids: dict[EntityId, None] = {}
    embedded: dict[EntityId, Reported] = {}
    for item in told:
        if isinstance(item, dict):
            members = _unwrapped(item, child) if child in item else item
            child_id = _id_of(parent, members.get("id"), child)
            if child_id is not None and child_id not in embedded:
                embedded[child_id] = _read(members, child_id, child, parent.id)
        elif isinstance(item, str):
            child_id = _id_of(parent, item, child)
        else:
            parent.malformed(f"It holds {_described(item)} among its {child.plural}: not an object.")
            continue
        _add(ids, child_id, parent)
    return ids, embedded


def _unwrapped(payload: Mapping[str, Any], wrapper: str) -> Mapping[str, Any]:
    """The fields of `{wave: {…}, clusters: […]}` as those of `{…, clusters: […]}`."""
    inner = payload.get(wrapper)
    # An entity with an ID of its own is not wrapped: this is a field of that name, which nobody knows.
    if not isinstance(inner, dict) or "id" in payload:
        return payload
    return {**inner, **{name: value for name, value in payload.items() if name != wrapper}}


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
    return {"dict": "an object", "list": "a list"}.get(type(value).__name__, "not JSON")
