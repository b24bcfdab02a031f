"""Who has guessed wrong too often waits: django-axes' records and hooks, with limits and an end of our own.

Failures are counted for an account from one address, for it from anywhere, and from the address for any account. The
account is what was typed, whether there is such a one or not, so that nothing is told of whom we know. A lock ends a
fixed time after the failure that made it: tries meanwhile are refused before any password is looked at, and do not
count. A success forgets the account's failures from that address alone: nobody gets new tries elsewhere by signing in
to an account of their own.

Each try has a place before its password is looked at, a row of its own: of many that come together no more are looked
at than of as many that come one after the other. Who finds no place waits for how those before end, since they may be
right.
"""

import math
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import structlog
from axes.backends import AxesStandaloneBackend
from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.addresses import address_of, network_of
from releases.problems import LockedOut

log = structlog.get_logger(__name__)

ACCOUNT_FACTOR = 4
"""Times `LOCKOUT_FAILURES` for an account from anywhere: its owner, elsewhere, is not locked out by a few guesses."""

ADDRESS_FACTOR = 10
"""The same from one address for any account: an office has one, and many people."""

PLACE_LIFETIME = timedelta(seconds=60)
"""Of a try whose process has died: it holds up nobody for longer."""

PATIENCE_SECONDS = 10.0
"""For tries before this one to end: many times what looking at a password takes."""

_LOOK_SECONDS = 0.05
"""From one look for a place to the next."""


class LockoutBackend(AxesStandaloneBackend):  # type: ignore[misc]  # django-axes has no types.
    """Stands before the backend that looks at passwords, and refuses who is locked out, whoever it is that asks it."""

    def authenticate(self, request: HttpRequest | None, *args: Any, **kwargs: Any) -> None:
        # Without a request it is somebody at the server's own keyboard, who may read the database anyway.
        if request is not None:
            super().authenticate(request, *args, **kwargs)


class LockoutHandler(AbstractAxesHandler, AxesBaseHandler):  # type: ignore[misc]
    """What django-axes asks and tells when somebody signs in."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        return seconds_left(*_who(request, credentials)) > 0

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        account, address = _who(request, credentials)
        failures = (each for each in _failures(account, address) if not each.place)
        return sum(failure.times for failure in failures if failure.is_of(account, address))

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
        if request is not None and not request.axes_locked_out:
            _count(*_who(request, credentials))

    def user_logged_in(self, *_: Any, **__: Any) -> None:
        """Nothing: programs that get a token are not logged in by Django's signal. See `forgive`."""

    def user_logged_out(self, *_: Any, **__: Any) -> None:
        """Nothing is kept of sign-outs."""

    def post_save_access_attempt(self, *_: Any, **__: Any) -> None:
        """Nothing: there is no cache to keep up."""

    post_delete_access_attempt = post_save_access_attempt


@contextmanager
def one_try(request: HttpRequest, email: str) -> Iterator[None]:
    """What looks at a secret of this account, and counts it where it is wrong. Raises LockedOut where no more may be
    looked at."""
    place = _place(*_who(request, {"email": email}))
    try:
        yield
    finally:
        place.delete()


def count_failure(request: HttpRequest, email: str) -> None:
    """A wrong second factor, which counts as a wrong password does."""
    _count(*_who(request, {"email": email}))


def forgive(request: HttpRequest, email: str) -> None:
    """After the whole of a sign-in was right: no failure of this account from this address counts any more."""
    account, address = account_key(email), network_of(address_of(request))
    AccessAttempt.objects.filter(username=account, ip_address=address, user_agent="").delete()


def forgive_account(email: str) -> None:
    """No failure of this account counts any more, from wherever."""
    AccessAttempt.objects.filter(username=account_key(email), user_agent="").delete()


