"""Entities, trees and pages as the JSON objects of the API, for HTTP and for sockets. Shapes: `serializers`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from releases.domain import Entity, EntityType, Rollup, Run, RunStatus, Tree
from releases.listing import Row

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Links:
    """Where things are found. `temporal_ui` is TEMPORAL_UI_URL without a closing slash, None where there is none."""

    temporal_ui: str | None = None
    namespace: str = "default"

    def workflow(self, workflow_id: str | None, run_id: str | None = None) -> str | None:
        if self.temporal_ui is None or workflow_id is None:
            return None
        url = f"{self.temporal_ui}/namespaces/{quote(self.namespace, safe='')}/workflows/{quote(workflow_id, safe='')}"
        return f"{url}/{run_id}/history" if run_id else url


class Representation:
    """Makes JSON objects of what the domain holds."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def row(self, row: Row) -> JsonObject:
        """A release of the list."""
        return self._release(row.release, row.run, row.rollup)

    def release(self, tree: Tree, rollup: Rollup | None = None) -> JsonObject:
        """A release without its descendants."""
        return self._release(tree.release, tree.run, rollup)

    def hierarchy(self, tree: Tree) -> JsonObject:
        """The whole tree."""
        return {
            "version": tree.version,
            "as_of": _time(tree.as_of),
            "freshness": tree.freshness,
            **self._release(tree.release, tree.run, tree.release.rollup),
            "waves": [self._node(wave, tree.release.id) for wave in tree.release.children],
        }

    def entity(self, tree: Tree, entity: Entity) -> JsonObject:
        """One entity of a tree, with the IDs of its children in place of them."""
        fields = self._fields(entity)
        fields["rollup"] = rollup_json(entity.rollup)
        fields["release_id"] = tree.release.id
        if entity.path:
            above = [tree.release.id, *entity.path.split("/")[:-1]]
            levels = list(EntityType)
            fields |= {f"{level}_id": parent for level, parent in zip(levels, above, strict=False)}
        if entity.type.child is not None:
            fields[f"{entity.type.child}_ids"] = [child.id for child in entity.children]
        fields |= {"as_of": _time(tree.as_of), "freshness": tree.freshness}
        return fields

    def _release(self, entity: Entity, run: Run, rollup: Rollup | None) -> JsonObject:
        status = RunStatus.RUNNING if run.status is RunStatus.CONTINUED_AS_NEW else run.status
        return {
            **self._fields(entity),
            "workflow_id": run.workflow_id,
            "workflow_url": self._links.workflow(run.workflow_id, run.run_id),
            "status": status,
            "run_id": run.run_id,
            "started_at": _time(run.started_at),
            "ended_at": _time(run.ended_at),
            "rollup": rollup_json(rollup) if rollup is not None else None,
            "url": f"/api/releases/{entity.id}/",
        }

    def _node(self, entity: Entity, parent_id: str) -> JsonObject:
        node = self._fields(entity)
        node[_PARENT_FIELD[entity.type]] = parent_id
        node["rollup"] = rollup_json(entity.rollup)
        name = _CHILDREN_FIELD[entity.type]
        if name is not None:
            node[name] = [self._node(child, entity.id) for child in entity.children]
        return node

    def _fields(self, entity: Entity) -> JsonObject:
        problem = entity.problem
        fields: JsonObject = {
            "id": entity.id,
            "type": entity.type,
            "path": entity.path,
            "name": entity.name,
            "state": entity.state,
            "phase": entity.phase,
            "reported_state": entity.reported_state,
            "error_message": entity.error_message,
            "created_at": _time(entity.created_at),
            "updated_at": _time(entity.updated_at),
            "workflow_id": entity.workflow_id,
            "workflow_url": self._links.workflow(entity.workflow_id),
            "problem": {"code": problem.code, "detail": problem.detail} if problem else None,
            "extra": entity.extra,
        }
        own = _OWN_FIELD.get(entity.type)
        if own is not None:
            fields[own] = getattr(entity, own)
        return fields


_PARENT_FIELD = {kind: f"{kind.parent}_id" for kind in EntityType if kind.parent}
_CHILDREN_FIELD = {kind: kind.child.plural if kind.child else None for kind in EntityType}
_OWN_FIELD = {EntityType.WAVE: "sequence", EntityType.APP: "version"}


def rollup_json(rollup: Rollup) -> JsonObject:
    return {"total": rollup.total, **rollup._asdict()}


def _time(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
