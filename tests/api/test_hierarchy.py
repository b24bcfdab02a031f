"""GET /api/releases/{release_id}/hierarchy/"""

import asyncio
from datetime import UTC, datetime

import pytest

from releases.domain import RunStatus
from tests.api.samples import SMALL, start, start_spread, start_whole
from tests.problems import assert_problem

TREE = "/api/releases/release:a/hierarchy/"

pytestmark = pytest.mark.django_db


def drawn(body):
    """The tree as in `samples`: IDs from the waves down, apps with their states."""
    return {
        wave["id"]: {
            cluster["id"]: {
                bundle["id"]: {app["id"]: app["state"] for app in bundle["apps"]} for bundle in cluster["bundles"]
            }
            for cluster in wave["clusters"]
        }
        for wave in body["waves"]
    }


def entities(body):
    """All below the release, by path."""
    found = {}
    for name in ("waves", "clusters", "bundles", "apps"):
        for child in body.get(name, ()):
            found |= {child["path"]: child, **entities(child)}
    return found


@pytest.fixture(params=[start_whole, start_spread], ids=["one workflow", "a workflow per entity"])
def topology(request):
    """Starts a release in either topology."""
    return request.param


class TestTree:
    def test_it_is_whole_in_either_topology(self, owner, fake_temporal, topology):
        topology(fake_temporal, "release:a")
        body = owner.get(TREE).json()
        assert drawn(body) == SMALL
        assert not [entity for entity in entities(body).values() if entity["problem"]]

    def test_the_top_tells_of_the_run_and_of_when(self, owner, fake_temporal, topology):
        before = datetime.now(UTC)
        run = topology(fake_temporal, "release:a")
        body = owner.get(TREE).json()
        assert (body["id"], body["status"], body["run_id"]) == ("release:a", "RUNNING", run.run_id)
        assert (body["version"], body["freshness"]) == (0, "polled")
        assert before <= datetime.fromisoformat(body["as_of"]) <= datetime.now(UTC)

    def test_each_entity_has_its_place_its_parent_and_its_counts(self, owner, fake_temporal, topology):
        topology(fake_temporal, "release:a")
        body = owner.get(TREE).json()
        found = entities(body)
        assert set(found) == {
            "wave:w1",
            "wave:w1/cluster:eu-west",
            "wave:w1/cluster:eu-west/bundle:core",
            "wave:w1/cluster:eu-west/bundle:core/app:api",
            "wave:w1/cluster:eu-west/bundle:core/app:web",
            "wave:w1/cluster:us-east",
            "wave:w1/cluster:us-east/bundle:edge",
            "wave:w1/cluster:us-east/bundle:edge/app:proxy",
            "wave:w2",
        }
        app = found["wave:w1/cluster:eu-west/bundle:core/app:api"]
        assert (app["type"], app["bundle_id"], app["phase"]) == ("app", "bundle:core", "succeeded")
        assert found["wave:w1"]["release_id"] == "release:a"
        nothing = dict.fromkeys(("pending", "active", "succeeded", "failed", "stopped", "unknown"), 0)
        assert body["rollup"] == nothing | {"total": 3, "active": 1, "succeeded": 1, "failed": 1}
        assert found["wave:w1/cluster:eu-west"]["rollup"] == nothing | {"total": 2, "active": 1, "succeeded": 1}
        assert app["rollup"] == nothing | {"total": 1, "succeeded": 1}
        assert found["wave:w2"]["rollup"] == nothing | {"total": 0}

    def test_one_with_nothing_in_it(self, owner, fake_temporal, topology):
        topology(fake_temporal, "release:a", {})
        body = owner.get(TREE).json()
        assert (body["waves"], body["rollup"]["total"]) == ([], 0)

    def test_it_tells_what_holds_the_release_and_its_waves_up(self, owner, fake_temporal, topology):
        topology(fake_temporal, "release:a")
        body = owner.get(TREE).json()
        held_by = {
            "kind": "failed",
            "path": "wave:w1/cluster:us-east/bundle:edge/app:proxy",
            "entity_id": "app:proxy",
            "names": ["w1", "us-east", "edge", "proxy"],
            "state": "failed",
            "message": None,
            "since": None,
        }
        assert (body["held_by"], body["stands_at"]) == (held_by, {"wave": 1, "of": 2})
        first, second = body["waves"]
        assert first["held_by"] == held_by
        # It says that it deploys, and holds nothing.
        assert (second["held_by"]["kind"], second["held_by"]["path"]) == ("active", "wave:w2")

    def test_a_release_that_failed_by_itself_holds_itself_up(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:a", {})
        fake_temporal.end("release:a", RunStatus.TIMED_OUT)
        body = owner.get(TREE).json()
        assert body["held_by"] == {
            "kind": "failed",
            "path": "",
            "entity_id": "release:a",
            "names": [],
            "state": "timed_out",
            "message": None,
            "since": None,
        }
        assert body["stands_at"] is None

    def test_links_to_the_workflow_that_answers(self, owner, fake_temporal, environment):
        environment(TEMPORAL_UI_URL="http://ui.example")
        start_spread(fake_temporal, "release:a")
        found = entities(owner.get(TREE).json())
        wave = found["wave:w1"]
        assert wave["workflow_id"] == "wave:w1"
        assert wave["workflow_url"] == "http://ui.example/namespaces/default/workflows/wave%3Aw1"

    def test_what_was_active_in_a_run_that_ended_badly_is_interrupted(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:a")
        fake_temporal.end("release:a", RunStatus.TERMINATED)
        body = owner.get(TREE).json()
        assert (body["state"], body["reported_state"]) == ("terminated", "deploying")
        states = {path.rpartition("/")[2]: entity["state"] for path, entity in entities(body).items()}
        assert (states["app:web"], states["app:api"], states["app:proxy"]) == ("interrupted", "running", "failed")
        assert body["rollup"]["stopped"] == 1

    def test_a_release_that_continued_as_new_goes_on(self, owner, fake_temporal, topology):
        first = topology(fake_temporal, "release:a")
        newest = fake_temporal.continue_as_new("release:a")
        body = owner.get(TREE).json()
        assert (body["status"], body["run_id"]) == ("RUNNING", newest.run_id)
        assert drawn(body) == SMALL
        assert first.run_id != newest.run_id


class TestPartial:
    """What can't be read stands in its place; what stands beside it is unharmed."""

    def test_a_missing_workflow(self, owner, fake_temporal):
        wave = {"id": "wave:w1", "state": "deploying", "cluster_ids": ["cluster:gone"]}
        fake_temporal.start("wave:w1", {"get_wave_state": wave})
        release = {"id": "release:a", "state": "deploying", "wave_ids": ["wave:w1", "wave:gone"]}
        fake_temporal.start("release:a", {"get_release_state": release})
        response = owner.get(TREE)
        assert response.status_code == 200
        found = entities(response.json())
        assert found["wave:w1"]["problem"] is None
        for path in ("wave:gone", "wave:w1/cluster:gone"):
            assert found[path]["problem"]["code"] == "entity_not_found"
            assert (found[path]["state"], found[path]["phase"]) == (None, "unknown")

    def test_a_worker_that_is_gone(self, owner, fake_temporal, impatient):
        start_spread(fake_temporal, "release:a", {"wave:w1": {}})
        fake_temporal.stop_worker()
        fake_temporal.end("release:a")
        release = {"id": "release:a", "state": "deploying", "wave_ids": ["wave:w1"]}
        fake_temporal.start("release:a", {"get_release_state": release}, worker="alive")
        [wave] = owner.get(TREE).json()["waves"]
        assert wave["problem"]["code"] in ("worker_unavailable", "query_timeout")

    def test_what_a_workflow_said_amiss_is_told_in_a_sentence(self, owner, fake_temporal):
        fake_temporal.start("wave:w1", {"get_wave_state": {"id": "wave:w1", "state": 7, "sequence": "x"}})
        release = {"id": "release:a", "state": "deploying", "wave_ids": ["wave:w1", "wave:w1", "app:b"]}
        fake_temporal.start("release:a", {"get_release_state": release})
        body = owner.get(TREE).json()
        assert body["problem"]["code"] == "duplicate"
        codes = {wave["id"]: wave["problem"]["code"] for wave in body["waves"]}
        assert codes == {"wave:w1": "invalid_payload", "app:b": "wrong_type"}


class TestSource:
    def test_one_that_is_not_there_is_404(self, owner, fake_temporal):
        assert_problem(owner.get(TREE), 404, "release_not_found")

    def test_a_server_that_is_gone_is_503(self, owner, fake_temporal, topology):
        topology(fake_temporal, "release:a")
        fake_temporal.is_up = False
        assert_problem(owner.get(TREE), 503, "temporal_unavailable")

    def test_a_worker_that_is_gone_is_503(self, owner, fake_temporal, topology, impatient):
        topology(fake_temporal, "release:a")
        fake_temporal.stop_worker()
        assert_problem(owner.get(TREE), 503, "worker_unavailable")

    async def test_it_recovers_by_itself(self, get, fake_temporal):
        start_whole(fake_temporal, "release:a")
        fake_temporal.is_up = False
        assert_problem(await get(TREE), 503, "temporal_unavailable")
        fake_temporal.is_up = True
        assert drawn((await get(TREE)).json()) == SMALL


class TestETag:
    @pytest.fixture(autouse=True)
    def release(self, fake_temporal):
        start_spread(fake_temporal, "release:a")

    def test_it_stays_while_only_the_time_of_reading_changes(self, owner):
        first, second = owner.get(TREE), owner.get(TREE)
        assert first.json()["as_of"] != second.json()["as_of"]
        assert first["ETag"] == second["ETag"]
        assert first["ETag"].startswith('W/"')

    @pytest.mark.parametrize("given", ["{}", '"other", {}', "*", '{} , "other"'])
    def test_who_knows_it_gets_304(self, owner, given):
        etag = owner.get(TREE)["ETag"]
        response = owner.get(TREE, headers={"If-None-Match": given.format(etag)})
        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == etag
        assert response["Cache-Control"] == "private, no-cache"
        assert {"Accept", "Authorization", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}

    @pytest.mark.parametrize("given", ['"other"', 'W/"other"', "", "nonsense", '"', "\x01", "W/"])
    def test_who_knows_another_gets_the_tree(self, owner, given):
        response = owner.get(TREE, headers={"If-None-Match": given})
        assert response.status_code == 200
        assert response.json()["waves"]

    def test_any_state_changes_it(self, owner, fake_temporal):
        etag = owner.get(TREE)["ETag"]
        fake_temporal.queries("app:web")["get_app_state"] = {"id": "app:web", "state": "running"}
        response = owner.get(TREE, headers={"If-None-Match": etag})
        assert response.status_code == 200
        assert response["ETag"] != etag
        assert response.json()["rollup"]["succeeded"] == 2

    def test_an_extra_field_and_a_problem_change_it(self, owner, fake_temporal):
        seen = {owner.get(TREE)["ETag"]}
        fake_temporal.queries("app:web")["get_app_state"] = {"id": "app:web", "state": "deploying", "pods": 3}
        seen.add(owner.get(TREE)["ETag"])
        fake_temporal.queries("app:web")["get_app_state"] = None
        seen.add(owner.get(TREE)["ETag"])
        assert len(seen) == 3

    def test_head_has_it_too(self, owner):
        etag = owner.get(TREE)["ETag"]
        assert owner.head(TREE)["ETag"] == etag
        assert owner.head(TREE, headers={"If-None-Match": etag}).status_code == 304

    def test_it_opens_nothing_to_a_stranger(self, owner, stranger):
        etag = owner.get(TREE)["ETag"]
        for given in (etag, "*"):
            assert_problem(stranger.get(TREE, headers={"If-None-Match": given}), 403, "permission_denied")

    def test_conditions_for_writers_do_not_matter(self, owner):
        headers = {"If-Match": '"other"', "If-Unmodified-Since": "Sat, 29 Oct 1994 19:43:31 GMT"}
        assert owner.get(TREE, headers=headers).status_code == 200

    def test_pages_for_browsers_do_not_share_it_with_json(self, owner):
        page = owner.get(TREE, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "Accept" in page["Vary"]


class TestCost:
    """Bounded by the size of the tree, however it is asked for."""

    def test_a_whole_tree_is_one_answer(self, owner, fake_temporal, django_assert_num_queries):
        start_whole(fake_temporal, "release:a")
        with django_assert_num_queries(3):  # The session, its user, the scopes.
            owner.get(TREE)
        assert fake_temporal.calls["query"] == 1
        assert fake_temporal.calls.total() <= 3

    def test_a_spread_tree_is_a_query_for_each_entity_and_one_listing(self, owner, fake_temporal):
        start_spread(fake_temporal, "release:a")
        owner.get(TREE)
        states = [query for _, query, _ in fake_temporal.asked if query.endswith("_state")]
        assert len(states) == 10
        assert fake_temporal.calls["list_runs"] == 1
        assert fake_temporal.calls["describe"] == 1
        # What each may hold is asked of all but the apps, once.
        assert fake_temporal.calls["offered_queries"] <= 7

    async def test_what_workflows_offer_is_learned_once(self, get, fake_temporal):
        start_spread(fake_temporal, "release:a")
        await get(TREE)
        fake_temporal.calls.clear()
        await get(TREE)
        assert fake_temporal.calls["offered_queries"] == 0

    async def test_readers_at_the_same_time_share_reads(self, get, fake_temporal):
        start_whole(fake_temporal, "release:a")
        fake_temporal.latency = 0.05
        responses = await asyncio.gather(*(get(TREE) for _ in range(20)))
        assert {response.status_code for response in responses} == {200}
        # One read is under way, one gathers all that came later.
        assert fake_temporal.calls["describe"] <= 4

    async def test_who_comes_later_is_not_given_an_older_state(self, get, fake_temporal):
        reading = asyncio.Event()
        states = iter(["pending", "deploying"])

        async def slow(_):
            state = next(states)
            reading.set()
            await asyncio.sleep(0.2)
            return {"id": "release:a", "state": state, "waves": []}

        fake_temporal.start("release:a", {"get_release_state": slow, "get_hierarchy": slow})
        first = asyncio.create_task(get(TREE))
        await reading.wait()
        second = await get(TREE)
        assert ((await first).json()["state"], second.json()["state"]) == ("pending", "deploying")

    async def test_one_large_release_that_hangs_leaves_others_alone(self, get, fake_temporal, environment):
        environment(QUERY_CONCURRENCY=4, QUERY_TIMEOUT_SECONDS=8)
        start(fake_temporal, "release:b")
        start_spread(fake_temporal, "release:a", {f"wave:{number}": {} for number in range(20)}, worker="gone")
        fake_temporal.stop_worker("gone")
        hanging = asyncio.create_task(get(TREE))
        response = await get("/api/releases/release:b/hierarchy/")
        assert response.json()["state"] == "deploying"
        assert not hanging.done()
        fake_temporal.start_worker("gone")
        assert (await hanging).status_code == 200


@pytest.mark.parametrize("topology", [start_whole, start_spread])
async def test_a_thousand_entities(get, fake_temporal, topology):
    tree = {
        f"wave:w{w}": {
            f"cluster:c{w}{c}": {f"bundle:b{w}{c}": {f"app:a{w}-{c}-{a}": "running" for a in range(60)}}
            for c in range(4)
        }
        for w in range(4)
    }
    topology(fake_temporal, "release:a", tree)
    body = (await get(TREE)).json()
    assert drawn(body) == tree
    assert body["rollup"]["succeeded"] == body["rollup"]["total"] == 960
