"""The HTTP edge of comparisons."""

from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.viewers import viewer_of
from releases import services
from releases.answers import attachment, conditional
from releases.comparison import Comparands, compare
from releases.comparison_serializers import CompareParameters, ComparisonSerializer
from releases.export import comparison_table, file_name, to_csv
from releases.representation import Representation
from releases.schema import problem_responses
from releases.views import BOM, CONTENT_DISPOSITION, FRESH, IF_NONE_MATCH, RELEASE_ID_PATTERN, SOURCE_CODES


def _release_parameter(name: str, description: str, **options: Any) -> OpenApiParameter:
    schema = {"type": "string", "pattern": RELEASE_ID_PATTERN, "example": "release:2025.11-payments"}
    return OpenApiParameter(name, schema, description=description, **options)


PARAMETERS = [
    _release_parameter(
        "a",
        "The earlier one, as a rule. Left out, it is the one that `GET /api/releases/{b}/previous/` names.",
    ),
    _release_parameter("b", "The later one.", required=True),
    FRESH,
    OpenApiParameter(
        "include",
        {"type": "array", "items": {"type": "string", "enum": ["unchanged"]}},
        style="form",
        explode=False,
        description="`unchanged` adds the apps in which nothing differs, which are only counted otherwise.",
    ),
]
PROBLEMS = problem_responses(
    "invalid_id",
    "invalid_parameter",
    "permission_denied",
    "release_not_found",
    "previous_release_not_found",
    *SOURCE_CODES,
)


class CompareViewSet(ViewSet):
    """What differs between two releases. Costs as much as the trees of both."""

    for_services = True

    @extend_schema(
        operation_id="compare",
        tags=["compare"],
        summary="What differs between two releases",
        description="App by app, matched along the path by ID, else by name. An error about one of the two releases "
        "names it under `errors`. The ETag stays the same while nothing but `as_of` changes.",
        parameters=[*PARAMETERS, IF_NONE_MATCH],
        responses={200: ComparisonSerializer, 304: None, **PROBLEMS},
    )
    def retrieve(self, request: Request) -> HttpResponse:
        wanted = CompareParameters.parse(request.query_params)
        of = _comparands(request, wanted)
        found = compare(of.a.release, of.b.release)
        return conditional(request, Representation.configured().comparison(of, found, whole=wanted["whole"]))

    @extend_schema(
        operation_id="compare_export_csv",
        tags=["compare"],
        summary="What differs between two releases, as a table",
        description="A row for each app that differs. RFC 4180, in UTF-8, the names of the columns in the first row; "
        "the handbook explains them. A cell that a spreadsheet would take for a formula has an apostrophe before it.",
        parameters=[*PARAMETERS, BOM, CONTENT_DISPOSITION],
        responses={(200, "text/csv"): OpenApiTypes.STR, **PROBLEMS},
    )
    def export_csv(self, request: Request) -> HttpResponse:
        wanted = CompareParameters.parse(request.query_params)
        of = _comparands(request, wanted)
        a, b = of.a.release, of.b.release
        table = to_csv(comparison_table(a, b, compare(a, b), whole=wanted["whole"]), bom=wanted["bom"])
        name = file_name(f"{a.id[:90]}-to-{b.id.name[:90]}", min(of.a.as_of, of.b.as_of), "csv")
        return attachment(table, "text/csv; charset=utf-8", name)


def _comparands(request: Request, wanted: dict[str, Any]) -> Comparands:
    read = async_to_sync(services.get_trees_to_compare)
    return read(viewer_of(request.user), wanted["a"], wanted["b"], fresh=wanted["fresh"])
