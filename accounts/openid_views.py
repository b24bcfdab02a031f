"""Signing in by OpenID Connect: to the provider, and back with its answer. `accounts.openid` tells what is believed.

What a sign-in began with stands in a signed cookie of the browser that began it: an answer is good for that browser
alone, once, and for ten minutes. Whatever goes wrong leads back to the sign-in page, which says so by a code.
"""

import secrets
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts import external_identities, openid
from accounts.openid import Flow, OpenIdError
from accounts.serializers import SignInOptionsSerializer
from accounts.signing_in import begin_session
from releases.answers import NotStored
from releases.problems import SecondFactorMissing, SecondFactorRequired
from releases.schema import problem_responses

log = structlog.get_logger(__name__)

_COOKIE = "openid"
_COOKIE_PATH = "/api/auth/oidc/"
_SECONDS = 600
"""For somebody to sign in at the provider."""
_LONGEST_NEXT = 2000
"""Characters: a cookie holds 4096 bytes, and what is longer comes to nothing in some browsers."""

_TO_PORTAL = OpenApiResponse(description="To the page that `next` named; or to `/login?problem=…`, where one is told.")


class Expired(OpenIdError):
    code = "expired"


class Refusal(HttpResponseRedirect):
    """To the sign-in page, which tells of it; on record it is a refusal."""

    def __init__(self, code: str, next_page: str = "") -> None:
        super().__init__(_sign_in_page(next_page, problem=code))
        self.refused_code = code


class _OpenIdView(NotStored):
    """For a browser that goes there by itself: it is led on, never shown a problem where a page can tell it."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle]

    def handle_exception(self, error: Exception) -> Any:
        if isinstance(error, Throttled):
            log.warning("sign_in_refused", by="openid", code="throttled")
            return Refusal("throttled", _next_of(self.request._request))
        return super().handle_exception(error)

    def provider(self) -> openid.Provider:
        found = openid.provider()
        if found is None:
            raise Http404
        return found


class StartView(_OpenIdView):
    throttle_scope = "sign_in"

    @extend_schema(
        operation_id="oidc_start",
        tags=["auth"],
        summary="Sign in by OpenID Connect",
        description="For browsers, as a link. Leads to the provider, which leads back to `/api/auth/oidc/callback/`.",
        parameters=[OpenApiParameter("next", description="A page of the portal to go to afterwards: its path.")],
        responses={302: OpenApiResponse(description="To the provider."), **problem_responses("not_found")},
        auth=[],
    )
    def get(self, request: Request) -> HttpResponseRedirect:
        provider, next_page = self.provider(), _next_of(request._request)
        flow = Flow(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            code_verifier=secrets.token_urlsafe(48),
            redirect_uri=request.build_absolute_uri(reverse("oidc-callback")),
        )
        try:
            response = HttpResponseRedirect(provider.address(flow))
        except OpenIdError as error:
            return _refused(error, next_page)
        _keep(response, flow, next_page)
        return response


class CallbackView(_OpenIdView):
    throttle_scope = "sign_in_callback"

    @extend_schema(
        operation_id="oidc_callback",
        tags=["auth"],
        summary="Come back from the provider",
        description="Where the provider sends browsers. Begins a session, as `/api/auth/login/` does.",
        parameters=[
            OpenApiParameter("code", description="To get the ID token by."),
            OpenApiParameter("state", description="That of the browser's own sign-in."),
            OpenApiParameter("iss", description="The provider's name of itself."),
            OpenApiParameter("error", description="Why somebody was not signed in there."),
        ],
        responses={302: _TO_PORTAL, **problem_responses("not_found")},
        auth=[],
    )
    def get(self, request: Request) -> HttpResponseRedirect:
        provider, kept = self.provider(), _kept(request._request)
        next_page = kept.pop("next", "")
        try:
            response = HttpResponseRedirect(self._sign_in(request._request, provider, kept, next_page))
        except OpenIdError as error:
            response = _refused(error, next_page)
        response.delete_cookie(_COOKIE, path=_COOKIE_PATH, samesite="Lax")
        return response

    def _sign_in(self, request: HttpRequest, provider: openid.Provider, kept: dict[str, str], next_page: str) -> str:
        """Where to go on, signed in or half so. Raises OpenIdError."""
        if not kept:
            raise Expired("no sign-in was begun in this browser, or too long ago")
        flow, answer = Flow(**kept), request.GET.dict()
        if not constant_time_compare(answer.get("state", ""), flow.state):
            raise openid.Refused("another state than this browser's")
        person = provider.person(flow, answer)
        user = external_identities.user_of(person)
        try:
            begin_session(request, user, by="openid", factor_proven=person.by_second_factor)
        except SecondFactorRequired:
            return _sign_in_page(next_page, step="code")
        except SecondFactorMissing:
            return _sign_in_page(next_page, step="set-up")
        return next_page or settings.LOGIN_REDIRECT_URL


class OptionsView(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="sign_in_options",
        tags=["auth"],
        summary="How one may sign in, besides by a password",
        description="For a sign-in page. The same for everybody.",
        responses={200: SignInOptionsSerializer},
        examples=[
            OpenApiExample(
                "By the company's accounts",
                {"openid_connect": {"name": "Example Corp", "url": "/api/auth/oidc/start/"}},
                response_only=True,
            ),
            OpenApiExample("By password alone", {"openid_connect": None}, response_only=True),
        ],
        auth=[],
    )
    def get(self, request: Request) -> Response:
        name = settings.RELPORTAL.OIDC_NAME
        option = {"name": name, "url": reverse("oidc-start")} if openid.provider() else None
        return Response({"openid_connect": option}, headers={"Cache-Control": "public, max-age=60"})


def _sign_in_page(next_page: str, **told: str) -> str:
    query = told | ({"next": next_page} if next_page else {})
    return f"{settings.LOGIN_URL}?{urlencode(query)}"


def _refused(error: OpenIdError, next_page: str) -> Refusal:
    log.warning("sign_in_refused", by="openid", code=error.code, reason=error.reason)
    return Refusal(error.code, next_page)


def _next_of(request: HttpRequest) -> str:
    """A path of the portal's own, or nothing."""
    given = request.GET.get("next", "")
    is_ours = given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if is_ours and len(given) <= _LONGEST_NEXT else ""


def _keep(response: HttpResponseRedirect, flow: Flow, next_page: str) -> None:
    response.set_cookie(
        _COOKIE,
        signing.dumps({**asdict(flow), "next": next_page}, salt=__name__, compress=True),
        max_age=_SECONDS,
        path=_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        # The provider's page leads back here by a link of its own: `Strict` would keep the cookie from that.
        samesite="Lax",
    )


def _kept(request: HttpRequest) -> dict[str, str]:
    try:
        kept: dict[str, str] = signing.loads(request.COOKIES.get(_COOKIE, ""), salt=__name__, max_age=_SECONDS)
    except signing.BadSignature:
        return {}
    return kept
