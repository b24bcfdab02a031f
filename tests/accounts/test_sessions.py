"""How long a session lasts, and ending all of somebody's."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import UserSession
from accounts.sessions import SessionStore
from accounts.tokens import Pair, start_family
from tests.conftest import PASSWORD
from tests.problems import assert_problem

ME = "/api/auth/me/"
EVERYWHERE = "/api/auth/logout/everywhere/"
BACKGROUND = {"X-Background": "1"}


def sign_in(client):
    body = {"email": "viewer@example.com", "password": PASSWORD}
    assert client.post("/api/auth/login/", body, content_type="application/json").status_code == 200


@pytest.fixture
def browser(viewer):
    client = Client(raise_request_exception=False)
    sign_in(client)
    return client


@pytest.fixture
def clock(monkeypatch):
    """Goes on by hand: `clock(minutes=5)`."""
    real, ahead = timezone.now, [timedelta(0)]
    monkeypatch.setattr("django.utils.timezone.now", lambda: real() + ahead[0])

    def go_on(**time):
        ahead[0] += timedelta(**time)

    return go_on


def writes(client, **headers):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(ME, headers=headers).status_code == 200
    return [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]


class TestIdle:
    def test_two_hours_without_anybody_end_it(self, browser, clock):
        clock(minutes=119)
        assert browser.get(ME).status_code == 200
        clock(minutes=119)
        assert browser.get(ME).status_code == 200
        clock(minutes=120, seconds=1)
        assert_problem(browser.get(ME), 401, "not_authenticated")

    def test_what_the_portal_asks_by_itself_puts_nothing_off(self, browser, clock):
        for _ in range(119):
            clock(minutes=1)
            assert browser.get(ME, headers=BACKGROUND).status_code == 200
        clock(minutes=1, seconds=1)
        assert_problem(browser.get(ME, headers=BACKGROUND), 401, "not_authenticated")

    def test_it_is_written_once_a_minute_at_most(self, browser, clock):
        assert writes(browser) == []
        clock(seconds=59)
        assert writes(browser) == []
        clock(seconds=2)
        (update,) = writes(browser)
        assert "accounts_usersession" in update
        assert writes(browser) == []

    def test_the_portals_own_requests_write_nothing(self, browser, clock):
        clock(minutes=90)
        assert writes(browser, **BACKGROUND) == []

    def test_pages_that_look_at_no_session_write_nothing(self, browser, clock, django_assert_num_queries):
        clock(minutes=90)
        with django_assert_num_queries(0):
            browser.get("/healthz")

    def test_the_administration_counts_too(self, superuser, clock):
        client = Client()
        client.force_login(superuser)
        clock(minutes=100)
        assert client.get("/admin/").status_code == 200
        clock(minutes=100)
        assert client.get("/admin/").status_code == 200

    def test_a_database_that_can_not_be_written_to_fails_no_request(self, browser, clock, monkeypatch):
        def fail(_):
            raise OperationalError("read-only")

        monkeypatch.setattr(SessionStore, "put_off", fail)
        assert browser.get(ME).status_code == 200


class TestLongest:
    def test_after_twelve_hours_it_ends_whoever_is_there(self, browser, clock):
        for _ in range(8):
            clock(minutes=90)
            last = browser.get(ME)
        assert_problem(last, 401, "not_authenticated")

    def test_its_cookie_ends_then_too(self, browser):
        assert browser.cookies["sessionid"]["max-age"] == 12 * 3600

    def test_signing_in_again_begins_a_new_one(self, browser, clock):
        first = browser.cookies["sessionid"].value
        clock(hours=1)
        sign_in(browser)
        assert browser.cookies["sessionid"].value != first
        assert not UserSession.objects.filter(session_key=first).exists()
        for _ in range(7):
            clock(minutes=95)
            assert browser.get(ME).status_code == 200

    def test_what_is_over_is_cleared_away_with_the_next_sign_in(self, browser, clock):
        clock(hours=13)
        sign_in(Client())
        assert UserSession.objects.count() == 1


class TestEverywhere:
    def test_all_sessions_and_tokens_end(self, browser, viewer):
        other, pair = Client(), Pair.of(start_family(viewer))
        sign_in(other)
        assert browser.post(EVERYWHERE).status_code == 204
        for client in (browser, other):
            assert_problem(client.get(ME), 401, "not_authenticated")
        bearer = {"Authorization": f"Bearer {pair.access}"}
        assert_problem(Client().get(ME, headers=bearer), 401, "token_invalid")
        body = {"refresh": pair.refresh}
        refused = Client().post("/api/auth/token/refresh/", body, content_type="application/json")
        assert_problem(refused, 401, "token_invalid")

    def test_and_nobody_elses(self, browser, payments):
        other = Client()
        other.force_login(payments)
        browser.post(EVERYWHERE)
        assert other.get(ME).status_code == 200

    def test_one_can_sign_in_again_at_once(self, browser):
        browser.post(EVERYWHERE)
        sign_in(browser)
        assert browser.get(ME).status_code == 200

    def test_a_program_may_ask_with_its_token(self, browser, viewer, bearer):
        headers = bearer(viewer)
        assert Client(enforce_csrf_checks=True).post(EVERYWHERE, headers=headers).status_code == 204
        assert_problem(browser.get(ME), 401, "not_authenticated")
        assert_problem(Client().get(ME, headers=headers), 401, "token_invalid")

    def test_another_sites_page_can_not(self, viewer):
        victim = Client(enforce_csrf_checks=True)
        victim.force_login(viewer)
        assert_problem(victim.post(EVERYWHERE), 403, "permission_denied")
        assert victim.get(ME).status_code == 200

    def test_nobody_is_told_to_sign_in(self, anonymous, db):
        assert_problem(anonymous.post(EVERYWHERE), 401, "not_authenticated")


def test_a_deleted_users_sessions_go_with_them(browser, viewer):
    viewer.delete()
    assert not UserSession.objects.exists()
    assert_problem(browser.get(ME), 401, "not_authenticated")
