"""Who may see which release. Pure: `accounts.viewers` makes a Viewer of a user."""

from collections.abc import Hashable
from dataclasses import dataclass
from fnmatch import fnmatchcase


def matches(release_id: str, pattern: str) -> bool:
    """Whether a scope's pattern is of this release; case counts."""
    return fnmatchcase(release_id, pattern)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks at releases, and the glob patterns over release IDs that their roles give them."""

    user_id: int | None
    email: str
    patterns: frozenset[str] = frozenset()
    sees_all: bool = False
    within: frozenset[str] | None = None
    """What a service token leaves of it: patterns of which one must match besides. None without such a token."""

    def may_see(self, release_id: str) -> bool:
        """Whether any pattern matches; case counts. False for all where there is no pattern."""
        of_roles = self.sees_all or any(matches(release_id, pattern) for pattern in self.patterns)
        return of_roles and (self.within is None or any(matches(release_id, pattern) for pattern in self.within))

    @property
    def scope(self) -> Hashable:
        """What may be shared: the same for viewers who see the same releases."""
        return None if self.sees_all else self.patterns, self.within

    @property
    def sees_nothing(self) -> bool:
        """Whether no release at all can be seen: somebody without a role."""
        return not (self.sees_all or self.patterns) or (self.within is not None and not self.within)


NOBODY = Viewer(user_id=None, email="")
