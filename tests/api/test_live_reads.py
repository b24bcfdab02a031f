"""Reads of a release that somebody follows: answered from what is live."""

from contextlib import asynccontextmanager

import pytest

from releases import services
from releases.access import Viewer
from releases.domain import Freshness
from releases.events import FreshnessChange
from tests.api.samples import start_whole
from tests.problems import assert_problem

RELEASE = "/api/releases/release:a/"
TREE = f"{RELEASE}hierarchy/"
APP = f"{RELEASE}entities/app:a1/"
FOLLOWER = Viewer(0, "follower@example.com", sees_all=True)


@asynccontextmanager
async def followed():
    """While somebody follows the release, and it is live."""
    async with services.follow_release(FOLLOWER, "release:a") as subscription:
        while True:
            event = await subscription.next()
            if isinstance(event, FreshnessChange) and event.freshness is Freshness.LIVE:
                break
        try:
            yield
        finally:
            await services.shut_down()


async def test_they_tell_so_and_ask_temporal_nothing(get, fake_temporal):
    start_whole(fake_temporal, "release:a")
    async with followed():
        fake_temporal.asked.clear()

        body = (await get(TREE)).json()
        app_id = body["waves"][0]["clusters"][0]["bundles"][0]["apps"][0]["id"]
        entity = (await get(f"{RELEASE}entities/{app_id}/")).json()
        release = (await get(RELEASE)).json()
        page = (await get("/api/releases/", include="rollup")).json()

        assert (body["version"], body["freshness"]) == (1, "live")
        assert entity["freshness"] == "live"
        assert release["state"] == page["results"][0]["state"] == body["state"]
        assert page["results"][0]["rollup"] == body["rollup"]
        assert page["results"][0]["held_by"] == body["held_by"]
        assert (release["rollup"], release["held_by"], release["stands_at"]) == (None, None, None)
        assert fake_temporal.asked == []


async def test_a_fresh_one_asks_temporal_all_the_same(get, fake_temporal):
    start_whole(fake_temporal, "release:a")
    async with followed():
        fake_temporal.asked.clear()

        answers = [(await get(path, fresh=fresh)).json() for path, fresh in ((TREE, "1"), (TREE, "true"))]

        assert [(body["version"], body["freshness"]) for body in answers] == [(0, "polled")] * 2
        assert [query for _, query, _ in fake_temporal.asked] == ["get_hierarchy"] * 2
        await get(RELEASE, fresh="1")
        assert fake_temporal.asked[-1][1] == "get_release_state"


async def test_the_etag_is_the_same_while_nothing_changed(get, fake_temporal):
    start_whole(fake_temporal, "release:a")
    async with followed():
        first, second = [await get(TREE) for _ in range(2)]

        assert first["ETag"] == second["ETag"]


@pytest.mark.parametrize("path", [RELEASE, TREE, APP])
async def test_fresh_is_yes_or_no(get, fake_temporal, path):
    problem = assert_problem(await get(path, fresh="perhaps"), 400, "invalid_parameter")

    assert list(problem["errors"]) == ["fresh"]


async def test_when_nobody_follows_it_any_more_temporal_is_asked_again(get, fake_temporal, environment):
    environment(WATCH_GRACE_SECONDS=0)
    start_whole(fake_temporal, "release:a")
    async with followed():
        pass

    assert (await get(TREE)).json()["freshness"] == "polled"
