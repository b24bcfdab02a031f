"""Pages of releases, by an index and a reader over a Temporal in memory."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from releases import listing
from releases.access import Viewer
from releases.domain import EntityId, ProblemCode, RunStatus
from releases.errors import QueryTimeout
from releases.hierarchy import HierarchyReader
from releases.index import IndexConfig, ReleaseIndex
from releases.listing import ListQuery, Page, ReleaseList
from releases.phases import Phase, PhaseTable
from releases.reading import ReaderConfig
from releases.topology import ReleaseWorkflowIds
from tests.api.samples import start, start_spread, start_whole, whole
from tests.fakes.gateway import FakeTemporal

ALL = Viewer(1, "all@example.com", sees_all=True)
PAYMENTS = Viewer(2, "payments@example.com", frozenset({"release:payments-*"}))
PATIENT = 20.0


@pytest.fixture
def temporal() -> FakeTemporal:
    return FakeTemporal()


def list_of(temporal: FakeTemporal, query_timeout: float = PATIENT, query_concurrency: int = 100) -> ReleaseList:
    gateway = temporal.gateway(query_timeout=query_timeout, query_concurrency=query_concurrency)
    reader = HierarchyReader(gateway, PhaseTable(), ReaderConfig(query_timeout, query_concurrency))
    return ReleaseList(
        ReleaseIndex(gateway, IndexConfig('WorkflowId STARTS_WITH "release:"', ReleaseWorkflowIds())), reader
    )


def ids(page: Page) -> list[str]:
    return [row.release.id for row in page.rows]


class TestSelection:
    async def test_viewers_do_not_get_each_others(self, temporal: FakeTemporal) -> None:
        start(temporal, "release:payments-1")
        start(temporal, "release:search-1")
        releases = list_of(temporal)
        for _ in range(2):
            assert (await releases.page(ALL, ListQuery())).count == 2
            assert ids(await releases.page(PAYMENTS, ListQuery())) == ["release:payments-1"]
            assert ids(await releases.page(Viewer(3, ""), ListQuery())) == []

    async def test_it_is_made_once_while_the_index_stays_the_same(
        self, temporal: FakeTemporal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def may_see(viewer: Viewer, release_id: str) -> bool:
            asked.append(release_id)
            return True

        monkeypatch.setattr(Viewer, "may_see", may_see)
        for number in range(50):
            start(temporal, f"release:{number}")
        releases = list_of(temporal)
        for number in range(1, 6):
            await releases.page(PAYMENTS, ListQuery(page=number, page_size=10))
        assert len(asked) == 50
        start(temporal, "release:new")
        assert (await releases.page(PAYMENTS, ListQuery())).count == 51

    @pytest.mark.parametrize("ordering", [f"{sign}{name}" for name in listing.ORDERINGS for sign in ("", "-")])
    @pytest.mark.parametrize("statuses", [frozenset(), frozenset({RunStatus.RUNNING, RunStatus.FAILED})])
    async def test_as_runs_change_it_stays_what_it_would_be_anew(
        self, temporal: FakeTemporal, ordering: str, statuses: frozenset[RunStatus]
    ) -> None:
        random, query = Random(ordering), ListQuery(ordering=ordering, statuses=statuses, page_size=100)
        kept, running = list_of(temporal), []
        # Few moments, so that many are equal in the order asked for.
        moments = [datetime.now(UTC) - timedelta(seconds=seconds) for seconds in range(3)]
        for round_number in range(8):
            running += [
                start(
                    temporal, f"release:{random.randrange(1000)}-{round_number}{n}", started_at=random.choice(moments)
                )
                for n in range(5)
            ]
            for _ in range(3):
                ended = running.pop(random.randrange(len(running))).workflow_id
                temporal.end(ended, random.choice([RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELED]))
            assert ids(await kept.page(ALL, query)) == ids(await list_of(temporal).page(ALL, query))

    async def test_few_are_remembered(self, temporal: FakeTemporal) -> None:
        start(temporal, "release:a")
        releases = list_of(temporal)
        for number in range(200):
            await releases.page(ALL, ListQuery(search=str(number)))
        assert len(releases._selections) <= 64

    async def test_scopes_tell_cases_apart_and_searches_do_not(self, temporal: FakeTemporal) -> None:
        start(temporal, "release:Payments-1")
        releases = list_of(temporal)
        assert (await releases.page(PAYMENTS, ListQuery())).count == 0
        assert (await releases.page(ALL, ListQuery(search="PAY"))).count == 1


class TestRows:
    async def test_each_is_asked_for_its_state_and_no_other_release_is(self, temporal: FakeTemporal) -> None:
        for number in range(30):
            start(temporal, f"release:{number:02}")
        page = await list_of(temporal).page(ALL, ListQuery(page=2, page_size=10, ordering="id"))
        assert ids(page) == [f"release:{number:02}" for number in range(10, 20)]
        assert {workflow_id for workflow_id, _, _ in temporal.asked} == set(ids(page))

    @pytest.mark.parametrize(
        ("status", "state", "phase"),
        [
            (None, None, Phase.UNKNOWN),
            (RunStatus.COMPLETED, None, Phase.UNKNOWN),
            (RunStatus.TERMINATED, "terminated", Phase.STOPPED),
            (RunStatus.TIMED_OUT, "timed_out", Phase.FAILED),
        ],
    )
    async def test_one_that_does_not_answer_says_so_and_how_it_ended(
        self, temporal: FakeTemporal, status: RunStatus | None, state: str | None, phase: Phase
    ) -> None:
        start(temporal, "release:a")
        if status is not None:
            temporal.end("release:a", status)
        temporal.stop_worker()
        [row] = (await list_of(temporal, query_timeout=0.1).page(ALL, ListQuery())).rows
        assert row.release.problem is not None
        assert row.release.problem.code is ProblemCode.QUERY_TIMEOUT
        assert (row.release.state, row.release.phase) == (state, phase)

    async def test_one_that_answers_late_is_shown_by_a_later_look(self, temporal: FakeTemporal) -> None:
        answered = asyncio.Event()

        async def late(_: str | None) -> object:
            await answered.wait()
            return {"id": "release:a", "state": "completed"}

        temporal.start("release:a", {"get_release_state": late})
        temporal.end("release:a")
        releases = list_of(temporal, query_timeout=0.5)
        [row] = (await releases.page(ALL, ListQuery())).rows
        assert row.release.problem is not None
        answered.set()
        [row] = (await releases.page(ALL, ListQuery())).rows
        assert (row.release.problem, row.release.state) == (None, "completed")


class TestEnded:
    """What a run ended with never changes: it is kept, not asked again."""

    async def test_its_state_is_asked_once(self, temporal: FakeTemporal) -> None:
        start(temporal, "release:a", "completed")
        temporal.end("release:a")
        releases = list_of(temporal)
        for _ in range(3):
            [row] = (await releases.page(ALL, ListQuery(phases=frozenset({Phase.SUCCEEDED})))).rows
            assert row.release.state == "completed"
        assert temporal.calls["query"] == 1

    async def test_one_that_could_not_be_read_is_asked_again(self, temporal: FakeTemporal) -> None:
        temporal.start("release:a")
        temporal.end("release:a")
        releases = list_of(temporal)
        [row] = (await releases.page(ALL, ListQuery())).rows
        assert row.release.problem is not None
        temporal.queries("release:a")["get_release_state"] = {"id": "release:a", "state": "completed"}
        [row] = (await releases.page(ALL, ListQuery())).rows
        assert row.release.state == "completed"

    async def test_another_run_is_asked_for_itself(self, temporal: FakeTemporal) -> None:
        start(temporal, "release:a", "completed")
        temporal.end("release:a")
        releases = list_of(temporal)
        await releases.page(ALL, ListQuery())
        start(temporal, "release:a", "pending")
        [row] = (await releases.page(ALL, ListQuery())).rows
        assert row.release.state == "pending"

    async def test_so_many_are_kept_and_no_more(self, temporal: FakeTemporal, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(listing, "ENDED_KEPT", 5)
        for number in range(10):
            start_whole(temporal, f"release:{number}", {})
            temporal.end(f"release:{number}")
        releases = list_of(temporal)
        await releases.page(ALL, ListQuery(with_rollups=True))
        assert len(releases._ended) == len(releases._ended_progress) == 5


class TestRollups:
    QUERY = ListQuery(with_rollups=True)

    async def totals(self, releases: ReleaseList) -> list[int | None]:
        rows = (await releases.page(ALL, self.QUERY)).rows
        return [row.rollup and row.rollup.succeeded for row in rows]

    async def test_that_of_an_ended_release_is_read_once(self, temporal: FakeTemporal) -> None:
        start_whole(temporal, "release:a", {"wave:w1": {"cluster:c": {"bundle:b": {"app:a": "running"}}}})
        temporal.end("release:a")
        releases = list_of(temporal)
        assert await self.totals(releases) == [1]
        asked = temporal.calls.total()
        assert await self.totals(releases) == [1]
        assert temporal.calls.total() == asked + 1  # The look at what is new.

    async def test_apps_with_workflows_of_their_own_may_go_on_after_their_release(self, temporal: FakeTemporal) -> None:
        start_spread(temporal, "release:a", {"wave:w1": {"cluster:c": {"bundle:b": {"app:a": "deploying"}}}})
        temporal.end("release:a")
        releases = list_of(temporal)
        assert await self.totals(releases) == [0]
        temporal.queries("app:a")["get_app_state"] = {"id": "app:a", "state": "running"}
        assert await self.totals(releases) == [1]

    async def test_that_of_a_tree_with_a_hole_is_read_again(self, temporal: FakeTemporal) -> None:
        start_spread(temporal, "release:a", {"wave:w1": {}})
        temporal.end("release:a")
        del temporal.queries("wave:w1")["get_wave_state"]
        releases = list_of(temporal)
        assert await self.totals(releases) == [0]
        temporal.queries("wave:w1")["get_wave_state"] = {"id": "wave:w1", "state": "x", "cluster_ids": ["cluster:c"]}
        temporal.start(
            "cluster:c",
            {"get_cluster_state": {"id": "cluster:c", "state": "x", "bundles": [
                {"id": "bundle:b", "state": "x", "apps": [{"id": "app:a", "state": "running"}]}
            ]}},
        )  # fmt: skip
        assert await self.totals(releases) == [1]

    async def test_that_of_a_release_that_has_just_ended_is_not_what_was_live_before(
        self, temporal: FakeTemporal
    ) -> None:
        start_whole(temporal, "release:a", {"wave:w1": {"cluster:c": {"bundle:b": {"app:a": "deploying"}}}})
        releases = list_of(temporal)
        before = await releases._reader.tree(EntityId("release:a"))
        releases._live = lambda *_, **__: before
        assert await self.totals(releases) == [0]
        succeeded = whole("release:a", {"wave:w1": {"cluster:c": {"bundle:b": {"app:a": "running"}}}})
        temporal.queries("release:a").update(succeeded)
        temporal.end("release:a")
        for _ in range(2):
            assert await self.totals(releases) == [1]

    async def test_there_is_none_where_the_release_was_not_read(self, temporal: FakeTemporal) -> None:
        temporal.start("release:a")
        temporal.end("release:a", RunStatus.FAILED)
        assert await self.totals(list_of(temporal)) == [None]


class TestFilters:
    ACTIVE = ListQuery(phases=frozenset({Phase.ACTIVE}))

    async def test_they_ask_each_release_once(self, temporal: FakeTemporal) -> None:
        for number in range(30):
            start(temporal, f"release:{number}", "deploying" if number % 2 else "pending")
        page = await list_of(temporal).page(ALL, self.ACTIVE)
        assert (page.count, len(page.rows)) == (15, 15)
        assert temporal.calls["query"] == 30

    async def test_a_row_shows_what_the_filter_saw(self, temporal: FakeTemporal) -> None:
        states = iter(["deploying", "completed"])
        temporal.start("release:a", {"get_release_state": lambda _: {"id": "release:a", "state": next(states)}})
        [row] = (await list_of(temporal).page(ALL, self.ACTIVE)).rows
        assert row.release.state == "deploying"

    async def test_dead_releases_hold_up_no_other(self, temporal: FakeTemporal) -> None:
        start(temporal, "release:alive")
        for number in range(20):
            start(temporal, f"release:dead-{number}", worker="gone")
        temporal.stop_worker("gone")
        page = await list_of(temporal, query_timeout=1, query_concurrency=50).page(ALL, self.ACTIVE)
        assert ids(page) == ["release:alive"]

    async def test_what_is_learned_of_ended_ones_helps_the_next_try(
        self, temporal: FakeTemporal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listing, "ROW_PATIENCE", 60.0)
        for number in range(40):
            start(temporal, f"release:{number}", "completed")
            temporal.end(f"release:{number}")
        releases = list_of(temporal, query_timeout=0.5, query_concurrency=2)
        temporal.latency = 0.05
        query = ListQuery(phases=frozenset({Phase.SUCCEEDED}))
        with pytest.raises(QueryTimeout):
            await releases.page(ALL, query)
        asked = temporal.calls["query"]
        assert asked < 40
        temporal.latency = 0.0
        assert (await releases.page(ALL, query)).count == 40
        assert temporal.calls["query"] <= 42


class TestOrder:
    @pytest.mark.parametrize("sign", ["", "-"])
    @pytest.mark.parametrize("name", list(listing.ORDERINGS))
    async def test_pages_of_equals_neither_repeat_nor_miss_one(
        self, temporal: FakeTemporal, sign: str, name: str
    ) -> None:
        moment = start(temporal, "release:00").started_at
        for number in range(1, 25):
            start(temporal, f"release:{number:02}", started_at=moment)
        releases = list_of(temporal)
        seen = []
        for number in range(1, 6):
            seen += ids(await releases.page(ALL, ListQuery(page=number, page_size=5, ordering=f"{sign}{name}")))
        assert sorted(seen) == [f"release:{number:02}" for number in range(25)]
        # The ID decides between equals, always upwards; it is what `-id` itself turns round.
        assert seen == sorted(seen, reverse=(sign, name) == ("-", "id"))

    async def test_what_still_runs_ends_after_all_that_has_ended(self, temporal: FakeTemporal) -> None:
        for name in ("runs", "first", "last"):
            start(temporal, f"release:{name}")
        for name in ("first", "last"):
            temporal.end(f"release:{name}")
        page = await list_of(temporal).page(ALL, ListQuery(ordering="ended_at"))
        assert ids(page) == ["release:first", "release:last", "release:runs"]
