"""Tokens of programs, in families.

A sign-in starts a family. Of its refresh tokens one is good at a time, for one trade, which gives the next; one that
comes twice was copied by somebody, so the whole family ends, its access tokens too. The token says which family it is
of, and the family's row whether it goes on: so whatever ends one is seen with the next request.
"""

from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple, Self
from uuid import UUID, uuid4

import jwt
import structlog
from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.utils import datetime_to_epoch

from accounts.models import TokenFamily, User
from accounts.noting import note_user

log = structlog.get_logger(__name__)

ALGORITHM = "HS256"

FAMILY_LIFETIME = timedelta(days=30)
"""After it a program signs in anew, however often it has traded."""


class KeyRing(TokenBackend):
    """Signs with the first secret, and takes what any of them has signed, told apart by the header's `kid`."""

    def __init__(self, *secrets: str) -> None:
        super().__init__(ALGORITHM, secrets[0], leeway=api_settings.LEEWAY)
        self._secret = secrets[0]
        self._keys = {_key_id(secret): secret for secret in secrets}

    def encode(self, payload: dict[str, Any]) -> str:
        return jwt.encode(payload, self._secret, ALGORITHM, headers={"kid": _key_id(self._secret)})

    def get_verifying_key(self, token: Any) -> str:
        key = self._keys.get(jwt.get_unverified_header(token).get("kid", ""))
        if key is None:
            raise jwt.InvalidTokenError("signed with no key of ours")
        return key


def _key_id(secret: str) -> str:
    # Of a secret of 32 characters nothing can be told from it.
    return sha256(b"relportal kid " + secret.encode()).hexdigest()[:16]


_ring = cache(KeyRing)


class _FamilyToken(tokens.Token):
    def __init__(self, token: Any = None, verify: bool = True) -> None:
        """Raises TokenError for whatever is no token of ours, however strangely made."""
        try:
            super().__init__(token, verify)
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise TokenError("unreadable") from error

    def get_token_backend(self) -> KeyRing:
        return _ring(*settings.JWT_SECRETS)

    @classmethod
    def of(cls, family: TokenFamily) -> Self:
        token = cls()
        token["user_id"] = str(family.user_id)
        token["family"] = family.pk.hex
        token["exp"] = min(token["exp"], datetime_to_epoch(family.began_at + FAMILY_LIFETIME))
        return token


class AccessToken(_FamilyToken):
    token_type = "access"  # noqa: S105
    lifetime = api_settings.ACCESS_TOKEN_LIFETIME


class RefreshToken(_FamilyToken):
    token_type = "refresh"  # noqa: S105
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME

    @classmethod
    def of(cls, family: TokenFamily) -> Self:
        """The one that is good for the family's next trade."""
        token = super().of(family)
        token["jti"] = family.next_jti
        return token


class Pair(NamedTuple):
    access: str
    refresh: str

    @classmethod
    def of(cls, family: TokenFamily) -> "Pair":
        return cls(str(AccessToken.of(family)), str(RefreshToken.of(family)))


def start_family(user: User) -> TokenFamily:
    """A family for somebody who has just signed in. Clears away those of theirs that nobody can use any more."""
    now = timezone.now()
    user.token_families.filter(expires_at__lte=now - AccessToken.lifetime).delete()
    return TokenFamily.objects.create(
        user=user,
        password_mark=user.get_session_auth_hash(),
        next_jti=_new_jti(),
        began_at=now,
        expires_at=now + RefreshToken.lifetime,
    )


def trade(refresh: str) -> Pair:
    """A new pair for a refresh token, which is used up. Raises TokenError, after ending its family where it was used
    before."""
    used = RefreshToken(refresh)
    family = family_of(used)
    jti = _new_jti()
    # One statement looks and writes: of two trades of one token that come together, one finds it used.
    unused = TokenFamily.objects.filter(pk=family.pk, ended_at=None, next_jti=used["jti"])
    if not unused.update(next_jti=jti, expires_at=timezone.now() + RefreshToken.lifetime):
        _end(family, "refresh_token_used_twice")
        raise TokenError("used already")
    family.next_jti = jti
    return Pair.of(family)


def end_family(refresh: str) -> None:
    """End all tokens of the refresh token's family. Raises TokenError where there is none to end."""
    _end(family_of(RefreshToken(refresh)), "signed_out")


def end_families(user: User) -> None:
    """End all tokens of somebody."""
    user.token_families.filter(ended_at=None).update(ended_at=timezone.now())


def check(token: str) -> None:
    """Raises TokenError for what is neither an access token nor a refresh token that would be taken now."""
    try:
        family_of(AccessToken(token))
    except TokenError:
        refresh = RefreshToken(token)
        if family_of(refresh).next_jti != refresh["jti"]:
            raise TokenError("used already") from None


def family_id_of(token: tokens.Token) -> UUID:
    """Raises TokenError where the token names no family, as those of earlier versions."""
    try:
        return UUID(token.get("family"))
    except (ValueError, TypeError, AttributeError):
        raise TokenError("of no family") from None


def family_of(token: tokens.Token) -> TokenFamily:
    """The token's family with its user, at the cost of one query. Raises TokenError where it has ended, its user is
    deactivated or deleted, or has another password now."""
    family = TokenFamily.objects.select_related("user").filter(pk=family_id_of(token)).first()
    if family is not None:
        note_user(family.user, by="token")  # Also where it is refused: whose it was is known.
    if family is None or family.ended_at is not None:
        raise TokenError("family ended")
    if not family.user.is_active:
        raise TokenError("no active user")
    if not family.user.has_mark(family.password_mark):
        raise TokenError("password changed")
    return family


def _end(family: TokenFamily, reason: str) -> None:
    if TokenFamily.objects.filter(pk=family.pk, ended_at=None).update(ended_at=timezone.now()):
        log.info("token_family_ended", reason=reason, user_id=family.user_id)


def _new_jti() -> str:
    return uuid4().hex
