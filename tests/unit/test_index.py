"""Which releases there are: runs to releases, looks that overlap, and what goes away."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from releases import index
from releases.domain import EntityId, Run, RunStatus
from releases.errors import TemporalUnavailable
from releases.gateway import GatewayConfig
from releases.index import IndexConfig, ReleaseIndex
from releases.topology import ReleaseWorkflowIds
from tests.fakes.gateway import FakeGateway, FakeTemporal

RELEASES = 'WorkflowId STARTS_WITH "release:"'
A = EntityId("release:a")
LONG_AGO = datetime(2025, 11, 3, 9, tzinfo=UTC)


def ago(**time: float) -> datetime:
    return datetime.now(UTC) - timedelta(**time)


@pytest.fixture
def temporal() -> FakeTemporal:
    return FakeTemporal()


def index_of(temporal: FakeTemporal, template: str = "{id}", query: str = RELEASES) -> ReleaseIndex:
    return ReleaseIndex(temporal.gateway(), IndexConfig(query, ReleaseWorkflowIds(template)))


async def test_it_holds_the_newest_run_of_each_release(temporal: FakeTemporal) -> None:
    temporal.start("release:a")
    temporal.end("release:a", RunStatus.FAILED)
    newest = temporal.start("release:a")
    other = temporal.start("release:b")
    assert await index_of(temporal).runs() == {"release:a": newest, "release:b": other}


@pytest.mark.parametrize("workflow_id", ["release:", "release:a b", "release:a/child", "release:a:b", "release:ä"])
async def test_workflows_whose_ids_are_no_releases_are_left_out(temporal: FakeTemporal, workflow_id: str) -> None:
    temporal.start(workflow_id)
    temporal.start("wave:w1")
    temporal.start("release:a")
    assert set(await index_of(temporal).runs()) == {"release:a"}


async def test_workflow_ids_may_have_another_form(temporal: FakeTemporal) -> None:
    for workflow_id in ("deploy-2025.11", "deploy-", "release:a"):
        temporal.start(workflow_id)
    runs = await index_of(temporal, "deploy-{name}", 'WorkflowId STARTS_WITH "deploy-"').runs()
    assert {release_id: run.workflow_id for release_id, run in runs.items()} == {"release:2025.11": "deploy-2025.11"}


async def test_it_reads_all_pages_of_visibility(temporal: FakeTemporal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releases.gateway.VISIBILITY_PAGE", 10)
    for number in range(25):
        temporal.start(f"release:{number}")
    assert len(await index_of(temporal).runs()) == 25
    assert temporal.calls["list_runs"] == 3


class TestLooks:
    """After the first fill each look asks only for what started or closed since."""

    async def test_what_started_ended_and_started_again_is_seen(self, temporal: FakeTemporal) -> None:
        releases = index_of(temporal)
        first = temporal.start("release:a")
        assert await releases.runs() == {"release:a": first}
        ended = temporal.end("release:a", RunStatus.FAILED)
        assert await releases.runs() == {"release:a": ended}
        again = temporal.start("release:a")
        started = temporal.start("release:b")
        assert await releases.runs() == {"release:a": again, "release:b": started}

    async def test_one_that_runs_since_long_ago_is_seen_to_end(self, temporal: FakeTemporal) -> None:
        temporal.start("release:a", started_at=LONG_AGO)
        releases = index_of(temporal)
        await releases.runs()
        ended = temporal.end("release:a")
        assert await releases.runs() == {"release:a": ended}

    async def test_each_reaches_back_beyond_the_last(self, temporal: FakeTemporal) -> None:
        releases = index_of(temporal)
        await releases.runs()
        late = temporal.start("release:late", started_at=ago(seconds=20))
        assert await releases.runs() == {"release:late": late}

    async def test_none_lists_what_did_not_change(
        self, temporal: FakeTemporal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("releases.gateway.VISIBILITY_PAGE", 10)
        for number in range(100):
            temporal.start(f"release:{number}", started_at=LONG_AGO)
        releases = index_of(temporal)
        await releases.runs()
        temporal.calls.clear()
        assert len(await releases.runs()) == 100
        assert temporal.calls["list_runs"] == 1

    async def test_one_that_fails_leaves_the_next_to_catch_up(self, temporal: FakeTemporal) -> None:
        releases = index_of(temporal)
        temporal.is_up = False
        with pytest.raises(TemporalUnavailable):
            await releases.runs()
        temporal.is_up = True
        first = temporal.start("release:a")
        assert await releases.runs() == {"release:a": first}
        temporal.is_up = False
        with pytest.raises(TemporalUnavailable):
            await releases.runs()
        ended = temporal.end("release:a")
        temporal.is_up = True
        assert await releases.runs() == {"release:a": ended}

    async def test_a_mapping_given_out_does_not_change(self, temporal: FakeTemporal) -> None:
        temporal.start("release:a")
        releases = index_of(temporal)
        before = await releases.runs()
        temporal.start("release:b")
        await releases.runs()
        assert set(before) == {"release:a"}


class TestChains:
    """A release that continued as new began with the first run of its chain."""

    async def test_its_start_is_that_of_the_first_run(self, temporal: FakeTemporal) -> None:
        temporal.start("release:a", started_at=LONG_AGO)
        for _ in range(3):
            newest = temporal.continue_as_new("release:a")
        [run] = (await index_of(temporal).runs()).values()
        assert (run.run_id, run.started_at, run.status) == (newest.run_id, LONG_AGO, RunStatus.RUNNING)

    async def test_it_grows_between_looks(self, temporal: FakeTemporal) -> None:
        temporal.start("release:a", started_at=LONG_AGO)
        releases = index_of(temporal)
        await releases.runs()
        for _ in range(2):
            for _ in range(2):
                newest = temporal.continue_as_new("release:a")
            [run] = (await releases.runs()).values()
            assert (run.run_id, run.started_at) == (newest.run_id, LONG_AGO)

    async def test_a_look_at_part_of_it_keeps_its_start(self, temporal: FakeTemporal) -> None:
        temporal.start("release:a", started_at=LONG_AGO)
        temporal.continue_as_new("release:a")
        releases = index_of(temporal)
        for _ in range(3):
            [run] = (await releases.runs()).values()
            assert run.started_at == LONG_AGO

    async def test_one_that_was_started_anew_begins_anew(self, temporal: FakeTemporal) -> None:
        temporal.start("release:a", started_at=LONG_AGO)
        temporal.continue_as_new("release:a")
        temporal.end("release:a", RunStatus.TERMINATED)
        releases = index_of(temporal)
        await releases.runs()
        again = temporal.start("release:a")
        assert (await releases.runs())[A].started_at == again.started_at
        temporal.continue_as_new("release:a")
        assert (await releases.runs())[A].started_at == again.started_at

    async def test_between_two_runs_it_is_at_work(self, temporal: FakeTemporal) -> None:
        """Visibility may show the end of one before the start of the next."""
        temporal.start("release:a", started_at=LONG_AGO)
        temporal.end("release:a", RunStatus.CONTINUED_AS_NEW)
        releases = index_of(temporal)
        run = (await releases.runs())[A]
        assert (run.status, run.ended_at, run.started_at) == (RunStatus.RUNNING, None, LONG_AGO)
        newest = temporal.start("release:a")
        run = (await releases.runs())[A]
        assert (run.run_id, run.started_at) == (newest.run_id, LONG_AGO)


class ForgetfulGateway(FakeGateway):
    """A way to a server on which these runs have been deleted."""

    deleted: frozenset[Run] = frozenset()
    full_listings_wait_for: asyncio.Event | None = None
    """Set, an answer to a listing of all runs is on its way until then."""

    async def list_runs(self, query: str, page_token: bytes = b"") -> tuple[list[Run], bytes]:
        runs, token = await super().list_runs(query, page_token)
        if self.full_listings_wait_for is not None and query == RELEASES:
            await self.full_listings_wait_for.wait()
        return [run for run in runs if run not in self.deleted], token


class TestRefill:
    """Now and then the index is filled anew, so that what retention deleted leaves it."""

    @pytest.fixture(autouse=True)
    def _at_each_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(index, "REFILL_AFTER", timedelta(0))

    @pytest.fixture
    def gateway(self, temporal: FakeTemporal) -> ForgetfulGateway:
        return ForgetfulGateway(temporal, GatewayConfig())

    @pytest.fixture
    def releases(self, gateway: ForgetfulGateway) -> ReleaseIndex:
        return ReleaseIndex(gateway, IndexConfig(RELEASES, ReleaseWorkflowIds()))

    @staticmethod
    async def after_refill(releases: ReleaseIndex) -> Mapping[EntityId, Run]:
        """What a look tells once the refill that the one before has begun has ended."""
        await releases.runs()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
        return await releases.runs()

    async def test_releases_that_are_gone_leave(
        self, temporal: FakeTemporal, gateway: ForgetfulGateway, releases: ReleaseIndex
    ) -> None:
        temporal.start("release:a")
        goes = temporal.end("release:a")
        stays = temporal.start("release:b")
        assert len(await releases.runs()) == 2
        gateway.deleted = frozenset({goes})
        assert await self.after_refill(releases) == {"release:b": stays}

    async def test_where_the_newest_run_was_deleted_the_one_before_is_shown(
        self, temporal: FakeTemporal, gateway: ForgetfulGateway, releases: ReleaseIndex
    ) -> None:
        temporal.start("release:a")
        before = temporal.end("release:a")
        newest = temporal.start("release:a")
        await releases.runs()
        gateway.deleted = frozenset({newest})
        assert await self.after_refill(releases) == {"release:a": before}

    async def test_a_chain_whose_first_runs_are_gone_keeps_its_start(
        self, temporal: FakeTemporal, gateway: ForgetfulGateway, releases: ReleaseIndex
    ) -> None:
        temporal.start("release:a", started_at=LONG_AGO)
        first = temporal.end("release:a", RunStatus.CONTINUED_AS_NEW)
        newest = temporal.start("release:a")
        await releases.runs()
        gateway.deleted = frozenset({first})
        run = (await self.after_refill(releases))[A]
        assert (run.run_id, run.started_at) == (newest.run_id, LONG_AGO)

    async def test_what_came_late_to_visibility_is_found(self, temporal: FakeTemporal) -> None:
        releases = index_of(temporal)
        await releases.runs()
        temporal.start("release:late", started_at=ago(minutes=5))
        assert set(await self.after_refill(releases)) == {"release:late"}

    async def test_nobody_waits_for_it(
        self, temporal: FakeTemporal, gateway: ForgetfulGateway, releases: ReleaseIndex
    ) -> None:
        temporal.start("release:a", started_at=LONG_AGO)
        await releases.runs()
        gateway.full_listings_wait_for = asyncio.Event()
        started = temporal.start("release:b")
        assert (await releases.runs())[EntityId("release:b")] == started
        gateway.full_listings_wait_for.set()
        assert set(await self.after_refill(releases)) == {"release:a", "release:b"}

    async def test_what_looks_found_meanwhile_stays(
        self, temporal: FakeTemporal, gateway: ForgetfulGateway, releases: ReleaseIndex
    ) -> None:
        temporal.start("release:a", started_at=LONG_AGO)
        await releases.runs()
        gateway.full_listings_wait_for = asyncio.Event()
        await releases.runs()
        await asyncio.sleep(0)
        ended = temporal.end("release:a")
        started = temporal.start("release:b")
        await releases.runs()
        gateway.full_listings_wait_for.set()
        assert await self.after_refill(releases) == {"release:a": ended, "release:b": started}


class TestVersion:
    async def test_it_stays_while_nothing_changes(self, temporal: FakeTemporal) -> None:
        temporal.start("release:a")
        temporal.start("release:b", started_at=LONG_AGO)
        releases = index_of(temporal)
        await releases.runs()
        version = releases.version
        for _ in range(3):
            await releases.runs()
        temporal.start("wave:w1")
        temporal.start("release:no release")
        await releases.runs()
        assert releases.version == version

    async def test_it_stays_over_a_refill(self, temporal: FakeTemporal, monkeypatch: pytest.MonkeyPatch) -> None:
        temporal.start("release:a")
        releases = index_of(temporal)
        await releases.runs()
        version = releases.version
        monkeypatch.setattr(index, "REFILL_AFTER", timedelta(0))
        await TestRefill.after_refill(releases)
        assert releases.version == version

    async def test_it_grows_with_each_look_that_found_a_change(self, temporal: FakeTemporal) -> None:
        releases = index_of(temporal)
        await releases.runs()
        version = releases.version
        for change in (
            lambda: temporal.start("release:a"),
            lambda: temporal.continue_as_new("release:a"),
            lambda: temporal.end("release:a"),
        ):
            change()
            await releases.runs()
            assert releases.version == version + 1
            version = releases.version
