"""GET /api/releases/counts/"""

import asyncio
from datetime import UTC, datetime

import pytest

from releases import counting, services
from releases.access import Viewer
from releases.domain import Freshness, RunStatus
from releases.events import FreshnessChange
from releases.phases import Phase
from tests.api.samples import start
from tests.problems import assert_problem

LIST = "/api/releases/"
COUNTS = f"{LIST}counts/"
FOLLOWER = Viewer(0, "follower@example.com", sees_all=True)
BAD_ENDS = (RunStatus.FAILED, RunStatus.CANCELED, RunStatus.TERMINATED, RunStatus.TIMED_OUT)

pytestmark = pytest.mark.django_db


def counted(response):
    """The phases that there are any releases in, and `unread` where there are."""
    assert response.status_code == 200, response.content
    body = response.json()
    assert body.keys() == {"total", "phases", "unread", "as_of"}
    assert list(body["phases"]) == list(Phase)
    assert body["total"] == sum(body["phases"].values()) + body["unread"]
    return {name: count for name, count in {**body["phases"], "unread": body["unread"]}.items() if count}


@pytest.fixture
def asked_each_time(monkeypatch):
    """What is not known for good is read again for each count."""
    monkeypatch.setattr(counting, "FRESH_SECONDS", 1e-9)
    monkeypatch.setattr(counting, "READING_SHARE", 0.0)
    monkeypatch.setattr(counting, "KEPT", 1e12)


@pytest.fixture
def releases(fake_temporal):
    """One of each kind, some of payments."""
    for name, state in [("payments-1", "deploying"), ("payments-2", "pending"), ("search-1", "Baking"), ("x", "what?")]:
        start(fake_temporal, f"release:{name}", state)
    start(fake_temporal, "release:payments-done", "completed")
    fake_temporal.end("release:payments-done")
    for status in BAD_ENDS:
        start(fake_temporal, f"release:{status.value.lower()}")
        fake_temporal.end(f"release:{status.value.lower()}", status)
    fake_temporal.start("release:broken")
    return fake_temporal


@pytest.mark.usefixtures("releases")
class TestWhoSees:
    def test_the_owner_counts_all(self, owner):
        response = owner.get(COUNTS)
        assert counted(response) == {
            "pending": 1,
            "active": 2,
            "succeeded": 1,
            "failed": 2,
            "stopped": 2,
            # One in a state that nobody knows, and one that has no query to tell it.
            "unknown": 2,
        }
        assert response.json()["total"] == 10

    def test_a_stranger_counts_those_in_scope_and_no_other_is_asked(self, stranger, fake_temporal):
        assert counted(stranger.get(COUNTS)) == {"pending": 1, "active": 1, "succeeded": 1}
        assert all(workflow_id.startswith("release:payments-") for workflow_id, _, _ in fake_temporal.asked)
        assert counted(stranger.get(COUNTS, {"search": "search"})) == {}

    async def test_what_was_read_for_one_tells_another_nothing_of_releases_out_of_scope(self, get, payments):
        assert (await get(COUNTS)).json()["total"] == 10
        scoped = Viewer(payments.pk, payments.email, frozenset({"release:payments-*"}))
        query = services.ListQuery()
        assert (await services.count_releases(scoped, query)).total == 3

    def test_who_has_no_role_counts_none_and_temporal_is_not_asked(self, signed_in, outsider, fake_temporal):
        body = signed_in(outsider).get(COUNTS).json()
        assert (body["total"], body["unread"], set(body["phases"].values())) == (0, 0, {0})
        assert datetime.fromisoformat(body["as_of"])
        assert not fake_temporal.calls

    def test_a_superuser_counts_all(self, signed_in, superuser):
        assert signed_in(superuser).get(COUNTS).json()["total"] == 10

    def test_nobody_is_asked_to_sign_in(self, anonymous, fake_temporal):
        assert_problem(anonymous.get(COUNTS), 401, "not_authenticated")
        assert not fake_temporal.calls

    def test_a_bearer_counts_what_a_session_does(self, anonymous, stranger, bearer, payments):
        assert counted(anonymous.get(COUNTS, headers=bearer(payments))) == counted(stranger.get(COUNTS))


