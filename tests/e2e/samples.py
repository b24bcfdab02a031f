"""Releases that the browser is shown, and what their workflows answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Answer = dict[str, Any]

CHILD = {"release": "wave", "wave": "cluster", "cluster": "bundle", "bundle": "app"}


@dataclass(frozen=True)
class Sample:
    """An entity, and all that it holds."""

    id: str
    state: str
    children: tuple["Sample", ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return self.id.partition(":")[0]

    @property
    def query(self) -> str:
        return f"get_{self.type}_state"

    def state_answer(self) -> Answer:
        """The entity alone, with its children's IDs."""
        ids = {f"{CHILD[self.type]}_ids": [child.id for child in self.children]} if self.type in CHILD else {}
        return {"id": self.id, "state": self.state, **self.fields, **ids}

    def tree_answer(self) -> Answer:
        """The entity with its children in it."""
        below = {f"{CHILD[self.type]}s": [child.tree_answer() for child in self.children]} if self.type in CHILD else {}
        return {"id": self.id, "state": self.state, **self.fields, **below}

    def answers_of_all(self) -> dict[str, Answer]:
        """What a release's workflow answers that holds everything."""
        return {self.query: self.state_answer(), "get_hierarchy": self.tree_answer()}

    def answers_of_each(self) -> dict[str, dict[str, Answer]]:
        """What each entity's workflow answers where each has its own."""
        return {entity.id: {entity.query: entity.state_answer()} for entity in self.walk()}

    def with_state(self, entity_id: str, state: str) -> "Sample":
        """The same, but for the state of one entity."""
        children = tuple(child.with_state(entity_id, state) for child in self.children)
        return replace(self, children=children, state=state if self.id == entity_id else self.state)

    def walk(self) -> Iterator["Sample"]:
        yield self
        for child in self.children:
            yield from child.walk()


CRASH = "CrashLoopBackOff: payouts:2.4.1 was OOMKilled (exit 137)"


def moving(name: str) -> Sample:
    """A release under way: a wave done, one with a failure and work to do. IDs below it hold its name."""

    def app(cluster: str, service: str, state: str, **fields: Any) -> Sample:
        return Sample(f"app:{name}-{cluster}-{service}", state, fields={"name": service, "version": "2.4.1", **fields})

    def cluster(of: str, state: str, *apps: Sample) -> Sample:
        bundle = Sample(f"bundle:{name}-{of}-core", state, apps, {"name": "core"})
        return Sample(f"cluster:{name}-{of}", state, (bundle,), {"name": of})

    canary = cluster("canary", "completed", app("canary", "ledger", "running"), app("canary", "payouts", "running"))
    europe = cluster(
        "europe", "failed", app("europe", "ledger", "running"), app("europe", "payouts", "failed", error_message=CRASH)
    )
    america = cluster(
        "america", "in_progress", app("america", "ledger", "deploying"), app("america", "payouts", "pending")
    )
    waves = (
        Sample(f"wave:{name}-canary", "completed", (canary,), {"name": "canary", "sequence": 1}),
        Sample(f"wave:{name}-world", "in_progress", (europe, america), {"name": "world", "sequence": 2}),
    )
    return Sample(f"release:{name}", "in_progress", waves, {"name": name})


def empty(name: str, state: str) -> Sample:
    """A release that holds nothing."""
    return Sample(f"release:{name}", state)
