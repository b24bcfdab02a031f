"""One body for every error, on every route there is and on those that there are not."""

import io
import json
import logging
import uuid
from contextlib import closing
from functools import reduce

import pytest
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import Http404
from django.test import AsyncClient, Client
from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework import exceptions as drf

from releases import errors
from releases.problems import TABLE, problem_of
from relportal import api
from tests.problems import assert_problem, assert_shape

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LOGIN = "/api/auth/login/"

pytestmark = pytest.mark.django_db


IDS = {"{release_id}": "release:nowhere", "{entity_id}": "app:nothing", "{id}": "1"}


def documented():
    """The operations of each documented address, by the address of something that is not there."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {reduce(lambda path, name: path.replace(name, IDS[name]), IDS, path): paths[path] for path in paths}


UNKNOWN = [
    "/api/nothing/",
    "/api/nothing",
    "/api/auth/",
    "/api/auth/login/more/",
    "/api/releases/a/b/c/d/",
    "/api//",
    "/api/%00/",
    "/api/%ff/",
    "/api/../etc/",
    "/api/" + "x" * 10_000,
    "/api/ä/",
    "/api/a%2Fb/",
]


class TestEveryRoute:
    def test_there_are_some(self):
        assert {LOGIN, "/api/auth/me/", "/api/auth/token/"} <= documented().keys()

    @pytest.mark.parametrize("method", METHODS)
    def test_whatever_nobody_asks_of_it_is_answered_in_the_one_shape(self, anonymous, method):
        for path in documented():
            response = anonymous.generic(method, path)
            if response.status_code >= 400:
                assert_shape(response)
            else:
                assert method in ("GET", "OPTIONS") or (method, path) == ("POST", "/api/auth/logout/"), path

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
    def test_a_method_that_it_does_not_take_is_405_with_those_it_takes(self, signed_in, superuser, method):
        client = signed_in(superuser)
        for path, operations in documented().items():
            if method.lower() in operations:
                continue
            response = client.generic(method, path)
            assert_problem(response, 405, "method_not_allowed")
            allowed = {name.strip().lower() for name in response["Allow"].split(",")}
            assert allowed - {"head", "options"} == set(operations), path

    def test_a_type_that_it_does_not_make_is_406(self, signed_in, superuser):
        client = signed_in(superuser)
        for path in ("/api/", "/api/auth/me/", "/api/releases/"):
            assert_problem(client.get(path, headers={"Accept": "image/png"}), 406, "not_acceptable")


class TestUnknownRoutes:
    @pytest.mark.parametrize("method", [*METHODS, "TRACE", "PROPFIND"])
    @pytest.mark.parametrize("path", UNKNOWN)
    def test_they_are_404_for_any_method_without_a_sign_in(self, anonymous, method, path):
        response = anonymous.generic(method, path)
        assert_problem(response, 404, "not_found")
        assert "Allow" not in response

    def test_also_for_a_bad_token_a_wrong_type_and_a_foreign_body(self, anonymous):
        headers = {"Authorization": "Bearer x", "Accept": "image/png"}
        response = anonymous.post("/api/nothing/", "<a/>", content_type="text/xml", headers=headers)
        assert_problem(response, 404, "not_found")

    def test_head_has_no_body(self, anonymous):
        response = anonymous.head("/api/nothing/")
        assert (response.status_code, response.content) == (404, b"")

    def test_a_browser_gets_a_page(self, anonymous):
        response = anonymous.get("/api/nothing/", headers={"Accept": "text/html,*/*;q=0.8"})
        assert response.status_code == 404
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert b"not_found" in response.content


class TestMissingSlash:
    @pytest.mark.parametrize("path", ["/api/auth/me", "/api/releases/release:2025.11-payments", "/api/docs", "/api"])
    def test_a_reader_is_redirected_for_good(self, anonymous, path):
        response = anonymous.get(path)
        assert (response.status_code, response["Location"]) == (301, f"{path}/")

    def test_with_the_query(self, anonymous):
        assert anonymous.get("/api/releases?page=2&search=a")["Location"] == "/api/releases/?page=2&search=a"

    def test_a_writer_keeps_method_and_body(self, anonymous):
        response = anonymous.post("/api/auth/token", {"a": 1}, content_type="application/json")
        assert (response.status_code, response["Location"]) == (308, "/api/auth/token/")

    def test_never_to_another_host(self, anonymous):
        response = anonymous.get("/api//evil.example")
        assert response.status_code == 404


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"[]",
            b"[{}]",
            b"12",
            b"null",
            b'"text"',
            b"true",
            b"NaN",
            b"\xff\xfe",
            b"{'email': 1}",
            b'{"email": "\\ud800"}',
            b"[" * 60_000,
            b'{"a":' * 10_000,
            b"email=a&password=b",
            b"9" * 5000,
        ],
    )
    def test_what_is_no_json_object_is_malformed(self, anonymous, body):
        for path in (LOGIN, "/api/auth/token/", "/api/auth/token/refresh/"):
            response = anonymous.post(path, body, content_type="application/json")
            body_out = assert_problem(response, 400, "malformed_body")
            assert body_out["detail"] == "The body can't be read: expected a JSON object."

    @pytest.mark.parametrize("charset", ["latin-1", "utf-16", "base64", "no-such"])
    def test_a_charset_changes_nothing(self, anonymous, charset):
        response = anonymous.generic("POST", LOGIN, b"{}", content_type=f"application/json; charset={charset}")
        assert_problem(response, 400, "invalid_parameter")

    @pytest.mark.parametrize(
        "content_type",
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "x"],
    )
    def test_another_type_is_415(self, anonymous, content_type):
        response = anonymous.generic("POST", LOGIN, b'{"email": "a"}', content_type=content_type)
        assert_problem(response, 415, "unsupported_media_type")

    @pytest.mark.parametrize("path", [LOGIN, "/api/auth/token/"])
    def test_a_huge_one_is_413(self, anonymous, path):
        body = json.dumps({"email": "a", "password": "b" * 70_000})
        assert_problem(anonymous.post(path, body, content_type="application/json"), 413, "body_too_large")

    def test_a_huge_form_too(self):
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        client.get("/api/auth/me/")
        form = "&".join(f"a{number}={'x' * 60}" for number in range(2000))
        response = client.generic("POST", LOGIN, form, content_type="application/x-www-form-urlencoded")
        assert_problem(response, 413, "body_too_large")

    def test_an_empty_one_lacks_its_fields(self, anonymous):
        response = anonymous.generic("POST", LOGIN, b"", content_type="application/json")
        assert assert_problem(response, 400, "invalid_parameter")["errors"].keys() == {"email", "password"}


class TestRequestId:
    @pytest.mark.parametrize("given", ["a", "3b9f6c1e-6f0e-4b57-9c52-5b5d3f1f5a10", "Root=1-67:8/9+a=@b", "x" * 128])
    def test_a_plain_one_comes_back(self, anonymous, given):
        response = anonymous.get("/api/nothing/", headers={"X-Request-ID": given})
        assert assert_shape(response)["request_id"] == response["X-Request-ID"] == given

    @pytest.mark.parametrize("given", ["", " ", "a b", "x" * 129, '"}{"', "<script>", "ä", "a\tb", "a;b", "a,b"])
    def test_a_hostile_one_is_replaced(self, anonymous, given):
        response = anonymous.get("/api/nothing/", headers={"X-Request-ID": given})
        assert uuid.UUID(assert_shape(response)["request_id"])

    def test_without_one_each_request_has_its_own(self, anonymous):
        assert anonymous.get("/api/nothing/")["X-Request-ID"] != anonymous.get("/api/nothing/")["X-Request-ID"]

    def test_every_answer_has_it(self, anonymous):
        for path in ("/healthz", "/", "/admin/", "/static/rest_framework/css/default.css"):
            with closing(anonymous.get(path, headers={"X-Request-ID": "mine"})) as response:
                assert response["X-Request-ID"] == "mine"


class TestUnexpected:
    SECRET = "postgres://user:hunter2@10.0.0.7/db"

    @pytest.fixture
    def log_lines(self):
        """What was written to the log, as it was written."""
        written = io.StringIO()
        handler = logging.StreamHandler(written)
        [ours] = [handler for handler in logging.getLogger().handlers if handler.name == "stderr"]
        handler.setFormatter(ours.formatter)
        logging.getLogger().addHandler(handler)
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
        logging.getLogger().removeHandler(handler)

    @pytest.fixture
    def broken(self, monkeypatch):
        """The API's root raises this, whatever it is."""

        def breaks_with(error):
            def get(view, request):
                raise error

            monkeypatch.setattr(api.ApiRootView, "get", get)

        return breaks_with

    def test_what_nobody_foresaw_is_a_500_that_tells_nothing(self, anonymous, broken):
        broken(RuntimeError(self.SECRET))
        response = anonymous.get("/api/")
        body = assert_problem(response, 500, "internal_error")
        assert body["detail"] == "An unexpected error occurred. Please try again later."
        assert b"hunter2" not in response.content
        assert b"Traceback" not in response.content

    def test_the_log_tells_all_under_the_same_id(self, anonymous, broken, log_lines):
        broken(RuntimeError(self.SECRET))
        response = anonymous.get("/api/", headers={"X-Request-ID": "find-me"})
        [line] = [line for line in log_lines() if line["event"] == "request_failed"]
        assert line["request_id"] == assert_shape(response)["request_id"] == "find-me"
        assert line["exception"][0]["exc_type"] == "RuntimeError"
        assert line["exception"][0]["exc_value"] == self.SECRET
        assert line["exception"][0]["frames"]

    def test_the_log_has_no_variables(self, anonymous, broken, log_lines):
        def fails(password):
            raise RuntimeError(len(password))

        with pytest.raises(RuntimeError) as caught:
            fails("hunter2 as a variable")
        broken(caught.value)
        anonymous.get("/api/")
        assert any(line["event"] == "request_failed" for line in log_lines())
        assert "hunter2" not in json.dumps(log_lines())

    def test_a_browser_gets_a_page_that_tells_nothing(self, anonymous, broken):
        broken(RuntimeError(self.SECRET))
        response = anonymous.get("/api/", headers={"Accept": "text/html"})
        assert response.status_code == 500
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert b"hunter2" not in response.content

    def test_debugging_changes_nothing(self, anonymous, broken, settings):
        settings.DEBUG = True
        broken(RuntimeError(self.SECRET))
        assert_problem(anonymous.get("/api/"), 500, "internal_error")

    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (errors.TemporalUnavailable(SECRET), 503, "temporal_unavailable"),
            (errors.QueryTimeout(SECRET), 503, "query_timeout"),
            (errors.WorkerUnavailable(SECRET), 503, "worker_unavailable"),
            (errors.QueryFailed(SECRET), 503, "query_failed"),
            (errors.AccessDenied(SECRET), 403, "permission_denied"),
            (errors.ReleaseNotFound(SECRET), 404, "release_not_found"),
            (errors.EntityNotFound(SECRET), 404, "entity_not_found"),
            (drf.PermissionDenied(SECRET), 403, "permission_denied"),
            (drf.NotFound(SECRET), 404, "not_found"),
            (DjangoPermissionDenied(SECRET), 403, "permission_denied"),
            (Http404(SECRET), 404, "not_found"),
            (SuspiciousOperation(SECRET), 400, "bad_request"),
            (TooManyFilesSent(SECRET), 400, "bad_request"),
            (RequestDataTooBig(SECRET), 413, "body_too_large"),
        ],
    )
    def test_what_was_foreseen_tells_no_more_than_its_sentence(self, anonymous, broken, error, status, code):
        broken(error)
        response = anonymous.get("/api/")
        body = assert_problem(response, status, code)
        assert b"hunter2" not in response.content
        assert body["retryable"] is (status == 503)

    def test_why_the_source_failed_is_in_the_log(self, anonymous, broken, caplog):
        broken(errors.TemporalUnavailable("10.0.0.7:7233 refused"))
        response = anonymous.get("/api/")
        [event] = [r.msg for r in caplog.records if isinstance(r.msg, dict) and r.msg["event"] == "request_refused"]
        assert event["reason"] == "10.0.0.7:7233 refused"
        assert event["request_id"] == response["X-Request-ID"]

    def test_an_error_in_the_middleware_too(self, anonymous, monkeypatch):
        def breaks(*_):
            raise RuntimeError(self.SECRET)

        monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_request", breaks)
        response = anonymous.get("/api/")
        assert_problem(response, 500, "internal_error")
        page = anonymous.get("/releases")
        assert page.status_code == 500
        assert b"An unexpected error occurred." in page.content
        assert b"hunter2" not in page.content

    def test_a_host_that_is_not_ours(self, anonymous):
        response = anonymous.get("/api/", headers={"Host": "evil.example"})
        assert_problem(response, 400, "bad_request")
        assert b"evil" not in response.content
        assert anonymous.get("/", headers={"Host": "evil.example"}).status_code == 400


