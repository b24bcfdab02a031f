"""Releases that are small enough to be followed entity by entity, and what both topologies have in common."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from temporalio.client import Client, WorkflowHandle

from releases.demo.catalogue import Product, plan
from releases.demo.plans import ReleasePlan
from releases.demo.scenario import Series, start_release

Handle = WorkflowHandle[Any, Any]
Entity = dict[str, Any]
T = TypeVar("T")

CHILDREN = {"release": "wave", "wave": "cluster", "cluster": "bundle", "bundle": "app"}

AT_ONCE = (0.0, 0.0)
"""Deployments that take no time. A timer of a development server takes a second at least."""

NEVER = (3600.0, 3600.0)
"""Deployments that take longer than any test: the release stays where it is."""

WAVES = {"canary": ["eu-canary"], "general": ["eu", "us"]}
BUNDLES = {"core": ["api", "worker"], "edge": ["web"]}


def product(name: str, **changes: Any) -> Product:
    settled: dict[str, Any] = {"waves": WAVES, "bundles": BUNDLES, "deploy_seconds": AT_ONCE}
    return Product(name=name, **settled | changes)


def series(name: str, *, own_workflows: bool, **changes: Any) -> Series:
    """`changes` are of the series or of its product."""
    own = {key: changes.pop(key) for key in list(changes) if key in Series.__dataclass_fields__}
    return Series(product=product(name, **changes), version="1.{number}", own_workflows=own_workflows, **own)


def planned(of: Series, number: int = 1, *, speed: float = 1.0) -> ReleasePlan:
    return plan(of.product, of.version.format(number=number), own_workflows=of.own_workflows, speed=speed)


async def start(client: Client, of: Series) -> Handle:
    return await start_release(client, of, 1)


def planned_ids(of: Series, number: int = 1) -> list[str]:
    """Of all entities, level by level."""
    release = planned(of, number)
    below = [
        *(wave.id for wave in release.waves),
        *(cluster.id for cluster in release.clusters),
        *(bundle.id for bundle in release.bundles),
        *(app.id for app in release.apps),
    ]
    return [release.id, *below]


def walk(entity: Entity) -> Iterator[Entity]:
    """The entity of a hierarchy and everything below it."""
    yield entity
    for children in CHILDREN.values():
        for child in entity.get(f"{children}s", []):
            yield from walk(child)


async def read(handle: Handle, client: Client) -> list[Entity]:
    """Every entity of the release, parents first, each asked for by itself as either topology offers it."""
    held = (await handle.describe()).workflow_type == "ReleaseWorkflow"

    async def ask(entity_id: str) -> Entity:
        query = f"get_{entity_id.partition(':')[0]}_state"
        if held and not entity_id.startswith("release:"):
            answer: Entity = await handle.query(query, entity_id)
        else:
            answer = await client.get_workflow_handle(entity_id).query(query)
        return answer

    found = [await ask(handle.id)]
    for entity in found:
        children = CHILDREN.get(type_of(entity))
        if children:
            found.extend([await ask(child_id) for child_id in entity[f"{children}_ids"]])
    return found


def type_of(entity: Entity) -> str:
    return str(entity["id"]).partition(":")[0]


def states_of(entities: list[Entity]) -> dict[str, set[str]]:
    """Entity types, each with the states that occur."""
    states: dict[str, set[str]] = {}
    for entity in entities:
        states.setdefault(type_of(entity), set()).add(entity["state"])
    return states


async def eventually(read_once: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    """What is read once it holds. Fails with what was read last after 30 seconds, which only a defect takes."""
    async with asyncio.timeout(30):
        while True:
            value = await read_once()
            if holds(value):
                return value
            await asyncio.sleep(0.05)
