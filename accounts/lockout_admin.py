"""Who is locked out, in the administration: to look at and to unlock, nothing else."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import lockouts
from accounts.models import FailedSignIn


@admin.register(FailedSignIn)
class FailedSignInAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Generic in the stubs only.
    """Lines go by themselves once they don't count any more."""

    list_display = ["account", "address", "failures", "last", "locked"]
    list_display_links = None
    search_fields = ["username", "ip_address"]
    ordering = ["-attempt_time"]
    list_per_page = 50
    actions = ["unlock_accounts", "unlock_addresses"]

    @admin.display(description="typed as e-mail address", ordering="username")
    def account(self, failed: FailedSignIn) -> str:
        return failed.username or "-"

    @admin.display(description="from", ordering="ip_address")
    def address(self, failed: FailedSignIn) -> str:
        return failed.ip_address or "-"

    @admin.display(description="wrong passwords", ordering="failures_since_start")
    def failures(self, failed: FailedSignIn) -> Any:
        return failed.failures_since_start

    @admin.display(description="last one", ordering="attempt_time")
    def last(self, failed: FailedSignIn) -> Any:
        return failed.attempt_time

    @admin.display(description="locked")
    def locked(self, failed: FailedSignIn) -> str:
        seconds = lockouts.seconds_left(failed.username or "", failed.ip_address)
        return f"for {-(-seconds // 60)} more min" if seconds else "no"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: FailedSignIn | None = None) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> Any:
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    @admin.action(description="Unlock these accounts, from wherever", permissions=["delete"])
    def unlock_accounts(self, request: HttpRequest, queryset: QuerySet[FailedSignIn]) -> None:
        accounts = set(queryset.values_list("username", flat=True))
        self._unlock(request, FailedSignIn.objects.filter(username__in=accounts), f"{len(accounts)} account(s)")

    @admin.action(description="Unlock these addresses, for all accounts", permissions=["delete"])
    def unlock_addresses(self, request: HttpRequest, queryset: QuerySet[FailedSignIn]) -> None:
        addresses = set(queryset.values_list("ip_address", flat=True))
        self._unlock(request, FailedSignIn.objects.filter(ip_address__in=addresses), f"{len(addresses)} address(es)")

    def _unlock(self, request: HttpRequest, failed: QuerySet[FailedSignIn], what: str) -> None:
        self.log_deletions(request, failed)
        failed.delete()
        self.message_user(request, f"{what} unlocked.")
