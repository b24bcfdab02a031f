"""GET /api/releases/"""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from releases.domain import RunStatus
from tests.api.samples import SMALL, start, start_spread, start_whole
from tests.problems import assert_problem

LIST = "/api/releases/"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
MORNING = datetime(2025, 11, 3, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def ids(response):
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def names(response):
    return [release_id.removeprefix("release:") for release_id in ids(response)]


class TestWhoSees:
    @pytest.fixture(autouse=True)
    def releases(self, fake_temporal):
        for name in ("payments-1", "search-1", "payments-2", "checkout-1"):
            start(fake_temporal, f"release:{name}")

    def test_the_owner_sees_all_newest_first(self, owner):
        assert names(owner.get(LIST)) == ["checkout-1", "payments-2", "search-1", "payments-1"]

    def test_a_stranger_sees_those_in_scope_and_a_count_of_no_others(self, stranger):
        response = stranger.get(LIST, {"page_size": 1})
        assert names(response) == ["payments-2"]
        assert response.json()["count"] == 2
        assert stranger.get(LIST, {"search": "search-1"}).json()["count"] == 0

    def test_a_stranger_is_not_told_of_others_by_any_filter(self, stranger, fake_temporal):
        for parameters in ({"state": "deploying"}, {"phase": "active"}, {"status": "RUNNING"}, {"include": "rollup"}):
            assert sorted(names(stranger.get(LIST, parameters))) == ["payments-1", "payments-2"]
        asked = {workflow_id for workflow_id, _, _ in fake_temporal.asked}
        assert asked == {"release:payments-1", "release:payments-2"}

    def test_who_has_no_role_sees_none_and_temporal_is_not_asked(self, signed_in, outsider, fake_temporal):
        response = signed_in(outsider).get(LIST)
        assert response.json() == {"count": 0, "next": None, "previous": None, "results": []}
        assert not fake_temporal.calls

    def test_a_superuser_sees_all(self, signed_in, superuser):
        assert len(ids(signed_in(superuser).get(LIST))) == 4

    def test_nobody_is_asked_to_sign_in(self, anonymous, fake_temporal):
        assert_problem(anonymous.get(LIST), 401, "not_authenticated")
        assert not fake_temporal.calls

    def test_a_bearer_sees_what_a_session_sees(self, anonymous, stranger, bearer, payments):
        by_token = anonymous.get(LIST, headers=bearer(payments))
        assert names(by_token) == names(stranger.get(LIST)) == ["payments-2", "payments-1"]

    def test_a_bad_token_is_refused_although_there_is_a_session(self, owner):
        assert_problem(owner.get(LIST, headers={"Authorization": "Bearer x"}), 401, "token_invalid")


class TestRow:
    def test_it_tells_all_that_is_known_of_the_release(self, owner, fake_temporal, environment):
        environment(TEMPORAL_UI_URL="https://temporal.example/", TEMPORAL_NAMESPACE="prod")
        run = fake_temporal.start(
            "release:2025.11-payments",
            {
                "get_release_state": {
                    "id": "release:2025.11-payments",
                    "state": "in_progress",
                    "name": "November",
                    "created_at": "2025-11-03T10:00:00+01:00",
                    "updated_at": "2025-11-03T09:30:00Z",
                    "wave_ids": ["wave:w1"],
                    "approver": {"name": "Ann"},
                }
            },
            started_at=MORNING,
        )
        [row] = owner.get(LIST).json()["results"]
        assert row == {
            "id": "release:2025.11-payments",
            "type": "release",
            "path": "",
            "name": "November",
            "state": "in_progress",
            "phase": "active",
            "reported_state": None,
            "error_message": None,
            "created_at": "2025-11-03T09:00:00Z",
            "updated_at": "2025-11-03T09:30:00Z",
            "workflow_id": "release:2025.11-payments",
            "workflow_url": "https://temporal.example/namespaces/prod/workflows/release%3A2025.11-payments/"
            f"{run.run_id}/history",
            "problem": None,
            "extra": {"approver": {"name": "Ann"}},
            "status": "RUNNING",
            "run_id": run.run_id,
            "started_at": "2025-11-03T09:00:00Z",
            "ended_at": None,
            "rollup": None,
            "held_by": None,
            "stands_at": None,
            "url": "/api/releases/release:2025.11-payments/",
        }
        assert owner.get(row["url"]).json()["id"] == row["id"]

    def test_without_a_temporal_ui_there_is_no_link(self, owner, fake_temporal):
        start(fake_temporal, "release:a")
        assert owner.get(LIST).json()["results"][0]["workflow_url"] is None

    @pytest.mark.parametrize(
        ("status", "state", "phase"),
        [
            (RunStatus.COMPLETED, "deploying", "active"),
            (RunStatus.FAILED, "failed", "failed"),
            (RunStatus.CANCELED, "cancelled", "stopped"),
            (RunStatus.TERMINATED, "terminated", "stopped"),
            (RunStatus.TIMED_OUT, "timed_out", "failed"),
        ],
    )
    def test_how_a_run_ended_wins_over_what_it_last_said(self, owner, fake_temporal, status, state, phase):
        start(fake_temporal, "release:a")
        fake_temporal.end("release:a", status)
        [row] = owner.get(LIST).json()["results"]
        assert (row["status"], row["state"], row["phase"]) == (status, state, phase)
        assert row["reported_state"] == (None if state == "deploying" else "deploying")
        assert row["ended_at"] is not None

    def test_of_several_runs_the_newest_is_shown(self, owner, fake_temporal):
        start(fake_temporal, "release:a", "failed")
        fake_temporal.end("release:a", RunStatus.FAILED)
        newest = start(fake_temporal, "release:a", "deploying")
        response = owner.get(LIST)
        assert response.json()["count"] == 1
        [row] = response.json()["results"]
        assert (row["run_id"], row["state"], row["status"]) == (newest.run_id, "deploying", "RUNNING")

    def test_a_release_that_continued_as_new_began_with_its_first_run(self, owner, fake_temporal):
        start(fake_temporal, "release:a", started_at=MORNING)
        newest = fake_temporal.continue_as_new("release:a")
        [row] = owner.get(LIST).json()["results"]
        assert row["run_id"] == newest.run_id
        assert (row["status"], row["started_at"]) == ("RUNNING", "2025-11-03T09:00:00Z")

    def test_workflows_that_are_no_releases_are_not_listed(self, owner, fake_temporal):
        start_spread(fake_temporal, "release:a")
        start(fake_temporal, "release:not an id")
        assert ids(owner.get(LIST)) == ["release:a"]


class TestUnreadableRow:
    """It is listed with its problem, and holds up no other."""

    def problems_of(self, response):
        return {row["id"]: row["problem"] and row["problem"]["code"] for row in response.json()["results"]}

    def test_one_whose_query_fails(self, owner, fake_temporal):
        def fails(_):
            raise RuntimeError("hunter2")

        fake_temporal.start("release:broken", {"get_release_state": fails})
        start(fake_temporal, "release:fine")
        response = owner.get(LIST)
        assert self.problems_of(response) == {"release:broken": "query_failed", "release:fine": None}
        assert b"hunter2" not in response.content
        [row] = [row for row in response.json()["results"] if row["problem"]]
        assert (row["state"], row["phase"], row["status"]) == (None, "unknown", "RUNNING")

    def test_one_that_offers_no_query(self, owner, fake_temporal):
        fake_temporal.start("release:mute")
        assert self.problems_of(owner.get(LIST)) == {"release:mute": "query_failed"}

    @pytest.mark.parametrize("answer", [None, [], "x", {}, {"id": "release:other", "state": "x"}, {"state": 1}])
    def test_one_that_answers_something_else(self, owner, fake_temporal, answer):
        fake_temporal.start("release:odd", {"get_release_state": answer})
        assert self.problems_of(owner.get(LIST))["release:odd"] in ("invalid_payload", "wrong_id")

    def test_one_whose_worker_is_gone(self, owner, fake_temporal, impatient):
        start(fake_temporal, "release:dead", worker="gone")
        start(fake_temporal, "release:fine")
        fake_temporal.stop_worker("gone")
        problems = self.problems_of(owner.get(LIST))
        assert problems["release:fine"] is None
        assert problems["release:dead"] in ("query_timeout", "worker_unavailable")

    def test_a_page_of_nothing_but_those(self, owner, fake_temporal, impatient):
        for number in range(20):
            start(fake_temporal, f"release:{number}", worker="gone")
        fake_temporal.stop_worker("gone")
        problems = self.problems_of(owner.get(LIST))
        assert len(problems) == 20
        assert all(problems.values())

    def test_one_that_ended_badly_without_a_worker_still_shows_how(self, owner, fake_temporal, impatient):
        start(fake_temporal, "release:dead", worker="gone")
        fake_temporal.stop_worker("gone")
        fake_temporal.end("release:dead", RunStatus.TERMINATED)
        [row] = owner.get(LIST).json()["results"]
        assert (row["state"], row["phase"]) == ("terminated", "stopped")
        assert row["problem"] is not None

    def test_it_comes_back_by_itself(self, owner, fake_temporal, impatient):
        start(fake_temporal, "release:a", worker="gone")
        fake_temporal.stop_worker("gone")
        assert self.problems_of(owner.get(LIST))["release:a"]
        fake_temporal.start_worker("gone")
        assert self.problems_of(owner.get(LIST)) == {"release:a": None}


class TestPages:
    @pytest.fixture(autouse=True)
    def releases(self, fake_temporal):
        for number in range(45):
            start(fake_temporal, f"release:{number:02}")

    def test_the_first_has_twenty_and_leads_on(self, owner):
        body = owner.get(LIST).json()
        assert (body["count"], len(body["results"]), body["previous"]) == (45, 20, None)
        assert body["next"] == "http://testserver/api/releases/?page=2"

    def test_following_next_shows_each_release_once(self, owner):
        seen, url = [], f"{LIST}?page_size=7&ordering=id"
        while url:
            body = owner.get(url).json()
            seen += [row["id"] for row in body["results"]]
            url = body["next"]
        assert seen == [f"release:{number:02}" for number in range(45)]

    def test_following_previous_leads_back(self, owner):
        last = owner.get(LIST, {"page": 3}).json()
        assert (len(last["results"]), last["next"]) == (5, None)
        before = owner.get(last["previous"]).json()
        assert urlsplit(before["previous"]).query == "page=1"
        assert len(owner.get(before["previous"]).json()["results"]) == 20

    def test_links_keep_the_other_parameters(self, owner):
        body = owner.get(LIST, {"search": "release:", "page_size": 10, "page": 2, "status": "RUNNING,PAUSED"}).json()
        for url, page in ((body["next"], 3), (body["previous"], 1)):
            query = urlsplit(url).query
            assert f"page={page}" in query
            assert "search=release%3A&page_size=10" in query
            assert "status=RUNNING%2CPAUSED" in query
            assert owner.get(url).status_code == 200

    def test_a_page_just_full_is_the_last(self, owner):
        body = owner.get(LIST, {"page": 5, "page_size": 9}).json()
        assert (len(body["results"]), body["next"]) == (9, None)

    @pytest.mark.parametrize("page", [4, 1_000_000])
    def test_past_the_end_there_is_nothing_but_the_way_back(self, owner, page):
        body = owner.get(LIST, {"page": page}).json()
        assert (body["count"], body["results"], body["next"]) == (45, [], None)
        assert urlsplit(body["previous"]).query == "page=3"

    def test_a_hundred_at_most(self, owner):
        assert len(ids(owner.get(LIST, {"page_size": 100}))) == 45

    @pytest.mark.parametrize("name", ["page", "page_size"])
    @pytest.mark.parametrize("value", ["0", "-1", "1000001", "many", "", " ", "1.5", "1e3", "0x10", "\x00", "9" * 5000])
    def test_another_number_is_refused_by_name(self, owner, name, value):
        body = assert_problem(owner.get(LIST, {name: value}), 400, "invalid_parameter")
        assert body["errors"].keys() == {name}
        assert body["detail"].startswith(f"{name}: ")

    @pytest.mark.parametrize("page_size", ["101", "1000000"])
    def test_a_larger_page_is_refused(self, owner, page_size):
        body = assert_problem(owner.get(LIST, {"page_size": page_size}), 400, "invalid_parameter")
        assert "100" in body["detail"]


class TestSearch:
    @pytest.fixture(autouse=True)
    def releases(self, fake_temporal):
        for name in ("2025.11-payments", "2025.12-Payments", "search_x"):
            start(fake_temporal, f"release:{name}")

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("payments", {"2025.11-payments", "2025.12-Payments"}),
            ("PAYMENTS", {"2025.11-payments", "2025.12-Payments"}),
            ("2025.11", {"2025.11-payments"}),
            ("release:2025", {"2025.11-payments", "2025.12-Payments"}),
            ("_x", {"search_x"}),
            ("", {"2025.11-payments", "2025.12-Payments", "search_x"}),
            # Neither patterns nor queries: the text itself.
            ("%", set()),
            (".*", set()),
            ('" OR WorkflowId != "', set()),
            ("nothing", set()),
        ],
    )
    def test_it_is_a_part_of_the_id_whatever_its_case(self, owner, search, found):
        response = owner.get(LIST, {"search": search})
        assert set(names(response)) == found
        assert response.json()["count"] == len(found)

    @pytest.mark.parametrize("search", ["x" * 251, "a\x00b"])
    def test_what_no_id_can_hold_is_refused(self, owner, search):
        assert_problem(owner.get(LIST, {"search": search}), 400, "invalid_parameter")


