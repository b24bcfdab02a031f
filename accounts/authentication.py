"""Who is asking: the bearer of a token (programs) or of a session (browsers)."""

from typing import Any

import structlog
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from rest_framework import authentication
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import Token

from accounts import service_tokens
from accounts.models import ServiceToken, User
from accounts.tokens import family_of


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access token or service token>`. A token that is no good is refused, never taken for
    nobody's."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        signed_in = self._by_service_token(request) or super().authenticate(request)
        if signed_in is not None:
            structlog.contextvars.bind_contextvars(user_id=signed_in[0].pk)
        return signed_in

    def _by_service_token(self, request: Request) -> tuple[User, ServiceToken] | None:
        header = self.get_header(request)
        text = self.get_raw_token(header) if header else None
        if text is None or not service_tokens.is_one(text):
            return None
        try:
            token = service_tokens.find(text)
        except TokenError as error:
            raise InvalidToken from error
        token.user.service_token = token
        return token.user, token

    def get_raw_token(self, header: bytes) -> bytes | None:
        scheme, _, rest = header.partition(b" ")
        # Schemes are compared whatever their case (RFC 9110, 11.1); simplejwt knows "Bearer" alone.
        return super().get_raw_token(b"Bearer " + rest) if scheme.lower() == b"bearer" else None

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]  # Generic in the stubs only.
        try:
            return family_of(validated_token).user
        except TokenError as error:
            raise InvalidToken from error


class SessionAuthentication(authentication.SessionAuthentication):
    """The portal's session cookie; whatever may write needs the CSRF token besides."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, None] | None:
        signed_in = super().authenticate(request)
        if signed_in is not None:
            structlog.contextvars.bind_contextvars(user_id=signed_in[0].pk)
        return signed_in

    def enforce_csrf(self, request: Request) -> None:
        # Given the plain request, since looking for the token in the body of DRF's would parse that: a form would be
        # refused for its type before its token is.
        super().enforce_csrf(request._request)  # type: ignore[arg-type]  # It reads what both have.


def user_of(request: HttpRequest | Request) -> User:
    """Who asks, in a view or a page of the administration that lets in nobody but somebody."""
    assert isinstance(request.user, User)  # noqa: S101  # For mypy, which can't know of permissions.
    return request.user