@pytest.mark.usefixtures("releases")
class TestFilters:
    @pytest.mark.parametrize(
        ("parameters", "counts"),
        [
            ("search=PAYments", {"pending": 1, "active": 1, "succeeded": 1}),
            ("search=nothing", {}),
            ("status=RUNNING", {"pending": 1, "active": 2, "unknown": 2}),
            ("status=completed,terminated", {"succeeded": 1, "stopped": 1}),
            ("status=COMPLETED&status=FAILED", {"succeeded": 1, "failed": 1}),
            ("state=baking", {"active": 1}),
            ("state=deploying,Timed_Out", {"active": 1, "failed": 1}),
            ("state=deploying&search=search", {}),
            ("search=&state=&status=", None),
            ("format=json", None),
        ],
    )
    def test_they_are_the_lists_own(self, owner, parameters, counts):
        expected = counted(owner.get(COUNTS)) if counts is None else counts
        assert counted(owner.get(f"{COUNTS}?{parameters}")) == expected

    @pytest.mark.parametrize("filters", [{}, {"search": "payments"}, {"status": "RUNNING"}, {"state": "deploying"}])
    async def test_each_phase_has_as_many_as_the_list_shows_in_it(self, get, filters):
        body = (await get(COUNTS, **filters)).json()
        for phase in Phase:
            assert body["phases"][phase] == (await get(LIST, phase=phase, **filters)).json()["count"]
        assert body["total"] == (await get(LIST, **filters)).json()["count"]

    @pytest.mark.parametrize("name", ["phase", "page", "page_size", "ordering", "include", "colour"])
    def test_no_others_are_taken(self, owner, name, fake_temporal):
        body = assert_problem(owner.get(COUNTS, {name: "1"}), 400, "invalid_parameter")
        assert body["errors"] == {name: ["Not a parameter here: expected some of search, state, status."]}
        assert not fake_temporal.calls

    @pytest.mark.parametrize(("name", "value"), [("status", "OVER"), ("search", "x" * 251), ("search", "a\x00b")])
    def test_what_they_can_not_mean_is_refused_by_name(self, owner, name, value):
        assert assert_problem(owner.get(COUNTS, {name: value}), 400, "invalid_parameter")["errors"].keys() == {name}


