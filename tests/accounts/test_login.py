import logging

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import BasePasswordHasher
from django.test import AsyncClient, Client

from accounts.models import User
from tests.conftest import PASSWORD
from tests.problems import assert_problem, assert_shape

LOGIN = "/api/auth/login/"


def sign_in(client, email="viewer@example.com", password=PASSWORD, **extra):
    return client.post(LOGIN, {"email": email, "password": password}, content_type="application/json", **extra)


@pytest.fixture
def browser():
    """A client that is held to the CSRF token, as browsers are."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def csrf_of(browser):
    """The token, as the app gets it: by asking who is signed in."""
    browser.get("/api/auth/me/")
    return {"X-CSRFToken": browser.cookies["csrftoken"].value}


def test_the_right_password_signs_in_and_tells_who_that_is(anonymous, viewer):
    response = sign_in(anonymous)
    assert response.status_code == 200
    assert response.json() == {
        "id": viewer.pk,
        "email": "viewer@example.com",
        "full_name": "Vera Viewer",
        "is_staff": False,
        "is_superuser": False,
        "roles": ["Role of viewer@example.com"],
        "scopes": ["release:*"],
        "sees_all": False,
        "has_password": True,
    }
    assert response["Cache-Control"] == "no-store"
    assert anonymous.get("/api/auth/me/").status_code == 200


@pytest.mark.parametrize("email", ["VIEWER@example.com", "viewer@EXAMPLE.com", " viewer@example.com "])
def test_the_case_of_the_address_does_not_matter(anonymous, viewer, email):
    assert sign_in(anonymous, email).status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("viewer@example.com", "wrong"),
        ("viewer@example.com", PASSWORD + " "),
        ("viewer@example.com", PASSWORD.upper()),
        ("nobody@example.com", PASSWORD),
        ("gone@example.com", PASSWORD),
        ("no-password@example.com", PASSWORD),
        ("no address", PASSWORD),
    ],
)
def test_unknown_wrong_and_deactivated_are_refused_alike(anonymous, viewer, make_user, email, password):
    make_user("gone@example.com", is_active=False)
    User.objects.create_user("no-password@example.com")
    body = assert_problem(sign_in(anonymous, email, password), 401, "invalid_credentials")
    assert body["detail"] == "Please log in again. No active account has this e-mail address and password."
    assert "sessionid" not in anonymous.cookies


@pytest.mark.parametrize("email", ["viewer@example.com", "nobody@example.com", "gone@example.com"])
def test_each_refusal_hashes_once_and_takes_the_same_time(anonymous, viewer, make_user, monkeypatch, settings, email):
    make_user("gone@example.com", is_active=False)
    hashed = []

    class Counting(BasePasswordHasher):
        algorithm = "counting"

        def encode(self, password, salt):
            hashed.append(password)
            return f"counting${salt}$none"

        def verify(self, password, encoded):
            return self.encode(password, "salt") == "never"

        def decode(self, encoded):
            return {"algorithm": "counting", "salt": "salt", "hash": "none"}

    monkeypatch.setattr("tests.accounts.test_login.Counting", Counting, raising=False)
    settings.PASSWORD_HASHERS = ["tests.accounts.test_login.Counting"]
    User.objects.update(password="counting$salt$none")
    assert_problem(sign_in(anonymous, email, "wrong"), 401, "invalid_credentials")
    assert hashed == ["wrong"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"email", "password"}),
        ({"email": "viewer@example.com"}, {"password"}),
        ({"email": "", "password": ""}, {"email", "password"}),
        ({"email": None, "password": 12}, {"email"}),
        ({"email": ["a"], "password": {"b": 1}}, {"email", "password"}),
        ({"email": "a\x00@example.com", "password": "b"}, {"email"}),
        ({"email": "a" * 255, "password": "b" * 1025}, {"email", "password"}),
    ],
)
@pytest.mark.django_db
def test_what_is_missing_or_of_the_wrong_kind_is_named(anonymous, body, errors):
    response = anonymous.post(LOGIN, body, content_type="application/json")
    assert assert_problem(response, 400, "invalid_parameter")["errors"].keys() == errors


def test_half_a_character_is_nothing_that_can_be_read(anonymous, db):
    response = anonymous.post(LOGIN, r'{"email": "\ud800", "password": "\ud800"}', content_type="application/json")
    assert_problem(response, 400, "malformed_body")


class TestCrossSite:
    def test_a_sign_in_needs_the_token_also_from_nobody(self, browser, viewer):
        assert_problem(sign_in(browser), 403, "permission_denied")

    def test_the_token_comes_with_the_first_401(self, browser, viewer):
        assert_problem(browser.get("/api/auth/me/"), 401, "not_authenticated")
        assert sign_in(browser, headers=csrf_of(browser)).status_code == 200

    def test_a_token_of_another_browser_is_refused(self, browser, viewer):
        other = csrf_of(Client())
        csrf_of(browser)
        assert_problem(sign_in(browser, headers=other), 403, "permission_denied")

    def test_another_origin_is_refused(self, browser, viewer):
        headers = csrf_of(browser) | {"Origin": "https://evil.example"}
        assert_problem(sign_in(browser, headers=headers), 403, "permission_denied")

    def test_the_token_changes_with_the_sign_in(self, browser, viewer):
        before = csrf_of(browser)
        sign_in(browser, headers=before)
        assert csrf_of(browser) != before
        assert_problem(browser.post("/api/auth/logout/", headers=before), 403, "permission_denied")

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "QUERY"])
    def test_a_method_that_is_not_taken_is_a_405_without_any_token(self, browser, db, method):
        assert_problem(browser.generic(method, LOGIN), 405, "method_not_allowed")

    def test_refusals_do_not_use_up_the_tries(self, browser, viewer):
        for _ in range(40):
            assert sign_in(browser).status_code == 403
        assert sign_in(browser, headers=csrf_of(browser)).status_code == 200


class TestSession:
    def test_its_id_is_new_so_that_a_planted_one_is_worth_nothing(self, client, viewer):
        session = client.session
        session["planted"] = True
        session.save()
        sign_in(client)
        assert client.cookies["sessionid"].value != session.session_key
        client.cookies["sessionid"] = session.session_key
        assert client.get("/api/auth/me/").status_code == 401

    def test_the_cookie_is_out_of_reach_of_scripts(self, client, viewer):
        cookie = sign_in(client).cookies["sessionid"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"

    def test_signing_in_as_somebody_else_ends_the_first_session(self, client, viewer, payments):
        sign_in(client)
        first = client.cookies["sessionid"].value
        sign_in(client, "payments@example.com")
        assert client.get("/api/auth/me/").json()["email"] == "payments@example.com"
        client.cookies["sessionid"] = first
        assert client.get("/api/auth/me/").status_code == 401

    def test_deactivating_the_user_ends_it_at_once(self, client, viewer):
        sign_in(client)
        User.objects.update(is_active=False)
        assert_problem(client.get("/api/auth/me/"), 401, "not_authenticated")

    def test_a_new_password_ends_it(self, client, viewer):
        sign_in(client)
        viewer.set_password("another")
        viewer.save()
        assert_problem(client.get("/api/auth/me/"), 401, "not_authenticated")


class TestThrottle:
    @pytest.fixture(autouse=True)
    def _lenient(self, settings):
        """Lock-outs, which would come first, have tests of their own."""
        settings.RELPORTAL = settings.RELPORTAL.model_copy(update={"LOCKOUT_FAILURES": 1000})

    def test_beyond_30_a_minute_of_one_address_tries_wait(self, anonymous, viewer):
        for _ in range(30):
            assert sign_in(anonymous, password="wrong").status_code == 401
        response = sign_in(anonymous)
        body = assert_problem(response, 429, "throttled")
        assert body["retryable"] is True
        assert 1 <= int(response["Retry-After"]) <= 60

    def test_another_address_is_not_held_up(self, anonymous, viewer):
        for _ in range(31):
            sign_in(anonymous, password="wrong")
        assert sign_in(anonymous, REMOTE_ADDR="10.0.0.9").status_code == 200

    def test_a_made_up_forwarding_header_gives_no_new_tries(self, anonymous, viewer):
        for number in range(30):
            sign_in(anonymous, password="wrong", headers={"X-Forwarded-For": f"10.0.0.{number}"})
        assert sign_in(anonymous, headers={"X-Forwarded-For": "10.0.1.1"}).status_code == 429

    def test_sessions_and_tokens_share_the_tries(self, anonymous, viewer):
        for _ in range(30):
            sign_in(anonymous, password="wrong")
        response = anonymous.post("/api/auth/token/", {"email": "a", "password": "b"}, content_type="application/json")
        assert_problem(response, 429, "throttled")


class TestLogout:
    def test_it_ends_the_session(self, client, viewer):
        sign_in(client)
        assert client.post("/api/auth/logout/").status_code == 204
        assert_problem(client.get("/api/auth/me/"), 401, "not_authenticated")

    def test_it_needs_the_csrf_token(self, browser, viewer):
        sign_in(browser, headers=csrf_of(browser))
        assert_problem(browser.post("/api/auth/logout/"), 403, "permission_denied")
        assert browser.get("/api/auth/me/").status_code == 200

    def test_without_a_session_it_is_done_already(self, browser, db):
        assert browser.post("/api/auth/logout/", headers=csrf_of(browser)).status_code == 204

    def test_it_is_not_a_get(self, anonymous, db):
        response = anonymous.get("/api/auth/logout/")
        assert_problem(response, 405, "method_not_allowed")
        assert response["Allow"] == "POST, OPTIONS"


class TestLog:
    def events(self, caplog):
        return {record.msg["event"]: record.msg for record in caplog.records if isinstance(record.msg, dict)}

    def test_sign_ins_and_sign_outs_are_on_record_by_user_id(self, client, viewer, caplog):
        caplog.set_level(logging.INFO)
        sign_in(client)
        client.post("/api/auth/logout/")
        events = self.events(caplog)
        assert events["sign_in_succeeded"]["user_id"] == viewer.pk
        assert events["sign_in_succeeded"]["by"] == "session"
        assert events["signed_out"]["user_id"] == viewer.pk

    def test_refusals_are_on_record(self, anonymous, viewer, caplog):
        response = sign_in(anonymous, password="wrong")
        event = self.events(caplog)["sign_in_refused"]
        assert event["request_id"] == response["X-Request-ID"]

    def test_neither_address_nor_password_is_written(self, anonymous, viewer, caplog):
        caplog.set_level(logging.DEBUG)
        sign_in(anonymous)
        sign_in(anonymous, "nobody@example.com", "hunter2 secret")
        anonymous.post(LOGIN, {"email": "nobody@example.com"}, content_type="application/json")
        ours = [str(record.msg) for record in caplog.records if not record.name.startswith("django.db")]
        assert ours
        assert not any(word in line for line in ours for word in ("@example.com", "hunter2", PASSWORD))


async def test_it_works_the_same_under_asgi(async_db):
    await sync_to_async(User.objects.create_user)("viewer@example.com", PASSWORD)
    browser = AsyncClient(raise_request_exception=False)
    assert assert_shape(await browser.get("/api/auth/me/"))["code"] == "not_authenticated"
    body = {"email": "viewer@example.com", "password": PASSWORD}
    response = await browser.post(LOGIN, body, content_type="application/json")
    assert response.status_code == 200
    assert (await browser.get("/api/auth/me/")).json()["email"] == "viewer@example.com"
    assert (await browser.post("/api/auth/logout/")).status_code == 204
