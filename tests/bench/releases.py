"""Releases of a thousand entities, as a workflow tells of them and as a set of workflows does."""

from collections.abc import Iterator
from typing import Any

NOW = "2026-11-22T12:00:00Z"
SHAPE = (5, 4, 4, 11)
"""Waves, clusters in each, bundles in each, apps in each: 986 entities with the release."""


def _entity(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"{kind}:{name}", "name": name, "created_at": NOW, "updated_at": NOW, "state": "deploying", **fields}


def hierarchy(name: str, shape: tuple[int, int, int, int] = SHAPE) -> dict[str, Any]:
    """The nested form of `get_hierarchy`."""
    waves, clusters, bundles, apps = shape
    return _entity("release", name, waves=[
        _entity("wave", f"{name}-{w}", sequence=w, clusters=[
            _entity("cluster", f"{name}-{w}-{c}", bundles=[
                _entity("bundle", f"{name}-{w}-{c}-{b}", apps=[
                    _entity("app", f"{name}-{w}-{c}-{b}-{a}", version=f"1.{a}.0") for a in range(apps)
                ])
                for b in range(bundles)
            ])
            for c in range(clusters)
        ])
        for w in range(waves)
    ])  # fmt: skip


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
