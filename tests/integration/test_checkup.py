"""The check-up against workflows that are sound, and against such as are broken in many ways: each fault is named.

Each is held against Temporal in memory and against a real server.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from releases.checkup import Checkup
from releases.checkup_faults import Weight
from releases.checkup_report import Place, Report
from releases.domain import EntityId, EntityType, RunStatus
from releases.errors import CredentialsRefused
from releases.gateway import Gateway, GatewayConfig, TemporalGateway
from releases.hierarchy import HierarchyReader
from releases.phases import PhaseTable
from releases.reading import ReaderConfig
from releases.topology import ReleaseWorkflowIds
from tests.fakes.gateway import FakeGateway, FakeTemporal
from tests.integration.conftest import RELEASE_ID
from tests.integration.plans import (
    LEVELS,
    Plan,
    app,
    bundle,
    cluster,
    release,
    small,
    start_all,
    wave,
    whole,
    workflows,
)
from tests.temporal import TemporalServer
from tests.workflows import Answers
from tests.worlds import PATIENT, World, listed, real_world

LIST_QUERY = 'WorkflowId STARTS_WITH "release:"'
NOW = "2025-11-22T10:00:00Z"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine makes no query a slow one."""
    monkeypatch.setattr("releases.release_checkup.SLOW_SECONDS", PATIENT)


async def checked(
    gateway: Gateway,
    *wanted: EntityId,
    patience: float = PATIENT,
    query: str = LIST_QUERY,
    template: str = "{id}",
    at_most: int = 10,
) -> Report:
    config = ReaderConfig(patience, 100, ReleaseWorkflowIds(template))
    return await Checkup(gateway, HierarchyReader(gateway, PhaseTable(), config), query).run(wanted, at_most=at_most)


def codes(report: Report) -> set[str]:
    return {fault.code for fault in report.faults}


def places_of(report: Report, code: str) -> list[Place]:
    return [place for fault, places in report.faults.items() if fault.code == code for place in places.kept]


def only(report: Report) -> tuple[str, Place]:
    """The code and the place of the one fault that there is."""
    [(fault, places)] = report.faults.items()
    [place] = places.kept
    assert fault.title.endswith(".")
    assert fault.advice.endswith(".") or fault.advice.endswith("}.")
    return fault.code, place


# What is sound


@pytest.mark.parametrize(
    "own", [(), LEVELS, ("wave",), ("cluster",), ("wave", "app")], ids=lambda own: "+".join(own) or "one workflow"
)
async def test_a_sound_release_has_no_fault_however_it_is_spread_over_workflows(
    world: World, own: tuple[str, ...]
) -> None:
    await start_all(world, workflows(small(), own))

    report = await checked(world.gateway(), RELEASE_ID)

    assert report.faults == {}
    [one] = report.checked
    assert (one.release_id, one.run.status, one.entities) == (RELEASE_ID, RunStatus.RUNNING, 13)
    assert one.seconds is not None


async def test_a_sound_release_that_tells_all_at_once_has_no_fault(world: World) -> None:
    await world.start("release:r", whole(small()))

    report = await checked(world.gateway(), RELEASE_ID)

    assert report.faults == {}
    assert {pace.query: (pace.asked, pace.failed) for pace in report.paces} == {
        "get_hierarchy": (1, 0),
        "get_release_state": (1, 0),
    }


async def test_what_each_type_of_workflow_offers_is_told(world: World) -> None:
    await start_all(world, workflows(small(), ("cluster", "app")))

    report = await checked(world.gateway(), RELEASE_ID)

    offers = {
        entity_type: {name for name in names or () if name.startswith("get_")}
        for (workflow_type, entity_type), names in report.offers.items()
        if workflow_type == "HolderWorkflow"
    }
    assert offers == {
        EntityType.RELEASE: {"get_release_state", "get_wave_state"},
        EntityType.CLUSTER: {"get_cluster_state", "get_bundle_state"},
        EntityType.APP: {"get_app_state"},
    }


