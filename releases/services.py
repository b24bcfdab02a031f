"""What people and programs do with releases: authorise, read. Views and consumers call nothing else.

Each use case takes who looks (a Viewer) and raises `releases.errors`. Who may not see a release is told so before
Temporal is asked, and never whether it exists.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import structlog
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils.module_loading import import_string

from releases.access import Viewer
from releases.checkup import Checkup
from releases.checkup_report import Report
from releases.circuit import CircuitBreaker
from releases.comparison import Chosen, Comparands
from releases.counting import PhaseCounter, PhaseCounts
from releases.domain import Entity, EntityId, EntityType, Tree
from releases.errors import (
    AccessDenied,
    AmbiguousEntity,
    EntityNotFound,
    InvalidEntityId,
    NotFound,
    PreviousReleaseNotFound,
    QueryTimeout,
    SourceError,
)
from releases.events import Subscription
from releases.gateway import Gateway, GatewayConfig, Slots
from releases.hierarchy import HierarchyReader
from releases.histories import LongPolls
from releases.index import IndexConfig, ReleaseIndex
from releases.listing import ListQuery, Page, ReleaseList
from releases.live import LiveTrees
from releases.live_list import ListMeans, LivePages
from releases.live_tree import Means
from releases.measured_gateway import MeasuredGateway
from releases.peers import Peers
from releases.phases import PhaseTable
from releases.previous import Previous, previous_succeeded
from releases.pulse import Pulse
from releases.reading import ReaderConfig
from releases.record import note
from releases.topology import ReleaseWorkflowIds

log = structlog.get_logger(__name__)

T = TypeVar("T")

TREES_AT_ONCE = 8
"""Trees that a search for an entity reads at the same time."""


@dataclass(frozen=True, slots=True)
class Source:
    """All that reads from Temporal, sharing one connection, its limits and what has been learned."""

    gateway: CircuitBreaker
    reader: HierarchyReader
    index: ReleaseIndex
    list: ReleaseList
    counter: PhaseCounter
    trees: LiveTrees
    pages: LivePages
    long_polls: LongPolls

    async def tree(self, release_id: EntityId, *, fresh: bool = False, one_of_many: bool = False) -> Tree:
        """The release with all that it holds: as it is known where it is live, else, or `fresh`, read now. For one of
        many, other processes are not asked to tell of it from then on."""
        live = None if fresh else self.trees.state(release_id)
        if live is None and not fresh and not one_of_many:
            live = await self.trees.state_elsewhere(release_id)
        return live or await self.reader.tree(release_id)


_sources: "WeakKeyDictionary[asyncio.AbstractEventLoop, Source]" = WeakKeyDictionary()


def source() -> Source:
    """The source of the running event loop.

    A server has one loop and so one source. A sync caller outside of a server (a command, a test client) runs each
    call on a loop of its own, and pays for a connection of its own.
    """
    loop = asyncio.get_running_loop()
    if loop not in _sources:
        _sources[loop] = _make_source()
    return _sources[loop]


def known_sources() -> list[Source]:
    """Those that have been made, for who looks at them from any thread: a server has one."""
    return list(_sources.values())


def _make_source() -> Source:
    env = settings.RELPORTAL
    gateway = CircuitBreaker(MeasuredGateway(_make_gateway()))
    workflow_ids = ReleaseWorkflowIds(env.RELEASE_WORKFLOW_ID_TEMPLATE)
    config = ReaderConfig(env.QUERY_TIMEOUT_SECONDS, env.QUERY_CONCURRENCY, workflow_ids)
    phases = PhaseTable(env.RELEASE_STATE_PHASES)
    reader = HierarchyReader(gateway, phases, config)
    index = ReleaseIndex(gateway, IndexConfig(env.RELEASE_LIST_QUERY, workflow_ids))
    pulse = Pulse(gateway, index)
    long_polls = LongPolls(env.WATCH_LONG_POLLS)
    trees = LiveTrees(Means(gateway, reader, pulse, long_polls), env.WATCH_GRACE_SECONDS, _peers())
    releases = ReleaseList(index, reader, trees.state)
    counter = PhaseCounter(releases, phases, config)
    pages = LivePages(ListMeans(releases, trees, pulse))
    return Source(gateway, reader, index, releases, counter, trees, pages, long_polls)


def _peers() -> Peers | None:
    """The other processes, where REDIS_URL says how to reach them."""
    url = settings.RELPORTAL.REDIS_URL
    if url is None:
        return None
    from releases.redis_leases import RedisLeases

    # Processes that read another Temporal, or read it otherwise, share nothing, though they have one Redis.
    env = settings.RELPORTAL
    read = (env.TEMPORAL_HOST, env.TEMPORAL_NAMESPACE, env.RELEASE_WORKFLOW_ID_TEMPLATE, env.RELEASE_STATE_PHASES)
    prefix = f"relportal:{sha256(repr(read).encode()).hexdigest()[:16]}:lease:"
    return Peers(get_channel_layer(), RedisLeases.at(url, prefix))


def _make_gateway() -> Gateway:
    env = settings.RELPORTAL
    made: Gateway = import_string(settings.RELEASES_GATEWAY)(
        GatewayConfig(
            host=env.TEMPORAL_HOST,
            namespace=env.TEMPORAL_NAMESPACE,
            tls=env.TEMPORAL_TLS,
            tls_cert=env.TEMPORAL_TLS_CERT,
            tls_key=env.TEMPORAL_TLS_KEY,
            tls_ca=env.TEMPORAL_TLS_CA,
            api_key=env.TEMPORAL_API_KEY,
            query_timeout=env.QUERY_TIMEOUT_SECONDS,
            query_concurrency=env.QUERY_CONCURRENCY,
        )
    )
    return made


async def shut_down() -> None:
    """End all that watches Temporal, or reads from it in the background, from the running loop."""
    known = _sources.get(asyncio.get_running_loop())
    if known is not None:
        await known.counter.stop()
        await known.pages.stop()
        await known.trees.stop()
        await known.gateway.stop()


def warm_up() -> None:
    """Connect and fill the index of releases, in the background of the running loop; once, whatever comes of it: the
    first reader asks again."""
    loop = asyncio.get_running_loop()
    if loop not in _warming:
        _warming[loop] = loop.create_task(_fill_index())


async def _fill_index() -> None:
    try:
        await source().index.runs()
    except SourceError as error:
        log.warning("index_not_filled", reason=str(error))


_warming: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]]" = WeakKeyDictionary()


async def check_source() -> None:
    """Nothing where Temporal can be reached; else TemporalUnavailable."""
    await source().gateway.check()


async def check_peers() -> None:
    """Nothing where the other processes can be told of releases, or there are none; else LeasesUnavailable."""
    await source().trees.check_peers()


async def check_up(wanted: Sequence[EntityId] = (), *, at_most: int = 10) -> Report:
    """Whether workflows meet the contract: for whoever runs the portal, who may see all."""
    # Not through the circuit: what is wrong is to be told by who was asked, not by who gave up asking.
    checkup = Checkup(_make_gateway(), source().reader, settings.RELPORTAL.RELEASE_LIST_QUERY)
    return await checkup.run(wanted, at_most=at_most)


# Use cases


async def list_releases(viewer: Viewer, query: ListQuery) -> Page:
    """A page of the releases in the viewer's scope; its count tells nothing of others."""
    page = Page(0) if viewer.sees_nothing else await source().list.page(viewer, query)
    note(shown=len(page.rows))
    return page


