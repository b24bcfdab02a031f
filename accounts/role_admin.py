"""Roles and their scopes in the administration, and who sees a release by them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path

from accounts.admin_log import InWords, listed
from accounts.admin_rights import is_superuser, may_shape, sees_all_of
from accounts.models import Scope, User
from accounts.sight import ReleaseForm, who_sees
from releases.record import note


class ScopeFormSet(BaseInlineFormSet):  # type: ignore[type-arg]  # Generic in the stubs only.
    request: HttpRequest

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = "Delete this pattern"

    def clean(self) -> None:
        super().clean()
        changed = [form for form in self.forms if form.has_changed() and form not in self.deleted_forms]
        given = frozenset(form.cleaned_data["pattern"] for form in changed if "pattern" in form.cleaned_data)
        if not sees_all_of(self.request, given):
            raise ValidationError(
                "You can give the patterns that your own roles have, and no others. Ask a superuser for the rest."
            )


class ScopeForm(forms.ModelForm):  # type: ignore[type-arg]  # As above.
    class Meta:
        model = Scope
        fields = ["pattern"]
        # The column's heading alone tells it to nobody who hears the page.
        widgets = {"pattern": AdminTextInputWidget(attrs={"aria-label": "Pattern"})}


class ScopeInline(admin.TabularInline):  # type: ignore[type-arg]  # As above.
    model = Scope
    form = ScopeForm
    formset = ScopeFormSet
    extra = 1
    verbose_name_plural = "Releases that this role shows (* any text, ? one character, [ab] one of these)"

    def get_formset(self, request: HttpRequest, obj: Group | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        return type("ScopeFormSet", (formset,), {"request": request})


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(InWords, DjangoGroupAdmin):
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
        people = who_sees(release) if release else None
        if people is not None:
            note(release=str(release), shown=len(people))
        context = {
            **self.admin_site.each_context(request),
            "title": "Who sees a release?",
            "form": form,
            "release": release,
            "people": people,
        }
        return TemplateResponse(request, "admin/auth/group/who_sees.html", context)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("scopes")

    @admin.display(description="scopes")
    def patterns(self, group: Group) -> str:
        return ", ".join(str(scope) for scope in group.scopes.all()) or "-"

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        fields = [str(field) for field in super().get_readonly_fields(request, obj)]
        if is_superuser(request):
            return fields
        # Where an OpenID provider's groups are mapped to roles by name, a name decides who holds the role.
        return [*fields, "permissions", *(["name"] if obj else [])]

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj) and may_shape(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and may_shape(request, obj)

    def get_inline_instances(self, request: HttpRequest, obj: Group | None = None) -> Any:
        """A role that can't be changed shows its scopes, and takes none: an inline asks its own permissions only."""
        inlines = super().get_inline_instances(request, obj)
        if obj is not None and not may_shape(request, obj):
            for inline in inlines:
                for ask in ("has_add_permission", "has_change_permission", "has_delete_permission"):
                    setattr(inline, ask, lambda *_: False)
        return inlines

    def told_of_deleted(self, deleted: Any) -> str:
        scopes, people = listed(deleted.scopes.all()), listed(deleted.user_set.all())
        return f"It showed: {scopes}. Held by: {people}. Permissions: {listed(deleted.permissions.all())}."
