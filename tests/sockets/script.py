"""A stand-in for what `services` follows: a test says what happens, and sees who follows.

Followers have real mailboxes, so that what waits for a slow one is what would wait in earnest.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from releases import services
from releases.access import Viewer
from releases.difference import Set
from releases.domain import EntityId, EntityType, Freshness, Run, RunStatus, Tree
from releases.errors import RelportalError
from releases.events import Event, FreshnessChange, PagePatch, PageSnapshot, TreePatch, TreeSnapshot
from releases.listing import ListQuery, Page, Row
from releases.mailbox import Mailbox
from tests.unit.trees import entity

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(eq=False)
class ScriptedRelease:
    """A release of one wave, whose name changes with each `change`."""

    tree: Tree
    mailboxes: list[Mailbox] = field(default_factory=list)

    @classmethod
    def of(cls, release_id: EntityId) -> "ScriptedRelease":
        run = Run(release_id, "run-1", RunStatus.RUNNING, NOON)
        release = entity(EntityType.RELEASE, release_id.name, entity(EntityType.WAVE, "w", state="deploying"))
        return cls(Tree(release=release, run=run, as_of=NOON, freshness=Freshness.LIVE, version=1))

    def change(self, name: str) -> None:
        release = replace(self.tree.release, name=name)
        self.tree = replace(self.tree, release=release, version=self.tree.version + 1)
        self.tell(TreePatch(self.tree.version, self.tree.as_of, (Set("", {"name": name}),)))

    def tell(self, event: Event) -> None:
        for mailbox in self.mailboxes:
            mailbox.put(event)

    def fail(self, error: RelportalError) -> None:
        for mailbox in self.mailboxes:
            mailbox.fail(error)

    def enter(self) -> Mailbox:
        mailbox = Mailbox(lambda: TreeSnapshot(self.tree), lambda: FreshnessChange(Freshness.LIVE, self.tree.as_of))
        self.mailboxes.append(mailbox)
        return mailbox


@dataclass
class Script:
    """What there is to follow. Releases come to be when somebody follows them."""

    releases: dict[str, ScriptedRelease] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    asked: list[tuple[Viewer, Any]] = field(default_factory=list)
    """Who followed what, in order: a release's ID or a ListQuery."""
    page_mailboxes: list[Mailbox] = field(default_factory=list)
    page_version: int = 1
    broken: Exception | None = None
    """What following raises, where it is not as it should be."""

    def __getitem__(self, release_id: str) -> ScriptedRelease:
        known = EntityId(release_id)
        return self.releases.setdefault(known, ScriptedRelease.of(known))

    def use(self, monkeypatch: pytest.MonkeyPatch) -> "Script":
        monkeypatch.setattr(services, "follow_release", self.follow_release)
        monkeypatch.setattr(services, "follow_list", self.follow_list)
        return self

    @asynccontextmanager
    async def follow_release(self, viewer: Viewer, release_id: str) -> AsyncIterator[Mailbox]:
        release = self[services._authorised(viewer, release_id)]
        self.asked.append((viewer, release_id))
        if self.broken is not None:
            raise self.broken
        mailbox = release.enter()
        try:
            yield mailbox
        finally:
            release.mailboxes.remove(mailbox)

    @asynccontextmanager
    async def follow_list(self, viewer: Viewer, query: ListQuery) -> AsyncIterator[Mailbox]:
        self.asked.append((viewer, query))

        def snapshot() -> PageSnapshot:
            return PageSnapshot(self.page_version, NOON, Freshness.LIVE, self.page_of(viewer))

        mailbox = Mailbox(snapshot, lambda: FreshnessChange(Freshness.LIVE, NOON))
        self.page_mailboxes.append(mailbox)
        try:
            yield mailbox
        finally:
            self.page_mailboxes.remove(mailbox)

    def page_of(self, viewer: Viewer) -> Page:
        rows = [row for row in self.rows if viewer.may_see(row.release.id)]
        return Page(len(rows), rows)

    def list_release(self, name: str) -> None:
        """A new release is listed, and everybody who sees the list is told."""
        before = Page(len(self.rows), tuple(self.rows))
        run = Run(f"release:{name}", "run-1", RunStatus.RUNNING, NOON)
        self.rows.append(Row(entity(EntityType.RELEASE, name, state="deploying"), run))
        self.page_version += 1
        for mailbox in self.page_mailboxes:
            mailbox.put(PagePatch(self.page_version, NOON, before, Page(len(self.rows), tuple(self.rows))))

    @property
    def followers(self) -> int:
        return len(self.page_mailboxes) + sum(len(release.mailboxes) for release in self.releases.values())
