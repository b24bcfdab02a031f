"""Each address of releases leaves a record of each request, whoever asks and whatever comes of it."""

import pytest
from django.db import connection
from django.urls import reverse

from accounts import urls as accounts_urls
from releases import recording, urls
from tests.api.samples import start_whole
from tests.conftest import PASSWORD
from tests.factories import SavedViewFactory

pytestmark = pytest.mark.django_db

RELEASE = "release:payments-1"
VALUES = {"release_id": RELEASE, "entity_id": "app:api", "pk": 1}
PARAMETERS = {"compare": {"a": RELEASE, "b": RELEASE}, "compare-csv": {"a": RELEASE, "b": RELEASE}}

ROUTES = {pattern.name: pattern for pattern in urls.urlpatterns}
ACCOUNTS = {pattern.name: pattern for pattern in accounts_urls.urlpatterns}

routes = pytest.mark.parametrize("name", ROUTES)


def address(pattern):
    return reverse(pattern.name, kwargs={name: VALUES[name] for name in pattern.pattern.converters})


@pytest.fixture
def releases(fake_temporal, viewer):
    start_whole(fake_temporal, RELEASE)
    SavedViewFactory(pk=1, user=viewer)


@pytest.fixture
def ask(on_record, releases):
    def of(client, name, **options):
        response = client.get(address(ROUTES[name]), PARAMETERS.get(name), **options)
        [access] = on_record
        on_record.clear()
        assert (access.action, access.status) == (name, response.status_code)
        assert access.request_id == response["X-Request-ID"]
        assert access.address == "127.0.0.1"
        return access

    return of


@routes
def test_who_may_see_is_on_record(ask, signed_in, viewer, name):
    access = ask(signed_in(viewer), name, headers={"User-Agent": "curl/8"})
    assert (access.outcome, access.status, access.code) == ("allowed", 200, "")
    assert (access.user_id, access.email, access.signed_in_by) == (viewer.pk, "viewer@example.com", "session")
    assert (access.via, access.agent) == ("api", "curl/8")


@routes
def test_nobody_is_on_record(ask, anonymous, name):
    access = ask(anonymous, name)
    assert (access.outcome, access.status, access.code) == ("not_signed_in", 401, "not_authenticated")
    assert (access.user_id, access.email, access.signed_in_by) == (None, "", "")


@routes
def test_a_token_that_is_no_good_is_on_record(ask, anonymous, name):
    access = ask(anonymous, name, headers={"Authorization": "Bearer nothing"})
    assert (access.outcome, access.code, access.user_id) == ("not_signed_in", "token_invalid", None)


def test_whose_token_was_refused_is_on_record(on_record, anonymous, bearer, viewer):
    headers = bearer(viewer)
    viewer.is_active = False
    viewer.save()
    anonymous.get("/api/releases/", headers=headers)
    assert [(access.outcome, access.user_id) for access in on_record] == [("not_signed_in", viewer.pk)]


@routes
def test_a_program_is_on_record(ask, anonymous, bearer, viewer, name):
    access = ask(anonymous, name, headers=bearer(viewer))
    assert (access.outcome, access.user_id, access.signed_in_by) == ("allowed", viewer.pk, "token")


@routes
def test_a_page_of_the_browsable_api_is_on_record(ask, signed_in, viewer, name):
    access = ask(signed_in(viewer), name, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (access.via, access.outcome) == ("api" if "export" in name or "csv" in name else "page", "allowed")


@pytest.mark.parametrize("name", [name for name in ROUTES if "release" in str(ROUTES[name].pattern.converters)])
def test_what_is_out_of_scope_is_on_record_as_denied(ask, signed_in, outsider, name):
    access = ask(signed_in(outsider), name)
    assert (access.outcome, access.status, access.code) == ("denied", 403, "permission_denied")
    assert (access.user_id, access.release) == (outsider.pk, RELEASE)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "head"])
@routes
def test_whatever_the_method_is(on_record, signed_in, releases, viewer, name, method):
    response = getattr(signed_in(viewer), method)(address(ROUTES[name]))
    [access] = on_record
    assert (access.action, access.status, access.user_id) == (name, response.status_code, viewer.pk)
    assert access.query.split()[0] == method.upper()


def test_a_type_that_can_not_be_made_is_on_record(on_record, anonymous, releases):
    anonymous.get(f"/api/releases/{RELEASE}/", headers={"Accept": "image/png"})
    assert [(access.outcome, access.code) for access in on_record] == [("invalid", "not_acceptable")]


def test_an_answer_that_is_known_already_is_on_record_as_allowed(on_record, signed_in, releases, viewer):
    client, path = signed_in(viewer), f"/api/releases/{RELEASE}/hierarchy/"
    etag = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert [(access.outcome, access.status) for access in on_record] == [("allowed", 200), ("allowed", 304)]


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/readyz", "/api/", "/api/schema/", "/api/auth/me/", "/api/nothing/"]
)
def test_what_tells_nothing_of_releases_is_not_on_record(on_record, client, db, path):
    client.get(path)
    assert on_record == []


def test_the_address_is_what_our_proxies_say_it_is(on_record, anonymous, settings, releases):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    anonymous.get("/api/releases/", headers={"X-Forwarded-For": "10.9.9.9, 192.0.2.7"})
    assert [access.address for access in on_record] == ["192.0.2.7"]


