"""What is no part of the API: the single-page app's one page, plain pages for what goes wrong outside of it, health."""

import sys
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from releases import problems
from releases.problems import Problem, problem_http_response, problem_of

_NONCE = b"__CSP_NONCE__"
"""Stands in the built page where the nonce of the one that is sent goes."""

log = structlog.get_logger(__name__)

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{} - Relportal</title></head>
<body><main><h1>{}</h1><p>{}</p><p><a href="/">Back to the releases</a></p></main></body>
</html>
"""


@require_safe
@never_cache
@ensure_csrf_cookie
def portal(request: HttpRequest, **_: Any) -> HttpResponse:
    """The single-page app, whatever its address: the app itself knows its pages."""
    try:
        page = (settings.FRONTEND_DIST / "index.html").read_bytes()
    except FileNotFoundError:
        return _page("The front end is not built", "Run make build, then load this page again.", 200)
    return HttpResponse(page.replace(_NONCE, str(request.csp_nonce).encode()))  # type: ignore[attr-defined]


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Nothing else is asked, so that a lost database restarts nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """In place of the admin's own sign-in: the portal's. Who is signed in and no staff is told so, not asked again."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/admin/"
    if not request.user.is_authenticated:
        return _sign_in(target)
    if not request.user.is_staff:
        return _page("No access", f"{problems.NO_PERMISSION} The administration is open to staff only.", 403)
    return HttpResponseRedirect(target)


@never_cache
def browsable_login(request: HttpRequest) -> HttpResponse:
    """Where the browsable API's "Log in" leads."""
    return _sign_in(request.GET.get("next", "/api/"))


def _sign_in(target: str) -> HttpResponse:
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': target}, safe='/:')}")


# Django's error handlers, for what is raised outside of the API's views


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    problem = problem_of(exception)
    log.info("request_refused", code=problem.code, error=type(exception).__name__, reason=str(exception)[:250])
    return refusal(request, problem)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, problem_of(exception))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refusal(request, problems.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    # Django calls this where it handles the exception, without handing it over.
    error = sys.exception()
    is_of_database = isinstance(error, OperationalError | InterfaceError)
    return refusal(request, problem_of(error) if is_of_database and error else problems.INTERNAL)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    log.warning("csrf_refused", reason=reason)
    return refusal(request, problems.DENIED)


def refusal(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as the API's body where the address is the API's, else as a plain page for people."""
    if request.path.startswith("/api/"):
        return problem_http_response(problem, request)
    page = _page(problem.title, problem.detail, problem.status)
    if problem.retry_after is not None:
        page["Retry-After"] = str(problem.retry_after)
    return page


def _page(title: str, text: str, status: int) -> HttpResponse:
    return HttpResponse(format_html(_PAGE, title, title, text), status=status)