async def count_releases(viewer: Viewer, query: ListQuery) -> PhaseCounts:
    """How many releases in the viewer's scope are in each phase."""
    if viewer.sees_nothing:
        return PhaseCounts({}, 0, datetime.now(UTC))
    return await source().counter.counts(viewer, query)


async def get_release(viewer: Viewer, release_id: str, *, fresh: bool = False) -> Tree:
    """One release, whose descendants are not wanted. Reads give the live state where somebody follows the release;
    `fresh` ones always ask Temporal."""
    wanted = _authorised(viewer, release_id)
    trees = source().trees
    live = None if fresh else trees.state(wanted, whole=False) or await trees.state_elsewhere(wanted)
    return live or await source().reader.release(wanted)


async def get_tree(viewer: Viewer, release_id: str, *, fresh: bool = False) -> Tree:
    """One release with all that it holds."""
    return await source().tree(_authorised(viewer, release_id), fresh=fresh)


async def get_entity(
    viewer: Viewer, release_id: str, entity_id: str, path: str | None = None, *, fresh: bool = False
) -> tuple[Tree, Entity]:
    """One entity of a release, and the tree it stands in. Raises AmbiguousEntity where it stands in several places
    and `path` names none of them."""
    wanted = EntityId(entity_id)
    tree = await source().tree(_authorised(viewer, release_id), fresh=fresh)
    places = tree.find(wanted)
    if path is not None:
        places = [place for place in places if place.path == path]
    return tree, _only([(tree, place) for place in places], wanted)[1]


@asynccontextmanager
async def follow_release(viewer: Viewer, release_id: str) -> AsyncIterator[Subscription]:
    """What happens to one release, from now on. Raises AccessDenied before Temporal is asked; asking for an event
    raises ReleaseNotFound where there is none."""
    wanted = _authorised(viewer, release_id)
    with source().trees.followed(wanted) as subscription:
        yield subscription


@asynccontextmanager
async def follow_list(viewer: Viewer, query: ListQuery) -> AsyncIterator[Subscription]:
    """What happens to one page of the releases in the viewer's scope."""
    with source().pages.followed(viewer, query) as subscription:
        yield subscription


