"""GET /api/compare/, /api/compare/export.csv and /api/releases/{release_id}/previous/"""

import asyncio
import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from releases.domain import RunStatus
from tests.api.samples import start, start_spread, start_whole
from tests.api.test_live_reads import followed
from tests.problems import assert_problem

COMPARE = "/api/compare/"
CSV = "/api/compare/export.csv"
A, B = "release:payments-1", "release:payments-2"
BOTH = {"a": A, "b": B}
NOW = datetime.now(UTC)

pytestmark = pytest.mark.django_db

both = pytest.mark.parametrize("path", [COMPARE, CSV])

API = "wave:w1/cluster:eu-west/bundle:core/app:api"
WEB = "wave:w1/cluster:eu-west/bundle:core/app:web"


def release(name, *clusters, state="deploying"):
    """What a release with one wave answers."""
    wave = {"id": "wave:w1", "state": state, "clusters": list(clusters)}
    whole = {"id": name, "state": state, "waves": [wave]}
    return {"get_release_state": whole, "get_hierarchy": whole}


def cluster(name, *apps):
    return {
        "id": f"cluster:{name}",
        "state": "deploying",
        "bundles": [{"id": "bundle:core", "state": "deploying", "apps": list(apps)}],
    }


def app(name, state="running", version="1.0.0", **fields):
    return {"id": f"app:{name}", "state": state, "version": version, **fields}


