"""Who opens a WebSocket, and whether they still may.

Browsers sign in by the session's cookie, which they send whatever page opens the socket: so its Origin must be one of
ours. Programs send an access token, in the Authorization header or as a subprotocol. Nothing is read from the address.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit
from uuid import UUID

from asgiref.typing import WebSocketScope
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.utils import timezone
from django.utils.http import is_same_domain
from rest_framework.exceptions import APIException, NotAuthenticated
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError

from accounts import service_tokens
from accounts.authentication import BearerAuthentication
from accounts.models import ServiceToken, TokenFamily, User, UserSession
from accounts.tokens import family_id_of
from accounts.viewers import narrowed, viewers_of
from releases.access import Viewer

SUBPROTOCOL = "relportal"
"""What is spoken on every socket, and what a program offers beside its token."""

_TOKEN_PREFIX = "bearer."  # noqa: S105  # No secret: what stands before one.


@dataclass(frozen=True, slots=True)
class SignIn:
    """How somebody is signed in: by a session, with a token of a family, or with a service token (its key); tokens
    expire at a time (Unix)."""

    session_key: str | None = None
    family: UUID | None = None
    service_token: int | None = None
    expires_at: float | None = None
    service_token_name: str = ""

    @property
    def way(self) -> str:
        """As the access record calls it."""
        if self.service_token is not None:
            return "service"
        return "token" if self.session_key is None else "session"

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
    signed_in = _by_token(token) if token is not None else SignIn(session_key=_session_key_of(request))
    viewer = current_viewers([signed_in]).get(signed_in)
    if viewer is None:
        raise signed_in.lost
    return signed_in, viewer


def _by_token(token: bytes) -> SignIn:
    try:
        if service_tokens.is_one(token):
            found = service_tokens.find(token)
            return SignIn(None, None, found.pk, found.expires_at.timestamp(), str(found))
        validated = BearerAuthentication().get_validated_token(token)
        return SignIn(family=family_id_of(validated), expires_at=validated["exp"])
    except TokenError as error:
        raise InvalidToken from error


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
    or the token's family ended, the password changed, the service token revoked. However many they are, four queries,
    and three more for service tokens. That an access token expires is not looked at."""
    services = _by_service_token(sign_ins)
    of_services = {sign_in: (token.user_id, None) for sign_in, token in services.items()}
    held: _Held = _by_session(sign_ins) | _by_family(sign_ins) | of_services
    users = User.objects.filter(pk__in={user_id for user_id, _ in held.values()}, is_active=True).in_bulk()
    viewers = viewers_of(users.values())
    return {
        sign_in: narrowed(viewers[user_id], services.get(sign_in))
        for sign_in, (user_id, mark) in held.items()
        if user_id in users and (mark is None or users[user_id].has_mark(mark))
    }


_Held = dict[SignIn, tuple[int, str | None]]
"""The user's key, and the mark of the password that the sign-in began with: None for a service token, which outlasts
passwords."""


def _by_session(sign_ins: Collection[SignIn]) -> _Held:
    by_key = {sign_in.session_key: sign_in for sign_in in sign_ins if sign_in.session_key is not None}
    if not by_key:
        return {}
    held: _Held = {}
    for row in UserSession.objects.filter(session_key__in=by_key, expire_date__gt=timezone.now()):
        data = row.get_decoded()
        if SESSION_KEY in data:
            held[by_key[row.session_key]] = (int(data[SESSION_KEY]), str(data.get(HASH_SESSION_KEY, "")))
    return held


def _by_family(sign_ins: Collection[SignIn]) -> _Held:
    of_tokens = [sign_in for sign_in in sign_ins if sign_in.family is not None]
    if not of_tokens:
        return {}
    rows = TokenFamily.objects.filter(pk__in={sign_in.family for sign_in in of_tokens}, ended_at=None)
    families = {row.pk: (row.user_id, row.password_mark) for row in rows}
    return {sign_in: families[sign_in.family] for sign_in in of_tokens if sign_in.family in families}


def _by_service_token(sign_ins: Collection[SignIn]) -> dict[SignIn, ServiceToken]:
    by_key = {sign_in.service_token: sign_in for sign_in in sign_ins if sign_in.service_token is not None}
    if not by_key:
        return {}
    tokens = service_tokens.with_patterns(service_tokens.good().filter(pk__in=by_key))
    return {by_key[token.pk]: token for token in tokens}
