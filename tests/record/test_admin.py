"""The record in the administration: read, filtered and exported by who may, changed by nobody."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import AsyncClient

from accounts.models import User
from releases import record_admin
from releases.models import AccessRecord
from releases.record import Access

pytestmark = pytest.mark.django_db

RECORD = "/admin/releases/accessrecord/"
LOG = "/admin/admin/logentry/"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def row(action="release", **fields):
    access = Access(action, fields.pop("via", "api"), outcome=fields.pop("outcome", "allowed"), **fields)
    return AccessRecord.objects.create(**{name: getattr(access, name) for name in record_admin._COLUMNS})


@pytest.fixture
def rows():
    return [
        row(user_id=1, email="vera@example.com", release="release:a", at=NOON, request_id="first", address="192.0.2.1"),
        row(user_id=2, email="pat@example.com", release="release:b", compared_with="release:a", at=NOON),
        row(
            user_id=2,
            email="pat@example.com",
            release="release:c",
            outcome="denied",
            at=NOON + timedelta(days=1),
            address="192.0.2.2",
        ),
        row("releases", query="?search=pay", shown=3, at=NOON + timedelta(days=2)),
    ]


@pytest.fixture
def admin(signed_in, superuser):
    return signed_in(superuser)


@pytest.fixture
def shown(admin, rows):
    """Numbers of the rows that a page shows."""

    def of(**parameters):
        response = admin.get(RECORD, parameters)
        assert response.status_code == 200, response
        ids = [each.pk for each in response.context["cl"].result_list]
        return sorted(number for number, each in enumerate(rows) if each.pk in ids)

    return of


class TestTheList:
    @pytest.mark.parametrize(
        ("parameters", "found"),
        [
            ({}, [0, 1, 2, 3]),
            ({"user": "Pat@Example.com"}, [1, 2]),
            ({"user": "1"}, [0]),
            ({"user": "9" * 30}, []),
            ({"release": "release:a"}, [0, 1]),
            ({"release": "a"}, [0, 1]),
            ({"outcome__exact": "denied"}, [2]),
            ({"address": "192.0.2.1"}, [0]),
            ({"since": "2026-11-21T00:00"}, [2, 3]),
            ({"until": "2026-11-21T12:00"}, [0, 1]),
            ({"since": "2026-11-21T00:00", "until": "2026-11-22T00:00", "user": "2"}, [2]),
            ({"q": "first"}, [0]),
            ({"q": "VERA@example.com"}, [0]),
            ({"q": "release:a"}, [0, 1]),
            ({"q": "192.0.2.2"}, [2]),
            ({"q": "rel"}, []),
        ],
    )
    def test_it_is_filtered_and_searched(self, shown, parameters, found):
        assert shown(**parameters) == found

    def test_newest_first(self, admin, rows):
        newest = [each.pk for each in admin.get(RECORD).context["cl"].result_list]
        assert newest[0] == rows[3].pk

    @pytest.mark.parametrize("bad", [{"since": "soon"}, {"until": "2026-99-99"}])
    def test_a_moment_that_is_none_is_no_fault_of_ours(self, admin, rows, bad):
        assert admin.get(RECORD, bad)["Location"].endswith("?e=1")

    def test_one_filter_keeps_the_others(self, admin, rows):
        page = admin.get(RECORD, {"user": "2", "outcome__exact": "denied", "release": '"><script>'}).content.decode()
        assert '<input type="hidden" name="user" value="2">' in page
        assert '<input type="hidden" name="outcome__exact" value="denied">' in page
        assert "<script>" not in page.split("module filtered")[1].split("<form")[1]
        assert 'value="release:' not in page

    def test_no_page_counts_all(self, admin, rows, monkeypatch):
        monkeypatch.setattr(record_admin, "MOST_COUNTED", 2)
        assert admin.get(RECORD).context["cl"].result_count == 2

    def test_it_costs_the_same_however_many_there_are(self, admin, django_assert_max_num_queries):
        for number in range(60):
            row(user_id=number)
        with django_assert_max_num_queries(6):
            assert admin.get(RECORD).status_code == 200

    def test_what_callers_wrote_is_text(self, admin):
        row(query="?search=<script>alert(1)</script>", agent="<b>")
        assert b"<script>alert" not in admin.get(RECORD).content


class TestOneRecord:
    def page(self, admin, each):
        response = admin.get(f"{RECORD}{each.pk}/change/")
        assert response.status_code == 200
        return response.content.decode()

    def test_all_is_told(self, admin, rows):
        page = self.page(admin, rows[0])
        assert all(text in page for text in ("vera@example.com", "release:a", "192.0.2.1", "first"))
        assert 'name="_save"' not in page

    def test_also_when_its_user_is_gone(self, admin):
        assert "gone@example.com" in self.page(admin, row(user_id=4711, email="gone@example.com"))

    def test_an_opening_tells_its_end(self, admin):
        opening = row("follow", via="socket", request_id="x", process="host/1/a")
        assert "None: it is open still, or its process was killed (host/1/a)." in self.page(admin, opening)
        row("unfollow", via="socket", request_id="x", opening=opening.pk, seconds=12.5, status=1001)
        assert "after 12.5 s, closed with 1001" in self.page(admin, opening)


class TestNobodyChangesIt:
    @pytest.mark.parametrize("path", [f"{RECORD}add/", f"{RECORD}{{}}/delete/"])
    def test_not_even_a_superuser(self, admin, rows, path):
        path = path.format(rows[0].pk)
        assert admin.get(path).status_code == 403
        assert admin.post(path, {"post": "yes"}).status_code == 403
        assert AccessRecord.objects.count() == 4

    def test_a_form_that_is_sent_all_the_same(self, admin, rows):
        assert admin.post(f"{RECORD}{rows[0].pk}/change/", {"email": "else"}).status_code == 403
        assert AccessRecord.objects.get(pk=rows[0].pk).email == "vera@example.com"

    def test_there_is_no_action_to_delete_many(self, admin, rows):
        chosen = {"action": "delete_selected", "_selected_action": [rows[0].pk], "post": "yes"}
        admin.post(RECORD, chosen)
        assert AccessRecord.objects.count() == 4

    def test_it_outlives_a_person_who_is_deleted(self, admin, viewer):
        kept = row(user_id=viewer.pk, email=viewer.email)
        admin.post(f"/admin/accounts/user/{viewer.pk}/delete/", {"post": "yes"})
        assert not User.objects.filter(pk=viewer.pk).exists()
        assert AccessRecord.objects.get(pk=kept.pk).email == viewer.email


class TestWhoMayRead:
    def test_staff_without_the_right_may_not(self, signed_in, make_user, rows):
        client = signed_in(make_user("staff@example.com", is_staff=True))
        for path in (RECORD, f"{RECORD}export/", f"{RECORD}{rows[0].pk}/change/", LOG):
            assert client.get(path).status_code == 403

    def test_who_has_it_may(self, signed_in, make_user, rows):
        staff = make_user("staff@example.com", is_staff=True)
        staff.user_permissions.add(Permission.objects.get(codename="view_accessrecord"))
        client = signed_in(staff)
        for path in (RECORD, f"{RECORD}export/", f"{RECORD}{rows[0].pk}/change/"):
            assert client.get(path).status_code == 200

    def test_administrators_have_it(self):
        names = Group.objects.get(name="Administrators").permissions.values_list("codename", flat=True)
        assert {"view_accessrecord", "view_logentry"} <= set(names)

    def test_who_reads_it_is_on_record(self, on_record, admin, superuser, rows):
        admin.get(RECORD, {"user": "pat@example.com"})
        admin.get(f"{RECORD}export/")
        assert [(access.action, access.user_id) for access in on_record] == [
            ("releases_accessrecord_changelist", superuser.pk),
            ("releases_accessrecord_export", superuser.pk),
        ]
        assert on_record[0].query == f"{RECORD} ?user=pat%40example.com"


class TestExport:
    def read(self, response):
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"].startswith('attachment; filename="access-record_')
        return list(csv.DictReader(io.StringIO(response.getvalue().decode())))

    def test_all_rows_that_the_filters_leave(self, admin, rows):
        table = self.read(admin.get(f"{RECORD}export/", {"user": "2"}))
        assert [each["release"] for each in table] == ["release:c", "release:b"]
        assert table[0]["at"] == "2026-11-21T12:00:00Z"
        assert (table[0]["user_id"], table[0]["status"], table[0]["outcome"]) == ("2", "", "denied")

    def test_more_than_are_read_at_once(self, admin, monkeypatch):
        monkeypatch.setattr(record_admin, "EXPORTED_AT_ONCE", 3)
        for number in range(10):
            row(f"action-{number}", at=NOON + timedelta(seconds=number // 4))
        names = [each["action"] for each in self.read(admin.get(f"{RECORD}export/"))]
        assert sorted(names) == [f"action-{number}" for number in range(10)]

    @pytest.mark.parametrize("agent", ["=1+1", "@SUM(A1)", "+1", "-1", "\t=1"])
    def test_no_cell_is_a_formula(self, admin, agent):
        row(agent=agent)
        assert self.read(admin.get(f"{RECORD}export/"))[0]["agent"] == f"'{agent}"

    def test_a_filter_that_is_none_leads_back(self, admin, rows):
        assert admin.get(f"{RECORD}export/", {"since": "soon"})["Location"] == "../?e=1"

    def test_the_list_leads_to_it_with_its_filters(self, admin, rows):
        assert b'href="export/?user=2"' in admin.get(RECORD, {"user": "2"}).content


async def test_the_export_streams_under_asgi_too(async_db, superuser):
    await sync_to_async(row)("release", email="vera@example.com")
    client = AsyncClient()
    await client.aforce_login(superuser)
    response = await client.get(f"{RECORD}export/")
    assert response.is_async
    content = b"".join([part async for part in response])
    assert b"vera@example.com" in content


class TestTheLogOfTheAdministration:
    @pytest.fixture
    def entry(self, superuser):
        kind = ContentType.objects.get_for_model(User)
        return LogEntry.objects.create(
            user=superuser, content_type=kind, object_id=1, object_repr="Somebody", action_flag=CHANGE
        )

    def test_it_can_be_read(self, admin, entry):
        page = admin.get(LOG).content.decode()
        assert "Somebody" in page
        assert admin.get(f"{LOG}{entry.pk}/change/").status_code == 200

    @pytest.mark.parametrize(
        ("parameters", "found"),
        [
            ({"person": "ADMIN@example.com"}, 1),
            ({"person": "viewer@example.com"}, 0),
            ({"since": "2020-01-01T00:00"}, 1),
            ({"since": "2999-01-01T00:00"}, 0),
            ({"until": "2020-01-01T00:00"}, 0),
            ({"action_flag__exact": CHANGE}, 1),
            ({"action_flag__exact": 1}, 0),
            ({"q": "Somebody"}, 1),
        ],
    )
    def test_it_is_filtered(self, admin, entry, parameters, found):
        assert admin.get(LOG, parameters).context["cl"].result_count == found

    def test_nobody_changes_or_deletes_it(self, admin, entry):
        assert admin.post(f"{LOG}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
        assert admin.post(f"{LOG}{entry.pk}/change/", {"object_repr": "x"}).status_code == 403
        assert admin.get(f"{LOG}add/").status_code == 403

    def test_nor_by_deleting_who_did_it(self, admin, make_user):
        other = make_user("other@example.com", is_staff=True)
        LogEntry.objects.create(
            user=other, content_type=ContentType.objects.get_for_model(User), object_id=1, action_flag=CHANGE
        )
        assert b"Deactivate them in" in admin.get(f"/admin/accounts/user/{other.pk}/delete/").content
        assert admin.post(f"/admin/accounts/user/{other.pk}/delete/", {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
        assert admin.post("/admin/accounts/user/", chosen).status_code == 403
        assert User.objects.filter(pk=other.pk).exists()

    def test_what_is_done_is_in_it(self, admin, superuser, viewer):
        chosen = {"action": "deactivate", "_selected_action": [viewer.pk], "confirmed": "yes"}
        admin.post("/admin/accounts/user/", chosen)
        entry = LogEntry.objects.get(object_id=viewer.pk)
        assert (entry.user, entry.change_message) == (superuser, "Deactivated.")
