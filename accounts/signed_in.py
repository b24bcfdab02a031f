"""What somebody is signed in by at the moment, for those who manage people: when each began and ends, never its key."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.utils import timezone

from accounts.models import User
from accounts.sessions import times_of
from accounts.tokens import FAMILY_LIFETIME

_LISTED = 20


def open_ones(user: User) -> list[str]:
    """A line for each session of a browser and each sign-in of a program that is good now, the newest first; how many
    more there are, where they are many."""
    if not user.is_active:
        return []
    lines = [line for _, line in sorted([*_sessions(user), *_programs(user)], reverse=True)]
    more = len(lines) - _LISTED
    return [*islice(lines, _LISTED), *([f"and {more} more"] if more > 0 else [])]


def _sessions(user: User) -> Iterator[tuple[datetime, str]]:
    for row in user.sessions.filter(expire_date__gt=timezone.now()):
        times = times_of(row)
        if times is not None and user.has_mark(times.mark):
            line = (
                f"A browser since {_told(times.began)}: ends {_told(row.expire_date)} if nobody is at it,"
                f" {_told(times.ends_at_latest)} in any case"
            )
            yield times.began, line


def _programs(user: User) -> Iterator[tuple[datetime, str]]:
    for family in user.token_families.filter(ended_at=None, expires_at__gt=timezone.now()):
        if user.has_mark(family.password_mark):
            line = (
                f"A program since {_told(family.began_at)}: ends {_told(family.expires_at)} if it does not come back,"
                f" {_told(family.began_at + FAMILY_LIFETIME)} in any case"
            )
            yield family.began_at, line


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