class TestTable:
    """What has no route of its own yet, and what sockets will say."""

    def test_input_at_fault_is_named_with_what_was_expected(self):
        body = problem_of(errors.InvalidParameter("page", "Expected a whole number from 1.")).body("r")
        assert body == {
            "type": "urn:relportal:problem:invalid_parameter",
            "title": "Invalid parameter",
            "status": 400,
            "detail": "page: Expected a whole number from 1.",
            "code": "invalid_parameter",
            "request_id": "r",
            "retryable": False,
            "errors": {"page": ["Expected a whole number from 1."]},
        }

    def test_an_ambiguous_id_comes_with_its_places(self):
        places = [("release:a", "wave:w 1/app:x"), ("release:b", "")]
        problem = problem_of(errors.AmbiguousEntity(places))
        assert (problem.status, problem.code) == (409, "ambiguous_entity")
        assert problem.body(None)["candidates"] == [
            {
                "release_id": "release:a",
                "path": "wave:w 1/app:x",
                "url": "/api/releases/release:a/entities/app:x/?path=wave:w%201/app:x",
            },
            {"release_id": "release:b", "path": "", "url": "/api/releases/release:b/"},
        ]

    def test_nested_errors_are_flattened(self):
        nested = {"a": {"b": ["Wrong."]}, "c": [{"d": ["Bad."]}, {}], "e": "Missing."}
        assert problem_of(drf.ValidationError(nested)).errors == {
            "a.b": ["Wrong."],
            "c.0.d": ["Bad."],
            "e": ["Missing."],
        }

    def test_an_error_of_the_body_as_a_whole_is_a_malformed_body(self):
        assert problem_of(drf.ValidationError("Not so.")).code == "malformed_body"

    def test_every_error_of_ours_has_a_row(self):
        def below(kind):
            return {kind}.union(*map(below, kind.__subclasses__()))

        for kind in below(errors.RelportalError) - {errors.RelportalError}:
            assert any(base in TABLE for base in kind.__mro__), kind

    def test_one_code_has_one_status(self):
        statuses = {}
        for problem in TABLE.values():
            assert statuses.setdefault(problem.code, problem.status) == problem.status

    def test_only_what_may_pass_is_worth_a_retry(self):
        assert {problem.status for problem in TABLE.values() if problem.retryable} == {429, 503}

    def test_an_unforeseen_error_is_internal(self):
        assert problem_of(KeyError("x")).code == "internal_error"


