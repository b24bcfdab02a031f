"""The release that another is best compared with."""

from datetime import UTC, datetime, timedelta

import pytest

from releases.access import Viewer
from releases.domain import EntityId, RunStatus
from releases.errors import TemporalUnavailable
from releases.previous import OF_LINE, OF_OTHERS, Previous, line_of, previous_succeeded
from tests.api.samples import start
from tests.fakes.gateway import FakeTemporal
from tests.unit.test_listing import ALL, PAYMENTS, list_of

NOW = datetime.now(UTC)


class TestLine:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("payments-2025.10", "payments-2025.11"),
            ("payments-2025.10", "payments-2025.11.1"),
            ("2025.10-payments", "2025.11-payments"),
            ("payments-v1", "payments-v12"),
            ("payments_1.2.3", "payments_1.3.0-rc.1"),
            ("payments-1.2.3", "payments-1.2.3-hotfix1"),
            ("payments-1.2.3", "payments-1.3.0rc2"),
            ("payments-2025w47", "payments-2025w48"),
            ("payments-3fa9c1d", "payments-0be1f7a2"),
            ("eu1-2025.10", "eu1-2025.11"),
            ("train41", "train42"),
            ("2025.10", "2025.11"),
        ],
    )
    def test_releases_that_differ_in_their_versions_alone_are_of_one(self, one: str, other: str) -> None:
        assert line_of(EntityId(f"release:{one}")) == line_of(EntityId(f"release:{other}"))

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("payments-2025.11", "search-2025.11"),
            ("payments-2025.11", "payments-refunds-2025.11"),
            ("payments-2025.11", "Payments-2025.11"),
            ("eu1-2025.11", "eu2-2025.11"),
            ("2fa-2025.11", "2025.11"),
            ("train41", "plane41"),
        ],
    )
    def test_others_are_of_several(self, one: str, other: str) -> None:
        assert line_of(EntityId(f"release:{one}")) != line_of(EntityId(f"release:{other}"))


@pytest.fixture
def temporal() -> FakeTemporal:
    return FakeTemporal()


def ran(
    temporal: FakeTemporal,
    name: str,
    minutes_ago: int,
    state: str = "completed",
    status: RunStatus | None = RunStatus.COMPLETED,
    **options: str,
) -> None:
    """A release that started then and has ended so; None: it runs."""
    start(temporal, f"release:{name}", state, started_at=NOW - timedelta(minutes=minutes_ago), **options)
    if status is not None:
        temporal.end(f"release:{name}", status)


async def found(temporal: FakeTemporal, name: str, viewer: Viewer = ALL) -> Previous | None:
    releases = list_of(temporal, query_timeout=1)
    release_id = EntityId(f"release:{name}")
    runs = await releases.index.runs()
    return await previous_succeeded(releases, viewer, release_id, runs[release_id].started_at)


async def name_of(temporal: FakeTemporal, name: str, viewer: Viewer = ALL) -> str | None:
    previous = await found(temporal, name, viewer)
    return previous.release.id.name if previous else None


async def test_it_is_the_newest_of_its_line_that_succeeded_before_it(temporal: FakeTemporal) -> None:
    ran(temporal, "payments-1", 50)
    ran(temporal, "payments-2", 40)
    ran(temporal, "payments-3", 30, "failed")
    ran(temporal, "payments-4", 25, "deploying", RunStatus.FAILED)
    ran(temporal, "payments-5", 20, "deploying", None)
    ran(temporal, "payments-6", 10, "deploying", None)
    ran(temporal, "payments-7", 5)
    ran(temporal, "search-1", 11)
    previous = await found(temporal, "payments-6")
    assert previous
    assert (previous.release.id, previous.is_of_line) == ("release:payments-2", True)
    assert previous.run.workflow_id == "release:payments-2"


async def test_one_that_has_succeeded_and_runs_on_counts(temporal: FakeTemporal) -> None:
    ran(temporal, "payments-1", 20)
    ran(temporal, "payments-2", 10, "completed", None)
    ran(temporal, "payments-3", 5, "deploying", None)
    assert await name_of(temporal, "payments-3") == "payments-2"


async def test_where_none_of_its_line_succeeded_it_is_the_newest_of_any(temporal: FakeTemporal) -> None:
    ran(temporal, "search-1", 30)
    ran(temporal, "search-2", 20)
    ran(temporal, "payments-1", 15, "failed")
    ran(temporal, "payments-2", 10, "deploying", None)
    previous = await found(temporal, "payments-2")
    assert previous
    assert (previous.release.id, previous.is_of_line) == ("release:search-2", False)


async def test_it_is_never_one_that_the_viewer_may_not_see(temporal: FakeTemporal) -> None:
    ran(temporal, "search-1", 20)
    ran(temporal, "payments-1", 10)
    assert await name_of(temporal, "payments-1", ALL) == "search-1"
    assert await name_of(temporal, "payments-1", PAYMENTS) is None


async def test_the_first_has_none(temporal: FakeTemporal) -> None:
    ran(temporal, "payments-1", 10)
    ran(temporal, "payments-2", 5)
    assert await name_of(temporal, "payments-1") is None


async def test_one_that_does_not_answer_is_passed_over(temporal: FakeTemporal) -> None:
    ran(temporal, "payments-1", 20)
    ran(temporal, "payments-2", 10, worker="gone")
    ran(temporal, "payments-3", 5)
    temporal.stop_worker("gone")
    assert await name_of(temporal, "payments-3") == "payments-1"


async def test_nearly_always_one_is_asked(temporal: FakeTemporal) -> None:
    for number in range(50):
        ran(temporal, f"payments-{number}", 100 - number)
    await name_of(temporal, "payments-49")
    assert [workflow_id for workflow_id, _, _ in temporal.asked] == ["release:payments-48"]


async def test_however_many_failed_only_some_are_asked(temporal: FakeTemporal) -> None:
    for number in range(50):
        ran(temporal, f"payments-{number}", 200 - number, "failed")
        ran(temporal, f"search-{number}", 200 - number, "failed")
        ran(temporal, f"checkout-{number}", 200 - number, "deploying", None)
    ran(temporal, "payments-99", 1)
    assert await name_of(temporal, "payments-99") is None
    assert len(temporal.asked) == OF_LINE + OF_OTHERS <= 20


async def test_what_ended_is_asked_once(temporal: FakeTemporal) -> None:
    ran(temporal, "payments-1", 20)
    ran(temporal, "payments-2", 10)
    releases, release_id = list_of(temporal), EntityId("release:payments-2")
    for _ in range(3):
        assert await previous_succeeded(releases, ALL, release_id, NOW - timedelta(minutes=10))
    assert len(temporal.asked) == 1


async def test_a_server_that_is_gone_is_said_to_be(temporal: FakeTemporal) -> None:
    temporal.is_up = False
    with pytest.raises(TemporalUnavailable):
        await previous_succeeded(list_of(temporal), ALL, EntityId("release:a-1"), NOW)