class TestReading:
    """One source for many requests."""

    async def test_a_bad_end_tells_the_phase_without_a_query(self, get, fake_temporal):
        for status in BAD_ENDS:
            start(fake_temporal, f"release:{status}", "completed")
            fake_temporal.end(f"release:{status}", status)
        assert counted(await get(COUNTS)) == {"failed": 2, "stopped": 2}
        assert fake_temporal.calls == {"list_runs": 1}

    async def test_by_the_table_of_states_that_is_set(self, get, fake_temporal, environment):
        environment(RELEASE_STATE_PHASES={"terminated": "failed", "simmering": "active"})
        start(fake_temporal, "release:a")
        fake_temporal.end("release:a", RunStatus.TERMINATED)
        start(fake_temporal, "release:b", "simmering")
        assert counted(await get(COUNTS)) == {"failed": 1, "active": 1}

    async def test_a_good_end_is_asked_about_once_for_good(self, get, fake_temporal, asked_each_time):
        for number in range(30):
            start(fake_temporal, f"release:{number}", "completed")
            fake_temporal.end(f"release:{number}")
        for _ in range(3):
            assert counted(await get(COUNTS)) == {"succeeded": 30}
        assert fake_temporal.calls["query"] == 30
        # What the list shows, and filters by, has been read as well.
        await get(LIST, phase="succeeded")
        assert fake_temporal.calls["query"] == 30

    async def test_what_the_list_has_read_of_ended_ones_is_not_asked_again(self, get, fake_temporal):
        for number in range(30):
            start(fake_temporal, f"release:{number}", "completed")
            fake_temporal.end(f"release:{number}")
        await get(LIST, phase="succeeded")
        assert counted(await get(COUNTS)) == {"succeeded": 30}
        assert fake_temporal.calls["query"] == 30

    async def test_running_ones_are_remembered_for_a_while(self, get, fake_temporal):
        for number in range(30):
            start(fake_temporal, f"release:{number}")
        first = await get(COUNTS)
        fake_temporal.queries("release:0")["get_release_state"] = {"id": "release:0", "state": "failed"}
        second = await get(COUNTS, search="release")
        assert counted(first) == counted(second) == {"active": 30}
        assert fake_temporal.calls["query"] == 30

    async def test_and_then_asked_anew(self, get, fake_temporal, asked_each_time):
        start(fake_temporal, "release:a")
        assert counted(await get(COUNTS)) == {"active": 1}
        fake_temporal.queries("release:a")["get_release_state"] = {"id": "release:a", "state": "rejected"}
        asked_at = datetime.now(UTC)
        response = await get(COUNTS)
        assert counted(response) == {"failed": 1}
        assert datetime.fromisoformat(response.json()["as_of"]) >= asked_at

    async def test_what_changed_in_the_list_counts_at_once(self, get, fake_temporal):
        start(fake_temporal, "release:a")
        start(fake_temporal, "release:b")
        assert counted(await get(COUNTS)) == {"active": 2}
        fake_temporal.end("release:a", RunStatus.FAILED)
        fake_temporal.queries("release:b")["get_release_state"] = {"id": "release:b", "state": "completed"}
        fake_temporal.end("release:b")
        start(fake_temporal, "release:c", "pending")
        assert counted(await get(COUNTS)) == {"failed": 1, "succeeded": 1, "pending": 1}
        start(fake_temporal, "release:a", "preparing")
        assert counted(await get(COUNTS)) == {"active": 1, "succeeded": 1, "pending": 1}

    async def test_those_who_count_at_the_same_time_share_what_is_read(self, get, fake_temporal):
        for number in range(30):
            start(fake_temporal, f"release:{number}")
        fake_temporal.latency = 0.02
        filters = [{}, {"search": "release:1"}, {"status": "RUNNING"}, {"state": "deploying"}]
        responses = await asyncio.gather(*(get(COUNTS, **filters[number % 4]) for number in range(20)))
        assert {str(counted(response)) for response in responses} == {"{'active': 30}", "{'active': 11}"}
        assert fake_temporal.calls["query"] == 30

    async def test_a_quarter_of_the_places_is_used_at_most(self, get, fake_temporal, environment):
        environment(QUERY_CONCURRENCY=12)
        for number in range(40):
            start(fake_temporal, f"release:{number}")
        fake_temporal.latency = 0.002
        assert counted(await get(COUNTS)) == {"active": 40}
        assert fake_temporal.most_at_once <= 3

    async def test_what_is_live_is_not_asked_for(self, get, fake_temporal, asked_each_time):
        start(fake_temporal, "release:a")
        async with services.follow_release(FOLLOWER, "release:a") as subscription:
            while True:
                event = await subscription.next()
                if isinstance(event, FreshnessChange) and event.freshness is Freshness.LIVE:
                    break
            fake_temporal.asked.clear()
            assert counted(await get(COUNTS)) == {"active": 1}
            assert fake_temporal.asked == []
        await services.shut_down()

    @pytest.mark.parametrize("client", ["session", "token"])
    def test_sql_queries_are_for_the_viewer_alone(
        self, owner, viewer, bearer, client, releases, django_assert_num_queries
    ):
        headers = bearer(viewer) if client == "token" else {}
        with django_assert_num_queries(3 if client == "session" else 2):
            owner.get(COUNTS, headers=headers)


class TestInTime:
    """What could not be read in time is counted as that, never guessed, and read all the same."""

    async def test_one_that_does_not_answer_holds_up_no_other(self, get, fake_temporal, impatient):
        start(fake_temporal, "release:fine")
        start(fake_temporal, "release:dead", worker="gone")
        fake_temporal.stop_worker("gone")
        assert counted(await get(COUNTS)) == {"active": 1, "unread": 1}
        assert counted(await get(COUNTS, state="deploying")) == {"active": 1, "unread": 1}

    async def test_it_is_unknown_once_it_is_known_not_to_answer_and_waited_for_no_more(
        self, get, fake_temporal, impatient, asked_each_time
    ):
        start(fake_temporal, "release:fine")
        start(fake_temporal, "release:dead", worker="gone")
        fake_temporal.stop_worker("gone")
        counts = await self.counts_other_than(get, {"active": 1, "unread": 1})
        assert counts == {"active": 1, "unknown": 1}
        assert (await get(LIST, phase="unknown")).json()["count"] == 1
        fake_temporal.start_worker("gone")
        assert await self.counts_other_than(get, {"active": 1, "unknown": 1}) == {"active": 2}

    async def counts_other_than(self, get, counts):
        while (found := counted(await get(COUNTS))) == counts:
            pass
        return found

    async def test_the_next_count_comes_further(self, get, fake_temporal, environment):
        environment(QUERY_TIMEOUT_SECONDS=0.5, QUERY_CONCURRENCY=8)
        for number in range(100):
            start(fake_temporal, f"release:{number}", "completed")
            fake_temporal.end(f"release:{number}")
        fake_temporal.latency = 0.02
        seen = []
        while counts := counted(await get(COUNTS)):
            assert counts.get("succeeded", 0) + counts.get("unread", 0) == 100
            seen.append(counts.get("unread", 0))
            if not seen[-1]:
                break
        assert len(seen) > 1
        assert seen == sorted(seen, reverse=True)
        assert fake_temporal.calls["query"] == 100

    async def test_it_is_read_although_nobody_asks_again(self, get, fake_temporal, environment):
        environment(QUERY_TIMEOUT_SECONDS=0.5, QUERY_CONCURRENCY=8)
        for number in range(60):
            start(fake_temporal, f"release:{number}", "completed")
            fake_temporal.end(f"release:{number}")
        fake_temporal.latency = 0.02
        assert counted(await get(COUNTS))["unread"]
        while fake_temporal.calls["query"] < 60:  # noqa: ASYNC110  # Nothing tells of it but the count of calls.
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        fake_temporal.calls.clear()
        assert counted(await get(COUNTS)) == {"succeeded": 60}
        assert fake_temporal.calls == {"list_runs": 1}


