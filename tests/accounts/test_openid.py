"""Signing in by OpenID Connect, at the HTTP edge, with a real provider that lies in each way there is."""

import json
import logging
import time
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone
from joserfc import jwt

from accounts import openid
from accounts.models import ExternalIdentity, User, UserSession
from tests.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    DISCOVERY,
    KEYS,
    TOKEN,
    USERINFO,
    make_key,
    running_provider,
    signed_with_the_clients_secret,
    signed_with_the_public_key,
    unsigned,
)
from tests.problems import assert_problem

START, CALLBACK, OPTIONS = "/api/auth/oidc/start/", "/api/auth/oidc/callback/", "/api/auth/options/"
ME = "/api/auth/me/"
VERA = {"sub": "vera-1", "email": "Vera@Example.com", "email_verified": True, "name": "Vera Verified"}


@pytest.fixture
def configure(settings):
    def configure(**values):
        settings.RELPORTAL = settings.RELPORTAL.model_copy(update=values)

    return configure


@pytest.fixture
def provider(configure, db):
    with running_provider() as provider:
        provider.signs_in(**VERA, groups=[])
        configure(OIDC_ISSUER=provider.issuer, OIDC_CLIENT_ID=CLIENT_ID, OIDC_CLIENT_SECRET=CLIENT_SECRET)
        yield provider


def to_provider(client, next_page=None):
    """Where the portal sends the browser."""
    response = client.get(START, {"next": next_page} if next_page else {})
    assert response.status_code == 302
    return response["Location"]


