"""People in the administration: who they are, what they may, what they are signed in by, and ending that."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join

from accounts import second_factor, sessions
from accounts.admin_log import InWords, listed
from accounts.admin_rights import is_superuser, may_enter, may_manage
from accounts.forms import UserChangeForm, UserCreationForm
from accounts.models import User
from accounts.signed_in import open_ones

_RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class Deed(NamedTuple):
    """What can be done to several people at once, and from a person's page."""

    button: str
    warning: str
    """What comes of it, asked before it is done. Empty where nobody loses anything by it."""
    done: str
    """As the administration's log says it."""
    do: Callable[[User], None]
    may: Callable[[HttpRequest, User], bool]
    applies: Callable[[User], bool]


def _set_active(active: bool) -> Callable[[User], None]:
    def do(user: User) -> None:
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            # Else who is activated again would find old sessions open.
            sessions.end_all(user)

    return do


DEEDS = {
    "deactivate": Deed(
        "Deactivate",
        "They are signed out everywhere within 5 seconds, and can't sign in until they are activated again. Their"
        " service tokens are refused until then.",
        "Deactivated.",
        _set_active(False),
        may_manage,
        lambda user: user.is_active,
    ),
    "activate": Deed("Activate", "", "Activated.", _set_active(True), may_manage, lambda user: not user.is_active),
    "end_sessions": Deed(
        "End sessions",
        "They are signed out everywhere within 5 seconds, browsers and programs alike, and can sign in again. Their"
        " service tokens go on; revoke those by themselves.",
        "Sessions and tokens ended.",
        sessions.end_all,
        may_manage,
        lambda user: user.is_active,
    ),
    "reset_second_factor": Deed(
        "Reset second factor",
        "Their authenticator app and their recovery codes are good for nothing from then on, and the password alone"
        " signs them in, until they set up an app anew. They are signed out everywhere.",
        "Second factor reset.",
        second_factor.reset_for,
        may_enter,
        lambda user: user.second_factor_at is not None,
    ),
}


class SecondFactorFilter(admin.SimpleListFilter):
    title = "second factor"
    parameter_name = "second_factor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("on", "On"), ("off", "Off")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() not in ("on", "off"):
            return queryset
        return queryset.filter(second_factor_at__isnull=self.value() == "off")


@admin.register(User)
class UserAdmin(InWords, DjangoUserAdmin):  # type: ignore[type-arg]  # Generic in the stubs only.
    form = UserChangeForm
    add_form = UserCreationForm
    ordering = ["email"]
    list_display = ["email", "full_name", "is_active", "is_staff", "second_factor_on", "last_login"]
    list_filter = [
        "is_active",
        "is_staff",
        "is_superuser",
        SecondFactorFilter,
        "groups",
    ]
    search_fields = ["email", "full_name"]
    readonly_fields = ["second_factor_state", "signed_in_by", "last_login", "date_joined"]
    actions = [*DEEDS]
    fieldsets = [
        (None, {"fields": ["email", "full_name", "password"]}),
        ("Rights", {"fields": ["is_active", *_RIGHTS]}),
        ("Signing in", {"fields": ["second_factor_state", "signed_in_by", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["email", "full_name", "usable_password", "password1", "password2"]})
    ]

    # What is shown

    @admin.display(description="second factor", boolean=True, ordering="second_factor_at")
    def second_factor_on(self, user: User) -> bool:
        return user.second_factor_at is not None

    @admin.display(description="second factor")
    def second_factor_state(self, user: User) -> str:
        if user.second_factor_at is not None:
            left = second_factor.codes_left(user)
            return f"On since {user.second_factor_at:%Y-%m-%d %H:%M} UTC, {left} recovery codes left."
        return "Off, and asked for at the next sign-in." if user.must_have_second_factor else "Off."

    @admin.display(description="signed in by")
    def signed_in_by(self, user: User) -> str:
        return format_html_join("\n", "<div>{}</div>", ((line,) for line in open_ones(user))) or "Nothing."

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        user = self.get_object(request, unquote(object_id))
        deeds = [(name, deed) for name, deed in DEEDS.items() if user and self._may(request, deed, user)]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "deeds": deeds})

    # Who may what

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Not into what people are signed in by: from page to page, a session's key could be guessed letter by letter,
        which Django takes for any key of a row."""
        return not lookup.startswith("sessions__") and super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = [str(field) for field in super().get_readonly_fields(request, obj)]
        if is_superuser(request):
            return fields
        return [*fields, *_RIGHTS, *(["email"] if obj is not None and not may_enter(request, obj) else [])]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and may_manage(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and may_manage(request, obj)

    # Its parameters have Django's names.
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        user = self.get_object(request, unquote(id))
        if user is not None and user.pk == request.user.pk:
            # Where the present one is asked for: a browser that was left open is not enough.
            return HttpResponseRedirect("/account")
        if user is not None and not may_enter(request, user):
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            sessions.end_all(obj)

    def told_of_deleted(self, deleted: Any) -> str:
        return f"Roles: {listed(deleted.groups.all())}."

    # What is done

    def _may(self, request: HttpRequest, deed: Deed, user: User) -> bool:
        """Nobody by the way to themselves: there is a page for one's own account, which asks for more."""
        is_other = user.pk != request.user.pk
        return is_other and self.has_change_permission(request, user) and deed.may(request, user) and deed.applies(user)

    def _act(self, name: str, request: HttpRequest, chosen: Iterable[User]) -> HttpResponse | None:
        deed, everybody = DEEDS[name], list(chosen)
        people = [user for user in everybody if self._may(request, deed, user)]
        left_out = [user for user in everybody if user not in people]
        if people and deed.warning and "confirmed" not in request.POST:
            return self._confirmation(request, name, people, left_out)
        for user in people:
            deed.do(user)
            self.log_change(request, user, deed.done)
        told = f"{deed.button}: done for {listed(people)}." if people else f"{deed.button}: done for nobody."
        self.message_user(request, told + (f" Left out: {listed(left_out)}." if left_out else ""))
        if "from_page" in request.POST and len(everybody) == 1:
            return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[everybody[0].pk]))
        return None

    def _confirmation(self, request: HttpRequest, name: str, people: list[User], left_out: list[User]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{DEEDS[name].button}?",
            "opts": self.opts,
            "media": self.media,
            "deed": DEEDS[name],
            "action": name,
            "people": people,
            "left_out": left_out,
            "from_page": "from_page" in request.POST,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/accounts/user/confirm.html", context)

    @admin.action(description="Deactivate the selected people", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        return self._act("deactivate", request, queryset)

    @admin.action(description="Activate the selected people", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        return self._act("activate", request, queryset)

    @admin.action(description="End all sessions of the selected people", permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        return self._act("end_sessions", request, queryset)

    @admin.action(description="Reset the second factor of the selected people", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        return self._act("reset_second_factor", request, queryset)
