"""Guessing passwords: by account, by address, by both."""

import logging
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.throttling import ScopedRateThrottle

from accounts import lockouts
from accounts.lockouts import account_key
from tests.conftest import PASSWORD
from tests.problems import assert_problem

ROUTES = ["/api/auth/login/", "/api/auth/token/"]
KNOWN, UNKNOWN, GONE = "viewer@example.com", "nobody@example.com", "gone@example.com"


@pytest.fixture(params=ROUTES)
def route(request):
    return request.param


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    """Without the bound on tries in a minute, which is another matter."""
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"sign_in": None})


def sign_in(client, route, email=KNOWN, password=PASSWORD, address="10.0.0.1", **extra):
    body = {"email": email, "password": password}
    return client.post(route, body, content_type="application/json", REMOTE_ADDR=address, **extra)


def guess(client, route, times, email=KNOWN, **extra):
    return [sign_in(client, route, email, "wrong", **extra).status_code for _ in range(times)]


def passed(**time):
    """As if that much time had gone by."""
    for attempt in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=attempt.attempt_time - timedelta(**time))


class TestAnAccountFromOneAddress:
    def test_after_five_wrong_passwords_the_right_one_has_to_wait_too(self, anonymous, viewer, route):
        assert guess(anonymous, route, 5) == [401] * 5
        response = sign_in(anonymous, route)
        body = assert_problem(response, 429, "locked_out")
        assert body["retryable"] is True
        assert 14 * 60 < int(response["Retry-After"]) <= 15 * 60
        assert body["detail"] == "Too many failed sign-ins. Please wait before the next one."

    def test_four_do_nothing_once_the_right_one_has_come(self, anonymous, viewer, route):
        for _ in range(3):
            assert guess(anonymous, route, 4) == [401] * 4
            assert sign_in(anonymous, route).status_code == 200

    def test_another_account_is_not_held_up(self, anonymous, viewer, payments, route):
        guess(anonymous, route, 6)
        assert sign_in(anonymous, route, "payments@example.com").status_code == 200

    def test_nor_is_its_owner_elsewhere(self, anonymous, viewer, route):
        guess(anonymous, route, 6)
        assert sign_in(anonymous, route, address="10.0.0.2").status_code == 200
        # Which gives whoever guesses no new tries.
        assert sign_in(anonymous, route).status_code == 429

    def test_the_lock_ends_by_itself(self, anonymous, viewer, route):
        guess(anonymous, route, 5)
        passed(minutes=15)
        assert sign_in(anonymous, route).status_code == 200

    def test_and_is_not_made_longer_by_tries_meanwhile(self, anonymous, viewer, route):
        guess(anonymous, route, 5)
        passed(minutes=10)
        assert guess(anonymous, route, 20) == [429] * 20
        assert int(sign_in(anonymous, route)["Retry-After"]) <= 5 * 60
        passed(minutes=5)
        assert sign_in(anonymous, route).status_code == 200

    @pytest.mark.parametrize("email", ["VIEWER@example.com", " viewer@example.com", "viewer@EXAMPLE.COM"])
    def test_however_the_address_is_written(self, anonymous, viewer, route, email):
        guess(anonymous, route, 5, email)
        assert sign_in(anonymous, route).status_code == 429

    def test_whatever_browser_it_says_it_is(self, anonymous, viewer, route):
        for number in range(5):
            guess(anonymous, route, 1, headers={"User-Agent": f"Browser/{number}"})
        assert sign_in(anonymous, route, headers={"User-Agent": "Another"}).status_code == 429

    def test_sessions_and_tokens_share_the_count(self, anonymous, viewer):
        for route in (*ROUTES, *ROUTES, ROUTES[0]):
            guess(anonymous, route, 1)
        assert sign_in(anonymous, ROUTES[1]).status_code == 429

    def test_somebody_signed_in_already_stays_so(self, client, viewer, anonymous):
        sign_in(client, ROUTES[0])
        guess(anonymous, ROUTES[0], 6)
        assert client.get("/api/auth/me/").status_code == 200


class TestAnAccountFromAnywhere:
    def test_after_twenty_wrong_passwords_it_is_locked(self, anonymous, viewer, route):
        for number in range(20):
            assert guess(anonymous, route, 1, address=f"10.0.1.{number}") == [401]
        assert_problem(sign_in(anonymous, route, address="10.0.9.9"), 429, "locked_out")

    def test_until_fewer_count(self, anonymous, viewer, route):
        for number in range(10):
            guess(anonymous, route, 1, address=f"10.0.1.{number}")
        passed(minutes=10)
        for number in range(10, 20):
            guess(anonymous, route, 1, address=f"10.0.1.{number}")
        response = sign_in(anonymous, route, address="10.0.9.9")
        assert 4 * 60 < int(response["Retry-After"]) <= 5 * 60


