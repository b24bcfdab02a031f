"""/api/views/: queries of the list that somebody keeps under a name, of the signed-in user alone."""

from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from accounts.authentication import user_of
from accounts.turns import turn_of
from releases.answers import NotStored
from releases.fields import TextField
from releases.models import SavedView, folded
from releases.schema import problem_responses
from releases.serializers import ListParameters

VIEWS_KEPT = 50
"""Of one user: more than anybody finds their way in, and a bound on what one account can fill."""

QUERY_FORMAT = "release-list-query"
"""What the OpenAPI document calls it, since no pattern of a bearable length tells it."""

NOT_OF_THE_VIEW = ("page", "format")
"""How far somebody has come in the list, and in which form they read it."""


@extend_schema_field(
    {
        "type": "string",
        "format": QUERY_FORMAT,
        "maxLength": SavedView.QUERY_LENGTH,
        "description": "The query string of a page of the list: parameters of `GET /api/releases/`, each as that takes "
        "it. `page` and a leading `?` are dropped. Empty for the list as it comes.",
    }
)
class ListQueryField(serializers.Field[str, str, str, Any]):
    """A query string that the list takes, in the way that browsers write them."""

    default_error_messages = {
        "invalid": "Expected a query string, such as phase=failed&search=pay.",
        "max_length": f"Expected {SavedView.QUERY_LENGTH} characters at most.",
    }

    def to_internal_value(self, data: Any) -> str:
        query = self._as_the_list_takes_it(data)
        # As it is kept: written so, a character may take up to twelve.
        if len(query) > SavedView.QUERY_LENGTH:
            self.fail("max_length")
        return query

    def to_representation(self, value: str) -> str:
        return value

    def _as_the_list_takes_it(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            parameters = QueryDict(data.removeprefix("?"), mutable=True)
        except TooManyFieldsSent:
            self.fail("max_length")
        for name in NOT_OF_THE_VIEW:
            parameters.pop(name, None)
        ListParameters.parse(parameters)
        return parameters.urlencode()


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    name = TextField(
        max_length=SavedView.NAME_LENGTH,
        trim_whitespace=False,
        help_text="Unique among the user's, whatever its case. Spaces around it are dropped.",
        error_messages={"invalid": "Expected a name of one line."},
    )
    query = ListQueryField()

    class Meta:
        model = SavedView
        fields = ["id", "name", "query", "created_at"]

    def validate_name(self, name: str) -> str:
        name = name.strip()
        others = self._kept.exclude(pk=self.instance.pk) if self.instance else self._kept
        if others.filter(folded_name=folded(name)).exists():
            raise serializers.ValidationError("You have a view of this name already.")
        return name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None and self._kept.count() >= VIEWS_KEPT:
            sentence = f"You have {VIEWS_KEPT} views, as many as are kept: delete one first."
            raise serializers.ValidationError({"name": [sentence]})
        return attrs

    @property
    def _kept(self) -> QuerySet[SavedView]:
        return SavedView.objects.filter(user=self.context["request"].user)


_EXAMPLE = {"name": "Failed payments", "query": "phase=failed&search=payments&ordering=-ended_at"}
_SENT = OpenApiExample("What failed in payments", _EXAMPLE, request_only=True)
_KEPT = OpenApiExample(
    "What failed in payments", {"id": 7, **_EXAMPLE, "created_at": "2025-11-22T14:03:00Z"}, response_only=True
)
_CSRF = "With a browser's session it needs the header `X-CSRFToken`, as signing in does."


@extend_schema_view(
    list=extend_schema(
        operation_id="views_list",
        summary="The user's saved views",
        description="All of them, by name.",
        examples=[_KEPT],
    ),
    create=extend_schema(
        operation_id="views_create",
        summary="Save a view",
        description=f"Under a name that no other of the user's has; {VIEWS_KEPT} are kept at most. {_CSRF}",
        responses={201: SavedViewSerializer, **problem_responses("permission_denied")},
        examples=[_SENT, _KEPT],
    ),
    retrieve=extend_schema(
        operation_id="views_retrieve",
        summary="One saved view",
        description="Of the user's own: those of others are a 404.",
        responses={200: SavedViewSerializer, **problem_responses("not_found")},
        examples=[_KEPT],
    ),
    update=extend_schema(
        operation_id="views_update",
        summary="Give a saved view another name and query",
        description=_CSRF,
        responses={200: SavedViewSerializer, **problem_responses("permission_denied", "not_found")},
        examples=[_SENT, _KEPT],
    ),
    partial_update=extend_schema(
        operation_id="views_partial_update",
        summary="Give a saved view another name, or another query",
        description=_CSRF,
        responses={200: SavedViewSerializer, **problem_responses("permission_denied", "not_found")},
        examples=[_SENT, _KEPT],
    ),
    destroy=extend_schema(
        operation_id="views_destroy",
        summary="Delete a saved view",
        description=_CSRF,
        responses={204: None, **problem_responses("permission_denied", "not_found")},
    ),
)
@extend_schema(tags=["views"])
class SavedViewViewSet(NotStored, ModelViewSet[SavedView]):
    """Queries of the list that you keep under names of yours."""

    queryset = SavedView.objects.order_by("folded_name")
    serializer_class = SavedViewSerializer

    def get_queryset(self) -> QuerySet[SavedView]:
        return super().get_queryset().filter(user=self.request.user.pk)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with turn_of(user_of(request)):
            return super().create(request, *args, **kwargs)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with turn_of(user_of(request)):
            return super().update(request, *args, **kwargs)

    def perform_create(self, serializer: serializers.BaseSerializer[SavedView]) -> None:
        serializer.save(user=self.request.user)
