"""People and roles in the administration.

Who is staff but no superuser manages other people, never themselves upwards: rights, roles and the accounts of other
staff are for superusers, and so is a role for its own holders.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path

from accounts import (  # Being imported makes their pages known.
    external_identity_admin,  # noqa: F401
    lockout_admin,  # noqa: F401
    service_token_admin,  # noqa: F401
)
from accounts.forms import UserChangeForm, UserCreationForm
from accounts.models import Scope, User
from accounts.sight import ReleaseForm, who_sees

_RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]  # Generic in the stubs only.
    form = UserChangeForm
    add_form = UserCreationForm
    ordering = ["email"]
    list_display = ["email", "full_name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    search_fields = ["email", "full_name"]
    readonly_fields = ["last_login", "date_joined"]
    actions = ["deactivate"]
    fieldsets = [
        (None, {"fields": ["email", "full_name", "password"]}),
        ("Rights", {"fields": ["is_active", *_RIGHTS]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["email", "full_name", "usable_password", "password1", "password2"]})
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = [str(field) for field in super().get_readonly_fields(request, obj)]
        return fields if _is_superuser(request) else [*fields, *_RIGHTS]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_manage(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_manage(request, obj)

    @admin.action(description="Deactivate the selected people", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: Any) -> None:
        chosen = [user for user in queryset.exclude(pk=request.user.pk) if self.has_change_permission(request, user)]
        for user in chosen:
            user.is_active = False
            user.save(update_fields=["is_active"])
            self.log_change(request, user, "Deactivated.")
        self.message_user(request, f"{len(chosen)} deactivated.")


def _may_manage(request: HttpRequest, user: User | None) -> bool:
    """Whoever could set the password of somebody with more rights would have these rights."""
    return (
        user is None or _is_superuser(request) or user.pk == request.user.pk or not (user.is_staff or user.is_superuser)
    )


class ScopeInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Scope
    extra = 1
    verbose_name_plural = "Releases that this role shows (* any text, ? one character, [ab] one of these)"


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    inlines = [ScopeInline]
    list_display = ["name", "patterns"]
    change_list_template = "admin/auth/group/roles.html"

    def get_urls(self) -> list[Any]:
        page = path("who-sees/", self.admin_site.admin_view(self.who_sees), name="auth_group_who_sees")
        return [page, *super().get_urls()]

    def who_sees(self, request: HttpRequest) -> TemplateResponse:
        """Which people see a release, by which roles and patterns. It names people, so it takes both rights."""
        people_admin = self.admin_site.get_model_admin(User)
        if not (self.has_view_permission(request) and people_admin.has_view_permission(request)):
            raise PermissionDenied
        form = ReleaseForm(request.GET if "release" in request.GET else None)
        release = form.cleaned_data["release"] if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Who sees a release?",
            "form": form,
            "release": release,
            "people": who_sees(release) if release else None,
        }
        return TemplateResponse(request, "admin/auth/group/who_sees.html", context)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("scopes")

    @admin.display(description="scopes")
    def patterns(self, group: Group) -> str:
        return ", ".join(str(scope) for scope in group.scopes.all()) or "-"

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        fields = [str(field) for field in super().get_readonly_fields(request, obj)]
        return fields if _is_superuser(request) else [*fields, "permissions"]

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_shape(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_shape(request, obj)

    def get_inline_instances(self, request: HttpRequest, obj: Group | None = None) -> Any:
        """A role that can't be changed shows its scopes, and takes none: an inline asks its own permissions only."""
        inlines = super().get_inline_instances(request, obj)
        if obj is not None and not _may_shape(request, obj):
            for inline in inlines:
                for ask in ("has_add_permission", "has_change_permission", "has_delete_permission"):
                    setattr(inline, ask, lambda *_: False)
        return inlines


def _may_shape(request: HttpRequest, group: Group | None) -> bool:
    """Whoever could widen a role of their own would raise themselves."""
    return group is None or _is_superuser(request) or not request.user.groups.filter(pk=group.pk).exists()
