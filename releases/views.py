"""The HTTP edge of releases: parameters in, use cases called, JSON out."""

from asgiref.sync import async_to_sync
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.viewers import viewer_of
from releases import services
from releases.answers import attachment, conditional, private
from releases.comparison_serializers import PreviousReleaseSerializer
from releases.domain import ENTITY_ID_PATTERN
from releases.encoding import to_json
from releases.export import file_name, to_csv, tree_table
from releases.listing import ORDERINGS
from releases.phases import Phase
from releases.representation import PageLinks, Representation
from releases.schema import problem_responses
from releases.serializers import (
    RUN_STATUSES,
    CountParameters,
    EntitySerializer,
    ExportParameters,
    HierarchySerializer,
    ListParameters,
    PaginatedReleaseListSerializer,
    PhaseCountsSerializer,
    ReadParameters,
    ReleaseSerializer,
)

SOURCE_CODES = ("temporal_unavailable", "query_timeout", "worker_unavailable", "query_failed")


RELEASE_ID_PATTERN = r"^release:[A-Za-z0-9_.-]{1,200}$"


def _id_parameter(name: str, pattern: str, example: str) -> OpenApiParameter:
    schema = {"type": "string", "pattern": pattern, "example": example}
    return OpenApiParameter(name, schema, OpenApiParameter.PATH)


RELEASE_ID = _id_parameter("release_id", RELEASE_ID_PATTERN, "release:2025.11-payments")
ENTITY_ID = _id_parameter("entity_id", ENTITY_ID_PATTERN, "app:api-gateway")


def _names(name: str, choices: list[str] | None, description: str) -> OpenApiParameter:
    # None of them, as forms of browsers send it, is as good as leaving the parameter out.
    items = {"type": "string", "enum": [*choices, ""]} if choices else {"type": "string"}
    schema = {"type": "array", "items": items}
    return OpenApiParameter(name, schema, style="form", explode=False, description=f"{description} Divided by commas.")


FRESH = OpenApiParameter(
    "fresh",
    {"type": "boolean", "default": False},
    description="Ask Temporal also where the release is live, which the answer tells the state of otherwise.",
)

IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="An earlier ETag.")
CONTENT_DISPOSITION = OpenApiParameter(
    "Content-Disposition",
    str,
    OpenApiParameter.HEADER,
    response=[200],
    description="`attachment`, with a file name that holds the release's ID and when it was read.",
)
BOM = OpenApiParameter(
    "bom",
    {"type": "boolean", "default": False},
    description="Begin with a byte order mark, by which Excel knows UTF-8.",
)

SEARCH = OpenApiParameter(
    "search",
    {"type": "string", "maxLength": 250, "pattern": r"^[^\x00]*$"},
    description="A part of the ID, whatever its case: `pay` finds `release:2025.11-payments`. Costs nothing.",
)
STATUS = _names("status", RUN_STATUSES, "How the workflow run stands, in Temporal's words. Costs nothing.")

