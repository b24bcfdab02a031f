"""Every address as everybody: what is answered, and that nothing shows of what is out of scope."""

import re
from functools import cache

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.cache import cache as cache_of_tries
from django.db import transaction
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.models import ExternalIdentity, ServiceToken
from releases.models import AccessRecord
from tests.roles.matrix import API, MATRIX, SOCKETS, Ask
from tests.roles.people import (
    HIDDEN,
    OURS,
    OURS_BEFORE,
    RECORD,
    SECRET,
    SECRET_BEFORE,
    Caller,
    callers,
    start_ours,
    start_secret,
)
from tests.roles.routes import http_routes, socket_routes

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(fake_temporal):
    start_ours(fake_temporal)
    start_secret(fake_temporal)
    return fake_temporal


@pytest.fixture
def everybody(make_user):
    AccessAttempt.objects.create(
        pk=1, username="x", ip_address="192.0.2.1", attempt_time=timezone.now(), failures_since_start=1
    )
    AccessRecord.objects.bulk_create([AccessRecord(id=RECORD, at=timezone.now())])
    every = callers(make_user)
    LogEntry.objects.create(pk=1, user_id=5, action_flag=CHANGE, object_repr="x")
    # Its address is in the matrix: the superuser's own.
    ExternalIdentity.objects.create(pk=10**6, user_id=5, issuer="https://id.example.com", subject="x")
    ServiceToken.objects.create(pk=10**6, user_id=5, lookup="x", expires_at=timezone.now())
    return every


@pytest.fixture
def one_schema(monkeypatch):
    """The document is the public's, so the same for all: made once, since that takes a second."""
    made = cache(SchemaGenerator().get_schema)
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda _, request=None, public=False: made(public=public))


def answered(caller: Caller, ask: Ask):
    """What was answered. Whatever it changed is as before, for whoever asks next."""
    cache_of_tries.clear()
    with transaction.atomic():
        response = caller.ask(ask.method, ask.path, ask.body)
        transaction.set_rollback(True)
    return response


def told(response) -> str:
    """An answer as a row of the matrix says it."""
    if "Location" in response.headers:
        return f"{response.status_code} {response.headers['Location']}"
    if response.headers.get("Content-Type") == "application/problem+json":
        return f"{response.status_code} {response.json()['code']}"
    return str(response.status_code)


def shown(response) -> str:
    """All that an answer tells, headers too."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{headers}\n\n{response.content.decode()}"


class TestTheMatrixIsWhole:
    def test_every_route_has_a_row(self):
        assert sorted(set(http_routes()) - MATRIX.keys()) == [], "Add a row to tests/roles/matrix.py."

    def test_every_socket_has_a_row(self):
        assert sorted(set(socket_routes()) - SOCKETS.keys()) == [], "Add a row to tests/roles/matrix.py."

    def test_no_row_is_of_a_route_that_is_gone(self):
        assert MATRIX.keys() - set(http_routes()) == set()
        assert SOCKETS.keys() - set(socket_routes()) == set()


def timeless(response) -> str:
    """What an answer tells, but for what differs with each."""
    told = shown(response)
    for name in ("as_of", "request_id"):
        told = re.sub(rf'"{name}": ?"[^"]*"', name, told)
    return re.sub(r"(?m)^(Date|X-Request-ID|Set-Cookie|Content-Disposition|Content-Security-Policy): .*$", r"\1", told)


def assert_nothing_shows(told: str, asked: str) -> None:
    assert [word for word in HIDDEN if word in told and word not in asked] == []


@pytest.mark.usefixtures("world", "one_schema")
@pytest.mark.parametrize("route", MATRIX)
def test_everybody_is_answered_as_the_matrix_says(route, everybody):
    assert MATRIX[route]
    for ask in MATRIX[route]:
        assert_answers(ask, everybody)


def assert_answers(ask, everybody):
    # The administration looks at no token: one stands for all.
    asking = [c for c in everybody if not c.token or c.name == "superuser" or "/admin" not in ask.path]
    answers = [(caller, answered(caller, ask)) for caller in asking]
    assert {str(caller): told(answer) for caller, answer in answers} == {str(c): ask.expected(c) for c in asking}
    for caller, answer in answers:
        if not caller.sees_secrets:
            assert_nothing_shows(shown(answer), ask.path)


class TestWhatIsOutOfScope:
    """Nothing tells of it: neither a count, nor a link, nor what is different where it is not there at all."""

    @pytest.fixture
    def scoped(self, everybody):
        return next(caller for caller in everybody if str(caller) == "scoped by session")

    def test_the_scoped_are_answered_as_if_there_was_nothing_else(self, fake_temporal, scoped):
        asks = [
            ask
            for route, asks in API.items()
            if "release" in route or "entit" in route or "compare" in route
            for ask in asks
        ]
        start_ours(fake_temporal)
        alone = {str(ask): timeless(answered(scoped, ask)) for ask in asks}
        start_secret(fake_temporal)
        assert {str(ask): timeless(answered(scoped, ask)) for ask in asks} == alone

    def test_the_list_counts_what_is_in_scope(self, world, scoped):
        page = scoped.ask("GET", "/api/releases/?page_size=1").json()
        assert page["count"] == 2
        assert scoped.ask("GET", page["next"]).json()["next"] is None
        counts = scoped.ask("GET", "/api/releases/counts/").json()
        assert sum(counts["phases"].values()) + counts["unread"] == 2

    def test_what_would_be_the_previous_release_is_left_out(self, world, everybody, scoped):
        path = f"/api/releases/{OURS}/previous/"
        [viewer] = [caller for caller in everybody if str(caller) == "viewer by session"]
        assert SECRET_BEFORE in shown(viewer.ask("GET", path))
        assert "release:" not in shown(scoped.ask("GET", path))

    def test_temporal_is_not_asked_about_it(self, world, scoped):
        for ask in (ask for asks in API.values() for ask in asks if ask.expected(scoped).startswith("403")):
            answered(scoped, ask)
            assert (world.calls, world.asked) == ({}, []), str(ask)

    def test_a_page_of_the_browsable_api_tells_as_little(self, world, scoped):
        scoped.headers = {"Accept": "text/html"}
        for ask in (ask for asks in API.values() for ask in asks if ask.method == "GET"):
            assert_nothing_shows(shown(answered(scoped, ask)), ask.path)

    def test_the_schemas_examples_are_of_no_release_there_is(self, world, scoped):
        told = shown(scoped.ask("GET", "/api/schema/"))
        assert [i for i in (OURS, OURS_BEFORE, SECRET, SECRET_BEFORE) if i in told] == []
