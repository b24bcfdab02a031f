"""Following a release, or the list, as a client does: by a snapshot, and by the patches from then on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from releases.difference import apply
from releases.domain import Entity, Freshness, Run
from releases.events import Event, FreshnessChange, PagePatch, PageSnapshot, Subscription, TreePatch, TreeSnapshot
from releases.listing import Page, Row
from tests.worlds import PATIENT


@dataclass
class Follower:
    """What one client knows. Every version must follow the one before, save after a snapshot."""

    subscription: Subscription
    release: Entity | None = None
    run: Run | None = None
    version: int = 0
    told: FreshnessChange | None = None
    patches: list[TreePatch] = field(default_factory=list)
    snapshots: int = 0

    async def next(self) -> Event:
        event = await self.subscription.next()
        match event:
            case TreeSnapshot(tree=tree):
                self.snapshots += 1
                self.release, self.run, self.version = tree.release, tree.run, tree.version
            case TreePatch():
                assert self.release is not None, "a patch came before any snapshot"
                assert event.version == self.version + 1
                self.patches.append(event)
                self.release = apply(self.release, list(event.changes))
                self.run, self.version = event.run or self.run, event.version
            case FreshnessChange():
                self.told = event
        return event

    async def until(self, is_so: Callable[["Follower"], bool]) -> None:
        async with asyncio.timeout(PATIENT):
            while not is_so(self):
                await self.next()

    async def until_live(self) -> None:
        await self.until(lambda known: known.freshness is Freshness.LIVE)

    async def until_stale(self, code: str) -> None:
        await self.until(lambda known: known.freshness is Freshness.STALE and known.code == code)

    async def until_state(self, entity_id: str, state: str | None) -> None:
        await self.until(lambda known: known.state_of(entity_id) == state)

    @property
    def freshness(self) -> Freshness | None:
        return self.told.freshness if self.told else None

    @property
    def code(self) -> str | None:
        return self.told.code if self.told else None

    def entity(self, entity_id: str) -> Entity | None:
        found = [e for e in self.release.walk() if e.id == entity_id] if self.release else []
        return found[0] if found else None

    def state_of(self, entity_id: str) -> str | None:
        entity = self.entity(entity_id)
        return entity.state if entity else None

    @property
    def held_by(self) -> str | None:
        return self.release.held_by.entity_id if self.release and self.release.held_by else None

    def problem_of(self, entity_id: str) -> str | None:
        entity = self.entity(entity_id)
        return entity.problem.code if entity and entity.problem else None


@dataclass
class PageFollower:
    """What one client knows of a page."""

    subscription: Subscription
    page: Page | None = None
    version: int = 0
    told: FreshnessChange | None = None
    patches: int = 0

    async def next(self) -> Event:
        event = await self.subscription.next()
        match event:
            case PageSnapshot(page=page, version=version):
                self.page, self.version = page, version
            case PagePatch(before=before, after=after, version=version):
                assert (before, version) == (self.page, self.version + 1)
                self.page, self.version = after, version
                self.patches += 1
            case FreshnessChange():
                self.told = event
        return event

    async def until(self, is_so: Callable[["PageFollower"], bool]) -> None:
        async with asyncio.timeout(PATIENT):
            while not is_so(self):
                await self.next()

    async def until_rows(self, **states: str | None) -> None:
        """Until these releases, and no others, are shown in these states."""
        await self.until(lambda known: known.page is not None and known.states == states)

    @property
    def states(self) -> dict[str, str | None]:
        return {row.release.id.name: row.release.state for row in self.page.rows} if self.page else {}

    def row(self, name: str) -> Row:
        assert self.page is not None
        return next(row for row in self.page.rows if row.release.id.name == name)


def as_read(release: Entity | None) -> Entity | None:
    """For comparing what came about by patches with what was read: by entities' fields, not by how they were made."""
    if release is None:
        return None
    plain = Entity(
        **{name: getattr(release, name) for name in Entity.__dataclass_fields__ if name not in ("_", "children")}
    )
    return replace(plain, children=tuple(child for child in map(as_read, release.children) if child is not None))
