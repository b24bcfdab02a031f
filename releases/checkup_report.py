"""What a check-up found: faults with where they are, what workflows offer, how fast they answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from releases.checkup_faults import Fault, Weight
from releases.domain import EntityId, EntityType, Run
from releases.errors import QueryFailed
from releases.witness import Asked

PLACES_KEPT = 100
"""Of each fault: a release of 15,000 apps that are all wrong is told of in a report that can be read."""

FOUND_MAX_LENGTH = 300
"""Characters of what was found: it may be what a query raised."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong. `found` is what was found there, in words.

    What it is not about is None: the release, the path of the entity in it (empty for the release itself), the
    workflow that was asked, and the query with its argument.
    """

    found: str
    release_id: EntityId | None = None
    path: str | None = None
    workflow_id: str | None = None
    query: str | None = None


@dataclass(slots=True)
class Places:
    """The first places of a fault, and how many there are in all."""

    kept: list[Place] = field(default_factory=list)
    count: int = 0

    def add(self, place: Place) -> None:
        self.count += 1
        if len(self.kept) < PLACES_KEPT:
            self.kept.append(replace(place, found=_cut(place.found)))


@dataclass(slots=True)
class Checked:
    """One release that was looked at; `entities`, and `seconds`, which reading them took, None where it could not be
    read."""

    release_id: EntityId
    run: Run
    entities: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one query was answered. Seconds are those of the answers, None where there were none."""

    query: str
    asked: int
    failed: int
    median: float | None
    slowest: float | None
    slowest_in: str | None


Offers = Mapping[tuple[str, EntityType], frozenset[str] | None]
"""The queries that workflows of a type offer which stand for entities of a type; None where they don't say."""


@dataclass(slots=True)
class Report:
    """The outcome. `answered_after` is in seconds, None where Temporal did not answer; `found` how many releases are
    listed, None where that was not asked."""

    answered_after: float | None = None
    found: int | None = None
    checked: list[Checked] = field(default_factory=list)
    offers: dict[tuple[str, EntityType], frozenset[str] | None] = field(default_factory=dict)
    paces: Sequence[Pace] = ()
    faults: dict[Fault, Places] = field(default_factory=dict)

    def note(self, fault: Fault, place: Place) -> None:
        self.faults.setdefault(fault, Places()).add(place)

    def note_offers(self, workflow_type: str, entity_type: EntityType, offers: frozenset[str] | None) -> None:
        """What one workflow offers; those of one type are taken together."""
        key = workflow_type, entity_type
        known = self.offers.get(key)
        self.offers[key] = known if offers is None else offers | (known or frozenset())

    def number_of(self, weight: Weight) -> int:
        """How many different faults of this weight there are."""
        return sum(fault.weight is weight for fault in self.faults)


def paces_of(asked: Iterable[Asked]) -> list[Pace]:
    """How fast each query was answered, by its name."""
    by_query: dict[str, list[Asked]] = {}
    for each in asked:
        by_query.setdefault(each.query, []).append(each)
    return [_pace(query, by_query[query]) for query in sorted(by_query)]


def _pace(query: str, asked: Sequence[Asked]) -> Pace:
    answered = [each for each in asked if each.is_answered or isinstance(each.error, QueryFailed)]
    slowest = max(answered, key=lambda each: each.seconds, default=None)
    return Pace(
        query,
        asked=len(asked),
        failed=sum(not each.is_answered for each in asked),
        median=median(each.seconds for each in answered) if answered else None,
        slowest=slowest.seconds if slowest else None,
        slowest_in=slowest.workflow_id if slowest else None,
    )


def _cut(text: str) -> str:
    return f"{text[:FOUND_MAX_LENGTH]}…" if len(text) > FOUND_MAX_LENGTH else text


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain data, for programs. Times in seconds."""
    return {
        "errors": report.number_of(Weight.ERROR),
        "warnings": report.number_of(Weight.WARNING),
        "answered_after": report.answered_after,
        "found": report.found,
        "releases": [
            {
                "id": each.release_id,
                "workflow_id": each.run.workflow_id,
                "workflow_type": each.run.workflow_type,
                "status": each.run.status.value,
                "entities": each.entities,
                "seconds": each.seconds,
            }
            for each in report.checked
        ],
        "offers": [
            {
                "workflow_type": workflow_type,
                "entity_type": entity_type.value,
                "queries": None if offers is None else sorted(offers),
            }
            for (workflow_type, entity_type), offers in report.offers.items()
        ],
        "queries": [
            {
                "query": pace.query,
                "asked": pace.asked,
                "failed": pace.failed,
                "median": pace.median,
                "slowest": pace.slowest,
                "slowest_in": pace.slowest_in,
            }
            for pace in report.paces
        ],
        "faults": [_fault_as_json(fault, places) for fault, places in report.faults.items()],
    }


def _fault_as_json(fault: Fault, places: Places) -> dict[str, Any]:
    return {
        "code": fault.code,
        "weight": fault.weight.value,
        "title": fault.title,
        "advice": fault.advice,
        "count": places.count,
        "places": [
            {
                "release_id": place.release_id,
                "path": place.path,
                "workflow_id": place.workflow_id,
                "query": place.query,
                "found": place.found,
            }
            for place in places.kept
        ],
    }
