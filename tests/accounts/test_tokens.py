import base64
import json
import logging
import time
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import TokenFamily, User
from accounts.tokens import AccessToken, start_family
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


def kid_of(token):
    return jwt.get_unverified_header(str(token))["kid"]


def jwt_of_any(claims, kid):
    """Signed by our key, whatever it claims: PyJWT would make none of some."""
    return jwt.api_jws.encode(json.dumps(claims).encode(), settings.JWT_SECRETS[0], "HS256", headers={"kid": kid})


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
        token = AccessToken.of(start_family(viewer))
        token.set_exp(lifetime=-timedelta(seconds=10))
        assert_problem(ask(program, token), 401, "token_invalid")

    def test_clocks_may_differ_by_a_few_seconds(self, program, viewer):
        late, early = AccessToken.of(start_family(viewer)), AccessToken.of(start_family(viewer))
        late.set_exp(lifetime=-timedelta(seconds=2))
        early.set_iat(at_time=timezone.now() + timedelta(seconds=2))
        assert ask(program, late).status_code == ask(program, early).status_code == 200
        early.set_iat(at_time=timezone.now() + timedelta(seconds=60))
        assert_problem(ask(program, early), 401, "token_invalid")

    def test_a_refresh_token_is_no_access_token(self, program, pair):
        assert_problem(ask(program, pair["refresh"]), 401, "token_invalid")

    @pytest.mark.parametrize(
        ("key", "algorithm"),
        [("another-secret-of-thirty-two-chars!!", "HS256"), ("SECRET_KEY", "HS256"), (None, "none")],
    )
    def test_one_that_somebody_else_signed(self, program, viewer, key, algorithm):
        key = settings.SECRET_KEY if key == "SECRET_KEY" else key
        good = AccessToken.of(start_family(viewer))
        token = jwt.encode(good.payload, key, algorithm, headers={"kid": kid_of(good)})
        assert_problem(ask(program, token), 401, "token_invalid")

    @pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
    @pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
    def test_the_right_key_by_another_algorithm(self, program, viewer, algorithm):
        good = AccessToken.of(start_family(viewer))
        token = jwt.encode(good.payload, settings.JWT_SECRETS[0], algorithm, headers={"kid": kid_of(good)})
        assert_problem(ask(program, token), 401, "token_invalid")

    @pytest.mark.parametrize("headers", [{}, {"kid": ""}, {"kid": "../../etc/passwd"}, {"kid": "' OR 1=1 --"}])
    def test_the_right_key_under_another_name(self, program, viewer, headers):
        payload = AccessToken.of(start_family(viewer)).payload
        token = jwt.encode(payload, settings.JWT_SECRETS[0], "HS256", headers=headers)
        assert_problem(ask(program, token), 401, "token_invalid")

    @pytest.mark.parametrize(
        "header", ["[" * 3000, '{"alg":"HS256","kid":7}', '{"alg":"HS256","kid":{}}', '{"alg":[]}', "7", "null"]
    )
    def test_one_with_a_strange_header(self, program, db, header):
        first = base64.urlsafe_b64encode(header.encode()).decode().rstrip("=")
        assert_problem(ask(program, f"{first}.e30.c2ln"), 401, "token_invalid")

    @pytest.mark.parametrize(
        "claims",
        [
            {"family": None},
            {"family": 7},
            {"family": "x"},
            {"family": ["x"]},
            {"family": str(uuid4())},
            {"exp": None},
            {"exp": "soon"},
            {"exp": 10**30},
            {"exp": -1},
            {"exp": []},
            {"iat": "x"},
            {"nbf": 10**12},
            {"jti": None},
            {"jti": {}},
            {"token_type": None},
            {"token_type": "refresh"},
        ],
    )
    def test_one_of_ours_with_strange_claims(self, program, viewer, claims):
        good = AccessToken.of(start_family(viewer))
        token = jwt_of_any({**good.payload, **claims}, kid_of(good))
        assert_problem(ask(program, token), 401, "token_invalid")
        assert_problem(post(program, f"{TOKEN}verify/", token=token), 401, "token_invalid")
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=token), 401, "token_invalid")

    def test_one_of_a_user_deactivated_since(self, program, pair):
        User.objects.update(is_active=False)
        assert_problem(ask(program, pair["access"]), 401, "token_invalid")

    def test_one_got_with_another_password(self, program, pair, viewer):
        viewer.set_password("another correct horse")
        viewer.save()
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
        # Both have looked at the family before either wrote to it.
        family = TokenFamily.objects.select_related("user").get()
        monkeypatch.setattr(tokens, "family_of", lambda _: family)
        answers = [post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]).status_code for _ in range(2)]
        assert answers == [200, 401]

    def test_a_token_that_comes_twice_ends_all_of_its_sign_in(self, program, pair, viewer, caplog):
        caplog.set_level(logging.INFO)
        new = post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]).json()
        post(program, f"{TOKEN}refresh/", refresh=pair["refresh"])
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=new["refresh"]), 401, "token_invalid")
        for access in (pair["access"], new["access"]):
            assert_problem(ask(program, access), 401, "token_invalid")
        (event,) = [r.msg for r in caplog.records if isinstance(r.msg, dict) and r.msg["event"] == "token_family_ended"]
        assert (event["reason"], event["user_id"]) == ("refresh_token_used_twice", viewer.pk)

    def test_and_nothing_of_another_sign_in(self, program, pair, viewer):
        other = tokens.Pair.of(start_family(viewer))
        for _ in range(2):
            post(program, f"{TOKEN}refresh/", refresh=pair["refresh"])
        assert ask(program, other.access).status_code == 200
        assert post(program, f"{TOKEN}refresh/", refresh=other.refresh).status_code == 200

    def test_after_30_days_one_signs_in_anew(self, program, pair):
        TokenFamily.objects.update(began_at=timezone.now() - timedelta(days=29, hours=23, minutes=50))
        new = post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]).json()
        left = [jwt.decode(token, options={"verify_signature": False})["exp"] - time.time() for token in new.values()]
        assert all(500 < seconds <= 600 for seconds in left)

    def test_families_that_are_over_are_cleared_away_with_the_next_sign_in(self, program, pair, viewer):
        TokenFamily.objects.update(expires_at=timezone.now() - timedelta(hours=1))
        kept = start_family(viewer)
        assert list(TokenFamily.objects.all()) == [kept]

    def test_an_access_token_gives_none(self, program, pair):
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=pair["access"]), 401, "token_invalid")

    def test_a_deleted_users_gives_none(self, program, pair, viewer):
        viewer.delete()
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]), 401, "token_invalid")

    def test_a_deactivated_users_gives_none(self, program, pair):
        User.objects.update(is_active=False)
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]), 401, "token_invalid")

    def test_one_got_with_another_password_gives_none(self, program, pair, viewer):
        viewer.set_password("another correct horse")
        viewer.save()
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
    def test_it_ends_all_tokens_of_the_sign_in(self, program, pair):
        new = post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]).json()
        assert post(program, f"{TOKEN}blacklist/", refresh=new["refresh"]).status_code == 200
        assert_problem(post(program, f"{TOKEN}refresh/", refresh=new["refresh"]), 401, "token_invalid")
        for access in (pair["access"], new["access"]):
            assert_problem(ask(program, access), 401, "token_invalid")

    def test_twice_is_refused(self, program, pair):
        post(program, f"{TOKEN}blacklist/", refresh=pair["refresh"])
        assert_problem(post(program, f"{TOKEN}blacklist/", refresh=pair["refresh"]), 401, "token_invalid")

    def test_rubbish_is_refused(self, program, db):
        assert_problem(post(program, f"{TOKEN}blacklist/", refresh="x"), 401, "token_invalid")


class TestRotatedSecret:
    NEW = "a new secret of tokens, after the old one"

    def test_what_the_previous_one_signed_stays_good(self, program, pair, settings):
        settings.JWT_SECRETS = [self.NEW, *settings.JWT_SECRETS]
        assert ask(program, pair["access"]).status_code == 200
        new = post(program, f"{TOKEN}refresh/", refresh=pair["refresh"]).json()
        assert kid_of(new["access"]) != kid_of(pair["access"])
        # And once it is taken away, what the new one has signed does.
        settings.JWT_SECRETS = [self.NEW]
        assert ask(program, new["access"]).status_code == 200
        assert_problem(ask(program, pair["access"]), 401, "token_invalid")

    def test_the_name_of_a_key_tells_nothing_of_it(self, pair, settings):
        assert kid_of(pair["access"]) not in settings.JWT_SECRETS[0]
        assert len(kid_of(pair["access"])) == 16