def took(seconds):
    return {
        "created_at": "2025-11-22T14:00:00Z",
        "updated_at": (datetime(2025, 11, 22, 14, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat(),
    }


@pytest.fixture
def two(fake_temporal):
    """Two releases: one that ended well, and the next, which runs."""
    before = release(
        A,
        cluster("eu-west", app("api"), app("web", **took(30))),
        cluster("gone", app("x"), app("y")),
        state="completed",
    )
    now = release(
        B,
        cluster(
            "eu-west",
            app("api", version="1.1.0"),
            app("web", **took(31)),
            app("new", "failed", error_message="=no image"),
        ),
    )
    fake_temporal.start(A, before, started_at=NOW - timedelta(minutes=20))
    fake_temporal.end(A)
    fake_temporal.start(B, now, started_at=NOW - timedelta(minutes=10))
    return fake_temporal


def rows(response, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(response.content.decode(encoding), newline="")))


class TestComparison:
    def test_it_tells_app_by_app_what_differs(self, owner, two):
        body = owner.get(COMPARE, BOTH).json()
        assert body["counts"] == {
            "apps": 5,
            "unchanged": 1,
            "version": 1,
            "state": 0,
            "phase": 0,
            "duration": 0,
            "unread": 0,
            "only_a": 2,
            "only_b": 1,
        }
        nothing = {"duration_seconds": None, "error_message": None, "problem": None}
        api = {"id": "app:api", "path": API, "state": "running", "phase": "succeeded", **nothing}
        assert body["apps"][0] == {
            "match": "both",
            "names": ["w1", "eu-west", "core", "api"],
            "differs": ["version"],
            "within": None,
            "a": {**api, "version": "1.0.0"},
            "b": {**api, "version": "1.1.0"},
        }
        assert [(each["match"], each["names"][-1], each["differs"]) for each in body["apps"]] == [
            ("both", "api", ["version"]),
            ("b", "new", []),
            ("a", "x", []),
            ("a", "y", []),
        ]
        added = body["apps"][1]
        assert (added["a"], added["b"]["phase"], added["b"]["error_message"]) == (None, "failed", "=no image")

    def test_what_one_alone_has_is_told_as_a_whole(self, owner, two):
        body = owner.get(COMPARE, BOTH).json()
        assert body["only_in_one"] == [
            {
                "match": "a",
                "type": "cluster",
                "id": "cluster:gone",
                "path": "wave:w1/cluster:gone",
                "names": ["w1", "gone"],
                "apps": 2,
                "unread": False,
            }
        ]
        assert [each["within"] for each in body["apps"]] == [None, None, *["wave:w1/cluster:gone"] * 2]

    def test_what_is_unchanged_is_counted_and_added_where_it_is_wanted(self, owner, two):
        body = owner.get(COMPARE, {**BOTH, "include": "unchanged"}).json()
        assert len(body["apps"]) == body["counts"]["apps"] == 5
        [web] = [each for each in body["apps"] if each["names"][-1] == "web"]
        assert (web["differs"], web["a"]["duration_seconds"], web["b"]["duration_seconds"]) == ([], 30, 31)

    def test_it_tells_of_both_releases_and_of_when(self, owner, two):
        before = datetime.now(UTC)
        body = owner.get(COMPARE, BOTH).json()
        assert (body["a"]["id"], body["b"]["id"], body["chosen"]) == (A, B, "caller")
        assert (body["a"]["status"], body["b"]["status"]) == ("COMPLETED", "RUNNING")
        assert body["b"]["rollup"]["total"] == 3
        assert body["b"]["held_by"]["path"].endswith("app:new")
        assert (body["a"]["freshness"], body["b"]["freshness"]) == ("polled", "polled")
        assert before <= datetime.fromisoformat(body["as_of"]) <= datetime.now(UTC)

    def test_from_the_other_side_it_is_mirrored(self, owner, two):
        body = owner.get(COMPARE, {"a": B, "b": A}).json()
        assert (body["counts"]["only_a"], body["counts"]["only_b"]) == (1, 2)

    def test_a_release_and_itself_differ_in_nothing(self, owner, two):
        body = owner.get(COMPARE, {"a": A, "b": A}).json()
        assert (body["apps"], body["only_in_one"], body["counts"]["unchanged"]) == ([], [], 4)

    def test_releases_of_either_topology_are_compared_by_their_names(self, owner, fake_temporal):
        """A workflow per entity: its ID is of its release alone, its name is not."""
        start_spread(fake_temporal, "release:1", {"wave:x1": {"cluster:x2": {"bundle:x3": {"app:x4": "running"}}}})
        start_whole(fake_temporal, "release:2", {"wave:w1": {"cluster:eu": {"bundle:core": {"app:api": "running"}}}})
        both = {"a": "release:1", "b": "release:2"}
        assert owner.get(COMPARE, both).json()["counts"]["apps"] == 2
        for kind, entity_id, name in (
            ("wave", "wave:x1", "w1"),
            ("cluster", "cluster:x2", "eu"),
            ("bundle", "bundle:x3", "core"),
            ("app", "app:x4", "api"),
        ):
            fake_temporal.queries(entity_id)[f"get_{kind}_state"]["name"] = name
        counts = owner.get(COMPARE, both).json()["counts"]
        assert (counts["apps"], counts["unchanged"]) == (1, 1)

    def test_what_can_not_be_read_is_neither_the_same_nor_another(self, owner, fake_temporal):
        for name in ("release:1", "release:2"):
            start_whole(fake_temporal, name)
        silent = fake_temporal.queries("release:2")["get_hierarchy"]
        silent["waves"][0]["clusters"][0]["bundles"][0]["apps"][0] = {"id": "app:api"}
        body = owner.get(COMPARE, {"a": "release:1", "b": "release:2"}).json()
        [api] = body["apps"]
        assert (api["names"][-1], api["differs"]) == ("api", ["unread"])
        assert (api["a"]["problem"], api["b"]["problem"]["code"]) == (None, "invalid_payload")


class TestParameters:
    @both
    def test_the_second_must_be_named(self, owner, fake_temporal, path):
        for given in ({}, {"a": A}, {"a": A, "b": ""}):
            body = assert_problem(owner.get(path, given), 400, "invalid_parameter")
            assert list(body["errors"]) == ["b"]
        assert not fake_temporal.calls

    @both
    @pytest.mark.parametrize("name", ["a", "b"])
    @pytest.mark.parametrize(
        "malformed", ["rel:1", "wave:w1", "release:", "release:a b", "x" * 10_000, "release:ä", "release:a\nb"]
    )
    def test_a_malformed_id_is_refused_by_the_name_of_its_parameter(self, owner, fake_temporal, path, name, malformed):
        body = assert_problem(owner.get(path, {**BOTH, name: malformed}), 400, "invalid_id")
        assert list(body["errors"]) == [name]
        assert not fake_temporal.calls

    @both
    @pytest.mark.parametrize("name", ["fresh", "bom"])
    def test_a_switch_is_a_boolean(self, owner, fake_temporal, path, name):
        body = assert_problem(owner.get(path, {**BOTH, name: "perhaps"}), 400, "invalid_parameter")
        assert list(body["errors"]) == [name]

    @both
    def test_nothing_else_can_be_included(self, owner, fake_temporal, path):
        body = assert_problem(owner.get(path, {**BOTH, "include": "everything"}), 400, "invalid_parameter")
        assert list(body["errors"]) == ["include"]


class TestScopes:
    @both
    @pytest.mark.parametrize("name", ["a", "b"])
    def test_a_stranger_is_refused_before_temporal_is_asked_whether_it_is_there_or_not(
        self, stranger, fake_temporal, path, name
    ):
        start_whole(fake_temporal, A)
        start_whole(fake_temporal, "release:search-1")
        bodies = [
            assert_problem(stranger.get(path, {"a": A, "b": A, name: other}), 403, "permission_denied")
            for other in ("release:search-1", "release:never-was")
        ]
        assert bodies[0] | {"request_id": ""} == bodies[1] | {"request_id": ""}
        assert list(bodies[0]["errors"]) == [name]
        assert bodies[0]["detail"].endswith(f"given as {name}.")
        assert not fake_temporal.calls

    @both
    def test_one_that_is_not_there_does_not_hide_that_the_other_is_out_of_scope(self, stranger, fake_temporal, path):
        answer = stranger.get(path, {"a": "release:payments-never", "b": "release:search-1"})
        assert list(assert_problem(answer, 403, "permission_denied")["errors"]) == ["b"]
        assert not fake_temporal.calls

    @both
    def test_a_stranger_compares_what_is_in_scope(self, stranger, two, path):
        assert stranger.get(path, BOTH).status_code == 200

    @both
    def test_who_has_no_role_is_refused(self, signed_in, outsider, fake_temporal, path):
        assert_problem(signed_in(outsider).get(path, BOTH), 403, "permission_denied")
        assert not fake_temporal.calls

    @both
    def test_nobody_is_asked_to_sign_in(self, anonymous, fake_temporal, path):
        assert_problem(anonymous.get(path, BOTH), 401, "not_authenticated")

    @both
    def test_what_is_chosen_is_in_scope(self, stranger, owner, fake_temporal, path):
        start(fake_temporal, "release:search-1", "completed", started_at=NOW - timedelta(minutes=20))
        fake_temporal.end("release:search-1")
        start_whole(fake_temporal, B)
        assert owner.get(path, {"b": B}).status_code == 200
        assert_problem(stranger.get(path, {"b": B}), 404, "previous_release_not_found")

    @pytest.mark.parametrize(
        ("given", "other", "outcome"),
        [
            (BOTH, A, "allowed"),
            ({"b": B}, A, "allowed"),
            ({"a": "release:search-1", "b": B}, "release:search-1", "denied"),
        ],
    )
    def test_both_are_on_record(self, on_record, stranger, payments, two, given, other, outcome):
        stranger.get(COMPARE, given)
        [access] = on_record
        assert (access.action, access.release, access.compared_with, access.outcome) == ("compare", B, other, outcome)
        assert access.user_id == payments.pk


class TestSource:
    @both
    @pytest.mark.parametrize("name", ["a", "b"])
    def test_one_that_is_not_there_is_404_by_the_name_of_its_parameter(self, owner, two, path, name):
        body = assert_problem(owner.get(path, {**BOTH, name: "release:never-was"}), 404, "release_not_found")
        assert list(body["errors"]) == [name]
        assert body["detail"].startswith("Release not found. It may have been completed or removed. ")

    @both
    @pytest.mark.parametrize("name", ["a", "b"])
    def test_one_that_can_not_be_read_is_503_by_the_name_of_its_parameter(self, owner, two, path, name):
        two.start("release:broken")
        body = assert_problem(owner.get(path, {**BOTH, name: "release:broken"}), 503, "query_failed")
        assert list(body["errors"]) == [name]

    @both
    def test_a_server_that_is_gone_is_503(self, owner, two, path):
        two.is_up = False
        for given in (BOTH, {"b": B}):
            assert_problem(owner.get(path, given), 503, "temporal_unavailable")

    async def test_who_reads_the_release_at_the_same_time_is_not_told_of_a_parameter(self, get, two):
        two.start("release:broken")
        two.latency = 0.05
        compared, read = await asyncio.gather(
            get(COMPARE, a="release:broken", b=B), get("/api/releases/release:broken/hierarchy/")
        )
        assert "errors" in assert_problem(compared, 503, "query_failed")
        assert "errors" not in assert_problem(read, 503, "query_failed")

    async def test_it_is_answered_from_what_is_live_unless_a_fresh_one_is_wanted(self, get, fake_temporal):
        start_whole(fake_temporal, "release:a")
        async with followed():
            fake_temporal.asked.clear()
            body = (await get(COMPARE, a="release:a", b="release:a")).json()
            assert (body["a"]["freshness"], fake_temporal.asked) == ("live", [])
            await get(COMPARE, a="release:a", b="release:a", fresh="1")
            assert fake_temporal.asked

    def test_it_costs_two_trees(self, owner, two, django_assert_num_queries):
        with django_assert_num_queries(3):
            owner.get(COMPARE, BOTH)
        assert two.calls["query"] == 2


class TestChosen:
    def test_the_last_that_worked_stands_in_for_the_first(self, owner, two):
        body = owner.get(COMPARE, {"b": B}).json()
        assert (body["a"]["id"], body["chosen"]) == (A, "line")
        assert owner.get(COMPARE, {"a": "", "b": B}).json()["a"]["id"] == A

    def test_of_another_line_where_there_is_none_of_its_own(self, owner, two):
        start(two, "release:search-9")
        body = owner.get(COMPARE, {"b": "release:search-9"}).json()
        assert (body["a"]["id"], body["chosen"]) == (A, "scope")

    @both
    def test_where_there_is_none_it_must_be_named(self, owner, two, path):
        body = assert_problem(owner.get(path, {"b": A}), 404, "previous_release_not_found")
        assert not body["retryable"]

    @both
    def test_of_one_that_is_not_there_it_is_the_second_that_is_not_found(self, owner, two, path):
        body = assert_problem(owner.get(path, {"b": "release:never-was"}), 404, "release_not_found")
        assert list(body["errors"]) == ["b"]


class TestPrevious:
    PREVIOUS = f"/api/releases/{B}/previous/"

    def test_it_names_the_last_that_worked(self, owner, two):
        body = owner.get(self.PREVIOUS).json()
        assert (body["previous"]["id"], body["previous"]["status"], body["same_line"]) == (A, "COMPLETED", True)
        assert body["previous"] == owner.get(f"/api/releases/{A}/").json()

    def test_there_may_be_none(self, owner, two):
        body = owner.get(f"/api/releases/{A}/previous/").json()
        assert body == {"previous": None, "same_line": None}

    def test_also_of_a_release_that_the_list_does_not_hold(self, owner, two, environment):
        environment(RELEASE_LIST_QUERY='WorkflowId = "release:payments-1"')
        assert owner.get(self.PREVIOUS).json()["previous"]["id"] == A

    def test_both_are_on_record(self, on_record, owner, viewer, two):
        owner.get(self.PREVIOUS)
        [access] = on_record
        assert (access.action, access.release, access.compared_with, access.outcome) == ("previous", B, A, "allowed")


class TestETag:
    def test_it_stays_while_only_the_time_of_reading_changes(self, owner, two):
        first, second = owner.get(COMPARE, BOTH), owner.get(COMPARE, BOTH)
        assert first["ETag"] == second["ETag"]
        known = owner.get(COMPARE, BOTH, headers={"If-None-Match": first["ETag"]})
        assert (known.status_code, known.content) == (304, b"")
        assert known["Cache-Control"] == "private, no-cache"

    def test_any_change_of_either_changes_it(self, owner, two):
        seen = {owner.get(COMPARE, BOTH)["ETag"]}
        answers = release(B, cluster("eu-west", app("api", "deploying")))
        two.queries(B).update(answers)
        seen.add(owner.get(COMPARE, BOTH)["ETag"])
        two.end(B, RunStatus.TERMINATED)
        seen.add(owner.get(COMPARE, BOTH)["ETag"])
        assert len(seen) == 3

    def test_no_shared_cache_keeps_it(self, owner, two):
        answer = owner.get(COMPARE, BOTH)
        assert answer["Cache-Control"] == "private, no-cache"
        assert {"Accept", "Authorization", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}

    def test_browsers_get_a_page(self, owner, two):
        answer = owner.get(COMPARE, BOTH, headers={"Accept": "text/html,*/*;q=0.8"})
        assert answer["Content-Type"] == "text/html; charset=utf-8"


class TestCsv:
    def test_it_is_kept_under_the_names_of_both(self, owner, two):
        disposition = owner.get(CSV, BOTH)["Content-Disposition"]
        assert re.fullmatch(r'attachment; filename="release-payments-1-to-payments-2_\d{8}T\d{6}Z\.csv"', disposition)

    def test_the_longest_ids_make_no_longer_name_than_disks_allow(self, owner, fake_temporal):
        for letter in "ab":
            start_whole(fake_temporal, f"release:{letter * 200}")
        disposition = owner.get(CSV, {"a": f"release:{'a' * 200}", "b": f"release:{'b' * 200}"})["Content-Disposition"]
        name = re.fullmatch(r'attachment; filename="([A-Za-z0-9_.-]+)"', disposition)
        assert len(name[1]) <= 255

    def test_each_app_that_differs_has_a_row(self, owner, two):
        found = rows(owner.get(CSV, BOTH))
        assert found[0] == {
            "match": "both",
            "differs": "version",
            "wave": "w1",
            "cluster": "eu-west",
            "bundle": "core",
            "app": "api",
            "within": "",
            "version_a": "1.0.0",
            "version_b": "1.1.0",
            "state_a": "running",
            "state_b": "running",
            "phase_a": "succeeded",
            "phase_b": "succeeded",
            "duration_seconds_a": "",
            "duration_seconds_b": "",
            "error_message_a": "",
            "error_message_b": "",
            "problem_a": "",
            "problem_b": "",
            "path_a": API,
            "path_b": API,
            "release_a": A,
            "release_b": B,
        }
        assert [(row["match"], row["app"], row["within"]) for row in found[1:]] == [
            ("b", "new", ""),
            ("a", "x", "wave:w1/cluster:gone"),
            ("a", "y", "wave:w1/cluster:gone"),
        ]
        assert found[1]["error_message_b"] == "'=no image"
        assert (found[1]["path_a"], found[1]["release_a"]) == ("", A)

    def test_what_is_unchanged_is_added_where_it_is_wanted(self, owner, two):
        found = rows(owner.get(CSV, {**BOTH, "include": "unchanged"}))
        [web] = [row for row in found if row["app"] == "web"]
        assert (web["match"], web["differs"]) == ("both", "")
        assert (web["duration_seconds_a"], web["duration_seconds_b"], web["path_b"]) == ("30", "31", WEB)

    def test_it_is_the_same_as_the_json(self, owner, two):
        body = owner.get(COMPARE, {**BOTH, "include": "unchanged"}).json()
        found = rows(owner.get(CSV, {**BOTH, "include": "unchanged", "bom": "1"}), "utf-8-sig")
        assert [each["names"] for each in body["apps"]] == [
            [row[level] for level in ("wave", "cluster", "bundle", "app")] for row in found
        ]
