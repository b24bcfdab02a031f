"""What is on record in the administration: read, searched, filtered and exported, and nothing else, by nobody."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from releases.export import file_name, moment, to_csv
from releases.models import AccessRecord

MOST_COUNTED = 10_000
"""Rows that can be paged through. Counting ten million would take the database a while, with each page."""

EXPORTED_AT_ONCE = 1000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # Generic in the stubs only.
    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:MOST_COUNTED].count())


class TextFilter(admin.SimpleListFilter):
    """One that is written, not chosen."""

    template = "admin/releases/text_filter.html"
    kind = "text"
    hint = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("", "")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        others = [(name, value) for name, value in changelist.params.items() if name not in (self.parameter_name, "p")]
        yield {"value": self.value() or "", "others": others}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = (self.value() or "").strip()
        return queryset.filter(self.wanted(value)) if value else queryset

    def wanted(self, value: str) -> Q:
        raise NotImplementedError


class UserFilter(TextFilter):
    title = "user"
    parameter_name = "user"
    hint = "e-mail address or ID"

    def wanted(self, value: str) -> Q:
        return Q(user=int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else Q(email=value.lower())


class ReleaseFilter(TextFilter):
    title = "release"
    parameter_name = "release"
    hint = "release:2025.11-payments"

    def wanted(self, value: str) -> Q:
        value = value if value.startswith("release:") else f"release:{value}"
        return Q(release=value) | Q(compared_with=value)


class AddressFilter(TextFilter):
    title = "address"
    parameter_name = "address"
    hint = "192.0.2.7"

    def wanted(self, value: str) -> Q:
        return Q(address=value)


class SinceFilter(TextFilter):
    title = "time, from (UTC)"
    parameter_name = "since"
    kind = "datetime-local"
    field = "at"

    def wanted(self, value: str) -> Q:
        return Q((f"{self.field}__gte", _moment(value)))


class UntilFilter(SinceFilter):
    title = "time, to (UTC)"
    parameter_name = "until"

    def wanted(self, value: str) -> Q:
        return Q((f"{self.field}__lt", _moment(value)))


class PersonFilter(TextFilter):
    title = "who did it"
    parameter_name = "person"
    hint = "e-mail address"

    def wanted(self, value: str) -> Q:
        return Q(user__email__iexact=value)


class DoneSinceFilter(SinceFilter):
    field = "action_time"


class DoneUntilFilter(UntilFilter):
    field = "action_time"


def _second(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise IncorrectLookupParameters from None


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Generic in the stubs only.
    actions = None
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 100
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    list_display = ["moment", "who", "action", "what", "outcome", "status", "via", "address"]
    list_display_links = ["moment"]
    list_filter = [UserFilter, ReleaseFilter, "outcome", SinceFilter, UntilFilter, AddressFilter]
    search_fields = ["request_id"]
    search_help_text = (
        "A request ID, a release's ID, an e-mail address or an address, in full. "
        f"The newest {MOST_COUNTED:,} are listed; narrow by time for others, or export all."
    )
    exclude = ["user"]

    def get_readonly_fields(self, request: HttpRequest, obj: AccessRecord | None = None) -> list[str]:
        names = [field.attname for field in AccessRecord._meta.concrete_fields if field.name != "id"]
        return [*names, "end"]

    def get_fields(self, request: HttpRequest, obj: AccessRecord | None = None) -> Any:
        return self.get_readonly_fields(request, obj)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Whole words only, each of which an index finds: parts of them would take reading all rows."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(request_id=term) | Q(email=term.lower()) | Q(address=term) | Q(release=term) | Q(compared_with=term)
        return queryset.filter(found), False

    @admin.display(description="time (UTC)")
    def moment(self, row: AccessRecord) -> str:
        return _second(row.at)

    @admin.display(description="who")
    def who(self, row: AccessRecord) -> str:
        return f"{row.email}, by {row.service_token}" if row.service_token else row.email or "nobody"

    @admin.display(description="what")
    def what(self, row: AccessRecord) -> str:
        parts = [row.release, row.compared_with and f"and {row.compared_with}", row.entity, row.query[:120]]
        if row.shown is not None:
            parts.append(f"({row.shown} shown)")
        if row.seconds is not None:
            parts.append(f"({row.seconds:.0f} s)")
        return " ".join(part for part in parts if part)

    @admin.display(description="end of what it opened")
    def end(self, row: AccessRecord) -> str:
        if row.via != "socket" or row.action == "unfollow" or row.outcome != "allowed":
            return "-"
        end = AccessRecord.objects.filter(request_id=row.request_id, opening=row.pk).first()
        if end is None:
            return f"None: it is open still, or its process was killed ({row.process})."
        return f"{self.moment(end)}, after {end.seconds} s, closed with {end.status} {end.code}".rstrip()

    # Export

    def get_urls(self) -> list[Any]:
        export = path("export/", self.admin_site.admin_view(self.export), name="releases_accessrecord_export")
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """All rows that the filters leave, newest first, without holding more than some of them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect("../?e=1")
        parts = _parts(rows)
        content = _asynchronous(parts) if isinstance(request, ASGIRequest) else parts
        name = file_name("access-record", datetime.now(UTC), "csv")
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


_COLUMNS = [field.attname for field in AccessRecord._meta.concrete_fields]


def _parts(rows: Any) -> Iterator[bytes]:
    """CSV, some rows at a time, each time from where the last ended: no read lasts for all of it."""
    yield to_csv([_COLUMNS])
    some = list(rows[:EXPORTED_AT_ONCE])
    while some:
        yield to_csv([_cell(getattr(row, name)) for name in _COLUMNS] for row in some)
        last = some[-1]
        some = list(rows.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.id))[:EXPORTED_AT_ONCE])


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    return "" if value is None else str(value)


async def _asynchronous(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    # Given a plain iterator, Django would read all of it before it sends the first byte.
    following = sync_to_async(lambda: next(parts, None))
    while (part := await following()) is not None:
        yield part


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What was changed here, by whom. That nobody may delete these holds also for what would delete them besides: who
    has changed something here can't be deleted, only deactivated."""

    list_display = ["moment", "user", "deed", "kind", "named", "message"]
    list_display_links = ["moment"]
    fields = ["moment", "user", "action_flag", "content_type", "object_id", "object_repr", "message"]
    readonly_fields = ["moment", "message"]
    list_filter = [
        PersonFilter,
        ("action_flag", admin.ChoicesFieldListFilter),
        ("content_type", admin.RelatedOnlyFieldListFilter),
        DoneSinceFilter,
        DoneUntilFilter,
    ]
    list_select_related = ["user", "content_type"]
    search_fields = ["user__email", "object_repr", "change_message"]
    search_help_text = "An address, the name of a person, a role or a token, or words of what was changed."

    @admin.display(description="time (UTC)")
    def moment(self, entry: LogEntry) -> str:
        return _second(entry.action_time)

    @admin.display(description="did", ordering="action_flag")
    def deed(self, entry: LogEntry) -> str:
        return entry.get_action_flag_display()

    @admin.display(description="of kind", ordering="content_type")
    def kind(self, entry: LogEntry) -> str:
        # Without its application's name, which takes the room of what was done.
        return entry.content_type.name if entry.content_type else "-"

    @admin.display(description="to", ordering="object_repr")
    def named(self, entry: LogEntry) -> str:
        return entry.object_repr

    @admin.display(description="what")
    def message(self, entry: LogEntry) -> str:
        return entry.get_change_message() or "-"