def account_key(email: str) -> str:
    """One text for all that a database may hold to be the same address: whatever the case, with or without accents."""
    decomposed = unicodedata.normalize("NFKD", email.strip().lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()[:254]


class _Failure(NamedTuple):
    account: str | None
    address: str | None
    times: int
    at: datetime
    place: str = ""
    """Of a try that has not ended, which may yet be right."""

    def is_of(self, account: str | None, address: str | None) -> bool:
        return self.account == account and self.address == address


def seconds_left(account: str, address: str | None) -> int:
    """How long this account is locked from this address; 0 where it is not."""
    return _seconds_left(account, address, [each for each in _failures(account, address) if not each.place])


def _seconds_left(account: str, address: str | None, failures: list[_Failure]) -> int:
    limit = settings.RELPORTAL.LOCKOUT_FAILURES
    ends = [
        _end([each for each in failures if each.is_of(account, address)], limit),
        _end([each for each in failures if each.account == account], ACCOUNT_FACTOR * limit),
        _end([each for each in failures if address and each.address == address], ADDRESS_FACTOR * limit),
    ]
    last = max((end for end in ends if end is not None), default=None)
    return 0 if last is None else max(1, math.ceil((last - timezone.now()).total_seconds()))


def _place(account: str, address: str | None) -> AccessAttempt:
    """A place among those that may be looked at, as soon as there is one. Raises LockedOut."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        # Who is locked out makes no work for those who would write.
        if _has_room(account, address):
            with _alone():
                if _has_room(account, address):
                    return AccessAttempt.objects.create(
                        username=account, ip_address=address, user_agent=uuid4().hex, failures_since_start=1
                    )
        if time.monotonic() >= deadline:
            raise LockedOut(wait=1)
        time.sleep(_LOOK_SECONDS)


def _has_room(account: str, address: str | None) -> bool:
    """Whether it would be no try too many even if all that have not ended are wrong. Raises LockedOut."""
    failures = _failures(account, address)
    if seconds := _seconds_left(account, address, [each for each in failures if not each.place]):
        raise LockedOut(wait=seconds)
    return not _seconds_left(account, address, failures)


@contextmanager
def _alone() -> Iterator[None]:
    """One process and thread at a time, and what they wrote is seen by the next. SQLite's transactions are so."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                table = connection.ops.quote_name(AccessAttempt._meta.db_table)
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")  # It stops no reader.
        yield


def _end(failures: Iterable[_Failure], limit: int) -> datetime | None:
    """When so many have expired that fewer than the limit are left; None where they are fewer now."""
    newest_first = sorted(failures, key=lambda failure: failure.at, reverse=True)
    count = 0
    for failure in newest_first:
        count += failure.times
        if count >= limit:
            return failure.at + _duration()
    return None


def _failures(account: str, address: str | None) -> list[_Failure]:
    """Those that still count, of the account and of the address, and tries that have not ended: a few rows, since no
    more come once it is locked."""
    now = timezone.now()
    of_both = Q(username=account) | Q(ip_address=address) if address else Q(username=account)
    counts = Q(user_agent="") | Q(attempt_time__gt=now - PLACE_LIFETIME)
    found = AccessAttempt.objects.filter(of_both, counts, attempt_time__gt=now - _duration()).order_by()
    columns = ("username", "ip_address", "failures_since_start", "attempt_time", "user_agent")
    return [_Failure(*row) for row in found.values_list(*columns)]


def _count(account: str, address: str | None) -> None:
    now = timezone.now()
    # Whatever is over goes with the next failure of anybody: the table is as large as what counts.
    AccessAttempt.objects.filter(attempt_time__lte=now - _duration()).delete()
    with transaction.atomic():
        attempt, is_first = AccessAttempt.objects.get_or_create(
            username=account, ip_address=address, user_agent="", defaults={"failures_since_start": 1}
        )
        if not is_first:
            AccessAttempt.objects.filter(pk=attempt.pk).update(
                failures_since_start=F("failures_since_start") + 1, attempt_time=now
            )
    if seconds_left(account, address):
        log.warning("locked_out")


def _who(request: Any, credentials: dict[str, Any] | None) -> tuple[str, str | None]:
    given = credentials or {}
    email = given.get("email") or given.get("username") or ""
    return account_key(str(email)), network_of(address_of(request))


def _duration() -> timedelta:
    return timedelta(minutes=settings.RELPORTAL.LOCKOUT_MINUTES)
