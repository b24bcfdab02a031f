"""A cold tree of a thousand entities: nothing is known of the release when it is asked for."""

import asyncio
from functools import partial
from time import perf_counter

from temporalio.client import Client
from temporalio.service import GrpcCompression

from releases.domain import EntityId, Tree
from releases.encoding import to_json
from releases.gateway import GatewayConfig, TemporalGateway
from releases.hierarchy import HierarchyReader
from releases.phases import PhaseTable
from releases.reading import ReaderConfig
from releases.representation import Links, Representation
from tests.bench.releases import flat, hierarchy
from tests.bench.samples import in_turn
from tests.bench.table import Measure, of_samples
from tests.bench.workflows import DEADLINE, Start, query, start_all, until_answered

WHOLE, EACH = EntityId("release:whole"), EntityId("release:each")
ENTITIES = 986
CONCURRENCIES = (25, 50, 100, 200)
"""Tried for the bare fan-out; the best one is the floor."""

Question = tuple[str, str]
"""A workflow's ID, and the query that it is asked."""


async def measure(client: Client) -> list[Measure]:
    asked = await _start(client)
    gateway = TemporalGateway(
        GatewayConfig(
            host=client.service_client.config.target_host,
            namespace=client.namespace,
            query_timeout=DEADLINE.total_seconds(),
        )
    )
    one_query = partial(query, client, WHOLE, "get_hierarchy")
    whole = await in_turn(partial(_tree, gateway, WHOLE), one_query, 60, check=_check)
    plain = await Client.connect(
        client.service_client.config.target_host, namespace=client.namespace, grpc_compression=GrpcCompression.NONE
    )
    uncompressed = await in_turn(partial(_tree, gateway, WHOLE), partial(query, plain, WHOLE, "get_hierarchy"), 20)
    body = await in_turn(partial(_body, gateway, WHOLE), one_query, 20)
    best = await _best_concurrency(client, asked)
    each = await in_turn(partial(_tree, gateway, EACH), partial(_fan_out, client, asked, best), 4, check=_check)
    return [
        of_samples(f"cold tree of {ENTITIES} entities, one workflow, against one raw query", whole, bar=1.5),
        of_samples("the same, against a raw query that is not compressed, as ours is not", uncompressed),
        of_samples("the same to the bytes of the API's body, against one raw query", body),
        of_samples(
            f"cold tree of {ENTITIES} entities, a workflow each, against a bare fan-out ({best} at once)",
            each,
            bar=1.3,
        ),
    ]


async def _start(client: Client) -> list[Question]:
    """Start both releases. What a fan-out has to ask for the one with a workflow each."""
    entities = list(flat(hierarchy("each")))
    await start_all(client, [Start(WHOLE, "WholeRelease", [hierarchy("whole")])])
    await start_all(client, [Start(fields["id"], "OneEntity", [name, fields]) for name, fields in entities])
    asked = [(fields["id"], name) for name, fields in entities]
    for question in ((WHOLE, "get_hierarchy"), *asked):
        await until_answered(client, *question)
    return asked


async def _tree(gateway: TemporalGateway, release_id: EntityId) -> Tree:
    return await HierarchyReader(gateway, PhaseTable(), ReaderConfig(DEADLINE.total_seconds())).tree(release_id)


async def _body(gateway: TemporalGateway, release_id: EntityId) -> bytes:
    return to_json(Representation(Links()).hierarchy(await _tree(gateway, release_id)))


def _check(tree: Tree) -> None:
    entities = list(tree.release.walk())
    problems = [entity.problem for entity in entities if entity.problem]
    if len(entities) != ENTITIES or problems:
        raise AssertionError(f"{len(entities)} entities, {len(problems)} problems: {problems[:1]}")


async def _fan_out(client: Client, asked: list[Question], concurrency: int) -> None:
    limit = asyncio.Semaphore(concurrency)

    async def ask(workflow_id: str, name: str) -> None:
        async with limit:
            await query(client, workflow_id, name)

    await asyncio.gather(*(ask(*question) for question in asked))


async def _best_concurrency(client: Client, asked: list[Question]) -> int:
    times = {}
    for concurrency in CONCURRENCIES:
        began = perf_counter()
        await _fan_out(client, asked, concurrency)
        times[concurrency] = perf_counter() - began
    return min(times, key=lambda concurrency: times[concurrency])
