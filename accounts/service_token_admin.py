"""Service tokens in the administration: looked at and revoked, by whoever may change their owners; made by nobody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import service_tokens
from accounts.models import ServiceToken, User


@admin.register(ServiceToken)
class ServiceTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Generic in the stubs only.
    list_display = ["name", "user", "begins_with", "state", "expires_at", "last_used_at"]
    list_display_links = ["name"]
    list_filter = ["expires_at", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["name", "lookup", "user__email"]
    actions = ["revoke"]
    fields = [
        "user",
        "name",
        "begins_with",
        "state",
        "roles",
        "patterns",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]

    @admin.display(description="begins with", ordering="lookup")
    def begins_with(self, token: ServiceToken) -> str:
        return f"rpt_{token.lookup}"

    @admin.display(description="state")
    def state(self, token: ServiceToken) -> str:
        if token.revoked_at is not None:
            return "revoked"
        if token.expires_at <= timezone.now():
            return "expired"
        return "good" if token.user.is_active else "its owner is deactivated"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: ServiceToken | None = None) -> bool:
        return bool(self._people.has_view_permission(request, obj and obj.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ServiceToken | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ServiceToken | None = None) -> bool:
        # As with saved views: else nobody that has one could be deleted without a right of its own.
        return bool(self._people.has_delete_permission(request, obj and obj.user))

    def get_actions(self, request: HttpRequest) -> Any:
        # What was revoked stays to be seen.
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    @admin.action(description="Revoke the selected service tokens")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ServiceToken]) -> None:
        may_change = self._people.has_change_permission
        chosen = [token for token in queryset.select_related("user") if may_change(request, token.user)]
        revoked = service_tokens.revoke(ServiceToken.objects.filter(pk__in=[token.pk for token in chosen]))
        for token in chosen:
            self.log_change(request, token, "Revoked.")
        self.message_user(request, f"{revoked} revoked.")

    @property
    def _people(self) -> Any:
        return self.admin_site.get_model_admin(User)