class TestAnAddress:
    def test_after_fifty_wrong_passwords_for_whomever_it_is_locked(self, anonymous, viewer, route):
        for number in range(50):
            assert guess(anonymous, route, 1, f"nobody{number}@example.com") == [401]
        assert_problem(sign_in(anonymous, route), 429, "locked_out")
        assert sign_in(anonymous, route, address="10.0.0.2").status_code == 200

    def test_a_success_of_ones_own_gives_no_new_tries_for_others(self, anonymous, viewer, route):
        for number in range(50):
            guess(anonymous, route, 1, f"nobody{number}@example.com")
            sign_in(anonymous, route)
        assert_problem(sign_in(anonymous, route), 429, "locked_out")

    def test_a_made_up_forwarding_header_is_not_read(self, anonymous, viewer, route):
        for number in range(5):
            guess(anonymous, route, 1, headers={"X-Forwarded-For": f"10.7.0.{number}"})
        assert sign_in(anonymous, route, headers={"X-Forwarded-For": "10.7.1.1"}).status_code == 429

    def test_behind_a_proxy_it_is_the_one_that_the_proxy_has_seen(self, anonymous, viewer, route, settings):
        settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
        for number in range(5):
            guess(anonymous, route, 1, headers={"X-Forwarded-For": f"1.1.1.{number}, 10.7.0.1"})
        assert sign_in(anonymous, route, headers={"X-Forwarded-For": "10.7.0.1"}).status_code == 429
        assert sign_in(anonymous, route, headers={"X-Forwarded-For": "10.7.0.2"}).status_code == 200
        assert sign_in(anonymous, route, headers={"X-Forwarded-For": "rubbish"}, address="10.7.0.1").status_code == 429

    def test_a_network_of_ipv6_is_one_address(self, anonymous, viewer, route):
        for number in range(5):
            guess(anonymous, route, 1, address=f"2001:db8:0:1::{number}")
        assert sign_in(anonymous, route, address="2001:db8:0:1:ffff::1").status_code == 429
        assert sign_in(anonymous, route, address="2001:db8:0:2::1").status_code == 200

    def test_none_at_all_is_no_failure(self, anonymous, viewer, route):
        assert guess(anonymous, route, 5, address="") == [401] * 5
        assert sign_in(anonymous, route, address="").status_code == 429


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    """In threads, each with a connection of its own to a database file, as under the server."""

    CROWD = 20

    @pytest.fixture
    def looked_at(self, monkeypatch):
        """Passwords that were looked at, each for a while."""
        looked = []

        def encode(hasher, password, salt, plain=MD5PasswordHasher.encode):
            looked.append(password)
            time.sleep(0.1)
            return plain(hasher, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
        return looked

    def at_once(self, route, password, email=KNOWN, addresses=("10.0.0.1",)):
        ready = threading.Barrier(self.CROWD)

        def one(number):
            ready.wait()
            try:
                client = Client(raise_request_exception=False)
                return sign_in(client, route, email, password, addresses[number % len(addresses)]).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(self.CROWD) as threads:
            return Counter(threads.map(one, range(self.CROWD)))

    @pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
    def test_of_guesses_no_more_are_looked_at_than_one_after_the_other(self, viewer, looked_at, route, email):
        assert self.at_once(route, "wrong", email) == {401: 5, 429: 15}
        assert looked_at == ["wrong"] * 5
        assert AccessAttempt.objects.get().failures_since_start == 5

    def test_nor_from_many_addresses(self, viewer, looked_at, route, monkeypatch):
        monkeypatch.setattr(lockouts, "ACCOUNT_FACTOR", 2)
        addresses = [f"10.0.2.{number}" for number in range(self.CROWD)]
        assert self.at_once(route, "wrong", addresses=addresses) == {401: 10, 429: 10}

    def test_right_ones_all_succeed(self, anonymous, viewer, looked_at, route):
        guess(anonymous, route, 4)
        assert self.at_once(route, PASSWORD) == {200: self.CROWD}
        assert not AccessAttempt.objects.exists()

    def test_a_try_that_died_holds_nobody_up_for_long(self, anonymous, viewer, route, monkeypatch):
        monkeypatch.setattr(lockouts, "PATIENCE_SECONDS", 0)
        for number in range(5):
            AccessAttempt.objects.create(
                username=KNOWN, ip_address="10.0.0.1", user_agent=f"{number}", failures_since_start=1
            )
        response = sign_in(anonymous, route)
        assert assert_problem(response, 429, "locked_out")
        assert response["Retry-After"] == "1"
        passed(seconds=61)
        assert sign_in(anonymous, route).status_code == 200


class TestWhatIsTold:
    @pytest.mark.parametrize("email", [KNOWN, UNKNOWN, GONE, "no address"])
    def test_unknown_wrong_deactivated_and_locked_are_answered_alike(self, anonymous, viewer, make_user, route, email):
        make_user(GONE, is_active=False)
        assert guess(anonymous, route, 7, email) == [401] * 5 + [429] * 2
        right = sign_in(anonymous, route, email)
        wrong = sign_in(anonymous, route, email, "wrong")
        bodies = [assert_problem(response, 429, "locked_out") for response in (right, wrong)]
        for body in bodies:
            del body["request_id"]
        assert bodies[0] == bodies[1]

    @pytest.mark.parametrize("email", [KNOWN, UNKNOWN, GONE])
    def test_no_password_is_looked_at_while_locked(self, anonymous, viewer, make_user, route, email, monkeypatch):
        make_user(GONE, is_active=False)
        guess(anonymous, route, 5, email)

        def never(*_, **__):
            raise AssertionError("hashed")

        for method in ("encode", "verify"):
            monkeypatch.setattr(f"django.contrib.auth.hashers.MD5PasswordHasher.{method}", never)
        assert sign_in(anonymous, route, email).status_code == 429

    def test_the_number_of_queries_is_the_same_for_known_and_unknown(self, anonymous, viewer, route):
        counts = []
        for email in (KNOWN, UNKNOWN):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                guess(anonymous, route, 1, email)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_neither_address_nor_password_is_written_to_the_log(self, anonymous, viewer, route, caplog):
        caplog.set_level(logging.DEBUG)
        guess(anonymous, route, 6)
        ours = [str(record.msg) for record in caplog.records if not record.name.startswith("django.db")]
        assert any("locked_out" in line for line in ours)
        assert not any(word in line for line in ours for word in ("viewer@", "wrong"))

    def test_nothing_of_the_request_is_kept_but_who_and_whence(self, anonymous, viewer, route):
        sign_in(anonymous, f"{route}?password=oops", password="wrong", headers={"User-Agent": "Secret/1"})
        row = AccessAttempt.objects.values().get()
        assert (row["username"], row["ip_address"], row["failures_since_start"]) == (KNOWN, "10.0.0.1", 1)
        assert {row[name] for name in ("user_agent", "http_accept", "path_info", "get_data", "post_data")} == {""}

    def test_what_no_longer_counts_is_cleared_away(self, anonymous, viewer, route):
        guess(anonymous, route, 3, UNKNOWN)
        passed(minutes=15)
        guess(anonymous, route, 1)
        assert AccessAttempt.objects.get().username == KNOWN


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Viewer@Example.COM ", "viewer@example.com"),
        ("v\u0130ewer@example.com", "viewer@example.com"),
        ("viewer@exam\u212ale.com", "viewer@examkle.com"),
        ("jos\u00e9@example.com", "jose@example.com"),
        ("\ufdfa" * 254, None),
    ],
)
def test_what_a_database_may_hold_to_be_the_same_address_is_one_account(written, key):
    assert len(account_key(written)) <= 254
    assert key is None or account_key(written) == key


