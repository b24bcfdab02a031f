"""Signing in: a session for browsers, tokens for programs."""

from typing import Any

import structlog
from django.contrib.auth import get_user, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import ScopedRateThrottle
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError

from accounts import half_way, sessions
from accounts.authentication import SessionAuthentication, user_of
from accounts.noting import note_user
from accounts.schema import BY_SESSION
from accounts.serializers import (
    CodeSerializer,
    LoginSerializer,
    MeSerializer,
    TokenBlacklistSerializer,
    TokenObtainSerializer,
    TokenRefreshSerializer,
    TokenVerifySerializer,
)
from accounts.signing_in import begin_session, finish_session, user_by_password
from releases.answers import NotStored
from releases.schema import problem_responses

log = structlog.get_logger(__name__)

CSRF_HEADER = OpenApiParameter(
    "X-CSRFToken",
    location=OpenApiParameter.HEADER,
    required=True,
    description="The value of the cookie `csrftoken`, which GET /api/auth/me/ sets.",
)
_CREDENTIALS = OpenApiExample(
    "Credentials", {"email": "viewer@example.com", "password": "correct horse battery staple"}, request_only=True
)
_ME = OpenApiExample(
    "Somebody of the payments team",
    {
        "id": 7,
        "email": "payments@example.com",
        "full_name": "Pat Payments",
        "is_staff": False,
        "is_superuser": False,
        "roles": ["Payments"],
        "scopes": ["release:payments-*"],
        "sees_all": False,
        "has_password": True,
    },
    response_only=True,
)
_PAIR = OpenApiExample("A pair", {"access": "eyJhbGciOi…", "refresh": "eyJhbGciOi…"}, response_only=True)


class CsrfProtectedView(NotStored):
    """Open to anybody, but not from another site's page: DRF asks for the CSRF token of signed-in people only."""

    # A token that is no good any more must not stand in the way of getting a new one.
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before the throttle, or a page elsewhere could use up its visitors' tries. Other methods are a 405 anyway.
        if request.method == "POST":
            SessionAuthentication().enforce_csrf(request)
        super().initial(request, *args, **kwargs)