async def test_how_fast_each_query_is_answered_is_told(world: World) -> None:
    await start_all(world, workflows(small()))

    report = await checked(world.gateway(), RELEASE_ID)

    paces = {pace.query: pace for pace in report.paces}
    assert {query: pace.asked for query, pace in paces.items()} == {
        "get_release_state": 2,
        "get_wave_state": 2,
        "get_cluster_state": 3,
        "get_bundle_state": 3,
        "get_app_state": 4,
    }
    apps = paces["get_app_state"]
    assert apps.median is not None
    assert apps.slowest is not None
    assert 0 < apps.median <= apps.slowest
    assert apps.slowest_in == "release:r"


async def test_the_newest_releases_are_looked_at_and_no_more_than_wanted(world: World) -> None:
    for name in ("a", "b", "c"):
        await world.start(f"release:{name}", whole(small(name)))
    gateway = world.gateway()
    await listed(gateway, LIST_QUERY, lambda runs: len(runs) == 3)

    report = await checked(gateway, at_most=2)

    assert report.faults == {}
    assert (report.found, [str(one.release_id) for one in report.checked]) == (3, ["release:c", "release:b"])


# What is broken: the release, the workflows, and the fault with its place


def told(change: Callable[[dict[str, Any]], Any], plan: Plan | None = None) -> Answers:
    """One workflow that tells of a small release, level by level, after a change of what it answers."""
    answers = dict(workflows(plan or small())["release:r"])
    change(answers)
    return answers


def without(*keys: str) -> Callable[[dict[str, Any]], None]:
    def change(answers: dict[str, Any]) -> None:
        for key in keys:
            del answers[key]

    return change


def answering(key: str, answer: Any) -> Callable[[dict[str, Any]], None]:
    return lambda answers: answers.update({key: answer})


