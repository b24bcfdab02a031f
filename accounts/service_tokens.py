"""Tokens of dashboards and CI jobs: named, narrowed to roles or patterns, and good until they expire or are revoked.

`rpt_<lookup>_<secret>`: the lookup finds the row, which holds a hash of the secret only. A plain SHA-256 is enough for
256 random bits, which nobody guesses. A token shows what its own patterns and its owner's scopes both match, now; it
reads releases and nothing else (see `accounts.permissions`).
"""

import re
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

import structlog
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError

from accounts.models import ServiceToken, User
from accounts.noting import note_user
from releases.record import note

log = structlog.get_logger(__name__)

LONGEST_DAYS = 366
TOKENS_KEPT = 50
"""Good ones of one user: more than anybody keeps track of."""

_PREFIX = "rpt_"
_TOKEN = re.compile(r"rpt_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_NOTED_EVERY = timedelta(minutes=1)
"""From one writing down of a token's use to the next: not with each request."""


class Made(NamedTuple):
    """A new token, and its text, which nobody can tell again."""

    token: ServiceToken
    text: str


def make(user: User, *, name: str, days: int, roles: Collection[Group], patterns: Sequence[str]) -> Made:
    lookup, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = ServiceToken.objects.create(
        user=user,
        name=name,
        lookup=lookup,
        digest=_digest(secret),
        patterns=sorted(set(patterns)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    token.roles.set(roles)
    log.info("service_token_made", user_id=user.pk, service_token=lookup)
    return Made(token, f"{_PREFIX}{lookup}_{secret}")


def is_one(text: bytes) -> bool:
    """Whether it is meant as one, and not as a JWT."""
    return text.startswith(_PREFIX.encode())


def good() -> QuerySet[ServiceToken]:
    """Those that are taken now. What their owners may see is another matter."""
    return ServiceToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


def with_patterns(tokens: QuerySet[ServiceToken]) -> QuerySet[ServiceToken]:
    """With all that `all_patterns` reads, however many they are in two queries more."""
    return tokens.prefetch_related("roles__scopes")


def find(text: bytes) -> ServiceToken:
    """The token with its owner. Raises TokenError for one that is none, is revoked or has expired, or whose owner is
    deactivated. That it was used is written down once a minute at most."""
    parts = _TOKEN.fullmatch(text.decode("latin-1"))
    token = parts and ServiceToken.objects.select_related("user").filter(lookup=parts[1]).first()
    if not parts or not token or not constant_time_compare(token.digest, _digest(parts[2])):
        raise TokenError("no service token of ours")
    note_user(token.user, by="service")
    note(service_token=str(token))
    if not token.is_good or not token.user.is_active:
        raise TokenError("service token ended")
    structlog.contextvars.bind_contextvars(service_token=token.lookup)
    _note_use(token)
    return token


def revoke(tokens: QuerySet[ServiceToken]) -> int:
    """How many were not revoked before."""
    return tokens.filter(revoked_at=None).update(revoked_at=timezone.now())


def _note_use(token: ServiceToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= _NOTED_EVERY:
        unwritten = Q(last_used_at=None) | Q(last_used_at__lte=now - _NOTED_EVERY)
        ServiceToken.objects.filter(unwritten, pk=token.pk).update(last_used_at=now)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
