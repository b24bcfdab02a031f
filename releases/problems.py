"""Errors to bodies: one table says what each exception is to a caller, one function writes it.

The body is RFC 9457's problem, the same for every route and for WebSocket error frames. Nothing of an exception's own
text reaches it, save the sentences that `InvalidInput` and a serializer's checks write for callers.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import structlog
from django.core import exceptions as django
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from releases import errors
from releases.encoding import to_json

PROBLEM_JSON = "application/problem+json"

log = structlog.get_logger(__name__)

LOG_IN_AGAIN = "Please log in again."
NO_PERMISSION = "You don't have permission to view this resource."
RELEASE_GONE = "Release not found. It may have been completed or removed."
TRY_AGAIN = "Unable to load release information. Please try again."
UNEXPECTED = "An unexpected error occurred. Please try again later."

SOURCE_RETRY_AFTER = 2
"""Seconds: the portal finds Temporal again within 5, so that the second or third try of a client succeeds."""


class InvalidCredentials(drf.AuthenticationFailed):
    """Nobody is known by that e-mail address and password, or may not sign in; which of these is not told."""


class SecondFactorRequired(drf.AuthenticationFailed):
    """The password was right, and a code of the user's authenticator app is still to come."""


class SecondFactorMissing(drf.AuthenticationFailed):
    """The password was right, and the user has to have a second factor and has none yet."""


class SecondFactorInvalid(drf.AuthenticationFailed):
    """Neither a code of the user's authenticator app nor a recovery code; or one that was used before."""


class LockedOut(drf.Throttled):
    """Too many wrong passwords, for this account or from this address; whether there is such an account is not told."""


class TooManySockets(Exception):
    """As many WebSockets are open as may be, of this user or in all."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a caller is told. `retry_after` is in seconds; `errors` maps a field to what is wrong with it."""

    code: str
    status: int
    title: str
    detail: str
    retryable: bool = False
    retry_after: int | None = None
    errors: Mapping[str, Sequence[str]] | None = None
    candidates: Sequence[Mapping[str, str]] | None = None

    def body(self, request_id: str | None) -> dict[str, Any]:
        """The JSON object, for an HTTP answer or a socket's frame."""
        body: dict[str, Any] = {
            "type": f"urn:relportal:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
            "retryable": self.retryable,
        }
        if self.errors is not None:
            body["errors"] = {field: list(sentences) for field, sentences in self.errors.items()}
        if self.candidates is not None:
            body["candidates"] = [dict(candidate) for candidate in self.candidates]
        return body


def _source(code: str, title: str, why: str) -> Problem:
    return Problem(code, 503, title, f"{TRY_AGAIN} {why}", retryable=True, retry_after=SOURCE_RETRY_AFTER)


INTERNAL = Problem("internal_error", 500, "Internal error", UNEXPECTED)
DATABASE_UNAVAILABLE = Problem(
    "database_unavailable",
    503,
    "Database unavailable",
    "The portal's database does not answer. Please try again.",
    retryable=True,
    retry_after=SOURCE_RETRY_AFTER,
)
OVERLOADED = Problem(
    "overloaded",
    503,
    "Overloaded",
    "More is asked of the portal at once than it can answer. Please try again.",
    retryable=True,
    retry_after=SOURCE_RETRY_AFTER,
)
NOT_FOUND = Problem("not_found", 404, "Not found", "There is nothing at this address. GET /api/ lists what there is.")
DENIED = Problem("permission_denied", 403, "Permission denied", NO_PERMISSION)
_MALFORMED = Problem("malformed_body", 400, "Malformed body", "The body can't be read: expected a JSON object.")
_INVALID = Problem("invalid_parameter", 400, "Invalid parameter", "A parameter is not as expected.")
_BAD_REQUEST = Problem("bad_request", 400, "Bad request", "The request can't be understood.")
TOO_LARGE = Problem("body_too_large", 413, "Body too large", "The body is larger than anything that is read here.")