def back_from(address):
    """Where the provider sends it back to, as path and query."""
    location = requests.get(address, allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(location)
    return parts.path, dict(parse_qsl(parts.query))


def sign_in(client, next_page=None, **changed):
    """All the way: where it leads to in the end."""
    address = to_provider(client, next_page)
    if not address.startswith("http"):
        return address
    path, query = back_from(address)
    response = client.get(path, {**query, **changed})
    assert response.status_code == 302
    assert response["Cache-Control"] == "no-store"
    return response["Location"]


def is_out(client):
    return client.get(ME).status_code == 401


class TestWhoSignsIn:
    def test_a_newcomer_is_made_with_a_verified_address(self, provider, anonymous):
        assert sign_in(anonymous) == "/"
        me = anonymous.get(ME).json()
        assert (me["email"], me["full_name"]) == ("Vera@example.com", "Vera Verified")
        assert (me["roles"], me["is_staff"], me["is_superuser"], me["has_password"]) == ([], False, False, False)

    def test_somebody_who_is_known_by_that_address_stays_who_they_are(self, provider, anonymous, make_user):
        user = make_user("VERA@example.com", full_name="As it was", scopes=("release:*",))
        assert sign_in(anonymous) == "/"
        me = anonymous.get(ME).json()
        assert (me["id"], me["full_name"], me["scopes"], me["has_password"]) == (
            user.pk,
            "As it was",
            ["release:*"],
            True,
        )

    def test_later_it_is_the_subject_that_counts(self, provider, anonymous):
        sign_in(anonymous)
        first = User.objects.get()
        provider.signs_in(**{**VERA, "email": "vera.married@example.com", "email_verified": False})
        again = Client()
        sign_in(again)
        assert again.get(ME).json()["id"] == first.pk
        identity = ExternalIdentity.objects.get()
        assert (identity.issuer, identity.subject) == (provider.issuer, "vera-1")
        assert identity.last_used_at > identity.created_at

    def test_whoever_gets_somebody_elses_address_does_not_get_their_account(self, provider, anonymous):
        sign_in(Client())
        provider.signs_in(**{**VERA, "sub": "vera-2"})
        assert sign_in(anonymous) == "/login?problem=linked_elsewhere"
        assert is_out(anonymous)

    @pytest.mark.parametrize(
        "claims",
        [
            {"email_verified": False},
            {"email_verified": None},
            {"email_verified": 1.5},
            {"email_verified": "yes"},
            {"email": ""},
            {"email": None},
            {"email": ["vera@example.com"]},
            {"email": "no address"},
            {"email": "vera@example.com\n.org"},
            {"email": f"{'v' * 64}@{'e' * 190}.com"},
        ],
    )
    def test_without_a_verified_address_nobody_is_let_in_or_made(self, provider, anonymous, make_user, claims):
        make_user("vera@example.com")
        provider.signs_in(**{**VERA, **claims})
        assert sign_in(anonymous) == "/login?problem=no_email"
        assert is_out(anonymous)
        assert (User.objects.count(), ExternalIdentity.objects.count()) == (1, 0)

    def test_a_letter_that_only_folds_to_anothers_is_another_address(self, provider, anonymous, make_user):
        make_user("mike@example.com")
        provider.signs_in(**{**VERA, "email": "mi\N{KELVIN SIGN}e@example.com"})
        assert sign_in(anonymous) == "/login?problem=no_email"
        assert not ExternalIdentity.objects.exists()

    @pytest.mark.parametrize("is_linked", [False, True])
    def test_the_deactivated_are_refused(self, provider, anonymous, make_user, is_linked):
        user = make_user("vera@example.com")
        if is_linked:
            sign_in(Client())
        User.objects.filter(pk=user.pk).update(is_active=False)
        assert sign_in(anonymous) == "/login?problem=not_active"
        assert is_out(anonymous)
        assert ExternalIdentity.objects.count() == is_linked

    def test_staff_and_superusers_are_made_by_no_provider(self, provider, anonymous):
        provider.signs_in(**VERA, groups=["admins"], is_staff=True, is_superuser=True)
        sign_in(anonymous)
        user = User.objects.get()
        assert (user.is_staff, user.is_superuser) == (False, False)

    @pytest.mark.parametrize("name", [None, 12, ["a"], "x" * 1000, "a\x00b\n"])
    def test_a_name_of_any_kind_lets_them_in(self, provider, anonymous, name):
        provider.signs_in(**{**VERA, "name": name})
        assert sign_in(anonymous) == "/"

    def test_the_session_before_is_over(self, provider, signed_in, viewer):
        client = signed_in(viewer)
        before = client.cookies["sessionid"].value
        sign_in(client)
        assert client.get(ME).json()["email"] == "Vera@example.com"
        assert client.cookies["sessionid"].value != before
        assert not UserSession.objects.filter(session_key=before).exists()

    def test_signing_out_ends_it(self, provider, anonymous):
        sign_in(anonymous)
        anonymous.post("/api/auth/logout/")
        assert is_out(anonymous)

    def test_what_the_token_leaves_open_is_asked_for(self, provider, anonymous, configure):
        configure(OIDC_GROUP_ROLES={"sre": ["Viewers"]})
        provider.userinfo = {**VERA, "groups": ["sre"]}
        assert sign_in(anonymous) == "/"
        me = anonymous.get(ME).json()
        assert (me["email"], me["roles"]) == ("Vera@example.com", ["Viewers"])

    def test_an_address_is_as_verified_as_where_it_is_told(self, provider, anonymous, make_user):
        make_user("boss@example.com")
        provider.claims_of_token = lambda claims: {**claims, "email": "boss@example.com", "email_verified": False}
        provider.userinfo = VERA
        sign_in(anonymous)
        assert anonymous.get(ME).json()["email"] == "Vera@example.com"

    def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(self, provider, anonymous):
        provider.auth_method = "client_secret_post"
        assert sign_in(anonymous) == "/"


class TestRoles:
    @pytest.fixture(autouse=True)
    def _mapped(self, provider, configure):
        Group.objects.create(name="Payments").scopes.create(pattern="release:payments-*")
        configure(OIDC_GROUP_ROLES={"sre": ["Viewers"], "payments": ["Payments"], "leads": ["Viewers", "Payments"]})

    @pytest.fixture
    def roles_with(self, provider):
        def roles(groups):
            provider.signs_in(**VERA, groups=groups)
            client = Client()
            assert sign_in(client) == "/"
            return client.get(ME).json()["roles"]

        return roles

    @pytest.mark.parametrize(
        ("groups", "roles"),
        [
            (["payments"], ["Payments"]),
            (["payments", "unknown"], ["Payments"]),
            (["leads"], ["Payments", "Viewers"]),
            ("sre", ["Viewers"]),
            ([], []),
            (None, []),
            (7, []),
            ([["sre"], {"sre": 1}, None], []),
            ({"sre": True}, []),
        ],
    )
    def test_they_are_those_of_the_groups(self, roles_with, groups, roles):
        assert roles_with(groups) == roles

    def test_each_sign_in_gives_and_takes_what_the_mapping_names(self, roles_with):
        assert roles_with(["payments"]) == ["Payments"]
        assert roles_with(["sre"]) == ["Viewers"]
        assert roles_with([]) == []

    def test_what_was_given_by_hand_stays(self, roles_with):
        roles_with(["payments"])
        User.objects.get().groups.add(Group.objects.create(name="By hand"))
        assert roles_with([]) == ["By hand"]

    def test_a_role_that_there_is_not_is_said_in_the_log(self, roles_with, configure, caplog):
        configure(OIDC_GROUP_ROLES={"sre": ["Viewers", "Gone"]})
        with caplog.at_level(logging.WARNING):
            assert roles_with(["sre"]) == ["Viewers"]
        assert "openid_roles_unknown" in caplog.text
        [warning] = [w for w in run_checks(databases=["default"]) if w.id == "accounts.W001"]
        assert "Gone" in warning.msg

    def test_no_warning_where_all_are_there(self):
        assert not [w for w in run_checks(databases=["default"]) if w.id == "accounts.W001"]

    def test_another_claim_may_hold_the_groups(self, provider, anonymous, configure):
        configure(OIDC_GROUPS_CLAIM="https://example.com/roles")
        provider.signs_in(**VERA, groups=["payments"], **{"https://example.com/roles": ["sre"]})
        sign_in(anonymous)
        assert anonymous.get(ME).json()["roles"] == ["Viewers"]

    def test_changes_are_on_record(self, roles_with, on_record):
        roles_with(["payments"])
        roles_with(["payments"])
        roles_with(["sre"])
        told = [access.query for access in on_record if access.action == "oidc-callback"]
        assert told == ["roles given: Payments; taken: -", "", "roles given: Viewers; taken: Payments"]


def wrongly_signed(claims):
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, make_key("first"))


