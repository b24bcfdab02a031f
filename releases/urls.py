"""Addresses of releases and entities, under /api/. IDs pass as they are, with their colons and dots."""

from django.urls import path

from releases.views import EntityViewSet, ReleaseViewSet

urlpatterns = [
    path("releases/", ReleaseViewSet.as_view({"get": "list"}, name="Releases"), name="releases"),
    path("releases/<str:release_id>/", ReleaseViewSet.as_view({"get": "retrieve"}, name="Release"), name="release"),
    path(
        "releases/<str:release_id>/hierarchy/",
        ReleaseViewSet.as_view({"get": "hierarchy"}, name="Hierarchy"),
        name="hierarchy",
    ),
    path(
        "releases/<str:release_id>/entities/<str:entity_id>/",
        ReleaseViewSet.as_view({"get": "entity"}, name="Entity"),
        name="release-entity",
    ),
    path("entities/<str:entity_id>/", EntityViewSet.as_view({"get": "retrieve"}, name="Entity"), name="entity"),
]
