"""Saved views in the administration: read and deleted by whoever may do the same to the person they belong to."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from releases import record_admin  # noqa: F401  # Being imported makes its pages known.
from releases.models import SavedView


@admin.register(SavedView)
class SavedViewAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Generic in the stubs only.
    list_display = ["name", "user", "query", "created_at"]
    list_display_links = ["name"]
    list_select_related = ["user"]
    search_fields = ["name", "query", "user__email"]
    fields = ["user", "name", "query", "created_at"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: SavedView | None = None) -> bool:
        return bool(self._people.has_view_permission(request, obj and obj.user))

    def has_delete_permission(self, request: HttpRequest, obj: SavedView | None = None) -> bool:
        # Deleting a person asks this of each of their views: where it were a right of its own, nobody that has
        # one could be deleted without it.
        return bool(self._people.has_delete_permission(request, obj and obj.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SavedView | None = None) -> bool:
        return False

    @property
    def _people(self) -> Any:
        return self.admin_site.get_model_admin(get_user_model())
