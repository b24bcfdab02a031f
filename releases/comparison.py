"""What differs between two releases, app by app. Pure.

Entities are matched along the path, level by level, by their IDs, else by their names. Whatever stands below an entity
that has no counterpart has none either: that an app was moved is not guessed.
"""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from releases.domain import Entity, EntityType, Tree
from releases.phases import normalised


class Chosen(StrEnum):
    """By what the first of two releases to be compared was chosen: by the caller, or as the newest before the other
    that succeeded, of its line or of all in scope."""

    CALLER = "caller"
    LINE = "line"
    SCOPE = "scope"


class Comparands(NamedTuple):
    """Two releases to be compared, and how the first was chosen."""

    a: Tree
    b: Tree
    chosen: Chosen


class Match(StrEnum):
    """Which of two releases, A and B, hold something."""

    BOTH = "both"
    A = "a"
    B = "b"


class Aspect(StrEnum):
    """In what an app of two releases can differ. `unread`: that can't be told, as one of them can't be read."""

    VERSION = "version"
    STATE = "state"
    PHASE = "phase"
    DURATION = "duration"
    UNREAD = "unread"


DURATION_NOISE = timedelta(seconds=2)
DURATION_NOISE_SHARE = 0.1
"""Of the longer one. Durations differ only by more than both: no two deployments take the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One app, as both releases hold it or one alone does. `names` are those along its path, B's where there are any.

    `within` is the path of the topmost entity above it that this release alone holds; None where its bundle is in both.
    An app of one release alone differs in nothing, but `unread` where that release's other could not be read there.
    """

    a: Entity | None
    b: Entity | None
    names: tuple[str, ...]
    differs: tuple[Aspect, ...] = ()
    within: str | None = None

    @property
    def match(self) -> Match:
        if self.a is None or self.b is None:
            return Match.A if self.b is None else Match.B
        return Match.BOTH

    @property
    def is_unchanged(self) -> bool:
        return not self.differs and self.match is Match.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Lone:
    """A wave, cluster or bundle that one release alone holds, while what is above it is in both.

    `is_unread`: the other release could not be read there, so that it may well hold it, too.
    """

    match: Match
    entity: Entity
    names: tuple[str, ...]
    is_unread: bool


class Counts(NamedTuple):
    """Of the apps of two releases, each counted once: how many there are, and of how many what holds.

    One that differs in several aspects is counted with each. `only_a` and `only_b` leave out what is `unread`.
    """

    apps: int
    unchanged: int
    version: int
    state: int
    phase: int
    duration: int
    unread: int
    only_a: int
    only_b: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every app of both releases, once, and what holds those of one alone. In B's order; A's own after its siblings."""

    apps: list[Compared] = field(default_factory=list)
    lone: list[Lone] = field(default_factory=list)

    @property
    def differing(self) -> Sequence[Compared]:
        """All but those in which nothing differs."""
        return [app for app in self.apps if not app.is_unchanged]

    @property
    def counts(self) -> Counts:
        aspects = Counter(aspect for app in self.apps for aspect in app.differs)
        others = Counter(app.match for app in self.apps if not app.differs)
        return Counts(
            apps=len(self.apps),
            unchanged=others[Match.BOTH],
            **{aspect.value: aspects[aspect] for aspect in Aspect},
            only_a=others[Match.A],
            only_b=others[Match.B],
        )


def compare(a: Entity, b: Entity) -> Comparison:
    """What differs between these two releases, each given with all that it holds."""
    comparing = _Comparing(_Names(a), _Names(b), Comparison())
    comparing.counterparts(a, b, ())
    return comparing.found


class _Names:
    """What the entities of one release are matched by, where their IDs are not the same.

    IDs that are to be unique everywhere hold the name of their release, which is no part of what they stand for.
    """

    def __init__(self, release: Entity) -> None:
        self._own = re.compile(rf"(?<![A-Za-z0-9]){re.escape(release.id.name)}(?![A-Za-z0-9])")

    def of(self, entity: Entity) -> str:
        return entity.name or self._own.sub("", entity.id.name)


@dataclass(frozen=True, slots=True)
class _Comparing:
    names_of_a: _Names
    names_of_b: _Names
    found: Comparison

    def counterparts(self, a: Entity, b: Entity, names: tuple[str, ...]) -> None:
        """Compare all that is below these two."""
        is_unread = _may_hold_more(a) or _may_hold_more(b)
        for one, other in self._matched(a.children, b.children):
            if one is None or other is None:
                self._alone(one, other, names, is_unread=is_unread)
            elif other.type is EntityType.APP:
                differs = tuple(_differences(one, other))
                self.found.apps.append(Compared(a=one, b=other, names=(*names, other.label), differs=differs))
            else:
                self.counterparts(one, other, (*names, other.label))

    def _matched(self, a: Sequence[Entity], b: Sequence[Entity]) -> Iterator[tuple[Entity | None, Entity | None]]:
        """Of several of one name, the first goes with the first."""
        held_by_a = {child.id: child for child in a}
        taken = held_by_a.keys() & {child.id for child in b}
        named: defaultdict[str, deque[Entity]] = defaultdict(deque)
        for child in a:
            if child.id not in taken:
                named[self.names_of_a.of(child)].append(child)
        for child in b:
            one = held_by_a.get(child.id)
            if one is None and (same := named.get(self.names_of_b.of(child))):
                one = same.popleft()
                taken.add(one.id)
            yield one, child
        yield from ((child, None) for child in a if child.id not in taken)

    def _alone(self, a: Entity | None, b: Entity | None, names: tuple[str, ...], *, is_unread: bool) -> None:
        match = Match.A if b is None else Match.B
        for top in filter(None, (a, b)):
            within = None
            if top.type is not EntityType.APP:
                within = top.path
                lone = Lone(match=match, entity=top, names=(*names, top.label), is_unread=is_unread)
                self.found.lone.append(lone)
            for app, along in _apps(top, names):
                self.found.apps.append(
                    Compared(
                        a=app if match is Match.A else None,
                        b=app if match is Match.B else None,
                        names=along,
                        differs=(Aspect.UNREAD,) if is_unread else (),
                        within=within,
                    )
                )


def _apps(entity: Entity, names: tuple[str, ...]) -> Iterator[tuple[Entity, tuple[str, ...]]]:
    """The apps at or below an entity, with the names along their paths."""
    names = (*names, entity.label)
    if entity.type is EntityType.APP:
        yield entity, names
    for child in entity.children:
        yield from _apps(child, names)


def _may_hold_more(holder: Entity) -> bool:
    """Whether it holds nothing because it could not be read."""
    return holder.problem is not None and not holder.children


def _differences(a: Entity, b: Entity) -> Iterator[Aspect]:
    if _is_unread(a) or _is_unread(b):
        yield Aspect.UNREAD
        return
    if a.version != b.version:
        yield Aspect.VERSION
    if a.state != b.state and normalised(a.state or "") != normalised(b.state or ""):
        yield Aspect.STATE
    if a.phase is not b.phase:
        yield Aspect.PHASE
    if _take_different_times(a.duration, b.duration):
        yield Aspect.DURATION


def _is_unread(app: Entity) -> bool:
    return app.state is None and app.problem is not None


def _take_different_times(a: timedelta | None, b: timedelta | None) -> bool:
    if a is None or b is None:
        return False
    return abs(a - b) > max(DURATION_NOISE, DURATION_NOISE_SHARE * max(a, b))
