"""Addresses of releases, entities and saved views, under /api/. IDs pass as they are, with their colons and dots."""

from django.urls import path

from releases.comparison_views import CompareViewSet
from releases.renderers import CSVRenderer, ORJSONRenderer
from releases.saved_views import SavedViewViewSet
from releases.views import EntityViewSet, ReleaseViewSet

urlpatterns = [
    path("releases/", ReleaseViewSet.as_view({"get": "list"}, name="Releases"), name="releases"),
    # No release's ID: these begin with their type.
    path("releases/counts/", ReleaseViewSet.as_view({"get": "counts"}, name="Counts"), name="release-counts"),
    path("releases/<str:release_id>/", ReleaseViewSet.as_view({"get": "retrieve"}, name="Release"), name="release"),
    path(
        "releases/<str:release_id>/hierarchy/",
        ReleaseViewSet.as_view({"get": "hierarchy"}, name="Hierarchy"),
        name="hierarchy",
    ),
    path(
        "releases/<str:release_id>/previous/",
        ReleaseViewSet.as_view({"get": "previous"}, name="Previous"),
        name="previous",
    ),
    # Files for everybody, browsers too: no page is made of them.
    path(
        "releases/<str:release_id>/export.json",
        ReleaseViewSet.as_view({"get": "export_json"}, name="Export", renderer_classes=[ORJSONRenderer]),
        name="export-json",
    ),
    path(
        "releases/<str:release_id>/export.csv",
        ReleaseViewSet.as_view({"get": "export_csv"}, name="Export", renderer_classes=[ORJSONRenderer, CSVRenderer]),
        name="export-csv",
    ),
    path(
        "releases/<str:release_id>/entities/<str:entity_id>/",
        ReleaseViewSet.as_view({"get": "entity"}, name="Entity"),
        name="release-entity",
    ),
    path("compare/", CompareViewSet.as_view({"get": "retrieve"}, name="Comparison"), name="compare"),
    path(
        "compare/export.csv",
        CompareViewSet.as_view({"get": "export_csv"}, name="Export", renderer_classes=[ORJSONRenderer, CSVRenderer]),
        name="compare-csv",
    ),
    path("entities/<str:entity_id>/", EntityViewSet.as_view({"get": "retrieve"}, name="Entity"), name="entity"),
    path("views/", SavedViewViewSet.as_view({"get": "list", "post": "create"}, name="Saved views"), name="views"),
    path(
        "views/<int:pk>/",
        SavedViewViewSet.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}, name="Saved view"
        ),
        name="view",
    ),
]
