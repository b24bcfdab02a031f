"""Whom people are to a provider of OpenID Connect, in the administration: looked at, and unlinked by deleting.

Who was unlinked is known by their address again, the next time that they come.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import ExternalIdentity, User


@admin.register(ExternalIdentity)
class ExternalIdentityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Generic in the stubs only.
    list_display = ["user", "issuer", "subject", "created_at", "last_used_at"]
    list_select_related = ["user"]
    list_filter = ["issuer"]
    search_fields = ["user__email", "subject"]
    fields = ["user", "issuer", "subject", "created_at", "last_used_at"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: ExternalIdentity | None = None) -> bool:
        return bool(self._people.has_view_permission(request, obj and obj.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ExternalIdentity | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ExternalIdentity | None = None) -> bool:
        # Who may delete somebody does so with all that is theirs.
        people, user = self._people, obj and obj.user
        return bool(people.has_change_permission(request, user) or people.has_delete_permission(request, user))

    @property
    def _people(self) -> Any:
        return self.admin_site.get_model_admin(User)
