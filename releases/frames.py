"""Events to the frames of a WebSocket: JSON objects as text, each with its `type`. The handbook lists them.

What is told to many is made once: a frame is kept while its event lives, and the entities of a snapshot, which is made
anew for each who comes, are kept for the releases that were asked for last.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from releases.difference import Add, Change, Remove, Set
from releases.domain import Entity, EntityId, Tree
from releases.encoding import to_json
from releases.events import Event, FreshnessChange, PagePatch, PageSnapshot, TreePatch, TreeSnapshot
from releases.listing import ListQuery, Row
from releases.problems import Problem
from releases.representation import JsonObject, PageLinks, Representation

SNAPSHOTS_KEPT = 16
"""Releases whose entities are kept as JSON, about 600 bytes each."""


class TreeFrames:
    """What those are told who follow one release."""

    def __init__(self, release_id: EntityId) -> None:
        self._release_id = release_id
        self._make = Representation.configured()

    def frame(self, event: Event) -> str:
        match event:
            case TreeSnapshot(tree):
                return _snapshot(tree.version, tree.as_of, tree.freshness, self._hierarchy(tree))
            case TreePatch():
                return _once(event, self._release_id, lambda: _patch(event, self._changes(event)))
            case FreshnessChange():
                return freshness_frame(event)
        raise TypeError(type(event))

    def _hierarchy(self, tree: Tree) -> JsonObject:
        return {**self._make.confirmed(tree), "waves": orjson.Fragment(self._waves(tree.release))}

    def _waves(self, release: Entity) -> bytes:
        kept, waves = _waves_kept.pop(release.id, (None, b""))
        if kept is not release:
            waves = to_json([self._make.node(wave, release.id) for wave in release.children])
        _waves_kept[release.id] = release, waves
        if len(_waves_kept) > SNAPSHOTS_KEPT:
            _waves_kept.popitem(last=False)
        return waves

    def _changes(self, patch: TreePatch) -> list[JsonObject]:
        changes = [self._change(change) for change in patch.changes]
        if patch.run is not None:
            changes.append(_set("", self._make.run(patch.run)))
        return changes

    def _change(self, change: Change) -> JsonObject:
        match change:
            case Set(path, fields):
                return _set(path, self._make.changed(path, fields))
            case Add(path, entity, index):
                parent_id = path.split("/")[-2] if "/" in path else self._release_id
                return _add(path, self._make.node(entity, parent_id), index)
            case Remove(path):
                return _remove(path)


_waves_kept: OrderedDict[str, tuple[Entity | None, bytes]] = OrderedDict()


class PageFrames:
    """What those are told who follow a page of the list. `links` are of their own address."""

    def __init__(self, query: ListQuery, links: PageLinks) -> None:
        self._query = query
        self._links = links
        self._make = Representation.configured()

    def frame(self, event: Event) -> str:
        match event:
            case PageSnapshot(version, as_of, freshness, page):
                return _once(
                    event,
                    self._links,
                    lambda: _snapshot(version, as_of, freshness, self._make.page(page, self._query, self._links)),
                )
            case PagePatch():
                return _once(event, self._links, lambda: _patch(event, self._changes(event)))
            case FreshnessChange():
                return freshness_frame(event)
        raise TypeError(type(event))

    def _changes(self, patch: PagePatch) -> list[JsonObject]:
        changes = self._row_changes(patch.before.rows, patch.after.rows)
        before, after = (self._make.pagination(page, self._query, self._links) for page in (patch.before, patch.after))
        if before != after:
            changes.append(_set("", _different(before, after)))
        return changes

    def _row_changes(self, before: Sequence[Row], after: Sequence[Row]) -> list[JsonObject]:
        known = {row.release.id: row for row in before}
        wanted = {row.release.id for row in after}
        changes = [_remove(release_id) for release_id in known if release_id not in wanted]
        order = [release_id for release_id in known if release_id in wanted]
        for index, row in enumerate(after):
            release_id = row.release.id
            if index < len(order) and order[index] == release_id:
                if row != known[release_id]:
                    changes.append(_set(release_id, _different(self._make.row(known[release_id]), self._make.row(row))))
                continue
            if release_id in known:
                order.remove(release_id)
                changes.append(_remove(release_id))
            order.insert(index, release_id)
            changes.append(_add(release_id, self._make.row(row), index))
        return changes


def freshness_frame(change: FreshnessChange) -> str:
    return _once(
        change,
        None,
        lambda: _text(
            {
                "type": "freshness",
                "freshness": change.freshness,
                "as_of": change.as_of,
                "reason": change.reason,
                "code": change.code,
                "period": change.period,
            }
        ),
    )


def error_frame(problem: Problem, request_id: str) -> str:
    """The problem's body. Its own `type`, a URI, gives way to the frame's: `code` says the same."""
    return _text({**problem.body(request_id), "type": "error"})


def _snapshot(version: int, as_of: Any, freshness: Any, data: JsonObject) -> str:
    return _text({"type": "snapshot", "version": version, "as_of": as_of, "freshness": freshness, "data": data})


def _patch(patch: TreePatch | PagePatch, changes: list[JsonObject]) -> str:
    return _text({"type": "patch", "version": patch.version, "as_of": patch.as_of, "changes": changes})


def _set(path: str, fields: JsonObject) -> JsonObject:
    return {"op": "set", "path": path, "fields": fields}


def _add(path: str, entity: JsonObject, index: int) -> JsonObject:
    return {"op": "add", "path": path, "entity": entity, "index": index}


def _remove(path: str) -> JsonObject:
    return {"op": "remove", "path": path}


def _different(before: JsonObject, after: JsonObject) -> JsonObject:
    return {name: value for name, value in after.items() if before[name] != value}


def _text(frame: JsonObject) -> str:
    return to_json(frame).decode()


_frames: "WeakKeyDictionary[Event, dict[Hashable, str]]" = WeakKeyDictionary()


def _once(event: Event, address: Hashable, make: Callable[[], str]) -> str:
    """The frame of this event for all sockets of this address."""
    frames = _frames.setdefault(event, {})
    if address not in frames:
        frames[address] = make()
    return frames[address]