CLAIMS = {
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another"},
    "several audiences and a party that is not us": {"aud": [CLIENT_ID, "another"], "azp": "another"},
    "expired": {"exp": int(time.time()) - 600},
    "no end": {"exp": None},
    "an end that is none": {"exp": "tomorrow"},
    "not yet": {"nbf": int(time.time()) + 6000},
    "from the future": {"iat": int(time.time()) + 6000},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject of the wrong kind": {"sub": ["vera-1"]},
    "a subject beyond all measure": {"sub": "s" * 256},
    "a subject of other letters": {"sub": "vera\n1"},
    "ways of signing in that are none": {"amr": "mfa"},
}
SIGNATURES = {
    "alg none": unsigned,
    "the client's secret": signed_with_the_clients_secret,
    "the public key as a secret": signed_with_the_public_key,
    "another key of the same name": wrongly_signed,
    "no token": lambda _: "junk",
    "a token of junk": lambda _: "a.b.c",
    "nothing": lambda _: "",
    "a number": lambda _: 12,
    "null": lambda _: None,
}


class TestWhatIsNotBelieved:
    @pytest.fixture(autouse=True)
    def _nobody_is_let_in(self, anonymous, db):
        yield
        assert is_out(anonymous)
        assert (User.objects.count(), ExternalIdentity.objects.count()) == (0, 0)
        assert not UserSession.objects.exists()

    @pytest.mark.parametrize("changed", CLAIMS.values(), ids=CLAIMS)
    def test_claims(self, provider, anonymous, changed):
        def lie(claims):
            return {name: value for name, value in (claims | changed).items() if value is not None}

        provider.claims_of_token = lie
        assert sign_in(anonymous, "/compare") == "/login?problem=refused&next=%2Fcompare"

    @pytest.mark.parametrize("sign", SIGNATURES.values(), ids=SIGNATURES)
    def test_signatures(self, provider, anonymous, sign):
        provider.sign = sign
        assert sign_in(anonymous) == "/login?problem=refused"

    def test_a_key_that_is_published_nowhere(self, provider, anonymous):
        provider.key = make_key("unpublished")
        assert sign_in(anonymous) == "/login?problem=refused"
        assert provider.asked.count(KEYS) == 2

    def test_another_state(self, provider, anonymous):
        assert sign_in(anonymous, state="another") == "/login?problem=refused"
        assert TOKEN not in provider.asked

    def test_an_answer_of_another_issuer(self, provider, anonymous):
        assert sign_in(anonymous, iss="https://evil.example") == "/login?problem=refused"
        assert TOKEN not in provider.asked

    @pytest.mark.parametrize("code", ["", "another", "\x00", "é" * 3000])
    def test_another_code(self, provider, anonymous, code):
        assert sign_in(anonymous, code=code) == "/login?problem=refused"

    def test_an_answer_for_another_browser(self, provider, anonymous):
        path, query = back_from(to_provider(Client()))
        assert anonymous.get(path, query)["Location"] == "/login?problem=expired"
        to_provider(anonymous)
        assert anonymous.get(path, query)["Location"] == "/login?problem=refused"
        assert TOKEN not in provider.asked

    def test_a_cookie_that_was_made_elsewhere(self, provider, anonymous):
        path, query = back_from(to_provider(anonymous))
        value = anonymous.cookies["openid"].value
        anonymous.cookies["openid"] = value[:-1] + ("a" if value[-1] != "a" else "b")
        assert anonymous.get(path, query)["Location"] == "/login?problem=expired"

    def test_an_answer_after_ten_minutes(self, provider, anonymous, monkeypatch):
        path, query = back_from(to_provider(anonymous))
        now = time.time()
        with monkeypatch.context() as later:
            later.setattr("django.core.signing.time.time", lambda: now + 601)
            assert anonymous.get(path, query)["Location"] == "/login?problem=expired"

    def test_user_information_of_somebody_else(self, provider, anonymous):
        provider.userinfo = {**VERA, "sub": "somebody-else"}
        assert sign_in(anonymous) == "/login?problem=refused"

    def test_who_would_not_or_may_not(self, provider, anonymous):
        provider.error = "access_denied"
        assert sign_in(anonymous, "/releases?phase=failed") == "/login?problem=denied&next=%2Freleases%3Fphase%3Dfailed"

    @pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable", "x" * 5000, "\x00"])
    def test_a_provider_that_can_not(self, provider, anonymous, error):
        provider.error = error
        assert sign_in(anonymous) == "/login?problem=unavailable"

    @pytest.mark.parametrize("query", [{}, {"code": "a"}, {"state": ""}, {"error": "access_denied"}])
    def test_a_visit_without_having_begun(self, provider, anonymous, query):
        assert anonymous.get(CALLBACK, query)["Location"] == "/login?problem=expired"


