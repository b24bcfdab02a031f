"""Releases as plain data, and the workflows that would tell of them in one topology or another.

A plan is an entity as `get_hierarchy` tells it: its fields, with its children under `waves`, `clusters`, `bundles` or
`apps`. Nothing here knows how Relportal reads them.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from releases.domain import Entity
from tests.workflows import Answers
from tests.worlds import World

LEVELS = ("release", "wave", "cluster", "bundle", "app")
Plan = dict[str, Any]


def _plan(level: str, name: str, state: str, children: tuple[Plan, ...], fields: dict[str, Any]) -> Plan:
    plan: Plan = {"id": f"{level}:{name}", "state": state, **fields}
    if level != "app":
        plan[_children_field(level)] = list(children)
    return plan


def release(id_name: str, /, *waves: Plan, state: str = "deploying", **fields: Any) -> Plan:
    return _plan("release", id_name, state, waves, fields)


def wave(id_name: str, /, *clusters: Plan, state: str = "in_progress", **fields: Any) -> Plan:
    return _plan("wave", id_name, state, clusters, fields)


def cluster(id_name: str, /, *bundles: Plan, state: str = "deploying", **fields: Any) -> Plan:
    return _plan("cluster", id_name, state, bundles, fields)


def bundle(id_name: str, /, *apps: Plan, state: str = "deploying", **fields: Any) -> Plan:
    return _plan("bundle", id_name, state, apps, fields)


def app(id_name: str, /, state: str = "deploying", **fields: Any) -> Plan:
    return _plan("app", id_name, state, (), fields)


def sized(name: str, *, waves: int, clusters: int, bundles: int, apps: int) -> Plan:
    """A release with so many of each in each."""
    return release(
        name,
        *(
            wave(
                f"w{w}",
                *(
                    cluster(
                        f"c{w}.{c}",
                        *(
                            bundle(f"b{w}.{c}.{b}", *(app(f"a{w}.{c}.{b}.{a}", version="1.0") for a in range(apps)))
                            for b in range(bundles)
                        ),
                    )
                    for c in range(clusters)
                ),
                sequence=w,
            )
            for w in range(waves)
        ),
    )


def small(name: str = "r") -> Plan:
    """A release with something at each level, and two of most."""
    return release(
        name,
        wave(
            "w1",
            cluster("c1", bundle("b1", app("a1", "running", version="1.4.2"), app("a2"))),
            cluster("c2", bundle("b2", app("a3", "failed", error_message="No space left."))),
            sequence=1,
        ),
        wave("w2", cluster("c3", bundle("b3", app("a4", "pending")), state="pending"), state="pending", sequence=2),
    )


def level_of(plan: Plan) -> str:
    return str(plan["id"]).partition(":")[0]


def _children_field(level: str) -> str:
    return LEVELS[LEVELS.index(level) + 1] + "s"


def children_of(plan: Plan) -> list[Plan]:
    level = level_of(plan)
    return [] if level == "app" else plan[_children_field(level)]


def walk(plan: Plan) -> Iterator[Plan]:
    yield plan
    for child in children_of(plan):
        yield from walk(child)


def alone(plan: Plan) -> Plan:
    """The entity as its own query tells it: its children by their IDs."""
    level = level_of(plan)
    if level == "app":
        return plan
    field = _children_field(level)
    ids = [child["id"] for child in plan[field]]
    return {**{name: value for name, value in plan.items() if name != field}, f"{field[:-1]}_ids": ids}


def query_of(plan: Plan) -> str:
    return f"get_{level_of(plan)}_state"


def whole(plan: Plan) -> Answers:
    """One workflow for a release, which tells all of it at once."""
    return {query_of(plan): alone(plan), "get_hierarchy": plan}


def workflows(plan: Plan, own: Collection[str] = ()) -> dict[str, Answers]:
    """The workflows of a release in which the entities of these levels have their own, others live in the nearest
    above; by workflow ID."""
    answers: dict[str, dict[str, Any]] = {}

    def put(entity: Plan, holder: str | None) -> None:
        if holder is None or level_of(entity) in own:
            holder = str(entity["id"])
            answers[holder] = {query_of(entity): alone(entity)}
        else:
            answers[holder][f"{query_of(entity)} {entity['id']}"] = alone(entity)
        for child in children_of(entity):
            put(child, holder)

    put(plan, None)
    return {**answers}


def stated(name: str, state: str) -> Answers:
    """A release that tells its own state alone."""
    return {"get_release_state": {"id": f"release:{name}", "state": state}}


async def start_all(world: World, told: Mapping[str, Answers], *, worker: str = "worker") -> None:
    limit = asyncio.Semaphore(16)

    async def start(workflow_id: str) -> None:
        async with limit:
            await world.start(workflow_id, told[workflow_id], worker=worker)

    await asyncio.gather(*map(start, told))


# What a tree should look like


def shape_of(plan: Plan) -> Any:
    """ID, state and children, for comparing with `shape_of_tree`."""
    return plan["id"], plan["state"], [shape_of(child) for child in children_of(plan)]


def shape_of_tree(entity: Entity) -> Any:
    return str(entity.id), entity.state, [shape_of_tree(child) for child in entity.children]


def problems_in(entity: Entity) -> dict[str, str]:
    """The code of each problem by the path of the entity that has it."""
    return {below.path: str(below.problem.code) for below in entity.walk() if below.problem}


def states_in(entity: Entity) -> dict[str, str | None]:
    """States by the last ID of the path."""
    return {str(below.id): below.state for below in entity.walk()}
