"""Who has guessed wrong too often waits: django-axes' records and hooks, with limits and an end of our own.

Failures are counted for an account from one address, for it from anywhere, and from the address for any account. The
account is what was typed, whether there is such a one or not, so that nothing is told of whom we know. A lock ends a
fixed time after the failure that made it: tries meanwhile are refused before any password is looked at, and do not
count. A success forgets the account's failures from that address alone: nobody gets new tries elsewhere by signing in
to an account of their own.
"""

import math
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from axes.backends import AxesStandaloneBackend
from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.addresses import address_of, network_of

log = structlog.get_logger(__name__)

ACCOUNT_FACTOR = 4
"""Times `LOCKOUT_FAILURES` for an account from anywhere: its owner, elsewhere, is not locked out by a few guesses."""

ADDRESS_FACTOR = 10
"""The same from one address for any account: an office has one, and many people."""


class LockoutBackend(AxesStandaloneBackend):  # type: ignore[misc]  # django-axes has no types.
    """Stands before the backend that looks at passwords, and refuses who is locked out."""

    def authenticate(self, request: HttpRequest | None, *args: Any, **kwargs: Any) -> None:
        # Without a request it is somebody at the server's own keyboard, who may read the database anyway.
        if request is not None:
            super().authenticate(request, *args, **kwargs)


class LockoutHandler(AbstractAxesHandler, AxesBaseHandler):  # type: ignore[misc]
    """What django-axes asks and tells when somebody signs in. Requests bear `lockout_seconds` once refused."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        seconds = request.lockout_seconds = seconds_left(*_who(request, credentials))
        return seconds > 0

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        account, address = _who(request, credentials)
        return sum(failure.times for failure in _failures(account, address) if failure.is_of(account, address))

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


def forgive(request: HttpRequest, email: str) -> None:
    """After the right password: no failure of this account from this address counts any more."""
    account, address = account_key(email), network_of(address_of(request))
    AccessAttempt.objects.filter(username=account, ip_address=address).delete()


def forgive_account(email: str) -> None:
    """No failure of this account counts any more, from wherever."""
    AccessAttempt.objects.filter(username=account_key(email)).delete()


def account_key(email: str) -> str:
    """One text for all that a database may hold to be the same address: whatever the case, with or without accents."""
    decomposed = unicodedata.normalize("NFKD", email.strip().lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()[:254]


class _Failure(NamedTuple):
    account: str | None
    address: str | None
    times: int
    at: datetime

    def is_of(self, account: str | None, address: str | None) -> bool:
        return self.account == account and self.address == address


def seconds_left(account: str, address: str | None) -> int:
    """How long this account is locked from this address; 0 where it is not."""
    failures = _failures(account, address)
    limit = settings.RELPORTAL.LOCKOUT_FAILURES
    ends = [
        _end([each for each in failures if each.is_of(account, address)], limit),
        _end([each for each in failures if each.account == account], ACCOUNT_FACTOR * limit),
        _end([each for each in failures if address and each.address == address], ADDRESS_FACTOR * limit),
    ]
    last = max((end for end in ends if end is not None), default=None)
    return 0 if last is None else max(1, math.ceil((last - timezone.now()).total_seconds()))


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
    """Those that still count, of the account and of the address: a few rows, since no more come once it is locked."""
    recent = AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - _duration())
    found = recent.filter(Q(username=account) | Q(ip_address=address) if address else Q(username=account)).order_by()
    return [
        _Failure(*row) for row in found.values_list("username", "ip_address", "failures_since_start", "attempt_time")
    ]


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