def raw(content):
    return lambda handler: handler.answer_bytes(content)


def status(code):
    return lambda handler: handler.answer(code, {})


def redirect(handler):
    handler.send_response(302)
    handler.send_header("Location", "https://evil.example/")
    handler.end_headers()


def hang_up(handler):
    handler.close_connection = True


def trickle(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(50):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


JUNK = {
    "text": raw(b"<html>Sign in to the guest network</html>"),
    "a list": raw(b"[]"),
    "null": raw(b"null"),
    "no text": raw(b"\xff\xfe{"),
    "too much": raw(b'"' + b"x" * 2_000_000 + b'"'),
    "an error": status(500),
    "nothing there": status(404),
    "elsewhere": redirect,
    "no answer": hang_up,
}


class TestAProviderThatDoesNotAnswer:
    @pytest.mark.parametrize("answer", JUNK.values(), ids=JUNK)
    @pytest.mark.parametrize("path", [DISCOVERY, KEYS, TOKEN, USERINFO])
    def test_nobody_is_let_in_and_the_page_says_why(self, provider, anonymous, path, answer):
        provider.userinfo = VERA
        provider.answers[path] = answer
        assert sign_in(anonymous, "/compare") in (
            "/login?problem=unavailable&next=%2Fcompare",
            # A 404 may well be a refusal of the code, without a word why.
            "/login?problem=refused&next=%2Fcompare",
        )
        assert is_out(anonymous)
        del provider.answers[path]
        assert sign_in(anonymous, "/compare") == "/compare"

    @pytest.mark.parametrize("path", [DISCOVERY, KEYS, TOKEN])
    def test_one_that_trickles_is_not_waited_for(self, provider, anonymous, monkeypatch, path):
        monkeypatch.setattr(openid, "TIMEOUT_SECONDS", 0.2)
        provider.answers[path] = trickle
        assert sign_in(anonymous) == "/login?problem=unavailable"

    def test_one_that_is_not_there(self, configure, anonymous, db):
        configure(OIDC_ISSUER="http://127.0.0.1:1", OIDC_CLIENT_ID=CLIENT_ID, OIDC_CLIENT_SECRET=CLIENT_SECRET)
        assert sign_in(anonymous) == "/login?problem=unavailable"

    @pytest.mark.parametrize(
        "told",
        [
            {"issuer": "https://evil.example"},
            {"issuer": None},
            {"authorization_endpoint": None},
            {"authorization_endpoint": ["x"]},
            {"authorization_endpoint": "http://elsewhere.example/authorize"},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"token_endpoint": "http://elsewhere.example/token"},
            {"token_endpoint": None},
            {"jwks_uri": "ftp://elsewhere.example/"},
            {"jwks_uri": 12},
        ],
    )
    def test_what_it_says_of_itself_has_to_fit(self, provider, anonymous, told):
        provider.metadata = lambda metadata: metadata | told
        assert sign_in(anonymous) == "/login?problem=unavailable"
        assert is_out(anonymous)

    @pytest.mark.parametrize("keys", [None, "x", [], [None], [{"kty": "RSA"}], [{"kty": "RSA", "n": 1, "e": "x"}]])
    def test_keys_that_are_none(self, provider, anonymous, keys):
        provider.answers[KEYS] = raw(json.dumps({"keys": keys}).encode())
        assert sign_in(anonymous) == "/login?problem=refused"