class TestSecretsAndOddText:
    def test_a_token_in_an_address_is_not_kept(self, on_record, anonymous):
        anonymous.get("/api/releases/?access_token=eyJhbGciOi&search=pay&Password=x")
        assert on_record[0].query == "?access_token=…&search=pay&Password=…"

    def test_what_no_database_takes_is_replaced(self, on_record, anonymous):
        anonymous.get("/api/releases/release:a%00b%0Ac/", headers={"User-Agent": "a\x00\ud800b"})
        assert on_record[0].release == "release:a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
        assert "\x00" not in on_record[0].agent


class TestAccounts:
    def test_signing_in_and_out(self, on_record, client, viewer):
        credentials = {"email": viewer.email, "password": PASSWORD}
        client.post("/api/auth/login/", credentials, content_type="application/json")
        client.post("/api/auth/logout/")
        seen = [(access.action, access.outcome, access.user_id, access.signed_in_by) for access in on_record]
        assert seen == [("login", "allowed", viewer.pk, "session"), ("logout", "allowed", viewer.pk, "session")]

    def test_a_token_is_asked_for_and_traded(self, on_record, client, viewer):
        credentials = {"email": viewer.email, "password": PASSWORD}
        pair = client.post("/api/auth/token/", credentials, content_type="application/json").json()
        client.post("/api/auth/token/refresh/", {"refresh": pair["refresh"]}, content_type="application/json")
        seen = [(access.action, access.user_id, access.signed_in_by) for access in on_record]
        assert seen == [("token", viewer.pk, "token"), ("token-refresh", viewer.pk, "token")]

    def test_a_refusal_names_nobody(self, on_record, anonymous, viewer):
        """People type passwords where the address belongs."""
        for email in (viewer.email, "hunter2 secret"):
            anonymous.post("/api/auth/login/", {"email": email, "password": "x"}, content_type="application/json")
        assert {(access.outcome, access.user_id, access.email) for access in on_record} == {("not_signed_in", None, "")}

    @pytest.mark.parametrize("name", ACCOUNTS)
    def test_whatever_may_change_something_is_on_record(self, on_record, anonymous, db, name):
        response = anonymous.post(address(ACCOUNTS[name]))
        assert [(access.via, access.action, access.status) for access in on_record] == [
            ("account", name, response.status_code)
        ]

    def test_signing_out_of_the_browsable_api(self, on_record, signed_in, viewer):
        signed_in(viewer).post("/api/browser/logout/")
        assert [(access.action, access.user_id) for access in on_record] == [("logout", viewer.pk)]


class TestTheAdministration:
    def test_what_is_done_is_on_record(self, on_record, signed_in, superuser, viewer, outsider):
        chosen = [viewer.pk, outsider.pk]
        signed_in(superuser).post("/admin/accounts/user/", {"action": "deactivate", "_selected_action": chosen})
        [access] = on_record
        assert (access.via, access.action, access.user_id) == ("admin", "accounts_user_changelist", superuser.pk)
        assert access.query == f"POST /admin/accounts/user/ deactivate of {viewer.pk}, {outsider.pk}"

    @pytest.mark.parametrize(
        "path",
        [
            "accounts/user/",
            "accounts/user/1/change/",
            "accounts/user/1/history/",
            "accounts/servicetoken/",
            "accounts/failedsignin/",
            "auth/group/",
            "auth/group/1/change/",
            "releases/savedview/",
            "releases/accessrecord/export/",
            "admin/logentry/",
        ],
    )
    def test_who_looks_at_people_and_rights_is_on_record(self, on_record, signed_in, superuser, path):
        response = signed_in(superuser).get(f"/admin/{path}")
        [access] = on_record
        assert (access.via, access.user_id, access.status) == ("admin", superuser.pk, response.status_code)
        assert access.query == f"/admin/{path}"
        assert access.request_id == response["X-Request-ID"]

    def test_who_looks_at_who_sees_a_release_is_on_record_with_it(self, on_record, signed_in, superuser, viewer):
        signed_in(superuser).get("/admin/auth/group/who-sees/", {"release": "release:payments-1"})
        [access] = on_record
        assert (access.action, access.release, access.shown) == ("auth_group_who_sees", "release:payments-1", 2)

    def test_so_is_who_is_refused_it(self, on_record, signed_in, make_user):
        staff = make_user("staff@example.com", is_staff=True)
        signed_in(staff).get("/admin/auth/group/who-sees/", {"release": "release:payments-1"})
        assert [(a.user_id, a.outcome) for a in on_record] == [(staff.pk, "denied")]

    @pytest.mark.parametrize("path", ["", "jsi18n/", "auth/"])
    def test_what_shows_nobody_is_not(self, on_record, signed_in, superuser, path):
        signed_in(superuser).get(f"/admin/{path}")
        assert on_record == []

    def test_signing_out_is(self, on_record, signed_in, superuser):
        signed_in(superuser).post("/admin/logout/")
        assert [(access.action, access.user_id) for access in on_record] == [("logout", superuser.pk)]


class TestARecordThatFails:
    def test_a_reader_is_not_told(self, monkeypatch, signed_in, releases, viewer):
        def fail(_):
            raise RuntimeError

        for broken in ("recorder", "_process"):
            monkeypatch.setattr(recording, broken, fail)
        assert signed_in(viewer).get("/api/releases/").status_code == 200

    def test_nothing_is_asked_of_the_database_for_it(self, on_record, anonymous, django_assert_num_queries, db):
        # A cookie that nobody has looked at: the address asks for a type that can't be made.
        anonymous.cookies["sessionid"] = "x" * 32
        with django_assert_num_queries(0, connection=connection):
            anonymous.get("/api/releases/", headers={"Accept": "image/png"})
        assert len(on_record) == 1