class TestFilters:
    @pytest.fixture(autouse=True)
    def releases(self, fake_temporal):
        start(fake_temporal, "release:deploying", "deploying")
        start(fake_temporal, "release:baking", "Baking")
        start(fake_temporal, "release:pending", "pending")
        start(fake_temporal, "release:done", "completed")
        fake_temporal.end("release:done")
        start(fake_temporal, "release:terminated", "deploying")
        fake_temporal.end("release:terminated", RunStatus.TERMINATED)
        fake_temporal.start("release:broken")

    @pytest.mark.parametrize(
        ("parameters", "found"),
        [
            ("status=RUNNING", {"deploying", "baking", "pending", "broken"}),
            ("status=running", {"deploying", "baking", "pending", "broken"}),
            ("status=COMPLETED,TERMINATED", {"done", "terminated"}),
            ("status=COMPLETED&status=TERMINATED", {"done", "terminated"}),
            ("status=", {"deploying", "baking", "pending", "done", "terminated", "broken"}),
            ("phase=active", {"deploying", "baking"}),
            ("phase=active,pending", {"deploying", "baking", "pending"}),
            ("phase=pending&phase=succeeded", {"pending", "done"}),
            ("phase=stopped", {"terminated"}),
            ("phase=unknown", {"broken"}),
            ("phase=failed", set()),
            ("state=deploying", {"deploying"}),
            ("state=baking", {"baking"}),
            ("state=DEPLOYING, baking", {"deploying", "baking"}),
            ("state=terminated", {"terminated"}),
            ("state=never-heard-of", set()),
            ("state=deploying&phase=pending", set()),
            ("status=RUNNING&phase=active&search=bak", {"baking"}),
        ],
    )
    def test_they_leave_those_that_fit_all_of_them(self, owner, parameters, found):
        response = owner.get(f"{LIST}?{parameters}")
        assert set(names(response)) == found
        assert response.json()["count"] == len(found)

    def test_a_page_of_filtered_ones_is_counted_exactly(self, owner):
        body = owner.get(LIST, {"phase": "active", "page_size": 1, "page": 2, "ordering": "id"}).json()
        assert [row["id"] for row in body["results"]] == ["release:deploying"]
        assert (body["count"], body["next"]) == (2, None)

    def test_each_release_is_asked_once(self, owner, fake_temporal):
        owner.get(LIST, {"phase": "active,pending"})
        assert sorted(workflow_id for workflow_id, _, _ in fake_temporal.asked) == sorted(
            f"release:{name}" for name in ("deploying", "baking", "pending", "done", "terminated", "broken")
        )

    def test_one_whose_worker_is_gone_does_not_hold_up_the_others(self, owner, fake_temporal, impatient):
        start(fake_temporal, "release:dead", worker="gone")
        fake_temporal.stop_worker("gone")
        assert set(names(owner.get(LIST, {"phase": "active"}))) == {"deploying", "baking"}

    @pytest.mark.parametrize(
        ("name", "value"),
        [("phase", "busy"), ("status", "CONTINUED_AS_NEW"), ("status", "x,RUNNING"), ("include", "everything")],
    )
    def test_a_word_that_is_none_of_those_expected_is_refused(self, owner, name, value):
        body = assert_problem(owner.get(LIST, {name: value}), 400, "invalid_parameter")
        assert body["errors"].keys() == {name}

    def test_a_parameter_that_is_not_known_is_refused(self, owner, fake_temporal):
        body = assert_problem(owner.get(LIST, {"pagesize": 5, "page": 0}), 400, "invalid_parameter")
        assert body["errors"].keys() == {"pagesize", "page"}
        assert not fake_temporal.calls

    def test_what_a_caller_wrote_does_not_come_back_at_length(self, owner):
        response = owner.get(LIST, {"x" * 10_000: "1", "phase": "y" * 10_000})
        assert_problem(response, 400, "invalid_parameter")
        assert len(response.content) < 2000