class TestWhatIsKept:
    def test_the_provider_is_asked_of_itself_once_an_hour(self, provider, monkeypatch):
        for _ in range(3):
            assert sign_in(Client()) == "/"
        assert (provider.asked.count(DISCOVERY), provider.asked.count(KEYS)) == (1, 1)
        now = time.monotonic()
        monkeypatch.setattr(openid.time, "monotonic", lambda: now + 3601)
        assert sign_in(Client()) == "/"
        assert (provider.asked.count(DISCOVERY), provider.asked.count(KEYS)) == (2, 2)

    def test_a_new_key_is_asked_for_at_once(self, provider):
        assert sign_in(Client()) == "/"
        provider.changes_keys()
        assert sign_in(Client()) == "/"
        assert provider.asked.count(KEYS) == 2


class TestTheWayThereAndBack:
    def test_it_is_asked_with_a_challenge_and_comes_back_here(self, provider, anonymous):
        query = dict(parse_qsl(urlsplit(to_provider(anonymous)).query))
        assert query["redirect_uri"] == f"http://testserver{CALLBACK}"
        assert query["scope"] == "openid email profile groups"
        assert query["code_challenge_method"] == "S256"
        assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) >= 43

    def test_the_cookie_is_for_the_way_back_alone(self, provider, anonymous):
        to_provider(anonymous)
        cookie = anonymous.cookies["openid"]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/api/auth/oidc/", True, "Lax")
        assert cookie["max-age"] == 600
        sign_in(anonymous)
        assert anonymous.cookies["openid"].value == ""

    @pytest.mark.parametrize("page", ["/releases?phase=failed&search=a%20b", "/admin/accounts/user/?q=x", "/é"])
    def test_it_leads_to_the_page_that_was_asked_for(self, provider, anonymous, page):
        assert requests.utils.unquote(sign_in(anonymous, page)) == requests.utils.unquote(page)

    @pytest.mark.parametrize(
        "page",
        [
            "https://evil.example/",
            "//evil.example/",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "http:evil.example",
            "releases",
            "/\n/evil.example",
            "/" + "x" * 3000,
        ],
    )
    def test_it_leads_to_no_other_site(self, provider, anonymous, page):
        assert sign_in(anonymous, page) == "/"
        provider.error = "access_denied"
        assert sign_in(Client(), page) == "/login?problem=denied"

    def test_an_answer_is_good_once(self, provider, anonymous):
        path, query = back_from(to_provider(anonymous))
        kept = anonymous.cookies["openid"].value
        assert anonymous.get(path, query)["Location"] == "/"
        thief = Client()
        thief.cookies["openid"] = kept
        assert thief.get(path, query)["Location"] == "/login?problem=refused"
        assert is_out(thief)

    def test_somebody_who_starts_too_often_waits(self, provider, anonymous):
        for _ in range(30):
            to_provider(anonymous)
        assert to_provider(anonymous, "/compare") == "/login?problem=throttled&next=%2Fcompare"
        assert_problem(anonymous.post("/api/auth/login/", {}), 429, "throttled")

    @pytest.mark.parametrize("path", [START, CALLBACK])
    def test_other_methods_are_none(self, provider, anonymous, path):
        assert_problem(anonymous.post(path), 405, "method_not_allowed")

    def test_codes_and_states_are_in_neither_record_nor_log(self, provider, anonymous, on_record, caplog):
        with caplog.at_level(logging.INFO):
            path, query = back_from(to_provider(anonymous))
            anonymous.get(path, query)
        assert query["code"] not in caplog.text
        [access] = [access for access in on_record if access.action == "oidc-callback"]
        assert query["code"] not in str(access)
        assert (access.via, access.outcome, access.signed_in_by) == ("account", "allowed", "openid")
        assert access.email == "vera@example.com"

    def test_a_refusal_is_on_record_as_one(self, provider, anonymous, on_record, caplog):
        provider.claims_of_token = lambda claims: {**claims, "aud": "another"}
        with caplog.at_level(logging.WARNING):
            sign_in(anonymous)
        [access] = [access for access in on_record if access.action == "oidc-callback"]
        assert (access.outcome, access.code, access.user_id) == ("denied", "refused", None)
        assert "sign_in_refused" in caplog.text
        assert "aud" in caplog.text