class TestUnderAsgi:
    @pytest.mark.parametrize("method", METHODS)
    async def test_unknown_routes(self, method):
        response = await AsyncClient().generic(method, "/api/nothing/", headers={"X-Request-ID": "mine"})
        assert assert_problem(response, 404, "not_found")["request_id"] == "mine"

    async def test_bodies(self):
        client = AsyncClient()
        for content_type, body, code in [
            ("application/json", b"{", "malformed_body"),
            ("application/json", b'"' + b"x" * 70_000 + b'"', "body_too_large"),
            ("text/plain", b"x", "unsupported_media_type"),
        ]:
            response = await client.generic("POST", "/api/auth/token/verify/", body, content_type=content_type)
            assert assert_shape(response)["code"] == code

    async def test_a_failing_view(self, monkeypatch):
        def get(view, request):
            raise RuntimeError("hunter2")

        monkeypatch.setattr(api.ApiRootView, "get", get)
        response = await AsyncClient(raise_request_exception=False).get("/api/")
        assert_problem(response, 500, "internal_error")


def test_every_view_under_the_api_answers_in_the_one_shape():
    """A plain Django view would answer with a page: the few that are meant to are named here."""
    pages = {"browser/login/", "browser/logout/"}
    # Wraps one, to stay out of the browsable API's breadcrumbs; its answers are pinned above.
    wrapped = {"^.*$"}

    def views(patterns, prefix=""):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route, pattern.callback
            else:
                yield from views(pattern.url_patterns, route)

    [under_api] = [p for p in get_resolver().url_patterns if str(p.pattern) == "api/"]
    plain = {
        route
        for route, view in views(under_api.url_patterns)
        if not issubclass(getattr(view, "cls", object), api.APIView)
    }
    assert plain == pages | wrapped
