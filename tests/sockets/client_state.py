"""What a client of a socket knows, as simply as can be: frames in, the JSON of the REST answer out.

state = ClientState()
if state.receive(json.loads(text)) is Wants.RESYNC:
    await socket.send('{"type": "resync"}')
state.data    # as GET /api/releases/…/hierarchy/, or GET /api/releases/?…, would answer now
"""

from enum import Enum, auto
from typing import Any

JsonObject = dict[str, Any]

CHILDREN = ("waves", "clusters", "bundles", "apps")


class Wants(Enum):
    NOTHING = auto()
    RESYNC = auto()


class ClientState:
    def __init__(self) -> None:
        self.data: JsonObject | None = None
        self.version: int | None = None
        self.freshness: JsonObject | None = None
        self.error: JsonObject | None = None
        self.snapshots = 0

    def receive(self, frame: JsonObject) -> Wants:
        match frame["type"]:
            case "snapshot":
                self.data, self.version = frame["data"], frame["version"]
                self.snapshots += 1
            case "patch":
                return self._patched(frame)
            case "freshness":
                self.freshness = frame
                # A page carries no freshness of its own.
                if self.data is not None and "freshness" in self.data:
                    self.data["freshness"] = frame["freshness"]
            case "error":
                self.error = frame
            case unknown:
                raise AssertionError(unknown)
        return Wants.NOTHING

    def _patched(self, frame: JsonObject) -> Wants:
        if self.data is None or self.version is None or frame["version"] > self.version + 1:
            return Wants.RESYNC
        if frame["version"] <= self.version:
            return Wants.NOTHING  # Known already.
        self.version = frame["version"]
        if "results" in self.data:
            apply_to_page(self.data, frame["changes"])
        else:
            apply_to_tree(self.data, frame["changes"])
            self.data |= {"version": frame["version"], "as_of": frame["as_of"]}
        return Wants.NOTHING


def apply_to_tree(tree: JsonObject, changes: list[JsonObject]) -> None:
    """Raises LookupError for a path that leads nowhere, and for a field that the entity does not have."""
    for change in changes:
        steps = change["path"].split("/") if change["path"] else []
        if change["op"] == "set":
            _set(_found(tree, steps), change["fields"])
            continue
        siblings = _found(tree, steps[:-1])[CHILDREN[len(steps) - 1]]
        _apply(siblings, steps[-1], change)


def apply_to_page(page: JsonObject, changes: list[JsonObject]) -> None:
    for change in changes:
        if change["op"] != "set":
            _apply(page["results"], change["path"], change)
        elif change["path"]:
            _set(page["results"][_index(page["results"], change["path"])], change["fields"])
        else:
            _set(page, change["fields"])


def _apply(siblings: list[JsonObject], entity_id: str, change: JsonObject) -> None:
    if change["op"] == "add":
        if change["index"] > len(siblings):
            raise LookupError(change)
        siblings.insert(change["index"], change["entity"])
    else:
        del siblings[_index(siblings, entity_id)]


def _set(entity: JsonObject, fields: JsonObject) -> None:
    if not fields.keys() <= entity.keys() - set(CHILDREN):
        raise LookupError(fields)
    entity.update(fields)


def _found(tree: JsonObject, steps: list[str]) -> JsonObject:
    entity = tree
    for step, children in zip(steps, CHILDREN, strict=False):
        entity = entity[children][_index(entity[children], step)]
    return entity


def _index(entities: list[JsonObject], entity_id: str) -> int:
    for index, entity in enumerate(entities):
        if entity["id"] == entity_id:
            return index
    raise LookupError(entity_id)