class LoginView(CsrfProtectedView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "sign_in"

    @extend_schema(
        operation_id="login",
        tags=["auth"],
        summary="Sign in to a session",
        description="For browsers. Sets the session's cookie, and a new `csrftoken`. Where a 401 says "
        "`second_factor_required`, `/api/auth/login/code/` goes on; where it says `second_factor_missing`, "
        "`/api/auth/second-factor/set-up/` does.",
        parameters=[CSRF_HEADER],
        request=LoginSerializer,
        responses={
            200: MeSerializer,
            **problem_responses(
                "invalid_credentials",
                "second_factor_required",
                "second_factor_missing",
                "permission_denied",
                "throttled",
                "locked_out",
            ),
        },
        examples=[_CREDENTIALS, _ME],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        credentials = LoginSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        user = user_by_password(request._request, **credentials.validated_data, by="session")
        begin_session(request._request, user, by="session")
        return Response(MeSerializer(user).data)


class LoginCodeView(CsrfProtectedView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "sign_in"

    @extend_schema(
        operation_id="login_code",
        tags=["auth"],
        summary="Finish signing in by a code",
        description="After a `second_factor_required`, within 10 minutes and with the cookie that came with it.",
        parameters=[CSRF_HEADER],
        request=CodeSerializer,
        responses={
            200: MeSerializer,
            **problem_responses("second_factor_invalid", "permission_denied", "throttled", "locked_out"),
        },
        examples=[OpenApiExample("Code", {"code": "123456"}, request_only=True), _ME],
        auth=BY_SESSION,
    )
    def post(self, request: Request) -> Response:
        given = CodeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        known = half_way.of(request._request, "code")
        if known is None:
            raise NotAuthenticated
        finish_session(request._request, known, given.validated_data["code"])
        return Response(MeSerializer(known.user).data)


class LogoutView(CsrfProtectedView):
    @extend_schema(
        operation_id="logout",
        tags=["auth"],
        summary="End the session",
        description="Also where there is none (any more). Tokens are ended by `/api/auth/token/blacklist/`.",
        parameters=[CSRF_HEADER],
        request=None,
        responses={204: None, **problem_responses("permission_denied")},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        user = get_user(request._request)  # The session's: by DRF's authentication, of which there is none, nobody.
        if user.is_authenticated:
            log.info("signed_out", user_id=user.pk)
            note_user(user)
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutEverywhereView(NotStored):
    @extend_schema(
        operation_id="logout_everywhere",
        tags=["auth"],
        summary="End all sessions and tokens of whoever asks",
        description="Of all browsers and programs, this one too. Open WebSockets follow within 5 seconds. "
        "With a session's cookie it needs the header `X-CSRFToken`.",
        request=None,
        responses={204: None, **problem_responses("permission_denied")},
    )
    def post(self, request: Request) -> Response:
        user = user_of(request)
        sessions.end_all(user)
        log.info("signed_out_everywhere", user_id=user.pk)
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(NotStored):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # First of all: a browser that is told to sign in needs the cookie for just that.
        get_token(request._request)
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="me",
        tags=["auth"],
        summary="Who is signed in",
        description="Sets the cookie `csrftoken`, also with a 401.",
        responses={200: MeSerializer},
        examples=[_ME],
    )
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(user_of(request)).data)


class _TokenView(NotStored):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    serializer_class: type[Serializer[Any]]

    def answer(self, request: Request) -> Response:
        serializer = self.serializer_class(data=request.data, context={"request": request._request})
        try:
            serializer.is_valid(raise_exception=True)
        except TokenError as error:
            log.info("token_refused", reason=str(error))
            raise InvalidToken from error
        return Response(serializer.validated_data)


class TokenObtainView(_TokenView):
    serializer_class = TokenObtainSerializer
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "sign_in"

    @extend_schema(
        operation_id="token_obtain",
        tags=["auth"],
        summary="Get a pair of tokens",
        description="For programs: send `access` as `Authorization: Bearer …`, and get a new pair with `refresh`.",
        request=TokenObtainSerializer,
        responses={
            200: TokenObtainSerializer,
            **problem_responses(
                "invalid_credentials",
                "second_factor_required",
                "second_factor_missing",
                "second_factor_invalid",
                "throttled",
                "locked_out",
            ),
        },
        examples=[_CREDENTIALS, _PAIR],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        return self.answer(request)


class TokenRefreshView(_TokenView):
    serializer_class = TokenRefreshSerializer

    @extend_schema(
        operation_id="token_refresh",
        tags=["auth"],
        summary="Trade a refresh token for a new pair",
        description="Each refresh token is good for one trade. One that comes twice ends all tokens of its sign-in. "
        "Refused once its user is deactivated, deleted or has another password.",
        request=TokenRefreshSerializer,
        responses={200: TokenRefreshSerializer, **problem_responses("token_invalid")},
        examples=[OpenApiExample("Trade", {"refresh": "eyJhbGciOi…"}, request_only=True), _PAIR],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        return self.answer(request)


class TokenVerifyView(_TokenView):
    serializer_class = TokenVerifySerializer

    @extend_schema(
        operation_id="token_verify",
        tags=["auth"],
        summary="Ask whether a token is good",
        description="An empty object where it is: not expired, not used, not ended, its user active.",
        request=TokenVerifySerializer,
        responses={200: TokenVerifySerializer, **problem_responses("token_invalid")},
        examples=[OpenApiExample("Question", {"token": "eyJhbGciOi…"}, request_only=True)],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        return self.answer(request)


class TokenBlacklistView(_TokenView):
    serializer_class = TokenBlacklistSerializer

    @extend_schema(
        operation_id="token_blacklist",
        tags=["auth"],
        summary="End the tokens of a sign-in",
        description="All of them, access tokens too, given any one refresh token of that sign-in.",
        request=TokenBlacklistSerializer,
        responses={200: TokenBlacklistSerializer, **problem_responses("token_invalid")},
        examples=[OpenApiExample("End", {"refresh": "eyJhbGciOi…"}, request_only=True)],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        return self.answer(request)
