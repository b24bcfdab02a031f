"""GET /api/releases/{release_id}/entities/{entity_id}/"""

import pytest

from tests.api.samples import SMALL, TWICE, start_spread, start_whole
from tests.api.test_release import MALFORMED
from tests.problems import assert_problem

OF_A = "/api/releases/release:a/entities/{}/"

pytestmark = pytest.mark.django_db


class TestEntity:
    @pytest.fixture(autouse=True, params=[start_whole, start_spread], ids=["one workflow", "a workflow per entity"])
    def release(self, fake_temporal, request):
        request.param(fake_temporal, "release:a")

    @pytest.mark.parametrize(
        ("entity_id", "above", "below"),
        [
            ("release:a", {}, {"wave_ids": ["wave:w1", "wave:w2"]}),
            ("wave:w1", {}, {"cluster_ids": ["cluster:eu-west", "cluster:us-east"]}),
            ("wave:w2", {}, {"cluster_ids": []}),
            ("cluster:eu-west", {"wave_id": "wave:w1"}, {"bundle_ids": ["bundle:core"]}),
            (
                "bundle:core",
                {"wave_id": "wave:w1", "cluster_id": "cluster:eu-west"},
                {"app_ids": ["app:api", "app:web"]},
            ),
            (
                "app:web",
                {"wave_id": "wave:w1", "cluster_id": "cluster:eu-west", "bundle_id": "bundle:core"},
                {},
            ),
        ],
    )
    def test_it_has_the_ids_above_and_below_it(self, owner, entity_id, above, below):
        body = owner.get(OF_A.format(entity_id)).json()
        ids = {name: value for name, value in body.items() if name.endswith(("e_id", "r_id", "_ids"))}
        assert ids == {"release_id": "release:a", **above, **below}
        assert (body["id"], body["type"]) == (entity_id, entity_id.partition(":")[0])

    def test_it_tells_what_its_tree_tells(self, owner):
        tree = owner.get("/api/releases/release:a/hierarchy/").json()
        in_tree = tree["waves"][0]["clusters"][0]["bundles"][0]["apps"][1]
        body = owner.get(OF_A.format("app:web")).json()
        assert in_tree.items() <= body.items()
        assert (body["state"], body["freshness"]) == ("deploying", "polled")
        assert body["rollup"]["active"] == body["rollup"]["total"] == 1
        assert body["as_of"] > tree["as_of"]

    def test_of_a_release_and_its_waves_it_tells_what_holds_them_up(self, owner):
        tree = owner.get("/api/releases/release:a/hierarchy/").json()
        release, wave = (owner.get(OF_A.format(entity_id)).json() for entity_id in ("release:a", "wave:w1"))
        assert (release["held_by"], release["stands_at"]) == (tree["held_by"], {"wave": 1, "of": 2})
        assert wave["held_by"] == tree["waves"][0]["held_by"]
        assert wave["held_by"]["entity_id"] == "app:proxy"

    def test_one_that_is_not_there_is_404(self, owner):
        body = assert_problem(owner.get(OF_A.format("app:nothing")), 404, "entity_not_found")
        assert body["detail"].startswith("Release not found. It may have been completed or removed.")

    def test_a_path_may_be_given_where_there_is_no_need(self, owner):
        path = "wave:w1/cluster:eu-west/bundle:core/app:web"
        assert owner.get(OF_A.format("app:web"), {"path": path}).json()["path"] == path

    @pytest.mark.parametrize(
        "path", ["", "app:web", "wave:w1", "wave:w1/cluster:us-east/bundle:core/app:web", "/", "%", "\x00", "x" * 5000]
    )
    def test_it_is_not_found_at_another_path(self, owner, path):
        assert_problem(owner.get(OF_A.format("app:web"), {"path": path}), 404, "entity_not_found")


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_id_is_refused_before_temporal_is_asked(owner, fake_temporal, malformed):
    body = assert_problem(owner.get(OF_A.format(malformed)), 400, "invalid_id")
    assert body["errors"].keys() == {"id"}
    assert not fake_temporal.calls


class TestInSeveralPlaces:
    @pytest.fixture(autouse=True)
    def release(self, fake_temporal):
        start_whole(fake_temporal, "release:a", TWICE)

    def test_it_is_a_409_with_addresses_that_work(self, owner):
        body = assert_problem(owner.get(OF_A.format("app:api")), 409, "ambiguous_entity")
        paths = [
            "wave:w1/cluster:eu-west/bundle:core/app:api",
            "wave:w1/cluster:us-east/bundle:core/app:api",
        ]
        assert [(place["release_id"], place["path"]) for place in body["candidates"]] == [
            ("release:a", path) for path in paths
        ]
        found = [owner.get(place["url"]).json() for place in body["candidates"]]
        assert [(entity["path"], entity["state"]) for entity in found] == list(
            zip(paths, ["running", "pending"], strict=True)
        )

    def test_what_holds_it_too(self, owner):
        body = assert_problem(owner.get(OF_A.format("bundle:core")), 409, "ambiguous_entity")
        assert len(body["candidates"]) == 2

    def test_where_only_the_id_can_be_asked_for_each_place_has_the_problem(self, owner, fake_temporal):
        start_spread(fake_temporal, "release:b", SMALL)
        fake_temporal.queries("bundle:edge")["get_bundle_state"] = {
            "id": "bundle:edge",
            "state": "deploying",
            "app_ids": ["app:proxy", "app:api"],
        }
        path = "/api/releases/release:b/entities/app:api/"
        for place in assert_problem(owner.get(path), 409, "ambiguous_entity")["candidates"]:
            assert owner.get(place["url"]).json()["problem"]["code"] == "ambiguous"


class TestSource:
    def test_a_missing_release_is_404(self, owner, fake_temporal):
        assert_problem(owner.get(OF_A.format("app:web")), 404, "release_not_found")

    def test_a_server_that_is_gone_is_503(self, owner, fake_temporal):
        fake_temporal.is_up = False
        assert_problem(owner.get(OF_A.format("app:web")), 503, "temporal_unavailable")

    def test_a_worker_that_is_gone_is_503(self, owner, fake_temporal, impatient):
        start_whole(fake_temporal, "release:a")
        fake_temporal.stop_worker()
        assert_problem(owner.get(OF_A.format("app:web")), 503, "worker_unavailable")

    def test_one_that_can_not_be_read_itself_has_its_problem(self, owner, fake_temporal):
        release = {"id": "release:a", "state": "deploying", "wave_ids": ["wave:gone"]}
        fake_temporal.start("release:a", {"get_release_state": release})
        assert owner.get(OF_A.format("wave:gone")).json()["problem"]["code"] == "entity_not_found"


def test_it_costs_what_its_tree_costs(owner, fake_temporal, django_assert_num_queries):
    start_whole(fake_temporal, "release:a")
    with django_assert_num_queries(3):
        owner.get(OF_A.format("app:web"))
    assert fake_temporal.calls["query"] == 1
