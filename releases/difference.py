"""The difference of two trees: what patches carry, and what a tree becomes by them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from releases.domain import Entity


@dataclass(frozen=True, slots=True)
class Set:
    """These fields of the entity at `path` have these values now. Its children are not among them."""

    path: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Add:
    """`entity`, with all below it, stands at `path`, as child number `index` of its parent."""

    path: str
    entity: Entity
    index: int


@dataclass(frozen=True, slots=True)
class Remove:
    """The entity at `path` is gone, with all below it."""

    path: str


Change = Set | Add | Remove

_COMPARED = tuple(f.name for f in fields(Entity) if f.name not in ("path", "children"))


def difference(old: Entity, new: Entity) -> list[Change]:
    """The changes that make `new` of `old`, to be applied in order. Both stand at the same path.

    Siblings have paths of their own (a parent never holds one ID twice), which is what tells a moved child from a
    changed one.
    """
    changes: list[Change] = []
    _compare(old, new, changes)
    return changes


def _compare(old: Entity, new: Entity, changes: list[Change]) -> None:
    if old is new:
        return
    different = {name: value for name in _COMPARED if (value := getattr(new, name)) != getattr(old, name)}
    if different:
        changes.append(Set(new.path, different))
    if old.children is not new.children:
        _compare_children(old, new, changes)


def _compare_children(old: Entity, new: Entity, changes: list[Change]) -> None:
    kept_before = {child.path: child for child in old.children}
    wanted = {child.path for child in new.children}
    changes.extend(Remove(path) for path in kept_before if path not in wanted)
    order = [path for path in kept_before if path in wanted]
    for index, child in enumerate(new.children):
        before = kept_before.get(child.path)
        in_place = index < len(order) and order[index] == child.path
        if before is not None and in_place:
            _compare(before, child, changes)
            continue
        if before is not None:
            order.remove(child.path)
            changes.append(Remove(child.path))
        order.insert(index, child.path)
        changes.append(Add(child.path, child, index))


def apply(entity: Entity, changes: list[Change]) -> Entity:
    """The release that these changes make of `entity`. Raises KeyError where a path leads nowhere."""
    for change in changes:
        entity = _applied(entity, change.path.split("/") if change.path else [], change)
    return entity


def _applied(entity: Entity, steps: list[str], change: Change) -> Entity:
    if not steps:
        if isinstance(change, Set):
            return replace(entity, **dict(change.fields))
        raise KeyError(change.path)
    children = list(entity.children)
    if len(steps) == 1 and isinstance(change, Add):
        children.insert(change.index, change.entity)
    else:
        index = next((i for i, child in enumerate(children) if child.id == steps[0]), None)
        if index is None:
            raise KeyError(change.path)
        if len(steps) == 1 and isinstance(change, Remove):
            del children[index]
        else:
            children[index] = _applied(children[index], steps[1:], change)
    # Roll-ups are among the fields that a difference sets: they are not counted anew here.
    return replace(entity, children=tuple(children))
