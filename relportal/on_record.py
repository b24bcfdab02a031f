"""Middleware that puts requests on record, refused ones too: one place for all routes, of today and tomorrow."""

from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils.functional import SimpleLazyObject, empty

from accounts import urls as accounts
from accounts.models import User
from releases import urls as releases
from releases.measures import SIGN_INS
from releases.record import Access, under_way
from releases.recording import address_of, record

log = structlog.get_logger(__name__)

_SAFE = ("GET", "HEAD", "OPTIONS")

_RELEASES = frozenset(pattern.callback for pattern in releases.urlpatterns)
# The browsable API's own sign-in and -out stand under "rest_framework".
_ACCOUNTS = frozenset(pattern.callback for pattern in accounts.urlpatterns)

OPENID_CALLBACK = "oidc-callback"
"""A GET that signs in: browsers come to it from the provider."""

_SIGN_INS = frozenset({"login", "login-code", "token", OPENID_CALLBACK})

_OF_NOBODY = (None, "index", "app_list", "jsi18n", "login", "password_change_done")
"""The administration's pages that show neither people, nor their rights, nor what is on record of them."""


class AccessRecordMiddleware:
    """On record are all requests to the addresses of `releases`, what may change an account (sign-ins and -outs among
    it), and what is done or looked at in the administration.

    It stands after the logging middleware, whose context its line in the log has, and before all that may refuse.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def process_view(self, request: HttpRequest, _view: object, _args: object, names: dict[str, Any]) -> None:
        """The lines of the log that follow name the release that is asked for."""
        if "release_id" in names:
            structlog.contextvars.bind_contextvars(release_id=names["release_id"][:250])

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with under_way(Access(action="", via="")) as access:
            response = self.get_response(request)
        try:
            _put_on_record(access, request, response)
        except Exception:
            # An answer is given, whatever is wrong with its record.
            log.exception("access_not_recorded")
        return response


def _put_on_record(access: Access, request: HttpRequest, response: HttpResponseBase) -> None:
    kind = _kind_of(request)
    if kind is not None:
        access.via = "page" if kind == "api" and _is_page(response) else kind
        _describe(access, request, response, kind)
        record(access, "release_access" if kind == "api" else f"{kind}_access")
        if access.action in _SIGN_INS:
            SIGN_INS.labels(access.action, access.code or ("ok" if access.outcome == "allowed" else "failed")).inc()


def _kind_of(request: HttpRequest) -> str | None:
    """None for what is not on record. What no address was found for tells nobody anything."""
    match = request.resolver_match
    if match is None:
        return None
    if match.func in _RELEASES:
        return "api"
    if match.url_name == OPENID_CALLBACK:
        return "account"
    if match.func in _ACCOUNTS or match.app_name == "rest_framework":
        return None if request.method in _SAFE else "account"
    if match.app_name == "admin" and (request.method not in _SAFE or match.url_name not in _OF_NOBODY):
        return "admin"
    return None


def _describe(access: Access, request: HttpRequest, response: HttpResponseBase, kind: str) -> None:
    match = request.resolver_match
    assert match is not None  # noqa: S101  # For mypy: `_kind_of` has looked.
    access.action = match.url_name or match.view_name
    access.request_id = request.META.get("HTTP_X_REQUEST_ID", "")
    access.address = address_of(request)
    access.agent = request.META.get("HTTP_USER_AGENT", "")
    access.query = access.query or _question(request, match, kind)
    # What `services` has noted is more exact: the one release that an entity was found in.
    access.release = access.release or match.kwargs.get("release_id", "")
    access.entity = access.entity or match.kwargs.get("entity_id", "")
    if access.action.startswith("compare"):
        access.release = access.release or request.GET.get("b", "")
        access.compared_with = access.compared_with or request.GET.get("a", "")
    user = _known_user(request)
    if user is not None:
        access.user_id, access.email = user.pk, user.email.lower()
        access.signed_in_by = access.signed_in_by or (
            "token" if getattr(request, "auth", None) is not None else "session"
        )
    data = getattr(response, "data", None)
    code = data.get("code", "") if response.status_code >= 400 and isinstance(data, dict) else ""
    if refused := getattr(response, "refused_code", ""):
        # A browser that is led back to the sign-in page: to HTTP nothing is wrong with that.
        access.judge(403, refused)
    else:
        access.judge(response.status_code, str(code))


def _question(request: HttpRequest, match: ResolverMatch, kind: str) -> str:
    """What the name of the route leaves open: a method other than its usual one, the path, the query."""
    if match.url_name == OPENID_CALLBACK:
        return ""  # It holds a code to sign in by.
    parts = [] if request.method == ("POST" if kind == "account" else "GET") else [request.method or ""]
    if kind == "admin" or "pk" in match.kwargs:
        parts.append(request.path)
    if request.META.get("QUERY_STRING"):
        parts.append("?" + request.META["QUERY_STRING"])
    # Where it has been read: deleting many at once, for one. The administration's own log tells the rest.
    form: Any = getattr(request, "_post", None)
    if kind == "admin" and form and "action" in form:
        parts.append(f"{form['action']} of {', '.join(form.getlist('_selected_action'))}")
    return " ".join(parts)


def _known_user(request: HttpRequest) -> User | None:
    """Who it is, where anybody has asked: it is not looked up for the record, which a lost database must not break."""
    user: Any = getattr(request, "user", None)
    if isinstance(user, SimpleLazyObject) and user.__dict__.get("_wrapped") is empty:
        return None
    return user if isinstance(user, User) else None


def _is_page(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")
