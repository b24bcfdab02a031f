"""The release that another is best compared with: the last one before it that worked."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from releases.access import Viewer
from releases.domain import Entity, EntityId, Run, RunStatus
from releases.listing import ListQuery, ReleaseList
from releases.phases import Phase

OF_LINE, OF_OTHERS = 15, 5
"""How many releases of the same line, and of others, are asked at most how they ended."""


class Previous(NamedTuple):
    """`is_of_line`: of the same line of releases; else it is the newest in scope that succeeded."""

    release: Entity
    run: Run
    is_of_line: bool


async def previous_succeeded(
    releases: ReleaseList, viewer: Viewer, release_id: EntityId, started_at: datetime
) -> Previous | None:
    """The newest release in the viewer's scope that started before this one and succeeded: of the same line where there
    is one, else of any. None where none is found among the newest.

    Costs a query for each release that is asked, of those that ended never another. Raises TemporalUnavailable.
    """
    runs = await releases.index.runs()
    newest_first = releases.selected(viewer, ListQuery(), runs)
    candidates = _candidates(release_id, [other for other in newest_first if runs[other].started_at < started_at], runs)
    # Nearly always it is the first.
    for some in (candidates[:1], candidates[1:]):
        read = await asyncio.gather(*(releases.shown(other, runs[other]) for other in some))
        for other, release in zip(some, read, strict=True):
            if release.phase is Phase.SUCCEEDED:
                return Previous(release, runs[other], line_of(other) == line_of(release_id))
    return None


def _candidates(release_id: EntityId, before: Sequence[EntityId], runs: Mapping[EntityId, Run]) -> list[EntityId]:
    line = line_of(release_id)

    def of_line() -> Iterator[EntityId]:
        # One that has succeeded may still run, to answer queries.
        return (i for i in before if line_of(i) == line and runs[i].status.imposed_state is None)

    def others() -> Iterator[EntityId]:
        return (i for i in before if line_of(i) != line and runs[i].status is RunStatus.COMPLETED)

    return [*islice(of_line(), OF_LINE), *islice(others(), OF_OTHERS)]


_DIVIDER = re.compile(r"[._-]+")
_OF_A_VERSION = re.compile(
    r"v?\d+(?:[a-z]{1,5}\d+)?"  # 2025, 11, v2, 1rc2, 2025w48
    r"|(?:rc|alpha|beta|pre|preview|hotfix|patch|build)\d*"
    r"|(?=[a-f]*\d)[0-9a-f]{7,40}",  # a commit
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")


@lru_cache(maxsize=20_000)
def line_of(release_id: EntityId) -> tuple[str, ...]:
    """What an ID shares with those of the releases before and after it: all but its version.

    The parts of a version stand between dots, hyphens or underscores; where nothing looks like one, it is whatever
    numbers there are (`train42`).
    """
    parts = _DIVIDER.split(release_id.name)
    kept = tuple(part for part in parts if not _OF_A_VERSION.fullmatch(part))
    return kept if len(kept) < len(parts) else tuple(_NUMBER.sub("#", part) for part in parts)
