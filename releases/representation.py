"""Entities, trees and pages as the objects of the API, for HTTP and for sockets. Shapes: `serializers`.

Times stay datetimes: `encoding.to_json` writes them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, QueryDict

from releases.comparison import Comparands, Compared, Comparison, Lone
from releases.counting import PhaseCounts
from releases.domain import (
    Entity,
    EntityProblem,
    EntityType,
    HeldBy,
    Rollup,
    Run,
    RunStatus,
    StandsAt,
    Tree,
)
from releases.listing import ListQuery, Page, Progress, Row
from releases.phases import Phase
from releases.previous import Previous

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


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Where the pages of the list are found. `address` is absolute and without parameters, which `parameters` holds."""

    address: str
    parameters: str

    @classmethod
    def of(cls, request: HttpRequest, path: str) -> "PageLinks":
        return cls(request.build_absolute_uri(path), request.GET.urlencode())

    def page(self, number: int) -> str:
        parameters = QueryDict(self.parameters, mutable=True)
        parameters["page"] = str(number)
        return f"{self.address}?{parameters.urlencode()}"


class Representation:
    """Makes JSON objects of what the domain holds."""

    def __init__(self, links: Links) -> None:
        self._links = links

    @classmethod
    def configured(cls) -> "Representation":
        """By the portal's settings."""
        env = settings.RELPORTAL
        ui = env.TEMPORAL_UI_URL.rstrip("/") if env.TEMPORAL_UI_URL else None
        return cls(Links(ui, env.TEMPORAL_NAMESPACE))

    def page(self, page: Page, query: ListQuery, links: PageLinks) -> JsonObject:
        """A page of the list."""
        return {**self.pagination(page, query, links), "results": [self.row(row) for row in page.rows]}

    def pagination(self, page: Page, query: ListQuery, links: PageLinks) -> JsonObject:
        """What a page says of its neighbours."""
        last = max(-(-page.count // query.page_size), 1)
        return {
            "count": page.count,
            "next": links.page(query.page + 1) if query.page < last else None,
            "previous": links.page(min(query.page - 1, last)) if query.page > 1 else None,
        }

    def counts(self, counts: PhaseCounts) -> JsonObject:
        """How many releases are in each phase."""
        return {
            "total": counts.total,
            "phases": {phase.value: counts.phases.get(phase, 0) for phase in Phase},
            "unread": counts.unread,
            "as_of": counts.as_of,
        }

    def row(self, row: Row) -> JsonObject:
        """A release of the list."""
        return self._release(row.release, row.run, row.progress)

    def release(self, tree: Tree) -> JsonObject:
        """A release without its descendants, and what only they tell."""
        return self._release(tree.release, tree.run, None)

    def hierarchy(self, tree: Tree) -> JsonObject:
        """The whole tree."""
        return {**self.confirmed(tree), "waves": [self.node(wave, tree.release.id) for wave in tree.release.children]}

    def confirmed(self, tree: Tree) -> JsonObject:
        """The whole tree but for its waves."""
        return {
            "version": tree.version,
            "as_of": tree.as_of,
            "freshness": tree.freshness,
            **self._release(tree.release, tree.run, Progress.of(tree.release)),
        }

    def changed(self, path: str, fields: Mapping[str, Any]) -> JsonObject:
        """Fields of the entity at this path of a tree, by the domain's names, as they stand in the whole tree."""
        changed: JsonObject = {}
        for name, value in fields.items():
            if _is_shown_at(name, path):
                changed[name] = _JSON_OF_FIELD[name](value) if name in _JSON_OF_FIELD else value
        if "workflow_id" in changed:
            changed["workflow_url"] = self._links.workflow(changed["workflow_id"])
        return changed

    def run(self, run: Run) -> JsonObject:
        """What a release says of its run."""
        return {
            "workflow_id": run.workflow_id,
            "workflow_url": self._links.workflow(run.workflow_id, run.run_id),
            "status": RunStatus.RUNNING if run.status is RunStatus.CONTINUED_AS_NEW else run.status,
            "run_id": run.run_id,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
        }

    def entity(self, tree: Tree, entity: Entity) -> JsonObject:
        """One entity of a tree, with the IDs of its children in place of them."""
        fields = self._fields(entity)
        fields["rollup"] = rollup_json(entity.rollup)
        fields["release_id"] = tree.release.id
        if entity.type is EntityType.RELEASE:
            fields |= _standing_json(entity.held_by, entity.stands_at)
        if entity.path:
            above = [tree.release.id, *entity.path.split("/")[:-1]]
            levels = list(EntityType)
            fields |= {f"{level}_id": parent for level, parent in zip(levels, above, strict=False)}
        if entity.type.child is not None:
            fields[f"{entity.type.child}_ids"] = [child.id for child in entity.children]
        fields |= {"as_of": tree.as_of, "freshness": tree.freshness}
        return fields

    def previous(self, found: Previous | None) -> JsonObject:
        """The release that another is best compared with."""
        if found is None:
            return {"previous": None, "same_line": None}
        return {"previous": self._release(found.release, found.run, None), "same_line": found.is_of_line}

    def comparison(self, of: Comparands, found: Comparison, *, whole: bool) -> JsonObject:
        """What differs between two releases; `whole` adds the apps in which nothing does."""
        return {
            "as_of": min(of.a.as_of, of.b.as_of),
            "chosen": of.chosen,
            "a": self._comparand(of.a),
            "b": self._comparand(of.b),
            "counts": found.counts._asdict(),
            "only_in_one": [_lone_json(lone) for lone in found.lone],
            "apps": [_compared_json(app) for app in (found.apps if whole else found.differing)],
        }

    def _comparand(self, tree: Tree) -> JsonObject:
        return {**self._release(tree.release, tree.run, Progress.of(tree.release)), "freshness": tree.freshness}

    def _release(self, entity: Entity, run: Run, progress: Progress | None) -> JsonObject:
        rollup, held_by, stands_at = progress or (None, None, None)
        return {
            **self._fields(entity),
            **self.run(run),
            "rollup": rollup_json(rollup) if rollup is not None else None,
            **_standing_json(held_by, stands_at),
            "url": f"/api/releases/{entity.id}/",
        }

    def node(self, entity: Entity, parent_id: str) -> JsonObject:
        """An entity below the release, with all below it, as it stands in the whole tree."""
        parent_field, children_field = _NODE_FIELDS[entity.type]
        node = self._fields(entity)
        node[parent_field] = parent_id
        node["rollup"] = rollup_json(entity.rollup)
        if children_field is not None:
            node[children_field] = [self.node(child, entity.id) for child in entity.children]
        return node

    def _fields(self, entity: Entity) -> JsonObject:
        fields: JsonObject = {
            "id": entity.id,
            "type": entity.type,
            "path": entity.path,
            "name": entity.name,
            "state": entity.state,
            "phase": entity.phase,
            "reported_state": entity.reported_state,
            "error_message": entity.error_message,
            "created_at": entity.created_at,
            "updated_at": entity.updated_at,
            "workflow_id": entity.workflow_id,
            "workflow_url": self._links.workflow(entity.workflow_id) if self._links.temporal_ui else None,
            "problem": _problem_json(entity.problem),
            "extra": entity.extra,
        }
        if entity.type is EntityType.APP:
            fields["version"] = entity.version
        elif entity.type is EntityType.WAVE:
            fields["sequence"] = entity.sequence
            fields["held_by"] = _held_by_json(entity.held_by)
        return fields


_NODE_FIELDS = {
    kind: (f"{kind.parent}_id", kind.child.plural if kind.child else None) for kind in EntityType if kind.parent
}


def _lone_json(lone: Lone) -> JsonObject:
    return {
        "match": lone.match,
        "type": lone.entity.type,
        "id": lone.entity.id,
        "path": lone.entity.path,
        "names": lone.names,
        "apps": lone.entity.rollup.total,
        "unread": lone.is_unread,
    }


def _compared_json(compared: Compared) -> JsonObject:
    return {
        "match": compared.match,
        "names": compared.names,
        "differs": compared.differs,
        "within": compared.within,
        "a": _app_json(compared.a),
        "b": _app_json(compared.b),
    }


def _app_json(app: Entity | None) -> JsonObject | None:
    if app is None:
        return None
    return {
        "id": app.id,
        "path": app.path,
        "version": app.version,
        "state": app.state,
        "phase": app.phase,
        "duration_seconds": round(app.duration.total_seconds(), 3) if app.duration is not None else None,
        "error_message": app.error_message,
        "problem": _problem_json(app.problem),
    }


@lru_cache(maxsize=4096)
def rollup_json(rollup: Rollup) -> JsonObject:
    """Shared between entities of the same counts (most are apps): nobody changes one."""
    return {"total": rollup.total, **rollup._asdict()}


def _problem_json(problem: EntityProblem | None) -> JsonObject | None:
    return {"code": problem.code, "detail": problem.detail} if problem else None


def _held_by_json(held_by: HeldBy | None) -> JsonObject | None:
    return held_by._asdict() if held_by else None


def _stands_at_json(stands_at: StandsAt | None) -> JsonObject | None:
    return stands_at._asdict() if stands_at else None


def _standing_json(held_by: HeldBy | None, stands_at: StandsAt | None) -> JsonObject:
    return {"held_by": _held_by_json(held_by), "stands_at": _stands_at_json(stands_at)}


_JSON_OF_FIELD: Mapping[str, Callable[[Any], Any]] = {
    "rollup": rollup_json,
    "problem": _problem_json,
    "held_by": _held_by_json,
    "stands_at": _stands_at_json,
}


def _is_shown_at(field: str, path: str) -> bool:
    """Whether an entity at this path shows that field: some belong to one level alone, and a release's workflow is that
    of its run."""
    depth = path.count("/") + 1 if path else 0
    match field:
        case "stands_at":
            return depth == 0
        case "held_by":
            return depth <= _WAVE_DEPTH
        case "sequence":
            return depth == _WAVE_DEPTH
        case "version":
            return depth == _APP_DEPTH
        case "workflow_id":
            return depth > 0
    return True


_WAVE_DEPTH, _APP_DEPTH = (list(EntityType).index(level) for level in (EntityType.WAVE, EntityType.APP))