class TestFilteredByStateAtScale:
    async def test_what_could_not_be_asked_in_time_is_a_503_and_the_next_try_comes_further(
        self, get, fake_temporal, environment
    ):
        environment(QUERY_TIMEOUT_SECONDS=1, QUERY_CONCURRENCY=4)
        for number in range(100):
            start(fake_temporal, f"release:{number}", "completed")
            fake_temporal.end(f"release:{number}")
        fake_temporal.latency = 0.05
        tries = 0
        while (response := await get(LIST, phase="succeeded")).status_code == 503:
            assert_problem(response, 503, "query_timeout")
            tries += 1
        assert response.json()["count"] == 100
        assert tries >= 1


class TestOrder:
    @pytest.fixture(autouse=True)
    def releases(self, fake_temporal):
        for number, name in enumerate(("b", "d", "a", "c")):
            start(fake_temporal, f"release:{name}", started_at=MORNING + timedelta(hours=number // 2))
        fake_temporal.end("release:c", RunStatus.FAILED)
        fake_temporal.end("release:d", RunStatus.COMPLETED)

    @pytest.mark.parametrize(
        ("ordering", "order"),
        [
            ("id", "abcd"),
            ("-id", "dcba"),
            ("started_at", "bdac"),
            ("-started_at", "acbd"),
            ("ended_at", "cdab"),
            ("-ended_at", "abdc"),
            ("status", "dcab"),
            ("-status", "abcd"),
        ],
    )
    def test_the_id_decides_between_equals_whatever_the_direction(self, owner, ordering, order):
        assert "".join(names(owner.get(LIST, {"ordering": ordering}))) == order

    def test_the_newest_come_first_unless_asked_otherwise(self, owner):
        assert ids(owner.get(LIST)) == ids(owner.get(LIST, {"ordering": "-started_at"}))

    @pytest.mark.parametrize("ordering", ["state", "--id", "id,status", "-", "ID", ""])
    def test_any_other_is_refused(self, owner, ordering):
        body = assert_problem(owner.get(LIST, {"ordering": ordering}), 400, "invalid_parameter")
        assert body["errors"].keys() == {"ordering"}


class TestRollups:
    COUNTS = {"total": 3, "pending": 0, "active": 1, "succeeded": 1, "failed": 1, "stopped": 0, "unknown": 0}

    def test_they_are_added_on_request(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:whole")
        start_spread(fake_temporal, "release:spread")
        rows = owner.get(LIST, {"include": "rollup"}).json()["results"]
        assert [row["rollup"] for row in rows] == [self.COUNTS, self.COUNTS]

    def test_with_them_comes_what_holds_each_up_and_where_it_stands(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:whole")
        start_spread(fake_temporal, "release:spread")
        for row in owner.get(LIST, {"include": "rollup"}).json()["results"]:
            tree = owner.get(f"{row['url']}hierarchy/").json()
            assert (row["held_by"], row["stands_at"]) == (tree["held_by"], tree["stands_at"])
            assert (row["held_by"]["entity_id"], row["stands_at"]) == ("app:proxy", {"wave": 1, "of": 2})

    def test_one_that_can_not_be_had_is_null_and_holds_up_no_other(self, owner, fake_temporal, impatient):
        start_whole(fake_temporal, "release:fine")
        start_whole(fake_temporal, "release:dead", worker="gone")
        fake_temporal.stop_worker("gone")
        rows = {row["id"]: row for row in owner.get(LIST, {"include": "rollup"}).json()["results"]}
        assert [rows["release:dead"][name] for name in ("rollup", "held_by", "stands_at")] == [None] * 3
        assert rows["release:fine"]["rollup"] == self.COUNTS

    async def test_one_of_an_ended_release_that_can_not_be_had_is_not_taken_for_its_last(
        self, get, fake_temporal, impatient
    ):
        start_whole(fake_temporal, "release:a")
        fake_temporal.end("release:a", RunStatus.TERMINATED)
        fake_temporal.stop_worker()
        assert (await get(LIST, include="rollup")).json()["results"][0]["rollup"] is None
        fake_temporal.start_worker()
        assert (await get(LIST, include="rollup")).json()["results"][0]["rollup"]["total"] == 3


class TestSettings:
    def test_releases_may_have_workflow_ids_of_another_form(self, owner, fake_temporal, environment):
        environment(
            RELEASE_WORKFLOW_ID_TEMPLATE="deploy-{name}-prod", RELEASE_LIST_QUERY='WorkflowId STARTS_WITH "deploy-"'
        )
        fake_temporal.start("deploy-2025.11-prod", {"get_release_state": {"id": "release:2025.11", "state": "ready"}})
        start(fake_temporal, "release:elsewhere")
        fake_temporal.start("deploy-2025.11-test")
        [row] = owner.get(LIST).json()["results"]
        assert (row["id"], row["workflow_id"], row["state"]) == ("release:2025.11", "deploy-2025.11-prod", "ready")

    def test_the_query_says_which_workflows_are_releases(self, owner, fake_temporal, environment):
        environment(RELEASE_LIST_QUERY='WorkflowId STARTS_WITH "release:a" OR WorkflowId STARTS_WITH "release:c"')
        for name in "abc":
            start(fake_temporal, f"release:{name}")
        assert names(owner.get(LIST)) == ["c", "a"]

    def test_states_are_read_by_a_table_of_ones_own(self, owner, fake_temporal, environment):
        environment(RELEASE_STATE_PHASES={"simmering": "active", "release:running": "succeeded"})
        start(fake_temporal, "release:a", "Simmering")
        start(fake_temporal, "release:b", "running")
        assert [row["phase"] for row in owner.get(LIST).json()["results"]] == ["succeeded", "active"]


class TestSourceDown:
    def test_it_is_a_503_that_is_worth_a_retry(self, owner, fake_temporal):
        fake_temporal.is_up = False
        response = owner.get(LIST)
        body = assert_problem(response, 503, "temporal_unavailable")
        assert body["retryable"]
        assert b"fake is down" not in response.content

    async def test_it_recovers_by_itself(self, get, fake_temporal):
        start(fake_temporal, "release:a")
        fake_temporal.is_up = False
        assert_problem(await get(LIST), 503, "temporal_unavailable")
        fake_temporal.is_up = True
        assert ids(await get(LIST)) == ["release:a"]

    async def test_one_that_was_read_before_is_not_passed_off_as_new(self, get, fake_temporal):
        start(fake_temporal, "release:a")
        assert ids(await get(LIST)) == ["release:a"]
        fake_temporal.is_up = False
        assert_problem(await get(LIST), 503, "temporal_unavailable")

    async def test_a_server_that_does_not_answer_in_time(self, get, fake_temporal, impatient):
        fake_temporal.latency = 5
        assert_problem(await get(LIST), 503, "temporal_unavailable")


class TestTenThousand:
    @pytest.fixture(autouse=True)
    def releases(self, fake_temporal):
        for number in range(10_000):
            start(fake_temporal, f"release:{number:05}", started_at=MORNING + timedelta(seconds=number))

    async def test_any_page_is_exact(self, get):
        first = (await get(LIST, page_size=25)).json()
        assert first["count"] == 10_000
        assert [row["id"] for row in first["results"]] == [f"release:{number:05}" for number in range(9999, 9974, -1)]
        last = (await get(LIST, page_size=25, page=400)).json()
        assert (last["count"], last["next"]) == (10_000, None)
        assert [row["id"] for row in last["results"]] == [f"release:{number:05}" for number in range(24, -1, -1)]

    async def test_a_page_asks_temporal_for_its_rows_and_for_what_is_new(self, get, fake_temporal):
        await get(LIST)
        fake_temporal.calls.clear()
        await get(LIST, page=300)
        assert fake_temporal.calls == {"list_runs": 1, "query": 20}


class TestCost:
    """A bounded number of calls and queries, however many rows: no N+1."""

    @pytest.fixture(autouse=True)
    def releases(self, fake_temporal):
        for number in range(50):
            start_whole(fake_temporal, f"release:{number:02}", SMALL)

    @pytest.mark.parametrize("rows", [1, 20])
    def test_sql_queries_are_for_the_viewer_alone(self, owner, django_assert_num_queries, rows):
        with django_assert_num_queries(3):  # The session, its user, the scopes.
            owner.get(LIST, {"page_size": rows, "include": "rollup"})

    def test_a_token_costs_one_less(self, anonymous, bearer, viewer, django_assert_num_queries):
        headers = bearer(viewer)
        with django_assert_num_queries(2):
            anonymous.get(LIST, headers=headers)

    def test_temporal_is_asked_once_for_each_row_and_once_for_the_list(self, owner, fake_temporal):
        owner.get(LIST)
        assert fake_temporal.calls == {"list_runs": 1, "query": 20}

    def test_a_rollup_is_the_reading_of_a_tree_for_each_row(self, owner, fake_temporal):
        owner.get(LIST, {"include": "rollup", "page_size": 10})
        # The list; of each row its release; of each tree its run, what it offers and the answer with all of it.
        assert fake_temporal.calls["list_runs"] == 1
        assert fake_temporal.calls.total() <= 1 + 10 * (1 + 3)

    async def test_ended_releases_are_asked_once_for_good(self, get, fake_temporal):
        for number in range(50):
            fake_temporal.end(f"release:{number:02}")
        await get(LIST)
        fake_temporal.calls.clear()
        assert len(ids(await get(LIST))) == 20
        assert fake_temporal.calls == {"list_runs": 1}

    async def test_requests_at_the_same_time_share_reads(self, get, fake_temporal):
        fake_temporal.latency = 0.05
        responses = await asyncio.gather(*(get(LIST) for _ in range(10)))
        assert {len(ids(response)) for response in responses} == {20}
        # One read is under way, one gathers all that came later.
        assert fake_temporal.calls["list_runs"] <= 4
        assert fake_temporal.calls["query"] <= 80

    def test_the_limit_on_queries_in_flight_holds(self, owner, fake_temporal, environment):
        environment(QUERY_CONCURRENCY=5)
        fake_temporal.latency = 0.002
        assert len(ids(owner.get(LIST, {"page_size": 50, "include": "rollup"}))) == 50
        assert fake_temporal.most_at_once <= 5


class TestKeptUp:
    """One source for many requests: what changed since the last is seen."""

    async def test_new_ones_ended_ones_and_restarted_ones(self, get, fake_temporal):
        start(fake_temporal, "release:a")
        assert ids(await get(LIST)) == ["release:a"]
        start(fake_temporal, "release:b")
        fake_temporal.end("release:a", RunStatus.FAILED)
        rows = (await get(LIST)).json()["results"]
        assert [(row["id"], row["status"]) for row in rows] == [("release:b", "RUNNING"), ("release:a", "FAILED")]
        start(fake_temporal, "release:a", "pending")
        rows = (await get(LIST)).json()["results"]
        assert [(row["id"], row["state"]) for row in rows] == [("release:a", "pending"), ("release:b", "deploying")]

    async def test_changed_states(self, get, fake_temporal):
        start(fake_temporal, "release:a", "pending")
        assert (await get(LIST)).json()["results"][0]["phase"] == "pending"
        fake_temporal.queries("release:a")["get_release_state"] = {"id": "release:a", "state": "baking"}
        assert (await get(LIST)).json()["results"][0]["phase"] == "active"
        assert (await get(LIST, phase="pending")).json()["count"] == 0


class TestHttp:
    @pytest.fixture(autouse=True)
    def releases(self, fake_temporal):
        start(fake_temporal, "release:a")

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_it_is_only_read(self, owner, method, fake_temporal):
        response = getattr(owner, method)(LIST, {}, content_type="application/json")
        assert_problem(response, 405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert not fake_temporal.calls

    def test_no_shared_cache_keeps_it(self, owner):
        response = owner.get(LIST)
        assert response["Cache-Control"] == "private, no-cache"
        assert {"Accept", "Authorization", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}

    def test_head_has_the_headers_alone(self, owner):
        response = owner.head(LIST)
        assert (response.status_code, response.content) == (200, b"")
        assert response["Content-Type"] == "application/json"

    def test_options_tell_what_it_is(self, owner, anonymous):
        response = owner.options(LIST)
        assert response.status_code == 200
        assert response.json()["renders"] == ["application/json", "text/html"]
        assert_problem(anonymous.options(LIST), 401, "not_authenticated")

    @pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/*;q=0.5"])
    def test_programs_get_json(self, owner, accept):
        response = owner.get(LIST, headers={"Accept": accept} if accept else {})
        assert response["Content-Type"] == "application/json"

    def test_browsers_get_a_page_with_the_same_session(self, owner):
        response = owner.get(LIST, headers={"Accept": BROWSER})
        assert response["Content-Type"] == "text/html; charset=utf-8"
        page = response.content.decode()
        assert "release:a" in page
        assert "viewer@example.com" in page
        assert response["Cache-Control"] == "private, no-cache"

    def test_browsers_that_are_not_signed_in_get_a_page_that_says_so(self, anonymous):
        response = anonymous.get(LIST, headers={"Accept": "text/html"})
        assert response.status_code == 401
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert b"Please log in again." in response.content

    def test_the_format_can_be_asked_for_in_the_address(self, owner):
        response = owner.get(LIST, {"format": "json"}, headers={"Accept": BROWSER})
        assert response["Content-Type"] == "application/json"

    def test_a_missing_slash_is_mended(self, owner):
        response = owner.get("/api/releases?page=2")
        assert (response.status_code, response["Location"]) == (301, "/api/releases/?page=2")


class TestRecord:
    """Each access is on record, allowed or refused: what was asked for, and how many were shown."""

    def test_one_that_was_allowed(self, on_record, owner, viewer, fake_temporal):
        for name in ("a", "b", "c"):
            start(fake_temporal, f"release:{name}")
        owner.get(LIST, {"page_size": 2, "search": "release"})
        [access] = on_record
        assert (access.action, access.outcome, access.user_id) == ("releases", "allowed", viewer.pk)
        assert (access.query, access.shown, access.release) == ("?page_size=2&search=release", 2, "")

    def test_one_that_failed(self, on_record, owner, fake_temporal):
        fake_temporal.is_up = False
        owner.get(LIST)
        [access] = on_record
        assert (access.outcome, access.status, access.code) == ("failed", 503, "temporal_unavailable")
        assert access.shown is None
