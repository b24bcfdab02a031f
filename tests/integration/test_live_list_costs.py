"""What the live list costs, and how it takes outages: of Temporal in memory."""

import asyncio

import pytest

from releases.domain import Freshness
from tests.integration.conftest import LiveList
from tests.integration.plans import stated
from tests.worlds import FakeWorld


@pytest.fixture
def fake() -> FakeWorld:
    return FakeWorld()


@pytest.fixture
def world(fake: FakeWorld) -> FakeWorld:
    return fake


async def test_a_quiet_page_asks_nothing_and_viewers_of_one_scope_share_it(
    fake: FakeWorld, live_list: LiveList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.pulse.PERIOD", 0.02)
    for number in range(20):
        await fake.start(f"release:r{number}", stated(f"r{number}", "deploying"))
    await fake.start("release:ended", stated("ended", "completed"))
    await fake.end("release:ended")
    calls = live_list.live.gateway.calls
    with live_list.followed() as one, live_list.followed() as other:
        for follower in (one, other):
            await follower.until(lambda known: known.told is not None)
        assert len(live_list.pages) == 1
        await asyncio.sleep(0.2)
        calls.clear()
        async with asyncio.timeout(30):
            while calls["list_runs"] < 6:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert set(calls) == {"list_runs"}

        live_list.live.gateway.asked.clear()
        await fake.tell("release:r7", stated("r7", "verifying"))
        for follower in (one, other):
            await follower.until(lambda known: known.states["r7"] == "verifying")
        assert live_list.live.gateway.asked == [("release:r7", "get_release_state", None)]


async def test_while_temporal_is_away_the_page_is_stale_with_what_was_known(
    fake: FakeWorld, live_list: LiveList
) -> None:
    await fake.start("release:a", stated("a", "deploying"))
    with live_list.followed() as follower:
        await follower.until_rows(a="deploying")

        fake.temporal.is_up = False
        await follower.until(lambda known: known.told is not None and known.told.freshness is Freshness.STALE)
        assert follower.states == {"a": "deploying"}
        await fake.tell("release:a", stated("a", "completed"))

        fake.temporal.is_up = True
        await follower.until_rows(a="completed")
        await follower.until(lambda known: known.told is not None and known.told.freshness is Freshness.LIVE)


async def test_who_follows_while_temporal_is_away_is_given_the_page_when_it_is_back(
    fake: FakeWorld, live_list: LiveList
) -> None:
    await fake.start("release:a", stated("a", "deploying"))
    fake.temporal.is_up = False
    with live_list.followed() as follower:
        await follower.until(lambda known: known.told is not None and known.told.freshness is Freshness.STALE)

        fake.temporal.is_up = True
        await follower.until_rows(a="deploying")
