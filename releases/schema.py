"""The errors' part of the OpenAPI document: the Problem component, and examples made of the table itself."""

from collections.abc import Iterable, Iterator
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import exceptions as drf
from rest_framework import serializers

from releases import errors
from releases.problems import (
    DATABASE_UNAVAILABLE,
    INTERNAL,
    OVERLOADED,
    PROBLEM_JSON,
    TOO_LARGE,
    InvalidCredentials,
    LockedOut,
    Problem,
    SecondFactorInvalid,
    SecondFactorMissing,
    SecondFactorRequired,
    TooManySockets,
    problem_of,
)


class ProblemSerializer(serializers.Serializer[Any]):
    """Of the OpenAPI document only: bodies are made by `Problem.body`."""

    type = serializers.CharField(help_text="The code as a URI, as RFC 9457 wants it.")
    title = serializers.CharField()
    status = serializers.IntegerField(help_text="The HTTP status, once more.")
    detail = serializers.CharField(help_text="A sentence for people.")
    code = serializers.CharField(help_text="What went wrong, for programs. It never changes its meaning.")
    request_id = serializers.CharField(
        allow_null=True, help_text="As in the X-Request-ID header and in the server's log."
    )
    retryable = serializers.BooleanField(help_text="Whether the same request may well succeed later: see Retry-After.")
    errors = serializers.DictField(  # type: ignore[assignment]  # A field here, the serializer's own elsewhere.
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Where input was at fault: sentences by field.",
    )
    candidates = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()),
        required=False,
        help_text="Of ambiguous_entity: where the ID stands, as release_id, path and url.",
    )


_INSTANCES: list[Exception] = [
    errors.InvalidParameter("page", "Expected a whole number from 1."),
    errors.InvalidEntityId("id", "Expected type:id, such as release:2025.11-payments."),
    errors.AccessDenied(),
    errors.ReleaseNotFound(),
    errors.PreviousReleaseNotFound(),
    errors.EntityNotFound(),
    errors.AmbiguousEntity(
        [("release:2025.11", f"wave:w1/cluster:{region}/bundle:core/app:api") for region in ("eu-west", "us-east")]
    ),
    errors.TemporalUnavailable(),
    errors.QueryTimeout(),
    errors.WorkerUnavailable(),
    errors.QueryFailed(),
    InvalidCredentials(),
    SecondFactorRequired(),
    SecondFactorMissing(),
    SecondFactorInvalid(),
    drf.NotAuthenticated(),
    drf.AuthenticationFailed(),
    drf.Throttled(wait=30),
    LockedOut(wait=900),
    TooManySockets(),
    drf.ParseError(),
    drf.NotFound(),
    drf.NotAcceptable(),
    drf.UnsupportedMediaType("text/plain"),
]
EXAMPLES: dict[str, Problem] = {
    problem.code: problem
    for problem in [*map(problem_of, _INSTANCES), TOO_LARGE, DATABASE_UNAVAILABLE, OVERLOADED, INTERNAL]
}

_REQUEST_ID = "3b9f6c1e-6f0e-4b57-9c52-5b5d3f1f5a10"

_HEADERS = {
    "Retry-After": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "The scheme for programs.", "schema": {"type": "string"}},
}
_HEADERS_BY_STATUS = {"401": "WWW-Authenticate", "429": "Retry-After", "503": "Retry-After"}


def problem_responses(*codes: str) -> dict[Any, OpenApiResponse]:
    """Documented answers for these codes, for `extend_schema(responses={200: …, **problem_responses(…)})`.

    What every operation may answer (401 where it wants a sign-in, 400, 413 and 415 where it takes a body, 406, 500, and
    503 without a database) is added by itself.
    """
    return {
        (status, PROBLEM_JSON): OpenApiResponse(
            ProblemSerializer,
            description=_description(problems),
            examples=[OpenApiExample(p.code, p.body(_REQUEST_ID), media_type=PROBLEM_JSON) for p in problems],
        )
        for status, problems in _by_status(codes)
    }


def document_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A drf-spectacular POSTPROCESSING_HOOK: each operation's general error answers, and the headers of all."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, problems in _by_status(_general_codes(operation)):
                _add(operation["responses"], str(status), problems)
            for code, header in _HEADERS_BY_STATUS.items():
                if code in operation["responses"]:
                    operation["responses"][code]["headers"] = {header: _HEADERS[header]}
    return result


def _general_codes(operation: dict[str, Any]) -> Iterator[str]:
    if any(operation.get("security", [])) and {} not in operation["security"]:
        yield from ("not_authenticated", "token_invalid")
    if "requestBody" in operation:
        yield from ("malformed_body", "invalid_parameter", "body_too_large", "unsupported_media_type")
    yield from ("not_acceptable", "internal_error", "database_unavailable", "overloaded")


def _add(responses: dict[str, Any], status: str, problems: list[Problem]) -> None:
    answer = responses.setdefault(status, {"description": _description(problems)})
    content = answer.setdefault("content", {}).setdefault(
        PROBLEM_JSON, {"schema": {"$ref": "#/components/schemas/Problem"}}
    )
    examples = content.setdefault("examples", {})
    for problem in problems:
        # Named as drf-spectacular names the examples of `problem_responses`, so that none stands there twice.
        name = problem.code.title().replace("_", "")
        examples.setdefault(name, {"value": problem.body(_REQUEST_ID), "summary": problem.code})


def _by_status(codes: Iterable[str]) -> list[tuple[int, list[Problem]]]:
    grouped: dict[int, list[Problem]] = {}
    for code in codes:
        problem = EXAMPLES[code]
        grouped.setdefault(problem.status, []).append(problem)
    return sorted(grouped.items())


def _description(problems: list[Problem]) -> str:
    return ", ".join(f"`{problem.code}`" for problem in problems)