def telling(key: str, **fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda answers: answers.update({key: {**answers[key], **fields}})


def lacking(key: str, *names: str, **fields: Any) -> Callable[[dict[str, Any]], None]:
    def change(answers: dict[str, Any]) -> None:
        answers[key] = {name: value for name, value in answers[key].items() if name not in names} | fields

    return change


WAVE, APP = "get_wave_state wave:w1", "get_app_state app:a1"
W1 = ("wave:w1", "release:r", "get_wave_state(wave:w1)")
A1 = ("wave:w1/cluster:c1/bundle:b1/app:a1", "release:r", "get_app_state(app:a1)")
R = ("", "release:r", "get_release_state()")

BROKEN: dict[str, tuple[Callable[[dict[str, Any]], Any], str, tuple[str, str, str], str]] = {
    "a query raises": (answering(WAVE, {"$raise": "KeyError: w1"}), "query_failed", W1, "KeyError: w1"),
    "an answer is a list": (
        answering(WAVE, [{"id": "wave:w1"}]),
        "invalid_payload",
        W1,
        "The answer is a list, where an object was expected.",
    ),
    "an answer is a text": (answering(APP, "running"), "invalid_payload", A1, 'The answer is "running"'),
    "an answer is not JSON": (answering(APP, {"$bytes": "x"}), "invalid_payload", A1, "The answer is not JSON"),
    "the id is missing": (lacking(APP, "id"), "invalid_payload", A1, "The answer has no id."),
    "the state is missing": (lacking(WAVE, "state"), "invalid_payload", W1, "The answer has no state."),
    "the state is a number": (telling(APP, state=3), "invalid_payload", A1, "state is a number, not a text."),
    "the state is a sentence": (telling(APP, state="x" * 51), "invalid_payload", A1, "longer than 50 characters"),
    "the state is unknown": (telling(APP, state="levitating"), "unknown_state", A1, 'The state is "levitating".'),
    "the id is another": (
        telling(APP, id="app:other"),
        "wrong_id",
        A1,
        'The answer is for "app:other", not for app:a1',
    ),
    "the version is a number": (telling(APP, version=1.4), "invalid_payload", A1, "version is a number, not a text."),
    "the sequence is a text": (telling(WAVE, sequence="1"), "invalid_payload", W1, 'sequence is "1", not an integer.'),
    "a time is none": (
        telling(APP, updated_at="yesterday"),
        "invalid_payload",
        A1,
        'updated_at is "yesterday", not an ISO 8601 time.',
    ),
    "a time is a number": (telling(APP, created_at=1700000000), "invalid_payload", A1, "created_at is a number"),
    "times run backwards": (
        telling(APP, created_at="2025-11-22T10:00:00Z", updated_at="2025-11-22T09:00:00Z"),
        "odd_times",
        A1,
        "updated_at is before created_at.",
    ),
    "a time lies in the future": (
        telling(APP, created_at="2525-11-22T10:00:00Z"),
        "odd_times",
        A1,
        "created_at lies in the future.",
    ),
    "children are a text": (
        telling("get_bundle_state bundle:b1", app_ids="app:a1,app:a2"),
        "invalid_payload",
        ("wave:w1/cluster:c1/bundle:b1", "release:r", "get_bundle_state(bundle:b1)"),
        'app_ids is "app:a1,app:a2", not a list.',
    ),
    "children are an object": (
        telling("get_bundle_state bundle:b1", app_ids={"app:a1": {}}),
        "invalid_payload",
        ("wave:w1/cluster:c1/bundle:b1", "release:r", "get_bundle_state(bundle:b1)"),
        "app_ids is an object, not a list.",
    ),
    "a child's ID has no type": (
        telling("get_bundle_state bundle:b1", app_ids=["api", "app:a1", "app:a2"]),
        "invalid_payload",
        ("wave:w1/cluster:c1/bundle:b1", "release:r", "get_bundle_state(bundle:b1)"),
        'It lists "api" among its apps: not an entity ID.',
    ),
    "children have camel case": (
        lacking("get_wave_state wave:w2", "cluster_ids", clusterIds=["cluster:c3"]),
        "misnamed_field",
        ("wave:w2", "release:r", "get_wave_state(wave:w2)"),
        "There is clusterIds, and no cluster_ids.",
    ),
    "a child is listed twice": (
        telling("get_release_state", wave_ids=["wave:w1", "wave:w2", "wave:w1"]),
        "duplicate",
        R,
        "It lists wave:w1 more than once",
    ),
    "an app stands among clusters": (
        telling("get_wave_state wave:w2", cluster_ids=["app:a4"]),
        "wrong_type",
        ("wave:w2/app:a4", "release:r", "get_wave_state(wave:w2)"),
        "app:a4 is listed as a cluster, which its ID says it is not.",
    ),
    "a wave holds itself": (
        telling("get_wave_state wave:w2", cluster_ids=["wave:w2"]),
        "wrong_type",
        ("wave:w2/wave:w2", "release:r", "get_wave_state(wave:w2)"),
        "wave:w2 is listed as a cluster",
    ),
    "a child belongs elsewhere": (
        telling(APP, bundle_id="bundle:other"),
        "orphaned",
        A1,
        'It says that it belongs to "bundle:other", not to bundle:b1.',
    ),
    "a child is known to nobody": (
        without(APP),
        "entity_not_found",
        ("wave:w1/cluster:c1/bundle:b1/app:a1", "app:a1", "get_app_state()"),
        "get_app_state(app:a1) of workflow release:r answers null, and there is no workflow app:a1.",
    ),
    "an answer is too large": (
        answering(WAVE, {"$padding": 2_200_000, "id": "wave:w1", "state": "x"}),
        "query_failed",
        W1,
        "Blob data size exceeds limit",
    ),
    "the hierarchy raises": (
        answering("get_hierarchy", {"$raise": "not yet"}),
        "hierarchy_failed",
        ("", "release:r", "get_hierarchy()"),
        "not yet",
    ),
    "the hierarchy is too large": (
        answering("get_hierarchy", {"$padding": 2_200_000}),
        "hierarchy_failed",
        ("", "release:r", "get_hierarchy()"),
        "Blob data size exceeds limit",
    ),
    "the hierarchy is no object": (
        answering("get_hierarchy", [small()]),
        "hierarchy_no_object",
        ("", "release:r", "get_hierarchy()"),
        "The answer is a list",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_workflow_is_told_of_by_its_one_fault_and_where_that_is(world: World, name: str) -> None:
    change, code, (path, workflow_id, query), found = BROKEN[name]
    await world.start("release:r", told(change))

    seen, place = only(await checked(world.gateway(), RELEASE_ID))

    assert seen == code
    assert (place.release_id, place.path, place.workflow_id, place.query) == ("release:r", path, workflow_id, query)
    assert found in place.found


async def test_each_of_ten_faults_in_one_release_is_named(world: World) -> None:
    names = [f"w{n}" for n in range(10)]
    answers = dict(workflows(release("r", *(wave(name) for name in names)))["release:r"])
    broken: list[tuple[Any, str]] = [
        ({"$raise": "boom"}, "query_failed"),
        ([], "invalid_payload"),
        ({"id": "wave:elsewhere", "state": "pending"}, "wrong_id"),
        ({"id": "wave:w3", "state": "levitating"}, "unknown_state"),
        ({"id": "wave:w4", "state": "pending", "cluster_ids": ["wave:w4"]}, "wrong_type"),
        ({"id": "wave:w5", "state": "pending", "release_id": "release:s"}, "orphaned"),
        ({"id": "wave:w6", "state": "pending", "clusterIds": []}, "misnamed_field"),
        ({"id": "wave:w7", "state": "pending", "created_at": NOW, "updated_at": "2024-01-01T00:00:00Z"}, "odd_times"),
        ({"id": "wave:w8", "state": "pending", "cluster_ids": ["cluster:none"]}, "entity_not_found"),
        (None, "entity_not_found"),
    ]
    answers |= {f"get_wave_state wave:{name}": answer for name, (answer, _) in zip(names, broken, strict=True)}
    await world.start("release:r", answers)

    report = await checked(world.gateway(), RELEASE_ID)

    found = {(place.path or "").partition("/")[0]: code for code in codes(report) for place in places_of(report, code)}
    assert found == {f"wave:{name}": code for name, (_, code) in zip(names, broken, strict=True)}


async def test_each_fault_of_one_answer_is_named(world: World) -> None:
    wrong = {"id": "wave:w1", "state": 7, "sequence": "one", "created_at": "soon", "cluster_ids": 3}
    await world.start("release:r", told(answering(WAVE, wrong)))

    report = await checked(world.gateway(), RELEASE_ID)

    assert [place.found for place in places_of(report, "invalid_payload")] == [
        "state is a number, not a text.",
        'created_at is "soon", not an ISO 8601 time.',
        'sequence is "one", not an integer.',
        "cluster_ids is a number, not a list.",
    ]


async def test_a_state_that_is_called_status_is_missing_and_the_name_is_told(world: World) -> None:
    await world.start("release:r", told(lacking(WAVE, "state", status="in_progress")))

    report = await checked(world.gateway(), RELEASE_ID)

    assert codes(report) == {"invalid_payload", "misnamed_field"}
    assert [place.found for place in places_of(report, "misnamed_field")] == ["There is status, and no state."]


async def test_the_fault_of_one_of_ten_workflows_names_its_release(world: World) -> None:
    for n in range(10):
        plan = release(f"r{n}", wave("w"), state="deploying" if n else "levitating")
        await world.start(f"release:r{n}", whole(plan))

    code, place = only(await checked(world.gateway(), *(EntityId(f"release:r{n}") for n in range(10))))

    assert (code, place.release_id) == ("unknown_state", "release:r0")


async def test_what_is_so_of_many_is_told_once_with_how_many_there_are(world: World) -> None:
    apps = [app(f"a{n}", "levitating") for n in range(12)]
    await world.start("release:r", whole(release("r", wave("w", cluster("c", bundle("b", *apps))))))

    _, place = only(await checked(world.gateway(), RELEASE_ID))

    assert place.found == 'The state is "levitating". So it is of 11 more apps.'
    assert (place.path, place.query) == ("wave:w/cluster:c/bundle:b/app:a0", "get_hierarchy()")


async def test_what_is_wrong_in_the_hierarchy_is_told_with_the_hierarchy(world: World) -> None:
    plan = release("r", wave("w", cluster("c", bundle("b", app("a", version=2)))))
    await world.start("release:r", whole(plan))

    code, place = only(await checked(world.gateway(), RELEASE_ID))

    assert (code, place.workflow_id, place.query) == ("invalid_payload", "release:r", "get_hierarchy()")
    assert place.path == "wave:w/cluster:c/bundle:b/app:a"


async def test_the_releases_own_query_is_checked_beside_the_hierarchy(world: World) -> None:
    await world.start("release:r", {**whole(small()), "get_release_state": {"id": "release:r"}})

    code, place = only(await checked(world.gateway(), RELEASE_ID))

    assert (code, place.query, place.found) == ("invalid_payload", "get_release_state()", "The answer has no state.")


async def test_an_id_in_two_places_is_told_in_both(world: World) -> None:
    twice = release("r", wave("w", cluster("c1", bundle("b1", app("a"))), cluster("c2", bundle("b2", app("a")))))
    await start_all(world, workflows(twice))

    report = await checked(world.gateway(), RELEASE_ID)

    assert codes(report) == {"ambiguous"}
    assert len(places_of(report, "ambiguous")) == 2


# What is not offered


async def test_a_release_that_offers_none_of_our_queries_is_told_what_it_offers(world: World) -> None:
    await world.start("release:r", {"get_releases_state": {}, "status": {}})

    report = await checked(world.gateway(), RELEASE_ID)

    [place] = places_of(report, "not_offered")
    assert "is get_releases_state meant as get_release_state?" in place.found
    assert "status" in place.found
    assert codes(report) == {"not_offered"}


async def test_a_release_whose_query_nobody_registered_says_so_of_each_level(world: World) -> None:
    answers = {key.replace("get_wave_state", "get_waves_state"): answer for key, answer in told(lambda _: None).items()}
    await world.start("release:r", answers)

    report = await checked(world.gateway(), RELEASE_ID)

    assert codes(report) == {"entity_not_found"}
    assert places_of(report, "entity_not_found")[0].found == (
        "No workflow above it offers get_wave_state (is get_waves_state meant as get_wave_state?),"
        " and there is no workflow wave:w1."
    )


async def test_a_workflow_of_an_entity_that_does_not_offer_its_query_is_named(world: World) -> None:
    each = workflows(small(), LEVELS)
    each["cluster:c1"] = {"get_clusters_state": {}}
    await start_all(world, each)

    code, place = only(await checked(world.gateway(), RELEASE_ID))

    assert code == "not_offered"
    assert (place.path, place.workflow_id, place.query) == (
        "wave:w1/cluster:c1",
        "cluster:c1",
        "get_cluster_state()",
    )
    assert "is get_clusters_state meant as get_cluster_state?" in place.found


async def test_a_release_that_offers_the_hierarchy_alone_is_told_of_the_list(world: World) -> None:
    await world.start("release:r", {"get_hierarchy": small()})

    code, place = only(await checked(world.gateway(), RELEASE_ID))

    assert (code, place.workflow_id, place.query) == ("no_release_state", "release:r", "get_release_state")


async def test_an_old_worker_is_no_more_than_a_warning(world: World) -> None:
    await world.start_worker("old", old=True)
    await start_all(world, workflows(small(), ("cluster",)), worker="old")

    report = await checked(world.gateway(), RELEASE_ID)

    assert codes(report) == {"offers_unknown"}
    assert report.number_of(Weight.ERROR) == 0
    assert report.checked[0].entities == 13


# Workers and servers


async def test_a_release_whose_worker_is_gone_is_told_to_run_one(world: World) -> None:
    await world.start("release:r", whole(small()))
    await world.gateway().query("release:r", "get_release_state")
    await world.stop_worker()

    report = await checked(world.gateway(query_timeout=1), RELEASE_ID, patience=1)

    code, place = only(report)
    assert (code, place.workflow_id) == ("no_worker", "release:r")
    assert place.found.endswith("Its task queue is worker, its workflow type HolderWorkflow.")
    assert report.checked[0].entities is None


async def test_a_part_whose_worker_is_gone_is_told_of_and_the_rest_is_read(world: World) -> None:
    each = workflows(small(), ("cluster",))
    await world.start_worker("gone")
    await world.start("cluster:c1", each.pop("cluster:c1"), worker="gone")
    await world.gateway().query("cluster:c1", "get_cluster_state")
    await world.stop_worker("gone")
    await start_all(world, each)

    code, place = only(await checked(world.gateway(query_timeout=3), RELEASE_ID, patience=3))

    assert (code, place.path, place.workflow_id) == ("no_worker", "wave:w1/cluster:c1", "cluster:c1")
    assert place.found.endswith("Its task queue is gone, its workflow type HolderWorkflow.")


@pytest.mark.temporal
async def test_a_workflow_whose_tasks_fail_is_told_with_its_type_and_where_to_look(
    temporal_server: TemporalServer,
) -> None:
    async with real_world(temporal_server) as world:
        await world.client.start_workflow("Forgotten", id="release:r", task_queue="worker")

        report = await checked(world.gateway(query_timeout=1), RELEASE_ID, patience=1)

    [fault] = report.faults
    assert fault.code == "no_worker"
    assert "has its workflow type registered" in fault.advice
    assert places_of(report, "no_worker")[0].found.endswith("Its task queue is worker, its workflow type Forgotten.")


async def test_a_worker_that_ended_releases_have_lost_is_told_so(world: World) -> None:
    await world.start("release:r", whole(small()))
    await world.gateway().query("release:r", "get_release_state")
    await world.end("release:r", RunStatus.COMPLETED)
    await world.stop_worker()

    report = await checked(world.gateway(query_timeout=1), RELEASE_ID, patience=1)

    [fault] = report.faults
    assert fault.code == "no_worker"
    assert "has ended" in fault.title


async def test_a_slow_query_is_told_with_its_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releases.release_checkup.SLOW_SECONDS", 1.2)
    slow = {"$sleep": 1.5, "id": "app:a1", "state": "running"}
    await world.start("release:r", told(answering(APP, slow)))

    report = await checked(world.gateway(), RELEASE_ID)

    code, place = only(report)
    assert (code, place.workflow_id, place.query) == ("slow", "release:r", "get_app_state(app:a1)")
    assert re.match(r"It took \d\.\d s\.", place.found)


async def test_a_query_that_is_not_answered_in_time_is_told_apart_from_those_that_waited_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.release_checkup.SLOW_SECONDS", 1.0)
    late = {"$sleep": 1.8, "id": "app:a1", "state": "running"}
    await world.start("release:r", told(answering(APP, late)))

    report = await checked(world.gateway(query_timeout=1.2), RELEASE_ID, patience=1.2)

    assert codes(report) <= {"query_timeout", "not_reached"}
    assert [place.path for place in places_of(report, "query_timeout")] == [A1[0]]


async def test_a_workflow_that_completed_while_its_state_says_otherwise_is_told_of(world: World) -> None:
    await world.start("release:r", whole(small()))
    await world.gateway().query("release:r", "get_release_state")
    await world.end("release:r", RunStatus.COMPLETED)

    code, place = only(await checked(world.gateway(), RELEASE_ID))

    assert (code, place.found) == ("unfinished", 'The state is "deploying".')


async def test_a_server_that_is_gone_is_told_of_and_nothing_else(world: World) -> None:
    report = await checked(world.lost_gateway())

    assert codes(report) == {"unreachable"}
    assert (report.answered_after, report.found, report.checked) == (None, None, [])


@pytest.mark.temporal
async def test_a_namespace_that_is_not_there_is_told_of_as_such(temporal_server: TemporalServer) -> None:
    report = await checked(TemporalGateway(GatewayConfig(host=temporal_server.host, namespace="nowhere")))

    assert codes(report) == {"no_namespace"}


async def test_credentials_that_are_refused_are_told_of_as_such() -> None:
    class Refusing(FakeGateway):
        async def check(self) -> None:
            raise CredentialsRefused("PERMISSION_DENIED: Request unauthorized.")

    report = await checked(Refusing(FakeTemporal(), GatewayConfig()))

    assert codes(report) == {"credentials_refused"}


async def test_a_server_that_stops_answering_on_the_way_is_told_of() -> None:
    temporal = FakeTemporal(refused={"query"})
    temporal.start("release:r", whole(small()))

    report = await checked(temporal.gateway())

    assert codes(report) == {"temporal_unavailable"}


# Which releases are found


async def test_where_no_release_is_found_that_is_an_error(world: World) -> None:
    report = await checked(world.gateway())

    assert codes(report) == {"no_releases"}
    assert report.number_of(Weight.ERROR) == 1


async def test_a_list_query_that_temporal_refuses_is_told_of_with_its_reason(world: World) -> None:
    report = await checked(world.gateway(), query=f"{LIST_QUERY} ORDER BY StartTime")

    code, place = only(report)
    assert code == "list_query_refused"
    assert "INVALID_ARGUMENT" in place.found


async def test_a_visibility_that_is_down_is_not_taken_for_a_bad_query() -> None:
    assert codes(await checked(FakeTemporal(refused={"list_runs"}).gateway())) == {"list_unavailable"}


async def test_workflows_that_are_no_releases_are_named(world: World) -> None:
    await world.start("release:r", whole(small()))
    await world.start("release:not one", {})
    gateway = world.gateway()
    await listed(gateway, LIST_QUERY, lambda runs: len(runs) == 2)

    report = await checked(gateway)

    code, place = only(report)
    assert (code, place.workflow_id) == ("not_releases", "release:not one")
    assert [one.release_id for one in report.checked] == ["release:r"]


async def test_a_release_that_never_was_is_told_of_with_the_workflow_that_was_looked_for(world: World) -> None:
    code, place = only(await checked(world.gateway(), RELEASE_ID, template="deploy-{name}"))

    assert (code, place.found) == ("no_such_release", "There is no workflow deploy-r.")


async def test_a_release_that_the_list_query_does_not_find_is_told_of(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.checkup.LISTED_PAUSE", 0.0)
    await world.start("release:r", whole(small()))

    code, place = only(await checked(world.gateway(), RELEASE_ID, query='ExecutionStatus = "Failed"'))

    assert (code, place.workflow_id) == ("not_listed", "release:r")


async def test_a_query_that_finds_all_and_sundry_is_not_followed_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releases.gateway.VISIBILITY_PAGE", 2)
    monkeypatch.setattr("releases.checkup.RUNS_LOOKED_THROUGH", 4)
    temporal = FakeTemporal()
    for n in range(7):
        temporal.start(f"release:{n}", {"get_release_state": {"id": f"release:{n}", "state": "deploying"}})

    report = await checked(temporal.gateway(), at_most=1)

    assert codes(report) == {"list_query_broad"}
    assert report.found == 4


# What it costs


async def test_no_more_is_kept_of_a_fault_than_a_report_can_hold() -> None:
    temporal = FakeTemporal()
    apps = [app(f"a{n}", version=n) for n in range(250)]
    temporal.start("release:r", whole(release("r", wave("w", cluster("c", bundle("b", *apps))))))

    report = await checked(temporal.gateway())

    [places] = report.faults.values()
    assert (places.count, len(places.kept)) == (250, 100)


async def test_what_a_query_raises_is_cut() -> None:
    temporal = FakeTemporal()
    temporal.start("release:r", told_in_memory({"$raise": "x" * 100_000}))

    _, place = only(await checked(temporal.gateway()))

    assert len(place.found) < 400


def told_in_memory(answer: Any) -> dict[str, Any]:
    def fail(_: str | None) -> Any:
        raise RuntimeError(answer["$raise"])

    return {
        "get_release_state": {"id": "release:r", "state": "deploying", "wave_ids": ["wave:w"]},
        "get_wave_state": fail,
    }


async def test_releases_whose_workers_are_gone_cost_one_time_out_together() -> None:
    temporal = FakeTemporal()
    for n in range(8):
        temporal.start(f"release:{n}", whole(small(str(n))))
    temporal.stop_worker()
    loop = asyncio.get_running_loop()

    began = loop.time()
    report = await checked(temporal.gateway(query_timeout=0.5), patience=0.5)

    assert loop.time() - began < 2
    assert len(places_of(report, "no_worker")) == 8