class TestASecondFactor:
    @pytest.fixture
    def vera(self, make_user):
        return make_user("vera@example.com", second_factor_at=timezone.now())

    def test_the_code_is_asked_for(self, provider, anonymous, vera):
        assert sign_in(anonymous, "/compare") == "/login?step=code&next=%2Fcompare"
        assert is_out(anonymous)
        answer = anonymous.post("/api/auth/login/code/", {"code": "000000"}, content_type="application/json")
        assert_problem(answer, 401, "second_factor_invalid")

    def test_the_providers_own_stands_in_for_it(self, provider, anonymous, vera):
        provider.signs_in(**VERA, amr=["pwd", "mfa"])
        assert sign_in(anonymous, "/compare") == "/compare"

    @pytest.mark.parametrize("amr", [None, [], ["pwd"], ["MFA"], [["mfa"]]])
    def test_nothing_else_does(self, provider, anonymous, vera, amr):
        provider.signs_in(**VERA, amr=amr)
        assert sign_in(anonymous) == "/login?step=code"
        assert is_out(anonymous)

    def test_the_user_information_does_not(self, provider, anonymous, vera):
        provider.userinfo = {**VERA, "amr": ["mfa"]}
        assert sign_in(anonymous) == "/login?step=code"

    def test_staff_who_must_have_one_set_one_up(self, provider, anonymous, make_user, configure):
        configure(SECOND_FACTOR_FOR_STAFF=True)
        make_user("vera@example.com", is_staff=True)
        assert sign_in(anonymous, "/admin/") == "/login?step=set-up&next=%2Fadmin%2F"
        assert is_out(anonymous)


class TestOptions:
    def test_nothing_is_offered_unless_it_is_set_up(self, anonymous, db):
        response = anonymous.get(OPTIONS)
        assert response.json() == {"openid_connect": None}
        assert response["Cache-Control"] == "public, max-age=60"

    @pytest.mark.parametrize("path", [START, CALLBACK])
    def test_and_there_is_no_way_either(self, anonymous, db, path):
        assert_problem(anonymous.get(path), 404, "not_found")

    def test_what_is_set_up_is_offered_by_its_name(self, anonymous, provider, configure):
        configure(OIDC_NAME="Example Corp")
        assert anonymous.get(OPTIONS).json() == {"openid_connect": {"name": "Example Corp", "url": START}}
        assert provider.asked == []


class TestWithoutAPassword:
    @pytest.fixture
    def client(self, provider, anonymous):
        sign_in(anonymous)
        return anonymous

    def test_there_is_none_to_change(self, client):
        answer = client.post(
            "/api/auth/password/change/",
            {"password": "x", "new_password": "a wholly different sentence"},
            content_type="application/json",
        )
        assert "password" in assert_problem(answer, 400, "invalid_parameter")["errors"]

    def test_no_password_signs_in(self, client):
        answer = Client().post(
            "/api/auth/login/", {"email": "vera@example.com", "password": "!"}, content_type="application/json"
        )
        assert_problem(answer, 401, "invalid_credentials")


class TestTheAdministration:
    PAGE = "/admin/accounts/externalidentity/"

    def test_it_shows_and_unlinks(self, provider, anonymous, signed_in, superuser):
        sign_in(anonymous)
        identity = ExternalIdentity.objects.get()
        admin = signed_in(superuser)
        assert b"vera-1" in admin.get(self.PAGE, {"q": "vera@"}).content
        assert admin.get(f"{self.PAGE}add/").status_code == 403
        assert admin.post(f"{self.PAGE}{identity.pk}/change/", {"subject": "x"}).status_code == 403
        admin.post(f"{self.PAGE}{identity.pk}/delete/", {"post": "yes"})
        provider.signs_in(**{**VERA, "sub": "vera-2"})
        assert sign_in(Client()) == "/"
        assert ExternalIdentity.objects.get().subject == "vera-2"
