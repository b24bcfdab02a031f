"""A cold tree of a thousand entities: nothing is known of the release when it is asked for."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

from temporalio.client import Client

from releases.domain import EntityId, Tree
from releases.encoding import to_json
from releases.gateway import GatewayConfig, TemporalGateway
from releases.hierarchy import HierarchyReader, ReaderConfig
from releases.phases import PhaseTable
from releases.representation import Links, Representation
from tests.bench.releases import flat, hierarchy
from tests.bench.table import Measure, of_samples
from tests.bench.workflows import TASK_QUEUE

DEADLINE = timedelta(seconds=60)
CONCURRENCIES = (25, 50, 100, 200)
"""Tried for the bare fan-out; the best one is the floor."""


async def measure(client: Client, rounds: int = 7) -> list[Measure]:
    await _start_whole(client)
    asked = await _start_each(client)
    gateway = TemporalGateway(
        GatewayConfig(host=client.service_client.config.target_host, namespace=client.namespace, query_timeout=60)
    )
    whole = await _in_turn(
        lambda: _cold_tree(gateway, "release:whole"), lambda: _raw_query(client, "release:whole"), rounds * 3
    )
    body = await _in_turn(
        lambda: _cold_body(gateway, "release:whole"), lambda: _raw_query(client, "release:whole"), rounds * 3
    )
    best = await _best_concurrency(client, asked)
    each = await _in_turn(
        lambda: _cold_tree(gateway, "release:each"), lambda: _bare_fan_out(client, asked, best), rounds
    )
    return [
        of_samples("cold tree of 986 entities, one workflow, against one raw query", *whole, bar=1.5),
        of_samples("the same, to the bytes of the API's body", *body),
        of_samples(f"cold tree of 986 entities, a workflow each, against a bare fan-out ({best})", *each, bar=1.3),
    ]


async def _in_turn(
    ours: Callable[[], Awaitable[Any]], floor: Callable[[], Awaitable[Any]], rounds: int
) -> tuple[list[float], list[float]]:
    """Samples of both, one after the other, so that what slows the machine slows both; a first round warms up."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for samples, call in zip(taken, (ours, floor), strict=True):
            began = perf_counter()
            await call()
            samples.append(perf_counter() - began)
    return taken[0][1:], taken[1][1:]


async def _cold_tree(gateway: TemporalGateway, release_id: str) -> Tree:
    reader = HierarchyReader(gateway, PhaseTable(), ReaderConfig(query_timeout=60))
    tree = await reader.tree(EntityId(release_id))
    walked = list(tree.release.walk())
    entities, problems = len(walked), [entity.problem for entity in walked if entity.problem]
    if entities != 986 or problems:
        raise AssertionError(f"{entities} entities, {len(problems)} problems: {problems[:1]}")
    return tree


async def _cold_body(gateway: TemporalGateway, release_id: str) -> None:
    to_json(Representation(Links()).hierarchy(await _cold_tree(gateway, release_id)))


async def _raw_query(client: Client, workflow_id: str) -> None:
    await client.get_workflow_handle(workflow_id).query("get_hierarchy", rpc_timeout=DEADLINE)


async def _bare_fan_out(client: Client, asked: list[tuple[str, str]], concurrency: int) -> None:
    limit = asyncio.Semaphore(concurrency)

    async def ask(query: str, workflow_id: str) -> None:
        async with limit:
            await client.get_workflow_handle(workflow_id).query(query, rpc_timeout=DEADLINE)

    await asyncio.gather(*(ask(*each) for each in asked))


async def _best_concurrency(client: Client, asked: list[tuple[str, str]]) -> int:
    times = {}
    for concurrency in CONCURRENCIES:
        began = perf_counter()
        await _bare_fan_out(client, asked, concurrency)
        times[concurrency] = perf_counter() - began
    return min(times, key=lambda concurrency: times[concurrency])


async def _start_whole(client: Client) -> None:
    await client.start_workflow("WholeRelease", hierarchy("whole"), id="release:whole", task_queue=TASK_QUEUE)


async def _start_each(client: Client) -> list[tuple[str, str]]:
    """The queries, with their workflows' IDs."""
    entities = list(flat(hierarchy("each")))
    limit = asyncio.Semaphore(25)

    async def start(query: str, fields: dict[str, Any]) -> tuple[str, str]:
        async with limit:
            await client.start_workflow("OneEntity", args=[query, fields], id=fields["id"], task_queue=TASK_QUEUE)
        return query, fields["id"]

    asked = await asyncio.gather(*(start(*entity) for entity in entities))
    await _bare_fan_out(client, asked, 25)
    return asked
