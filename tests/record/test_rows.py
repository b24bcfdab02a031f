"""What is on record stays as it was written, until its time is over."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from releases import recording
from releases.models import AccessRecord, AppendOnly
from releases.record import Access, new_id
from releases.recorder import Unsavable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """The test's own, which is not to be closed after each save."""
    monkeypatch.setattr(connection, "close", lambda: None)


def save(action="release", **fields):
    access = Access(action, "api", outcome="allowed", **fields)
    recording.save([access])
    return AccessRecord.objects.get(pk=access.id)


def test_all_of_an_access_is_in_its_row():
    opening = new_id()
    row = save(user_id=7, email="a@b.c", release="release:a", seconds=1.5, status=4401, shown=3, opening=opening)
    assert (row.user_id, row.email, row.release, row.seconds, row.status) == (7, "a@b.c", "release:a", 1.5, 4401)
    assert (row.shown, row.opening, row.outcome) == (3, opening, "allowed")


def test_the_same_access_is_one_row_however_often_it_is_saved():
    access = Access("release", "api", outcome="allowed")
    recording.save([access, access])
    recording.save([access, Access("other", "api", outcome="allowed")])
    assert AccessRecord.objects.count() == 2


def test_ids_are_in_the_order_of_time():
    made = []
    for _ in range(3):
        made.append(new_id())
        until = datetime.now(UTC) + timedelta(milliseconds=2)
        while datetime.now(UTC) < until:
            pass
    assert made == sorted(made)
    assert {each.version for each in made} == {7}
    assert len({new_id() for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize("fields", [{"user_id": "x"}, {"user_id": 2**70}, {"at": "yesterday"}])
def test_what_the_database_does_not_take_is_told_apart(fields):
    with pytest.raises(Unsavable):
        recording.save([Access("release", "api", outcome="allowed", **fields)])


def test_a_row_outlives_its_user(make_user):
    user = make_user()
    row = save(user_id=user.pk, email=user.email)
    kept = user.pk
    user.delete()
    row.refresh_from_db()
    assert (row.user_id, row.email) == (kept, "somebody@example.com")


def test_a_row_may_come_when_its_user_is_gone():
    assert save(user_id=4711).user_id == 4711
    connection.check_constraints()


@pytest.mark.parametrize(
    "change",
    [
        lambda row: AccessRecord.objects.update(email=""),
        lambda row: AccessRecord.objects.filter(pk=row.pk).delete(),
        lambda row: AccessRecord.objects.bulk_update([row], ["email"]),
        lambda row: AccessRecord.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["id"], update_fields=["email"]
        ),
        lambda row: AccessRecord.objects.update_or_create(pk=row.pk, defaults={"email": ""}),
        lambda row: AccessRecord._base_manager.filter(pk=row.pk).delete(),
        lambda row: row.save(),
        lambda row: row.save_base(),
        lambda row: row.save(update_fields=["email"]),
        lambda row: row.delete(),
    ],
)
def test_nothing_changes_or_deletes_it(change):
    row = save(email="a@b.c")
    row.email = ""
    with pytest.raises(AppendOnly):
        change(row)
    assert AccessRecord.objects.get().email == "a@b.c"


class TestPurge:
    @pytest.fixture
    def purge(self):
        def run(*arguments):
            out = StringIO()
            call_command("purge_access_records", *arguments, stdout=out)
            return out.getvalue()

        return run

    @pytest.fixture
    def ages(self):
        now = datetime.now(UTC)
        for days in (0, 29, 31, 399, 401):
            save(f"{days}", at=now - timedelta(days=days))

    def actions(self):
        return sorted(AccessRecord.objects.exclude(action="purge").values_list("action", flat=True), key=int)

    def test_it_deletes_what_is_older(self, purge, ages, monkeypatch):
        monkeypatch.setattr("releases.management.commands.purge_access_records.AT_ONCE", 2)
        assert purge("--older-than", "30d").startswith("3 records from before ")
        assert self.actions() == ["0", "29"]

    def test_unless_it_is_told_otherwise_than_the_setting_says(self, purge, ages):
        purge()
        assert self.actions() == ["0", "29", "31", "399"]

    def test_that_it_was_done_is_on_record(self, purge, ages):
        purge("--older-than", "30d")
        row = AccessRecord.objects.get(action="purge")
        assert (row.via, row.shown, row.outcome) == ("command", 3, "allowed")
        assert row.query.startswith("before ")

    @pytest.mark.parametrize("bad", ["0d", "-1d", "soon", "", "400h", "1.5d"])
    def test_what_is_no_age_is_refused(self, purge, ages, bad):
        with pytest.raises(CommandError, match="expected a number of days"):
            purge(f"--older-than={bad}")
        assert len(self.actions()) == 5