TABLE: dict[type[BaseException], Problem] = {
    # What reading releases raises
    errors.InvalidInput: _INVALID,
    errors.InvalidEntityId: replace(_INVALID, code="invalid_id", title="Invalid ID"),
    errors.AccessDenied: DENIED,
    errors.NotFound: NOT_FOUND,
    errors.ReleaseNotFound: Problem("release_not_found", 404, "Release not found", RELEASE_GONE),
    errors.PreviousReleaseNotFound: Problem(
        "previous_release_not_found",
        404,
        "Previous release not found",
        "No release that you may see started before this one and succeeded. Name the one to compare it with.",
    ),
    errors.EntityNotFound: Problem(
        "entity_not_found", 404, "Entity not found", f"{RELEASE_GONE} No such part of it is known."
    ),
    errors.AmbiguousEntity: Problem(
        "ambiguous_entity", 409, "Ambiguous entity", "This ID stands in several places: ask for one of the candidates."
    ),
    errors.SourceError: _source("temporal_unavailable", "Source unavailable", "Its source can't be read now."),
    errors.TemporalUnavailable: _source("temporal_unavailable", "Temporal unavailable", "Temporal does not answer."),
    errors.WorkerUnavailable: _source(
        "worker_unavailable", "Worker unavailable", "No worker answers for this release's workflow."
    ),
    errors.QueryTimeout: _source("query_timeout", "Query timed out", "The release's workflow took too long to answer."),
    errors.QueryFailed: _source("query_failed", "Query failed", "The release's workflow could not tell its state."),
    # Who is asking
    drf.NotAuthenticated: Problem("not_authenticated", 401, "Not signed in", LOG_IN_AGAIN),
    drf.AuthenticationFailed: Problem(
        "token_invalid", 401, "Token invalid", f"{LOG_IN_AGAIN} The token is not valid, or is no longer."
    ),
    InvalidCredentials: Problem(
        "invalid_credentials",
        401,
        "Invalid credentials",
        f"{LOG_IN_AGAIN} No active account has this e-mail address and password.",
    ),
    SecondFactorRequired: Problem(
        "second_factor_required",
        401,
        "Second factor required",
        f"{LOG_IN_AGAIN} A code of your authenticator app is needed beside the password.",
    ),
    SecondFactorMissing: Problem(
        "second_factor_missing",
        401,
        "Second factor missing",
        f"{LOG_IN_AGAIN} Your account has to have a second factor: set one up by signing in to the portal.",
    ),
    SecondFactorInvalid: Problem(
        "second_factor_invalid",
        401,
        "Second factor invalid",
        f"{LOG_IN_AGAIN} The code is wrong, or was used before.",
    ),
    drf.PermissionDenied: DENIED,
    django.PermissionDenied: DENIED,
    drf.Throttled: Problem(
        "throttled", 429, "Too many requests", "Too many requests. Please wait before the next one.", retryable=True
    ),
    LockedOut: Problem(
        "locked_out", 429, "Locked out", "Too many failed sign-ins. Please wait before the next one.", retryable=True
    ),
    TooManySockets: Problem(
        "too_many_sockets",
        429,
        "Too many sockets",
        "Too many connections are open at once. Please close some, or try again later.",
        retryable=True,
        retry_after=SOURCE_RETRY_AFTER,
    ),
    # Where people, roles and sessions are kept
    OperationalError: DATABASE_UNAVAILABLE,
    InterfaceError: DATABASE_UNAVAILABLE,
    # How it is asked
    drf.NotFound: NOT_FOUND,
    Http404: NOT_FOUND,
    drf.ParseError: _MALFORMED,
    MultiPartParserError: _MALFORMED,
    UnreadablePostError: _MALFORMED,
    drf.ValidationError: _INVALID,
    drf.MethodNotAllowed: Problem(
        "method_not_allowed", 405, "Method not allowed", "This address does not take that method: see the Allow header."
    ),
    drf.NotAcceptable: Problem(
        "not_acceptable", 406, "Not acceptable", "None of the types in the Accept header can be made here."
    ),
    drf.UnsupportedMediaType: Problem(
        "unsupported_media_type",
        415,
        "Unsupported media type",
        "The body's type is not read: expected application/json.",
    ),
    django.RequestDataTooBig: TOO_LARGE,
    django.BadRequest: _BAD_REQUEST,
    django.SuspiciousOperation: _BAD_REQUEST,
}