LIST_PARAMETERS = [
    OpenApiParameter("page", {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1}),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
    SEARCH,
    _names(
        "phase",
        [phase.value for phase in Phase],
        "Costs a query for each release that the other filters leave: each time for those that run, once for those "
        "that ended. Narrow by `status` or `search` first; past QUERY_TIMEOUT_SECONDS the answer is a 503, and the "
        "next try comes further.",
    ),
    _names("state", None, "The state as its workflow gives it, whatever its case. Costs as `phase` does."),
    STATUS,
    OpenApiParameter(
        "ordering",
        {"type": "string", "enum": [f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")]},
        description="`-` for descending; `-started_at` unless given. What still runs ends after all that has ended.",
    ),
    _names(
        "include",
        ["rollup"],
        "`rollup` adds the counts of apps, `held_by` and `stands_at`. Costs reading the tree of every release on the "
        "page; null where one was not read within two seconds.",
    ),
]

COUNT_PARAMETERS = [
    SEARCH,
    _names("state", None, "The state as its workflow gives it, whatever its case. What can't be read is `unread`."),
    STATUS,
]


class ReleaseViewSet(ViewSet):
    """Releases, and the trees of waves, clusters, bundles and apps that they hold."""

    for_services = True

    @extend_schema(
        operation_id="releases_list",
        tags=["releases"],
        summary="The releases, page by page",
        description="Those in the caller's scope, newest first. A release whose state can't be read is listed with its "
        "`problem`. What each parameter costs is said beside it.",
        parameters=LIST_PARAMETERS,
        responses={200: PaginatedReleaseListSerializer, **problem_responses("invalid_parameter", *SOURCE_CODES)},
    )
    def list(self, request: Request) -> Response:
        query = ListParameters.parse(request.query_params)
        page = async_to_sync(services.list_releases)(viewer_of(request.user), query)
        links = PageLinks.of(request._request, request.path)
        return private(Response(Representation.configured().page(page, query, links)))

    @extend_schema(
        operation_id="releases_counts",
        tags=["releases"],
        summary="How many releases are in each phase",
        description="Of those in the caller's scope, with the list's filters but for `phase`. One that can't be read "
        "is `unknown`. One that could not be asked, or has not answered, within two seconds is `unread`: it is read "
        "all the same, so that the next count comes further. States of running releases are up to ten seconds old, "
        "more where there are thousands; `as_of` tells.",
        parameters=COUNT_PARAMETERS,
        responses={200: PhaseCountsSerializer, **problem_responses("invalid_parameter", "temporal_unavailable")},
    )
    def counts(self, request: Request) -> Response:
        query = CountParameters.parse(request.query_params)
        counts = async_to_sync(services.count_releases)(viewer_of(request.user), query)
        return private(Response(Representation.configured().counts(counts)))

    @extend_schema(
        operation_id="releases_retrieve",
        tags=["releases"],
        summary="One release",
        description="Without its descendants.",
        parameters=[RELEASE_ID, FRESH],
        responses={
            200: ReleaseSerializer,
            **problem_responses(
                "invalid_id", "invalid_parameter", "permission_denied", "release_not_found", *SOURCE_CODES
            ),
        },
    )
    def retrieve(self, request: Request, release_id: str) -> Response:
        fresh = ReadParameters.parse(request.query_params)
        tree = async_to_sync(services.get_release)(viewer_of(request.user), release_id, fresh=fresh)
        return private(Response(Representation.configured().release(tree)))

    @extend_schema(
        operation_id="releases_hierarchy",
        tags=["releases"],
        summary="One release with all that it holds",
        description="What can't be read stands in its place, with its `problem`. The ETag stays the same while nothing "
        "but `as_of` changes.",
        parameters=[
            RELEASE_ID,
            FRESH,
            IF_NONE_MATCH,
        ],
        responses={
            200: HierarchySerializer,
            304: None,
            **problem_responses(
                "invalid_id", "invalid_parameter", "permission_denied", "release_not_found", *SOURCE_CODES
            ),
        },
    )
    def hierarchy(self, request: Request, release_id: str) -> HttpResponse:
        fresh = ReadParameters.parse(request.query_params)
        tree = async_to_sync(services.get_tree)(viewer_of(request.user), release_id, fresh=fresh)
        return conditional(request, Representation.configured().hierarchy(tree))

    @extend_schema(
        operation_id="releases_previous",
        tags=["releases"],
        summary="The release to compare one with",
        description="The last that worked: of the releases that started before it and succeeded, the newest of its own "
        "line (the ID is the same but for the version), else the newest. Asks 20 releases at most for their state, of "
        "those that ended none twice.",
        parameters=[RELEASE_ID],
        responses={
            200: PreviousReleaseSerializer,
            **problem_responses("invalid_id", "permission_denied", "release_not_found", *SOURCE_CODES),
        },
    )
    def previous(self, request: Request, release_id: str) -> Response:
        found = async_to_sync(services.previous_release)(viewer_of(request.user), release_id)
        return private(Response(Representation.configured().previous(found)))

    @extend_schema(
        operation_id="releases_export_json",
        tags=["releases"],
        summary="One release with all that it holds, as a file",
        description="The body of `hierarchy/`, to be kept.",
        parameters=[
            RELEASE_ID,
            FRESH,
            OpenApiParameter(
                "pretty", {"type": "boolean", "default": False}, description="Indented, for people to read."
            ),
            CONTENT_DISPOSITION,
        ],
        responses={
            200: HierarchySerializer,
            **problem_responses(
                "invalid_id", "invalid_parameter", "permission_denied", "release_not_found", *SOURCE_CODES
            ),
        },
    )
    def export_json(self, request: Request, release_id: str) -> HttpResponse:
        wanted = ExportParameters.parse(request.query_params)
        tree = async_to_sync(services.get_tree)(viewer_of(request.user), release_id, fresh=wanted["fresh"])
        body = to_json(Representation.configured().hierarchy(tree), indented=wanted["pretty"])
        return attachment(body, "application/json", file_name(tree.release.id, tree.as_of, "json"))

    @extend_schema(
        operation_id="releases_export_csv",
        tags=["releases"],
        summary="One release with all that it holds, as a table",
        description="A row for each entity: the release, then all below it, parents first. RFC 4180, in UTF-8, the "
        "names of the columns in the first row; the handbook explains them. A cell that a spreadsheet would take for "
        "a formula has an apostrophe before it.",
        parameters=[RELEASE_ID, FRESH, BOM, CONTENT_DISPOSITION],
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            **problem_responses(
                "invalid_id", "invalid_parameter", "permission_denied", "release_not_found", *SOURCE_CODES
            ),
        },
    )
    def export_csv(self, request: Request, release_id: str) -> HttpResponse:
        wanted = ExportParameters.parse(request.query_params)
        tree = async_to_sync(services.get_tree)(viewer_of(request.user), release_id, fresh=wanted["fresh"])
        table = to_csv(tree_table(tree), bom=wanted["bom"])
        return attachment(table, "text/csv; charset=utf-8", file_name(tree.release.id, tree.as_of, "csv"))

    @extend_schema(
        operation_id="releases_entity",
        tags=["releases"],
        summary="One entity of a release",
        description="Costs as much as the whole tree.",
        parameters=[
            RELEASE_ID,
            ENTITY_ID,
            FRESH,
            OpenApiParameter(
                "path",
                {"type": "string", "maxLength": 1000},
                description="Tells apart an ID that stands in several places.",
            ),
        ],
        responses={
            200: EntitySerializer,
            **problem_responses(
                "invalid_id",
                "invalid_parameter",
                "permission_denied",
                "release_not_found",
                "entity_not_found",
                "ambiguous_entity",
                *SOURCE_CODES,
            ),
        },
    )
    def entity(self, request: Request, release_id: str, entity_id: str) -> Response:
        path = request.query_params.get("path")
        fresh = ReadParameters.parse(request.query_params)
        found = async_to_sync(services.get_entity)(viewer_of(request.user), release_id, entity_id, path, fresh=fresh)
        return private(Response(Representation.configured().entity(*found)))


class EntityViewSet(ViewSet):
    """Entities by their ID alone."""

    for_services = True

    @extend_schema(
        operation_id="entities_retrieve",
        tags=["entities"],
        summary="One entity, wherever it stands",
        description="Reads every release in the caller's scope, but for a release's own ID: by far the most expensive "
        "operation. Where the release is known, ask for the entity of that release. Releases that can't be read are "
        "left out.",
        parameters=[ENTITY_ID],
        responses={
            200: EntitySerializer,
            **problem_responses(
                "invalid_id", "permission_denied", "entity_not_found", "ambiguous_entity", *SOURCE_CODES
            ),
        },
    )
    def retrieve(self, request: Request, entity_id: str) -> Response:
        found = async_to_sync(services.find_entity)(viewer_of(request.user), entity_id)
        return private(Response(Representation.configured().entity(*found)))
