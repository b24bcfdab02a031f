"""The first page of the list where there are many releases, against the same where there are few.

Each has a namespace of its own on the same server. The releases of the first page are answered for by a worker; the
others are real workflows too, but only listed, as all are that no page shows.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from time import monotonic

from temporalio.client import Client

from releases.access import Viewer
from releases.gateway import GatewayConfig, TemporalGateway
from releases.hierarchy import HierarchyReader
from releases.index import OVERLAP, IndexConfig, ReleaseIndex
from releases.listing import ListQuery, Page, ReleaseList
from releases.phases import PhaseTable
from releases.reading import ReaderConfig
from releases.topology import ReleaseWorkflowIds
from tests.bench.samples import in_turn
from tests.bench.table import Measure, of_samples
from tests.bench.workflows import DEADLINE, NOBODYS_QUEUE, TASK_QUEUE, Start, start_all, until_answered
from tests.live_server import VIEWER, LiveServer

FEW = 100
PAGE = 20
LIST_QUERY = 'WorkflowId STARTS_WITH "release:"'
SOMEBODY = Viewer(1, VIEWER, frozenset({"release:*"}))
VISIBLE_SECONDS = 0.5
"""Visibility shows a run some 0.2 s after its start."""

_numbers = count()


async def start(client: Client, releases: int) -> float:
    """Start so many. The moment from which looks at what is new leave them out."""
    await start_all(client, [_release(NOBODYS_QUEUE) for _ in range(releases - PAGE)])
    await _start_answered(client, PAGE)
    return monotonic() + OVERLAP.total_seconds()


async def _start_answered(client: Client, releases: int = 1) -> None:
    starts = [_release(TASK_QUEUE) for _ in range(releases)]
    await start_all(client, starts)
    for one in starts:
        await until_answered(client, one.id, "get_release_state")


def _release(task_queue: str) -> Start:
    number = next(_numbers)
    release_id = f"release:2026.{number % 52}-{('payments', 'search', 'checkout')[number % 3]}-{number}"
    return Start(release_id, "OneEntity", ["get_release_state", {"id": release_id, "state": "deploying"}], task_queue)


async def measure(
    many: Client, few: Client, releases: int, settled_at: float, portals: tuple[LiveServer, LiveServer]
) -> list[Measure]:
    fill = await in_turn(partial(_fill, many, releases), partial(_bare_listing, many), 2)
    await asyncio.sleep(max(0, settled_at - monotonic()))
    of_many, of_few = _page_of(many), _page_of(few)
    warm = await in_turn(of_many, of_few, 40, check=partial(_check, releases))
    served = await in_turn(_served_by(portals[0], releases), _served_by(portals[1], FEW), 40)

    async def one_more() -> None:
        for client in (many, few):
            await _start_answered(client)
        await asyncio.sleep(VISIBLE_SECONDS)

    changing = await in_turn(of_many, of_few, 12, before=one_more)
    return [
        of_samples(f"page 1 of {releases:,} releases, against page 1 of {FEW}", warm, bar=1.2),
        of_samples("the same by HTTP", served, bar=1.2),
        of_samples("the same where a release has started since the last page", changing),
        of_samples(f"once per process: the index of {releases:,} releases, against a bare listing", fill),
    ]


def _page_of(client: Client) -> Callable[[], Awaitable[Page]]:
    gateway = _gateway(client)
    reader = HierarchyReader(gateway, PhaseTable(), ReaderConfig(DEADLINE.total_seconds()))
    return partial(ReleaseList(_index(gateway), reader).page, SOMEBODY, ListQuery(page_size=PAGE))


def _check(releases: int, page: Page) -> None:
    problems = [row.release.problem for row in page.rows if row.release.problem]
    if (page.count, len(page.rows), problems) != (releases, PAGE, []):
        raise AssertionError(f"{len(page.rows)} rows of {page.count}, {len(problems)} problems: {problems[:1]}")


def _served_by(portal: LiveServer, releases: int) -> Callable[[], Awaitable[None]]:
    token = portal.token(VIEWER)

    async def request() -> None:
        answer = await asyncio.to_thread(portal.get, "/api/releases/", token=token)
        body = answer.json()
        if (answer.status, body["count"], len(body["results"])) != (200, releases, PAGE):
            raise AssertionError(f"{answer.status}: {answer.content[:200]!r}")

    return request


async def _fill(client: Client, releases: int) -> None:
    found = await _index(_gateway(client)).runs()
    if len(found) != releases:
        raise AssertionError(f"{len(found)} releases in the index")


async def _bare_listing(client: Client) -> None:
    async for _ in client.list_workflows(LIST_QUERY, page_size=1000):
        pass


def _gateway(client: Client) -> TemporalGateway:
    config = client.service_client.config
    return TemporalGateway(GatewayConfig(host=config.target_host, namespace=client.namespace))


def _index(gateway: TemporalGateway) -> ReleaseIndex:
    return ReleaseIndex(gateway, IndexConfig(LIST_QUERY, ReleaseWorkflowIds()))