class TestSourceDown:
    def test_which_releases_there_are_is_not_known_and_so_it_is_a_503(self, owner, fake_temporal):
        fake_temporal.is_up = False
        response = owner.get(COUNTS)
        assert assert_problem(response, 503, "temporal_unavailable")["retryable"]
        assert b"fake is down" not in response.content

    async def test_what_was_counted_before_is_not_passed_off_as_new(self, get, fake_temporal):
        start(fake_temporal, "release:a")
        assert counted(await get(COUNTS)) == {"active": 1}
        fake_temporal.is_up = False
        assert_problem(await get(COUNTS), 503, "temporal_unavailable")
        fake_temporal.is_up = True
        assert counted(await get(COUNTS)) == {"active": 1}

    async def test_where_it_refuses_queries_alone_what_needs_one_is_unread_and_few_are_tried(
        self, get, fake_temporal, environment
    ):
        environment(QUERY_CONCURRENCY=8)
        for number in range(100):
            start(fake_temporal, f"release:{number}")
        start(fake_temporal, "release:over")
        fake_temporal.end("release:over", RunStatus.TERMINATED)
        fake_temporal.refused = {"query"}
        assert counted(await get(COUNTS)) == {"stopped": 1, "unread": 100}
        assert fake_temporal.calls["query"] <= 4
        fake_temporal.refused = ()
        assert counted(await get(COUNTS)) == {"stopped": 1, "active": 100}


class TestThousands:
    async def test_that_ended_badly_need_no_query(self, get, fake_temporal):
        for number in range(10_000):
            start(fake_temporal, f"release:{number:05}")
            fake_temporal.end(f"release:{number:05}", BAD_ENDS[number % 4])
        assert counted(await get(COUNTS)) == {"failed": 5000, "stopped": 5000}
        assert counted(await get(COUNTS, search="release:09")) == {"failed": 500, "stopped": 500}
        assert "query" not in fake_temporal.calls

    async def test_that_completed_are_read_once_however_often_they_are_counted(self, get, fake_temporal):
        for number in range(2000):
            start(fake_temporal, f"release:{number:05}", "completed")
            fake_temporal.end(f"release:{number:05}")
        while "unread" in (counts := counted(await get(COUNTS))):
            pass
        assert counts == counted(await get(COUNTS)) == {"succeeded": 2000}
        assert fake_temporal.calls["query"] == 2000


class TestHttp:
    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_it_is_only_read(self, owner, method, fake_temporal):
        response = getattr(owner, method)(COUNTS, {}, content_type="application/json")
        assert_problem(response, 405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert not fake_temporal.calls

    def test_no_shared_cache_keeps_it(self, owner, fake_temporal):
        response = owner.get(COUNTS)
        assert response["Cache-Control"] == "private, no-cache"
        assert {"Accept", "Authorization", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}

    def test_browsers_get_a_page(self, owner, fake_temporal):
        response = owner.get(COUNTS, headers={"Accept": "text/html"})
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert b"unread" in response.content

    def test_a_missing_slash_is_mended(self, owner):
        response = owner.get("/api/releases/counts?search=a")
        assert (response.status_code, response["Location"]) == (301, "/api/releases/counts/?search=a")

    def test_it_is_on_record(self, on_record, owner, viewer, fake_temporal):
        owner.get(COUNTS, {"search": "pay"})
        [access] = on_record
        assert (access.action, access.outcome, access.user_id) == ("release-counts", "allowed", viewer.pk)
        assert access.query == "?search=pay"
