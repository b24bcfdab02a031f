"""What those who follow a release, or the list of them, are told. Pure: no I/O, no framework.

Events are compared by identity: however many follow, each is told of the same object, so that what is made of it (JSON,
mostly) can be made once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from releases.difference import Change
from releases.domain import Freshness, Run, Tree
from releases.listing import Page


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class TreeSnapshot:
    """The whole tree, with the version that the next patch goes on from."""

    tree: Tree


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class TreePatch:
    """The changes from the version before to this one, to be applied in order. `run` is the release's run where that
    is another one now, or stands otherwise."""

    version: int
    as_of: datetime
    changes: tuple[Change, ...]
    run: Run | None = None
    since: float | None = None
    """When the first of what led to it was told of, by the loop's clock, where it was told of."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class PageSnapshot:
    version: int
    as_of: datetime
    freshness: Freshness
    page: Page


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class PagePatch:
    """The page of the version before, and of this one."""

    version: int
    as_of: datetime
    before: Page
    after: Page


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class FreshnessChange:
    """How what was told is kept up to date from now on.

    `as_of` is None where nothing could be read yet. `reason` is a sentence for people and `code` a problem code where
    it is stale, `period` the seconds between two reads where it is polled.
    """

    freshness: Freshness
    as_of: datetime | None = None
    reason: str | None = None
    code: str | None = None
    period: float | None = None


Event = TreeSnapshot | TreePatch | PageSnapshot | PagePatch | FreshnessChange


class Subscription(Protocol):
    """What one who follows is given. A follower that can't keep up is given a newer snapshot in place of the patches
    that it missed, so that no more than a few events ever wait."""

    async def next(self) -> Event:
        """Wait for the next event. Raises RelportalError where it can't go on: the subscription is over then."""

    def resync(self) -> None:
        """Have a snapshot be the next event."""
