"""Trees that hypothesis makes: small, of few IDs, so that two of them have much in common."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations, product
from typing import Any

from hypothesis import strategies as st

from releases.domain import (
    Entity,
    EntityId,
    EntityProblem,
    EntityType,
    ProblemCode,
    Rollup,
    child_path,
    with_standing,
)
from releases.phases import PhaseTable

PHASES = PhaseTable()
STATES = ("pending", "deploying", "deployed", "failed", "cancelled", "frobnicating", None)
NAMES = ("a", "b", "c")


def entity(entity_type: EntityType, name_of_id: str, /, *children: Entity, path: str = "", **fields: Any) -> Entity:
    """An entity holding these, every path and roll-up counted."""
    made = Entity(id=EntityId.of(entity_type, name_of_id), type=entity_type, path=path, **fields)
    made = made.with_phase(PHASES.phase_of(entity_type, made.state))
    return (
        made.with_children(tuple(placed(child, child_path(path, child.id)) for child in children)) if children else made
    )


def placed(child: Entity, path: str) -> Entity:
    return replace(
        child,
        path=path,
        children=tuple(placed(below, child_path(path, below.id)) for below in child.children),
    )


_orders = st.sampled_from([order for size in range(3) for order in permutations(NAMES, size)])
_OTHER_FIELDS: list[dict[str, Any]] = [
    {},
    {"name": "One"},
    {"name": "Two", "extra": {"team": "payments"}},
    {"extra": {"team": None}, "sequence": 1},
    {"sequence": 2, "problem": EntityProblem(ProblemCode.NOT_FOUND, "No workflow answers.")},
]
_TIMES: list[dict[str, Any]] = [
    {},
    {"created_at": datetime(2026, 1, 1, 9, tzinfo=UTC)},
    *({"updated_at": datetime(2026, 1, 1, hour, tzinfo=UTC)} for hour in (10, 11)),
]
_WORKFLOWS = (None, "release:r", "wave:a", "cluster:a", "bundle:a", "app:a")
_fields = st.sampled_from(
    [
        {"state": state, "workflow_id": workflow_id, **others, **times}
        for state, workflow_id, others, times in product(STATES, _WORKFLOWS, _OTHER_FIELDS, _TIMES)
    ]
)


@st.composite
def trees(draw: st.DrawFn, entity_type: EntityType = EntityType.RELEASE, name: str = "r") -> Entity:
    """A release, with its standing, or what is below one. Its root stands at the path of a release."""
    # One draw for all children, one for all fields: many small draws take hypothesis long.
    children: list[Entity] = []
    if entity_type.child is not None:
        children = [draw(trees(entity_type.child, child)) for child in draw(_orders)]
    root = entity(entity_type, name, *children, **draw(_fields))
    return with_standing(root) if entity_type is EntityType.RELEASE else root


def counted(root: Entity) -> Rollup:
    """The roll-up of a tree, counted by its apps."""
    apps = [below for below in root.walk() if below.type is EntityType.APP]
    return Rollup(*(sum(app.phase == phase for app in apps) for phase in Rollup._fields))
