"""Releases of a thousand entities, as a workflow tells of them and as a set of workflows does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

SHAPE = {"wave": 5, "cluster": 4, "bundle": 4, "app": 11}
"""How many each holds of the next: 986 entities with the release."""

STATES = ("pending", "deploying", "deploying", "completed", "completed", "failed")
BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)


def hierarchy(name: str) -> dict[str, Any]:
    """The nested form of `get_hierarchy`, its entities as different from each other as real ones are."""
    return _entity("release", name, tuple(SHAPE), Random(name))


def _entity(kind: str, name: str, below: tuple[str, ...], random: Random) -> dict[str, Any]:
    created = BEGAN + timedelta(seconds=random.uniform(0, 3600))
    state = random.choice(STATES)
    fields: dict[str, Any] = {
        "id": f"{kind}:{name}",
        "name": f"The {kind} {name.rpartition('-')[2]} of {random.choice(('Payments', 'Search', 'Checkout'))}",
        "state": state,
        "created_at": created.isoformat(),
        "updated_at": (created + timedelta(seconds=random.uniform(1, 3600))).isoformat(),
    }
    if state == "failed":
        fields["error_message"] = f"Health check {random.randrange(1000)} did not pass within 300 seconds."
    if kind == "wave":
        fields["sequence"] = random.randrange(100)
    if kind == "app":
        fields["version"] = f"{random.randrange(9)}.{random.randrange(99)}.{random.randrange(99)}"
    if below:
        child, *rest = below
        fields[f"{child}s"] = [_entity(child, f"{name}-{n}", tuple(rest), random) for n in range(SHAPE[child])]
    return fields


def flat(node: dict[str, Any], kind: str = "release") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each entity with the query that its own workflow answers, children by their IDs."""
    child = {"release": "wave", "wave": "cluster", "cluster": "bundle", "bundle": "app"}.get(kind)
    children = node.get(f"{child}s", [])
    fields = {name: value for name, value in node.items() if name != f"{child}s"}
    if child is not None:
        fields[f"{child}_ids"] = [entity["id"] for entity in children]
    yield f"get_{kind}_state", fields
    for entity in children:
        if child is not None:
            yield from flat(entity, child)
