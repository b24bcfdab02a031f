"""Who opens a WebSocket, and whether they still may.

Browsers sign in by the session's cookie, which they send whatever page opens the socket: so its Origin must be one of
ours. Programs send an access token, in the Authorization header or as a subprotocol. Nothing is read from the address.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from asgiref.typing import WebSocketScope
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import is_same_domain
from rest_framework.exceptions import APIException, NotAuthenticated
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts.authentication import BearerAuthentication
from accounts.models import User
from accounts.viewers import viewers_of
from releases.access import Viewer

SUBPROTOCOL = "relportal"
"""What is spoken on every socket, and what a program offers beside its token."""

_TOKEN_PREFIX = "bearer."  # noqa: S105  # No secret: what stands before one.


@dataclass(frozen=True, slots=True)
class SignIn:
    """How somebody is signed in: by a session, or as the bearer of a token that expires at a time (Unix)."""

    session_key: str | None = None
    user_id: Any = None
    expires_at: float | None = None

    @property
    def lost(self) -> APIException:
        """What to tell somebody whose sign-in is no good any more."""
        return InvalidToken() if self.session_key is None else NotAuthenticated()


def handshake_of(scope: WebSocketScope) -> ASGIRequest:
    """The request that opens a socket, as Django reads requests."""
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return ASGIRequest({**scope, "type": "http", "method": "GET", "scheme": scheme}, BytesIO())


def origin_is_ours(request: ASGIRequest) -> bool:
    """Whether a page of ours opens the socket, or a program, which sends no Origin; and under a name of ours."""
    try:
        own = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin in (own, *settings.CORS_ALLOWED_ORIGINS) or _is_trusted(origin)


def _is_trusted(origin: str) -> bool:
    """By CSRF_TRUSTED_ORIGINS, as Django reads it: `https://*.example.com` stands for all names below."""
    scheme, _, host = origin.partition("://")
    for trusted in map(urlsplit, settings.CSRF_TRUSTED_ORIGINS):
        if scheme == trusted.scheme and is_same_domain(host, trusted.netloc.removeprefix("*")):
            return True
    return False


def sign_in(request: ASGIRequest, subprotocols: Iterable[str]) -> tuple[SignIn, Viewer]:
    """Who opens the socket. Raises NotAuthenticated, or InvalidToken for a token that is no good, whatever else is
    sent. Reads the database."""
    token = _token_of(request, subprotocols)
    if token is not None:
        validated = BearerAuthentication().get_validated_token(token)
        signed_in = SignIn(user_id=validated.get("user_id"), expires_at=validated["exp"])
    else:
        signed_in = SignIn(session_key=_session_key_of(request))
    viewer = current_viewers([signed_in]).get(signed_in)
    if viewer is None:
        raise signed_in.lost
    return signed_in, viewer


def _token_of(request: ASGIRequest, subprotocols: Iterable[str]) -> bytes | None:
    header = request.headers.get("Authorization", "").encode("latin-1", "replace")
    token = BearerAuthentication().get_raw_token(header) if header else None
    offered = (name.removeprefix(_TOKEN_PREFIX).encode() for name in subprotocols if name.startswith(_TOKEN_PREFIX))
    return token if token is not None else next(offered, None)


def _session_key_of(request: ASGIRequest) -> str:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    # Without an Origin it was no browser of today that sent the cookie, and nobody can tell on whose behalf.
    if not key or "Origin" not in request.headers:
        raise NotAuthenticated
    return key


def current_viewers(sign_ins: Collection[SignIn]) -> dict[SignIn, Viewer]:
    """What each may see, without those whose sign-in is no good any more: the user deactivated or deleted, the session
    ended, the password changed. However many they are, three queries. That a token expires is not looked at."""
    sessions = _Sessions.of({sign_in.session_key for sign_in in sign_ins if sign_in.session_key is not None})
    user_ids = {sign_in: user_id for sign_in in sign_ins if (user_id := sessions.user_id_of(sign_in)) is not None}
    users = User.objects.filter(pk__in=set(user_ids.values()), is_active=True).in_bulk()
    viewers = viewers_of(users.values())
    return {
        sign_in: viewers[user_id]
        for sign_in, user_id in user_ids.items()
        if user_id in users and sessions.allow(sign_in, users[user_id])
    }


class _Sessions:
    """What sessions that have not ended hold, by their keys."""

    def __init__(self, data: Mapping[str | None, Mapping[str, Any]]) -> None:
        self._data = data

    @classmethod
    def of(cls, keys: Collection[str]) -> "_Sessions":
        if not keys:
            return cls({})
        rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        return cls({row.session_key: row.get_decoded() for row in rows})

    def user_id_of(self, sign_in: SignIn) -> int | None:
        user_id: Any = sign_in.user_id
        if sign_in.session_key is not None:
            user_id = self._data.get(sign_in.session_key, {}).get(SESSION_KEY)
        try:
            return int(user_id)
        except (TypeError, ValueError):
            return None

    def allow(self, sign_in: SignIn, user: User) -> bool:
        """Whether the session began with the password that the user has now. A token does not ask for it."""
        if sign_in.session_key is None:
            return True
        known: str = self._data[sign_in.session_key].get(HASH_SESSION_KEY, "")
        hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
        return any(constant_time_compare(known, each) for each in hashes)
