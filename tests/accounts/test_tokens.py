from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from tests.conftest import PASSWORD
from tests.problems import assert_problem

TOKEN = "/api/auth/token/"
ME = "/api/auth/me/"


@pytest.fixture
def program():
    """Held to the CSRF token like a browser: programs must do without."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def post(program, path, **body):
    return program.post(path, body, content_type="application/json")


@pytest.fixture
def pair(program, viewer):
    response = post(program, TOKEN, email="Viewer@example.com", password=PASSWORD)
    assert response.status_code == 200
    assert response.json().keys() == {"access", "refresh"}
    assert response["Cache-Control"] == "no-store"
    return response.json()


def ask(program, access):
    return program.get(ME, headers={"Authorization": f"Bearer {access}"})


def test_an_access_token_is_somebody_everywhere(program, pair, viewer):
    assert ask(program, pair["access"]).json()["id"] == viewer.pk


def test_the_schemes_case_does_not_matter(program, pair):
    assert program.get(ME, headers={"Authorization": f"bearer {pair['access']}"}).status_code == 200


def test_getting_a_pair_makes_no_session(program, pair):
    assert "sessionid" not in program.cookies
    assert_problem(program.get(ME), 401, "not_authenticated")


def test_it_is_on_record_when_somebody_was_last_here(pair, viewer):
    viewer.refresh_from_db()
    assert timezone.now() - viewer.last_login < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("email", "password"),
    [("viewer@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("gone@example.com", PASSWORD)],
)
def test_unknown_wrong_and_deactivated_are_refused_alike(program, viewer, make_user, email, password):
    make_user("gone@example.com", is_active=False)
    assert_problem(post(program, TOKEN, email=email, password=password), 401, "invalid_credentials")


@pytest.mark.django_db
def test_what_is_missing_is_named(program):
    assert assert_problem(post(program, TOKEN), 400, "invalid_parameter")["errors"].keys() == {"email", "password"}


class TestBadBearer:
    @pytest.mark.parametrize(
        "header",
        [
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Bearer a.b.c",
            "Bearer a b c",
            "Bearer " + "x" * 5000,
            "Bearer ÿ",
            "bearer x",
        ],
    )
    @pytest.mark.django_db
    def test_it_is_refused_and_not_taken_for_nobody(self, program, header):
        body = assert_problem(program.get(ME, headers={"Authorization": header}), 401, "token_invalid")
        assert body["detail"].startswith("Please log in again.")

    @pytest.mark.parametrize("path", ["/api/", "/api/schema/"])
    @pytest.mark.django_db
    def test_also_where_anybody_may_ask(self, program, path):
        response = program.get(path, headers={"Authorization": "Bearer x"})
        assert_problem(response, 401, "token_invalid")

    def test_but_not_where_a_new_one_is_got(self, program, pair):
        body = {"refresh": pair["refresh"]}
        headers = {"Authorization": "Bearer expired"}
        response = program.post(f"{TOKEN}refresh/", body, content_type="application/json", headers=headers)
        assert response.status_code == 200

    def test_it_wins_over_a_good_session(self, program, viewer):
        program.force_login(viewer)
        assert_problem(program.get(ME, headers={"Authorization": "Bearer x"}), 401, "token_invalid")

    def test_the_challenge_says_what_was_wrong(self, program, db):
        response = program.get(ME, headers={"Authorization": "Bearer x"})
        assert response["WWW-Authenticate"] == 'Bearer realm="relportal", error="invalid_token"'
        assert program.get(ME)["WWW-Authenticate"] == 'Bearer realm="relportal"'

    def test_another_scheme_is_nobodys(self, program, db):
        assert_problem(program.get(ME, headers={"Authorization": "Basic dTpw"}), 401, "not_authenticated")

    def test_an_expired_one(self, program, viewer):
        token = AccessToken.for_user(viewer)
        token.set_exp(lifetime=-timedelta(seconds=1))
        assert_problem(ask(program, token), 401, "token_invalid")

    def test_a_refresh_token_is_no_access_token(self, program, pair):
        assert_problem(ask(program, pair["refresh"]), 401, "token_invalid")

    @pytest.mark.parametrize(
        ("key", "algorithm"),
        [("another-secret-of-thirty-two-chars!!", "HS256"), ("SECRET_KEY", "HS256"), (None, "none")],
    )
    def test_one_that_somebody_else_signed(self, program, viewer, key, algorithm):
        key = settings.SECRET_KEY if key == "SECRET_KEY" else key
        token = jwt.encode(AccessToken.for_user(viewer).payload, key, algorithm)
        assert_problem(ask(program, token), 401, "token_invalid")

    def test_one_of_a_user_deactivated_since(self, program, pair):
        User.objects.update(is_active=False)
        assert_problem(ask(program, pair["access"]), 401, "token_invalid")

    def test_one_of_a_user_deleted_since(self, program, pair, viewer):
        viewer.delete()
        assert_problem(ask(program, pair["access"]), 401, "token_invalid")


class TestRefresh:
    def test_it_gives_a_new_pair(self, program, pair):
        new = post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]).json()
        assert new.keys() == {"access", "refresh"}
        assert new["refresh"] != pair["refresh"]
        assert ask(program, new["access"]).status_code == 200
        assert post(program, f"{TOKEN}refresh/", refresh=new["refresh"]).status_code == 200

    def test_once(self, program, pair):
        post(program, f"{TOKEN}refresh/", refresh=pair["refresh"])
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]), 401, "token_invalid")

    def test_once_also_for_two_that_come_together(self, program, pair, monkeypatch):
        # Both have looked at the blacklist before either wrote to it.
        monkeypatch.setattr(RefreshToken, "check_blacklist", lambda token: None)
        answers = [post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]).status_code for _ in range(2)]
        assert answers == [200, 401]

    def test_an_access_token_gives_none(self, program, pair):
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=pair["access"]), 401, "token_invalid")

    def test_a_deleted_users_gives_none(self, program, pair, viewer):
        viewer.delete()
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]), 401, "token_invalid")

    def test_a_deactivated_users_gives_none(self, program, pair):
        User.objects.update(is_active=False)
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]), 401, "token_invalid")

    def test_rubbish_gives_none(self, program, db):
        assert_problem(post(program, f"{TOKEN}refresh/", refresh="x"), 401, "token_invalid")

    def test_nothing_is_named_as_missing(self, program, db):
        body = assert_problem(post(program, f"{TOKEN}refresh/"), 400, "invalid_parameter")
        assert body["errors"].keys() == {"refresh"}


class TestVerify:
    @pytest.mark.parametrize("kind", ["access", "refresh"])
    def test_a_good_one_is_answered_with_an_empty_object(self, program, pair, kind):
        response = post(program, f"{TOKEN}verify/", token=pair[kind])
        assert (response.status_code, response.json()) == (200, {})

    def test_rubbish_is_refused(self, program, db):
        assert_problem(post(program, f"{TOKEN}verify/", token="x"), 401, "token_invalid")

    def test_a_used_one_is_refused(self, program, pair):
        post(program, f"{TOKEN}refresh/", refresh=pair["refresh"])
        assert_problem(post(program, f"{TOKEN}verify/", token=pair["refresh"]), 401, "token_invalid")

    def test_a_deactivated_users_is_refused(self, program, pair):
        User.objects.update(is_active=False)
        assert_problem(post(program, f"{TOKEN}verify/", token=pair["access"]), 401, "token_invalid")


class TestBlacklist:
    def test_it_ends_a_refresh_token(self, program, pair):
        assert post(program, f"{TOKEN}blacklist/", refresh=pair["refresh"]).status_code == 200
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]), 401, "token_invalid")

    def test_twice_is_refused(self, program, pair):
        post(program, f"{TOKEN}blacklist/", refresh=pair["refresh"])
        assert_problem(post(program, f"{TOKEN}blacklist/", refresh=pair["refresh"]), 401, "token_invalid")

    def test_rubbish_is_refused(self, program, db):
        assert_problem(post(program, f"{TOKEN}blacklist/", refresh="x"), 401, "token_invalid")
