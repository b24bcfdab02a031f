"""Events of a live tree as bytes, for other processes of the same portal. Pure: no I/O, no framework.

MessagePack by msgspec: what arrives is checked against the types of the domain, and nothing in it can run. Processes of
two releases of the portal may meet here while one is rolled out: what one of them does not understand raises
`Unreadable`, and it reads for itself.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, get_type_hints

import msgspec

from releases import difference
from releases.domain import Entity, EntityId, Run, Tree
from releases.events import FreshnessChange, TreePatch, TreeSnapshot

Told = TreeSnapshot | TreePatch | FreshnessChange


class Unreadable(Exception):
    """It is not what this portal would have written."""


_KEPT = tuple(field.name for field in fields(Entity) if field.name != "children")
_CHANGED = frozenset(_KEPT) - {"path"}
_Fields = msgspec.defstruct(
    "_Fields",
    [
        (name, hint | msgspec.UnsetType, msgspec.UNSET)
        for name, hint in get_type_hints(Entity).items()
        if name in _CHANGED
    ],
    omit_defaults=True,
)
"""Any of an entity's fields, each of its own type."""


class _Set(msgspec.Struct, tag="set"):
    path: str
    fields: _Fields  # type: ignore[valid-type]  # It is made at run time.


class _Add(msgspec.Struct, tag="add"):
    path: str
    entity: Entity
    index: int


class _Remove(msgspec.Struct, tag="remove"):
    path: str


class _Snapshot(msgspec.Struct, tag="snapshot"):
    tree: Tree


class _Patch(msgspec.Struct, tag="patch"):
    version: int
    as_of: datetime
    changes: list[_Set | _Add | _Remove]
    run: Run | None
    age: float | None
    """Seconds since its first cause: clocks of two machines' loops have nothing in common."""


class _Freshness(msgspec.Struct, tag="freshness"):
    change: FreshnessChange


def _plain(value: Any) -> Any:
    if isinstance(value, EntityId):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


def _of_type(wanted: type, value: Any) -> Any:
    # An entity ID was checked when it was first read; what is read of our own needs no more than to be text.
    if wanted is EntityId and isinstance(value, str):
        return str.__new__(EntityId, value)
    raise NotImplementedError(wanted.__name__)


_Events = list[_Snapshot | _Patch | _Freshness]
_encoder = msgspec.msgpack.Encoder(enc_hook=_plain)
_decoder = msgspec.msgpack.Decoder(_Events, dec_hook=_of_type)
_JSON = b"j"


class Follow(msgspec.Struct, tag="tree.follow", rename={"sender": "from"}):
    """A process asks to be told of a tree, and has this version of it, of this epoch; `have` is None where it misses
    some. `room` are its free long-polls, `asked` the moment by its own clock, which it is answered with."""

    sender: str
    epoch: str
    have: int | None
    room: int
    asked: float


class Tell(msgspec.Struct, tag="tree.told", rename={"sender": "from"}):
    """What has happened to it up to `version`, 0 before it could be read. `asked` where it answers a Follow."""

    sender: str
    epoch: str
    version: int
    events: bytes
    asked: float | None = None


class Left(msgspec.Struct, tag="tree.left", rename={"sender": "from"}):
    """The process does not watch it any more."""

    sender: str


Message = Follow | Tell | Left
_TYPES = frozenset({"tree.follow", "tree.told", "tree.left"})


def as_fields(message: Message) -> dict[str, Any]:
    """As channel layers carry it."""
    fields: dict[str, Any] = msgspec.to_builtins(message, builtin_types=(bytes,))
    return fields


def read(given: Mapping[str, Any]) -> Message | None:
    """None for what is of no kind that is known here. Raises Unreadable."""
    if given.get("type") not in _TYPES:
        return None
    try:
        message: Message = msgspec.convert(dict(given), Message, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise Unreadable(str(error)) from error
    return message


def packed(events: list[Told], now: float) -> bytes:
    """`now`: by the loop's clock, which `TreePatch.since` is told by."""
    plain = [_packed(event, now) for event in events]
    try:
        return _encoder.encode(plain)
    except (OverflowError, UnicodeEncodeError):
        # MessagePack has no word for integers beyond 64 bits and lone surrogates, which a workflow's payload may well
        # hold; Python's own JSON has.
        return _JSON + json.dumps(msgspec.to_builtins(plain, enc_hook=_plain)).encode()


def unpacked(content: bytes, now: float) -> list[Told]:
    """Raises Unreadable."""
    try:
        if content.startswith(_JSON):
            events = msgspec.convert(json.loads(content[1:]), _Events, dec_hook=_of_type)
        else:
            events = _decoder.decode(content)
        return [_unpacked(event, now) for event in events]
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def _packed(event: Told, now: float) -> _Snapshot | _Patch | _Freshness:
    if isinstance(event, TreeSnapshot):
        return _Snapshot(replace(event.tree, release=_bare(event.tree.release)))
    if isinstance(event, FreshnessChange):
        return _Freshness(event)
    changes = [_packed_change(change) for change in event.changes]
    age = now - event.since if event.since is not None else None
    return _Patch(event.version, event.as_of, changes, event.run, age)


def _packed_change(change: difference.Change) -> _Set | _Add | _Remove:
    if isinstance(change, difference.Set):
        return _Set(change.path, _Fields(**change.fields))
    if isinstance(change, difference.Add):
        return _Add(change.path, _bare(change.entity), change.index)
    return _Remove(change.path)


def _bare(entity: Entity) -> Entity:
    """Without what only its reader knows of it: entities as they were read hold others, and those again."""
    children = tuple(map(_bare, entity.children))
    return Entity(**{name: getattr(entity, name) for name in _KEPT}, children=children)


def _unpacked(event: _Snapshot | _Patch | _Freshness, now: float) -> Told:
    if isinstance(event, _Snapshot):
        return TreeSnapshot(event.tree)
    if isinstance(event, _Freshness):
        return event.change
    changes = tuple(_unpacked_change(change) for change in event.changes)
    since = now - event.age if event.age is not None else None
    return TreePatch(event.version, event.as_of, changes, event.run, since)


def _unpacked_change(change: _Set | _Add | _Remove) -> difference.Change:
    if isinstance(change, _Set):
        given = {name: value for name in _CHANGED if (value := getattr(change.fields, name)) is not msgspec.UNSET}
        return difference.Set(change.path, given)
    if isinstance(change, _Add):
        return difference.Add(change.path, change.entity, change.index)
    return difference.Remove(change.path)
