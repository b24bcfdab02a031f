"""GET /api/entities/{entity_id}/"""

import asyncio

import pytest

from tests.api.samples import SMALL, TWICE, start, start_spread, start_whole
from tests.problems import assert_problem

FIND = "/api/entities/{}/"

pytestmark = pytest.mark.django_db


def with_app(name):
    return {"wave:w1": {"cluster:eu-west": {"bundle:core": {f"app:{name}": "running"}}}}


class TestFound:
    @pytest.mark.parametrize("entity_id", ["wave:w1", "cluster:us-east", "bundle:core", "app:web"])
    def test_where_its_id_is_unique(self, owner, fake_temporal, entity_id):
        start(fake_temporal, "release:other")
        start_whole(fake_temporal, "release:a")
        body = owner.get(FIND.format(entity_id)).json()
        assert (body["id"], body["release_id"]) == (entity_id, "release:a")
        assert body == owner.get(f"/api/releases/release:a/entities/{entity_id}/").json() | {"as_of": body["as_of"]}

    def test_a_release_costs_its_own_tree_alone(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:a")
        start_whole(fake_temporal, "release:b")
        body = owner.get(FIND.format("release:a")).json()
        assert (body["id"], body["wave_ids"]) == ("release:a", ["wave:w1", "wave:w2"])
        assert {workflow_id for workflow_id, _, _ in fake_temporal.asked} == {"release:a"}

    def test_one_that_is_nowhere_is_404(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:a")
        assert_problem(owner.get(FIND.format("app:nothing")), 404, "entity_not_found")

    def test_where_there_are_no_releases_too(self, owner, fake_temporal):
        assert_problem(owner.get(FIND.format("app:nothing")), 404, "entity_not_found")

    def test_a_release_that_is_not_there(self, owner, fake_temporal):
        assert_problem(owner.get(FIND.format("release:never-was")), 404, "release_not_found")


class TestInSeveralPlaces:
    def test_several_releases_are_a_409_with_addresses_that_work(self, owner, fake_temporal):
        for name in ("release:a", "release:b"):
            start_whole(fake_temporal, name)
        body = assert_problem(owner.get(FIND.format("app:web")), 409, "ambiguous_entity")
        assert {place["release_id"] for place in body["candidates"]} == {"release:a", "release:b"}
        for place in body["candidates"]:
            found = owner.get(place["url"]).json()
            assert (found["id"], found["release_id"], found["path"]) == ("app:web", place["release_id"], place["path"])

    def test_several_places_of_one_release_too(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:a", TWICE)
        body = assert_problem(owner.get(FIND.format("app:api")), 409, "ambiguous_entity")
        assert len({place["path"] for place in body["candidates"]}) == 2


class TestScope:
    @pytest.fixture(autouse=True)
    def releases(self, fake_temporal):
        start_whole(fake_temporal, "release:payments-1", with_app("shared"))
        start_whole(fake_temporal, "release:search-1", with_app("shared"))
        start_whole(fake_temporal, "release:search-2", with_app("hidden"))

    def test_it_is_unique_among_what_the_caller_may_see(self, stranger, owner):
        assert stranger.get(FIND.format("app:shared")).json()["release_id"] == "release:payments-1"
        assert_problem(owner.get(FIND.format("app:shared")), 409, "ambiguous_entity")

    def test_what_stands_in_others_alone_is_as_if_it_were_nowhere(self, stranger):
        hidden = assert_problem(stranger.get(FIND.format("app:hidden")), 404, "entity_not_found")
        nothing = assert_problem(stranger.get(FIND.format("app:nothing")), 404, "entity_not_found")
        assert hidden | {"request_id": ""} == nothing | {"request_id": ""}

    def test_releases_out_of_scope_are_not_read(self, stranger, fake_temporal):
        stranger.get(FIND.format("app:hidden"))
        assert {workflow_id for workflow_id, _, _ in fake_temporal.asked} == {"release:payments-1"}

    def test_who_has_no_role_is_refused_before_temporal_is_asked(self, signed_in, outsider, fake_temporal):
        for entity_id in ("app:shared", "app:nothing", "release:payments-1"):
            assert_problem(signed_in(outsider).get(FIND.format(entity_id)), 403, "permission_denied")
        assert not fake_temporal.calls


class TestUnreadable:
    def test_releases_that_can_not_be_read_are_left_out(self, owner, fake_temporal):
        fake_temporal.start("release:broken")
        start_whole(fake_temporal, "release:a")
        assert owner.get(FIND.format("app:web")).json()["release_id"] == "release:a"

    def test_dead_ones_hold_up_no_other(self, owner, fake_temporal, environment):
        environment(QUERY_TIMEOUT_SECONDS=3)
        start_whole(fake_temporal, "release:a")
        for number in range(10):
            start_whole(fake_temporal, f"release:dead-{number}", worker="gone")
        fake_temporal.stop_worker("gone")
        assert owner.get(FIND.format("app:proxy")).json()["release_id"] == "release:a"

    def test_nothing_is_said_to_be_nowhere_while_not_all_were_read(self, owner, fake_temporal, impatient):
        start_whole(fake_temporal, "release:a")
        start_whole(fake_temporal, "release:dead", with_app("hidden"), worker="gone")
        fake_temporal.stop_worker("gone")
        assert_problem(owner.get(FIND.format("app:hidden")), 503, "query_timeout")

    def test_a_server_that_is_gone_is_503(self, owner, fake_temporal):
        fake_temporal.is_up = False
        assert_problem(owner.get(FIND.format("app:web")), 503, "temporal_unavailable")


class TestCost:
    def test_it_reads_each_release_in_scope_once(self, owner, fake_temporal, django_assert_num_queries):
        for number in range(20):
            start_whole(fake_temporal, f"release:{number}", SMALL)
        with django_assert_num_queries(3):
            owner.get(FIND.format("app:nothing"))
        assert fake_temporal.calls["query"] == 20
        assert fake_temporal.calls["list_runs"] == 1

    async def test_searches_at_the_same_time_share_reads(self, get, fake_temporal):
        for number in range(5):
            start_spread(fake_temporal, f"release:{number}", {})
        fake_temporal.latency = 0.05
        responses = await asyncio.gather(*(get(FIND.format("app:nothing")) for _ in range(8)))
        assert {response.status_code for response in responses} == {404}
        assert fake_temporal.calls["describe"] <= 4 * 5
