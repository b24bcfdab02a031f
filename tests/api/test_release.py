"""GET /api/releases/{release_id}/, and what all routes that take an ID share."""

import asyncio

import pytest

from releases.domain import RunStatus
from tests.api.samples import start, start_whole
from tests.problems import assert_problem

RELEASE = "/api/releases/release:payments-1/"

pytestmark = pytest.mark.django_db

MALFORMED = {
    "spaces": "release:a%20b",
    "only spaces": "%20",
    "no name": "release:",
    "an unknown type": "rel:1",
    "no type": "2025.11",
    "only a colon": ":",
    "two colons": "release:a:b",
    "another case": "Release:a",
    "unicode": "release:ä",
    "an emoji": "release:%F0%9F%9A%80",
    "digits of another script": "release:%D9%A1",
    "no UTF-8": "release:%FF",
    "10 kB": "release:" + "a" * 10_240,
    "one character too many": "release:" + "a" * 201,
    "parent directory": "..",
    "NUL": "release:a%00",
    "line break": "release:a%0A",
    "a query": "release:a'%20OR%20WorkflowId",
    "a script": "%3Cscript%3E",
    "a question mark": "release:a%3Fpage=1",
    "a percent sign": "release:a%2525",
}
WITH_SLASHES = {
    "a percent-encoded slash": "release:a%2Fb",
    "percent-encoded parents": "..%2F..%2Fetc%2Fpasswd",
    "parents": "../../etc/passwd",
    "nothing": "",
}


class TestRelease:
    def test_the_owner_gets_it_without_descendants(self, owner, fake_temporal):
        run = start_whole(fake_temporal, "release:payments-1")
        body = owner.get(RELEASE).json()
        assert (body["id"], body["state"], body["phase"]) == ("release:payments-1", "deploying", "active")
        assert (body["status"], body["run_id"], body["rollup"]) == ("RUNNING", run.run_id, None)
        assert body["url"] == RELEASE
        assert "waves" not in body
        assert "as_of" not in body

    def test_it_is_the_same_as_its_row_of_the_list(self, owner, fake_temporal):
        start(fake_temporal, "release:payments-1")
        [row] = owner.get("/api/releases/").json()["results"]
        assert owner.get(RELEASE).json() == row

    def test_it_costs_a_look_at_the_run_and_one_query(self, owner, fake_temporal, django_assert_num_queries):
        start_whole(fake_temporal, "release:payments-1")
        with django_assert_num_queries(3):
            owner.get(RELEASE)
        assert fake_temporal.calls == {"describe": 1, "query": 1}

    def test_one_that_is_not_there_is_404(self, owner, fake_temporal):
        body = assert_problem(owner.get(RELEASE), 404, "release_not_found")
        assert body["detail"] == "Release not found. It may have been completed or removed."
        assert not body["retryable"]

    @pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.TERMINATED])
    def test_one_that_ended_is_still_shown(self, owner, fake_temporal, status):
        start(fake_temporal, "release:payments-1")
        fake_temporal.end("release:payments-1", status)
        body = owner.get(RELEASE).json()
        assert (body["status"], body["state"], body["reported_state"]) == (status, status.value.lower(), "deploying")

    def test_one_that_ended_badly_is_shown_without_a_worker_too(self, owner, fake_temporal, impatient):
        start(fake_temporal, "release:payments-1")
        fake_temporal.end("release:payments-1", RunStatus.CANCELED)
        fake_temporal.stop_worker()
        body = owner.get(RELEASE).json()
        assert (body["state"], body["problem"]["code"]) == ("cancelled", "worker_unavailable")

    def test_dots_hyphens_and_underscores_pass_through_the_address(self, owner, fake_temporal):
        name = "release:A.b-c_1..2025." + "x" * 150
        start(fake_temporal, name)
        for address in (name, name.replace(":", "%3A"), name.replace(".", "%2E")):
            assert owner.get(f"/api/releases/{address}/").json()["id"] == name

    def test_its_workflow_id_may_be_of_another_form(self, owner, fake_temporal, environment):
        environment(RELEASE_WORKFLOW_ID_TEMPLATE="deploy/{id}", TEMPORAL_UI_URL="http://ui.example")
        answer = {"get_release_state": {"id": "release:payments-1", "state": "ready"}}
        run = fake_temporal.start("deploy/release:payments-1", answer)
        body = owner.get(RELEASE).json()
        assert body["workflow_id"] == "deploy/release:payments-1"
        assert body["workflow_url"] == (
            f"http://ui.example/namespaces/default/workflows/deploy%2Frelease%3Apayments-1/{run.run_id}/history"
        )

    def test_numbers_and_texts_beyond_those_of_json_readers_do_no_harm(self, owner, fake_temporal):
        odd = {"huge": 2**70, "nan": float("nan"), "text": "\ud83d\ude80\u0000<script>", "deep": {}}
        answer = {"id": "release:payments-1", "state": "x", **odd}
        fake_temporal.start("release:payments-1", {"get_release_state": answer})
        extra = owner.get(RELEASE).json()["extra"]
        assert (extra["nan"], extra["deep"]) == (None, {})
        assert int(extra["huge"]) == 2**70