class TestAdministration:
    @pytest.fixture
    def page(self):
        return reverse("admin:accounts_failedsignin_changelist")

    @pytest.fixture
    def locked(self, anonymous, viewer):
        guess(anonymous, ROUTES[0], 5)
        guess(anonymous, ROUTES[0], 2, UNKNOWN)
        return AccessAttempt.objects.get(username=KNOWN)

    def test_it_shows_who_is_locked_out(self, signed_in, superuser, page, locked):
        text = signed_in(superuser).get(page).content.decode()
        assert KNOWN in text
        assert UNKNOWN in text
        assert text.count("for 15 more min") == 1

    def test_an_account_is_unlocked_and_that_is_on_record(self, signed_in, superuser, page, locked, anonymous):
        body = {"action": "unlock_accounts", "_selected_action": [locked.pk]}
        assert signed_in(superuser).post(page, body, follow=True).status_code == 200
        assert sign_in(anonymous, ROUTES[0]).status_code == 200
        entry = LogEntry.objects.get()
        assert (entry.user, entry.object_repr) == (superuser, f"{KNOWN} from 10.0.0.1")
        assert AccessAttempt.objects.get().username == UNKNOWN

    def test_an_address_is_unlocked_for_all(self, signed_in, superuser, page, locked):
        signed_in(superuser).post(page, {"action": "unlock_addresses", "_selected_action": [locked.pk]})
        assert not AccessAttempt.objects.exists()

    def test_nothing_else_can_be_done(self, signed_in, superuser, page, locked):
        client = signed_in(superuser)
        assert client.get(reverse("admin:accounts_failedsignin_add")).status_code == 403
        body = {"action": "delete_selected", "_selected_action": [locked.pk], "post": "yes"}
        client.post(page, body)
        assert AccessAttempt.objects.count() == 2

    def test_staff_without_the_permission_do_not_see_it(self, signed_in, make_user, page, locked):
        assert signed_in(make_user("staff@example.com", is_staff=True)).get(page).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/admin/login/", "/api/browser/login/"])
def test_other_sign_in_pages_take_no_password(page):
    client = Client()
    body = {"username": KNOWN, "email": KNOWN, "password": PASSWORD}
    response = client.post(page, body)
    assert response.status_code == 302
    assert response["Location"].startswith("/login?")
    assert "sessionid" not in client.cookies