def problem_of(error: BaseException) -> Problem:
    """What a caller is told of an exception. `internal_error` for what no row of the table, or its bases', names."""
    row = next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), INTERNAL)
    match error:
        case errors.InvalidInput():
            return _with_errors(row, {error.field: [error.expected]})
        case errors.AmbiguousEntity():
            return replace(row, candidates=[_candidate(*place) for place in error.candidates])
        case drf.ValidationError():
            return _of_validation(row, dict(_flattened(error.detail)))
        case drf.Throttled():
            return replace(row, retry_after=max(1, math.ceil(getattr(error, "wait", None) or 0)))
        case errors.RelportalError(parameter=str(parameter)):
            detail = f"{row.detail} This is about the release given as {parameter}."
            return replace(row, detail=detail, errors={parameter: [row.detail]})
    return row


def _with_errors(row: Problem, errors_by_field: Mapping[str, Sequence[str]]) -> Problem:
    parts = [f"{field}: {sentence}" for field, sentences in errors_by_field.items() for sentence in sentences]
    return replace(row, detail=" ".join(parts) or row.detail, errors=errors_by_field)


def _of_validation(row: Problem, errors_by_field: dict[str, list[str]]) -> Problem:
    # Under no field's name stands what is wrong with the body as a whole.
    if "" in errors_by_field:
        return _MALFORMED
    return _with_errors(row, errors_by_field)


def _flattened(detail: Any, field: str = "") -> Iterator[tuple[str, list[str]]]:
    """A serializer's nested errors as dotted field and sentences."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            name = "" if name == "non_field_errors" else str(name)
            yield from _flattened(inner, ".".join(part for part in (field, name) if part))
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        for index, inner in enumerate(detail):
            yield from _flattened(inner, f"{field}.{index}" if field else str(index))
    else:
        yield field, [str(item) for item in (detail if isinstance(detail, list) else [detail])]


def _candidate(release_id: str, path: str) -> dict[str, str]:
    url = f"/api/releases/{quote(release_id, safe=':')}/"
    if path:
        entity_id = path.rpartition("/")[2]
        url += f"entities/{quote(entity_id, safe=':')}/?path={quote(path, safe=':/')}"
    return {"release_id": release_id, "path": path, "url": url}


# HTTP


class ProblemResponse(Response):
    """A problem for DRF to render: a page for browsers, `application/problem+json` for all others."""

    def __init__(self, problem: Problem, request: HttpRequest) -> None:
        super().__init__(problem.body(request_id_of(request)), problem.status, headers=_headers(problem))
        self.exception = True

    @property
    def rendered_content(self) -> Any:
        content = super().rendered_content
        renderer: Any = getattr(self, "accepted_renderer", None)
        if renderer is not None and renderer.media_type == "text/html":
            return content
        self["Content-Type"] = PROBLEM_JSON
        return to_json(self.data)


def problem_http_response(problem: Problem, request: HttpRequest) -> HttpResponse:
    """The same outside of DRF."""
    return HttpResponse(
        to_json(problem.body(request_id_of(request))),
        status=problem.status,
        content_type=PROBLEM_JSON,
        headers=_headers(problem),
    )


def _headers(problem: Problem) -> dict[str, str]:
    headers = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        # RFC 6750, 3: the scheme that programs use here, and what was wrong with their token.
        invalid = ', error="invalid_token"' if problem.code == "token_invalid" else ""
        headers["WWW-Authenticate"] = f'Bearer realm="relportal"{invalid}'
    return headers


def request_id_of(request: HttpRequest) -> str | None:
    """The ID that RequestIdMiddleware gave to the request."""
    return request.META.get("HTTP_X_REQUEST_ID")


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: an answer for every exception, and a line in the log with what callers aren't told."""
    request: HttpRequest = context["request"]._request
    problem = problem_of(error)
    set_rollback()
    if problem is INTERNAL:
        # The logging middleware listens to this: it writes the traceback, as for an error outside of DRF.
        got_request_exception.send(sender=None, request=request)
    elif isinstance(error, errors.RelportalError) or problem is DATABASE_UNAVAILABLE:
        level = log.warning if problem.status >= 500 else log.info
        level("request_refused", code=problem.code, error=type(error).__name__, reason=str(error))
    else:
        log.info("request_refused", code=problem.code, error=type(error).__name__)
    return ProblemResponse(problem, request)