class TestSource:
    def test_a_server_that_is_gone_is_503(self, owner, fake_temporal):
        fake_temporal.is_up = False
        body = assert_problem(owner.get(RELEASE), 503, "temporal_unavailable")
        assert body["retryable"]

    def test_a_worker_that_is_gone_is_503(self, owner, fake_temporal, impatient):
        start(fake_temporal, "release:payments-1")
        fake_temporal.stop_worker()
        assert_problem(owner.get(RELEASE), 503, "worker_unavailable")

    def test_an_answer_that_takes_too_long_is_503(self, owner, fake_temporal, impatient):
        async def slow(_):
            await asyncio.sleep(5)

        fake_temporal.start("release:payments-1", {"get_release_state": slow})
        assert_problem(owner.get(RELEASE), 503, "query_timeout")

    def test_a_query_that_fails_is_503_and_keeps_what_it_said(self, owner, fake_temporal):
        def fails(_):
            raise RuntimeError("hunter2")

        fake_temporal.start("release:payments-1", {"get_release_state": fails})
        response = owner.get(RELEASE)
        assert_problem(response, 503, "query_failed")
        assert b"hunter2" not in response.content


class TestEveryRouteWithAnId:
    """Of the release, its tree, one of its entities, files of it, and the search for an entity."""

    FILES = ("/api/releases/{}/export.json", "/api/releases/{}/export.csv")
    OF_A_RELEASE = (
        "/api/releases/{}/",
        "/api/releases/{}/hierarchy/",
        "/api/releases/{}/entities/app:api/",
        *FILES,
        "/api/releases/{}/previous/",
    )
    ROUTES = (*OF_A_RELEASE, "/api/entities/{}/")
    route = pytest.mark.parametrize("route", ROUTES)
    page = pytest.mark.parametrize("route", [route for route in ROUTES if "export" not in route])

    @route
    def test_a_stranger_is_refused_before_temporal_is_asked_whether_it_is_there_or_not(
        self, stranger, fake_temporal, route
    ):
        start_whole(fake_temporal, "release:search-1")
        answers = [stranger.get(route.format(name)) for name in ("release:search-1", "release:never-was")]
        bodies = [assert_problem(answer, 403, "permission_denied") for answer in answers]
        assert bodies[0] | {"request_id": ""} == bodies[1] | {"request_id": ""}
        assert not fake_temporal.calls

    @route
    def test_a_stranger_sees_what_is_in_scope(self, stranger, fake_temporal, route):
        start_whole(fake_temporal, "release:payments-1")
        assert stranger.get(route.format("release:payments-1")).status_code == 200

    @route
    def test_who_has_no_role_is_refused(self, signed_in, outsider, fake_temporal, route):
        client = signed_in(outsider)
        assert_problem(client.get(route.format("release:payments-1")), 403, "permission_denied")
        assert not fake_temporal.calls

    @route
    def test_nobody_is_asked_to_sign_in_whatever_the_id(self, anonymous, fake_temporal, route):
        for name in ("release:payments-1", "rel:1", "x" * 10_000):
            assert_problem(anonymous.get(route.format(name)), 401, "not_authenticated")
        assert not fake_temporal.calls

    @route
    def test_a_bearer_sees_what_a_session_sees(self, anonymous, bearer, payments, fake_temporal, route):
        start_whole(fake_temporal, "release:payments-1")
        headers = bearer(payments)
        assert anonymous.get(route.format("release:payments-1"), headers=headers).status_code == 200
        answer = anonymous.get(route.format("release:search-1"), headers=headers)
        assert_problem(answer, 403, "permission_denied")

    @route
    def test_one_that_is_not_there_is_404(self, owner, fake_temporal, route):
        assert_problem(owner.get(route.format("release:never-was")), 404, "release_not_found")

    @route
    @pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
    def test_a_malformed_id_is_refused_with_what_was_expected(self, owner, fake_temporal, route, malformed):
        response = owner.get(route.format(malformed))
        body = assert_problem(response, 400, "invalid_id")
        assert body["errors"].keys() == {"id"}
        assert "release:2025.11-payments" in body["detail"]
        assert len(response.content) < 1000
        assert not fake_temporal.calls

    @pytest.mark.parametrize("route", OF_A_RELEASE)
    def test_the_id_of_another_type_is_no_release(self, owner, fake_temporal, route):
        body = assert_problem(owner.get(route.format("wave:w1")), 400, "invalid_id")
        assert body["errors"] == {"id": ["expected the ID of a release, such as release:2025.11-payments."]}
        assert not fake_temporal.calls

    @route
    @pytest.mark.parametrize("malformed", WITH_SLASHES.values(), ids=WITH_SLASHES)
    def test_one_with_slashes_leads_nowhere(self, owner, fake_temporal, route, malformed):
        assert_problem(owner.get(route.format(malformed)), 404, "not_found")
        assert not fake_temporal.calls

    @route
    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_it_is_only_read(self, owner, fake_temporal, route, method):
        answer = getattr(owner, method)(route.format("release:a"), {}, content_type="application/json")
        assert_problem(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "GET, HEAD, OPTIONS"
        assert not fake_temporal.calls

    @route
    def test_head_has_the_headers_alone(self, owner, fake_temporal, route):
        start_whole(fake_temporal, "release:a")
        answer = owner.head(route.format("release:a"))
        assert (answer.status_code, answer.content) == (200, b"")

    @route
    def test_options_ask_nothing_of_temporal(self, owner, fake_temporal, route):
        assert owner.options(route.format("release:a")).status_code == 200
        assert not fake_temporal.calls

    @route
    def test_no_shared_cache_keeps_it(self, owner, fake_temporal, route):
        start_whole(fake_temporal, "release:a")
        answer = owner.get(route.format("release:a"))
        assert answer["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}

    @page
    def test_pages_are_kept_apart_from_json(self, owner, fake_temporal, route):
        start_whole(fake_temporal, "release:a")
        assert "Accept" in owner.get(route.format("release:a"))["Vary"]

    @page
    def test_browsers_get_a_page(self, owner, fake_temporal, route):
        start_whole(fake_temporal, "release:a")
        browser = {"Accept": "text/html,*/*;q=0.8"}
        answer = owner.get(route.format("release:a"), headers=browser)
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert b"succeeded" in answer.content or b"active" in answer.content
        refused = owner.get(route.format("rel:1"), headers=browser)
        assert (refused.status_code, refused["Content-Type"]) == (400, "text/html; charset=utf-8")

    @pytest.mark.parametrize("route", FILES)
    def test_browsers_get_a_file(self, owner, fake_temporal, route):
        start_whole(fake_temporal, "release:a")
        answer = owner.get(route.format("release:a"), headers={"Accept": "text/html,*/*;q=0.8"})
        assert answer["Content-Disposition"].startswith("attachment; ")

    @page
    def test_markup_of_a_workflow_is_text_in_the_page(self, owner, fake_temporal, route):
        whole = {"id": "release:a", "state": "<script>alert(1)</script>", "waves": []}
        fake_temporal.start("release:a", {"get_release_state": whole, "get_hierarchy": whole})
        page = owner.get(route.format("release:a"), headers={"Accept": "text/html"}).content
        assert b"<script>alert" not in page


class TestRecord:
    """Each access is on record, allowed or refused, with who, what and outcome."""

    @pytest.fixture
    def access(self, on_record):
        def of_get(client, path):
            client.get(path)
            [access] = on_record
            on_record.clear()
            return access.user_id, access.action, access.release, access.entity, access.outcome

        return of_get

    @pytest.mark.parametrize(
        ("path", "action", "entity"),
        [
            ("/api/releases/release:payments-1/", "release", ""),
            ("/api/releases/release:payments-1/hierarchy/", "hierarchy", ""),
            ("/api/releases/release:payments-1/export.json", "export-json", ""),
            ("/api/releases/release:payments-1/export.csv", "export-csv", ""),
            ("/api/releases/release:payments-1/entities/app:api/", "release-entity", "app:api"),
        ],
    )
    def test_allowed_refused_and_failed(
        self, access, stranger, signed_in, outsider, payments, fake_temporal, path, action, entity
    ):
        what = action, "release:payments-1", entity
        start_whole(fake_temporal, "release:payments-1")
        assert access(stranger, path) == (payments.pk, *what, "allowed")
        assert access(signed_in(outsider), path) == (outsider.pk, *what, "denied")
        fake_temporal.is_up = False
        assert access(stranger, path) == (payments.pk, *what, "failed")

    def test_the_search_for_an_entity(self, access, stranger, signed_in, outsider, payments, fake_temporal):
        start_whole(fake_temporal, "release:payments-1")
        path = "/api/entities/app:api/"
        assert access(stranger, path) == (payments.pk, "entity", "release:payments-1", "app:api", "allowed")
        assert access(signed_in(outsider), path) == (outsider.pk, "entity", "", "app:api", "denied")

    def test_what_a_caller_wrote_is_cut(self, access, owner, viewer, fake_temporal):
        path = f"/api/releases/release:{'a' * 10_000}/"
        assert access(owner, path) == (viewer.pk, "release", f"release:{'a' * 202}", "", "invalid")

    def test_a_fault_of_ours_is_not_on_record_as_allowed(self, on_record, owner, fake_temporal, monkeypatch):
        start(fake_temporal, "release:payments-1")
        monkeypatch.setattr("releases.hierarchy.HierarchyReader.release", None)
        owner.get(RELEASE)
        assert [(access.outcome, access.status, access.code) for access in on_record] == [
            ("failed", 500, "internal_error")
        ]