async def find_entity(viewer: Viewer, entity_id: str) -> tuple[Tree, Entity]:
    """The one entity of this ID among all that the viewer may see, and its tree.

    A release is found by its ID; for anything else every release in scope is read, newest first. Releases that can't
    be read, or not in time, are left out. Raises EntityNotFound, AmbiguousEntity, and QueryTimeout where nothing was
    found while not all were read.
    """
    wanted = EntityId(entity_id)
    if wanted.type is EntityType.RELEASE:
        note(release=wanted)
        tree = await source().tree(_authorised(viewer, wanted))
        return tree, tree.release
    if viewer.sees_nothing:
        raise AccessDenied(wanted)
    found = _only(await _places_of(wanted, viewer), wanted)
    note(release=found[0].release.id)
    return found


async def _places_of(entity_id: EntityId, viewer: Viewer) -> list[tuple[Tree, Entity]]:
    known = source()
    runs = await source().index.runs()
    in_scope = sorted((i for i in runs if viewer.may_see(i)), key=lambda i: runs[i].started_at, reverse=True)
    # A release that does not answer gives its place to others while it is waited for.
    at_once = Slots(TREES_AT_ONCE)

    async def places(release_id: EntityId) -> list[tuple[Tree, Entity]]:
        async with at_once.taken():
            try:
                tree = await known.tree(release_id, one_of_many=True)
            except (SourceError, NotFound) as error:
                log.info("release_left_out", release_id=release_id, error=type(error).__name__)
                return []
        return [(tree, entity) for entity in tree.find(entity_id)]

    found, missed = await _ended_within(
        known.reader.config.query_timeout, [places(release_id) for release_id in in_scope]
    )
    if missed and not any(found):
        raise QueryTimeout(f"{missed} of {len(in_scope)} releases not looked through")
    return [place for of_release in found for place in of_release]


async def _ended_within(seconds: float, reads: list[Coroutine[Any, Any, T]]) -> tuple[list[T], int]:
    """The results of those reads that ended in time, and how many did not."""
    if not reads:
        return [], 0
    tasks = [asyncio.create_task(read) for read in reads]
    try:
        done, missed = await asyncio.wait(tasks, timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
    return [task.result() for task in tasks if task in done], len(missed)


def _only(places: list[tuple[Tree, Entity]], entity_id: EntityId) -> tuple[Tree, Entity]:
    if not places:
        raise EntityNotFound(entity_id)
    if len(places) > 1:
        raise AmbiguousEntity([(tree.release.id, entity.path) for tree, entity in places])
    return places[0]


async def previous_release(viewer: Viewer, release_id: str) -> Previous | None:
    """The release that this one is best compared with; None where there is none."""
    wanted, known = _authorised(viewer, release_id), source()
    run = (await known.index.runs()).get(wanted) or (await known.reader.release(wanted)).run
    previous = await previous_succeeded(known.list, viewer, wanted, run.started_at)
    note(compared_with=previous.release.id if previous else "")
    return previous


async def get_trees_to_compare(viewer: Viewer, a: str | None, b: str, *, fresh: bool = False) -> Comparands:
    """Two releases with all that they hold; where `a` is None, it is the one that `b` is best compared with.

    Raises PreviousReleaseNotFound where there is none. An error about one of the two says which, as its `parameter`.
    """
    wanted_a = _authorised_as("a", viewer, a) if a is not None else None
    wanted_b = _authorised_as("b", viewer, b)
    if wanted_a is not None:
        return Comparands(
            *await asyncio.gather(_tree_of("a", wanted_a, fresh), _tree_of("b", wanted_b, fresh)), Chosen.CALLER
        )
    tree = await _tree_of("b", wanted_b, fresh)
    previous = await previous_succeeded(source().list, viewer, wanted_b, tree.run.started_at)
    if previous is None:
        raise PreviousReleaseNotFound(b)
    note(compared_with=previous.release.id)
    chosen = Chosen.LINE if previous.is_of_line else Chosen.SCOPE
    return Comparands(await _tree_of("a", previous.release.id, fresh), tree, chosen)


def _authorised_as(parameter: str, viewer: Viewer, release_id: str) -> EntityId:
    try:
        return _authorised(viewer, release_id)
    except InvalidEntityId as error:
        raise InvalidEntityId(parameter, error.expected) from error
    except AccessDenied as error:
        raise error.about(parameter) from error


async def _tree_of(parameter: str, release_id: EntityId, fresh: bool) -> Tree:
    try:
        return await source().tree(release_id, fresh=fresh)
    except (NotFound, SourceError) as error:
        raise error.about(parameter) from error


def _authorised(viewer: Viewer, release_id: str) -> EntityId:
    """The ID, once it is known to be a release's and in the viewer's scope."""
    parsed = EntityId.of_type(EntityType.RELEASE, release_id)
    if not viewer.may_see(parsed):
        raise AccessDenied(parsed)
    return parsed
