"""Trees of releases of every topology, read from Temporal in memory and from a real server."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from releases.domain import EntityId, RunStatus
from releases.errors import QueryFailed, ReleaseNotFound
from releases.phases import Phase
from tests.integration.conftest import RELEASE_ID, Read
from tests.integration.plans import (
    LEVELS,
    Plan,
    alone,
    app,
    bundle,
    children_of,
    cluster,
    problems_in,
    release,
    shape_of,
    shape_of_tree,
    sized,
    small,
    start_all,
    states_in,
    walk,
    wave,
    whole,
    workflows,
)
from tests.workflows import Answers
from tests.worlds import World

MIXES = [
    (),
    LEVELS,
    ("wave",),
    ("cluster",),
    ("bundle",),
    ("app",),
    ("wave", "app"),
    ("cluster", "bundle"),
]


# Topologies


@pytest.mark.parametrize("own", MIXES, ids=lambda own: "+".join(own) or "one workflow")
async def test_a_release_is_read_whole_however_it_is_spread_over_workflows(
    world: World, reading: Read, own: tuple[str, ...]
) -> None:
    plan = small()
    await start_all(world, workflows(plan, own))

    tree = await reading().tree()

    assert shape_of_tree(tree.release) == shape_of(plan)
    assert problems_in(tree.release) == {}
    assert tree.run.status is RunStatus.RUNNING
    assert tree.release.rollup._asdict() == {
        "pending": 1,
        "active": 1,
        "succeeded": 1,
        "failed": 1,
        "stopped": 0,
        "unknown": 0,
    }


@pytest.mark.parametrize("own", [LEVELS, ("cluster",), ()], ids=lambda own: "+".join(own) or "one workflow")
async def test_workers_too_old_to_say_what_they_offer_are_tried(
    world: World, reading: Read, own: tuple[str, ...]
) -> None:
    await world.start_worker("old", old=True)
    await start_all(world, workflows(small(), own), worker="old")

    tree = await reading().tree()

    assert shape_of_tree(tree.release) == shape_of(small())
    assert problems_in(tree.release) == {}


async def test_an_entity_has_all_that_its_workflow_tells_of_it(world: World, reading: Read) -> None:
    plan = release("r", wave("w", name="First", sequence=7, created_at="2025-11-22T10:00:00Z", team="payments"))
    await start_all(world, workflows(plan, LEVELS))

    [told] = (await reading().tree()).release.children

    assert (told.name, told.sequence, told.extra) == ("First", 7, {"team": "payments"})
    assert told.created_at is not None
    assert told.created_at.isoformat() == "2025-11-22T10:00:00+00:00"
    assert (told.path, told.workflow_id, told.phase) == ("wave:w", "wave:w", Phase.ACTIVE)


async def test_apps_have_workflows_of_their_own_where_their_holder_answers_null(world: World, reading: Read) -> None:
    told = workflows(small(), ("app",))
    told["release:r"] = {**told["release:r"], "get_app_state app:none": {"id": "app:none", "state": "held"}}
    await start_all(world, told)
    reader = reading()

    tree = await reader.tree()

    assert shape_of_tree(tree.release) == shape_of(small())
    assert ("release:r", "get_app_state", "app:a1") in reader.gateway.asked
    assert ("app:a1", "get_app_state", None) in reader.gateway.asked


async def test_the_nearest_holder_is_asked_and_no_other(world: World, reading: Read) -> None:
    told = workflows(small(), ("cluster",))
    wrong = {f"get_bundle_state bundle:b{n}": {"id": f"bundle:b{n}", "state": "not from here"} for n in (1, 2, 3)}
    told["release:r"] = {**told["release:r"], **wrong}
    await start_all(world, told)

    tree = await reading().tree()

    assert shape_of_tree(tree.release) == shape_of(small())


async def test_a_workflow_that_answers_for_itself_whatever_it_is_asked_for_holds_nothing(
    world: World, reading: Read
) -> None:
    # One class for all entities: each offers every query, and none of them takes an argument.
    for workflow_id, told in workflows(small(), LEVELS).items():
        [itself] = told.values()
        await world.start(workflow_id, {f"get_{level}_state": itself for level in LEVELS}, heedless=True)

    tree = await reading().tree()

    assert shape_of_tree(tree.release) == shape_of(small())
    assert problems_in(tree.release) == {}


async def test_each_entity_names_the_workflow_that_answered_for_it(world: World, reading: Read) -> None:
    await start_all(world, workflows(small(), ("cluster",)))

    tree = await reading().tree()

    answered = {str(entity.id): entity.workflow_id for entity in tree.release.walk()}
    assert answered["wave:w1"] == "release:r"
    assert answered["cluster:c1"] == answered["bundle:b1"] == answered["app:a2"] == "cluster:c1"


async def test_a_template_leads_to_the_workflow_of_a_release(world: World, reading: Read) -> None:
    await world.start("deploy-r-eu", whole(small()))

    tree = await reading(template="deploy-{name}-eu").tree()

    assert shape_of_tree(tree.release) == shape_of(small())
    assert tree.run.workflow_id == "deploy-r-eu"


# The hierarchy at once


def wrapped(plan: Plan) -> Plan:
    field = {"wave": "clusters", "cluster": "bundles", "bundle": "apps", "release": "waves"}
    level = str(plan["id"]).partition(":")[0]
    if level == "app":
        return plan
    fields = {name: value for name, value in plan.items() if name != field[level]}
    return {level: fields, field[level]: [wrapped(child) for child in children_of(plan)]}


def with_one_bundle(plan: Plan) -> Plan:
    if "bundles" in plan:
        [only] = plan["bundles"]
        return {**{name: value for name, value in plan.items() if name != "bundles"}, "bundle": only}
    return {
        name: [with_one_bundle(child) for child in value] if name in ("waves", "clusters") else value
        for name, value in plan.items()
    }


@pytest.mark.parametrize("form", [lambda plan: plan, wrapped, with_one_bundle], ids=["nested", "wrapped", "bundle"])
async def test_a_hierarchy_is_read_in_every_form_with_one_query(world: World, reading: Read, form: Any) -> None:
    await world.start("release:r", {**whole(small()), "get_hierarchy": form(small())})
    reader = reading()

    tree = await reader.tree()

    assert shape_of_tree(tree.release) == shape_of(small())
    assert problems_in(tree.release) == {}
    assert reader.gateway.asked == [("release:r", "get_hierarchy", None)]


async def test_what_a_hierarchy_only_lists_is_asked_for(world: World, reading: Read) -> None:
    plan = small()
    told = workflows(plan, ("cluster",))
    short = {**plan, "waves": [alone(child) for child in plan["waves"]]}
    told["release:r"] = {**told["release:r"], "get_hierarchy": short}
    await start_all(world, told)
    reader = reading()

    tree = await reader.tree()

    assert shape_of_tree(tree.release) == shape_of(plan)
    asked = Counter(query for _, query, _ in reader.gateway.asked)
    assert asked["get_wave_state"] == 0
    assert asked["get_cluster_state"] == 3


@pytest.mark.parametrize("answer", [None, [], 7, {"$raise": "not yet"}, {"$bytes": "x"}, {"$padding": 2_200_000}])
async def test_where_the_hierarchy_can_not_be_had_the_tree_is_read_by_levels(
    world: World, reading: Read, answer: Any
) -> None:
    await start_all(world, {"release:r": {**workflows(small())["release:r"], "get_hierarchy": answer}})

    tree = await reading().tree()

    assert shape_of_tree(tree.release) == shape_of(small())
    assert problems_in(tree.release) == {}


async def test_a_hierarchy_over_two_megabytes_is_not_asked_for_again(world: World, reading: Read) -> None:
    await start_all(world, {"release:r": {**workflows(small())["release:r"], "get_hierarchy": {"$padding": 2_200_000}}})
    reader = reading()
    await reader.tree()
    assert ("release:r", "get_hierarchy", None) in reader.gateway.asked
    reader.forget_calls()

    tree = await reader.tree()

    assert shape_of_tree(tree.release) == shape_of(small())
    assert ("release:r", "get_hierarchy", None) not in reader.gateway.asked


async def test_a_hierarchy_over_two_megabytes_stays_dropped_while_a_child_is_missing(
    world: World, reading: Read
) -> None:
    told = {**workflows(small())["release:r"], "get_hierarchy": {"$padding": 2_200_000}}
    del told["get_app_state app:a2"]
    await world.start("release:r", told)
    reader = reading()
    await reader.tree()
    reader.forget_calls()

    await reader.tree()

    assert ("release:r", "get_hierarchy", None) not in reader.gateway.asked


async def test_a_hierarchy_that_failed_for_a_moment_is_asked_for_again(
    world: World, reading: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.offers.DROPPED_SECONDS", 0.0)
    await world.start("release:r", {**whole(deployed_twice()), "get_hierarchy": {"$raise": "not yet"}})
    reader = reading()
    await reader.tree()
    await world.tell("release:r", whole(deployed_twice()))

    tree = await reader.tree()

    assert shape_of_tree(tree.release) == shape_of(deployed_twice())
    assert problems_in(tree.release) == {}


# What it costs


async def test_a_hierarchy_costs_one_description_and_one_query_and_the_second_look_no_more(
    world: World, reading: Read
) -> None:
    await world.start("release:r", whole(small()))
    reader = reading()

    for _ in range(2):
        reader.forget_calls()
        await reader.tree()
        assert reader.gateway.calls == {"describe": 1, "query": 1}


async def test_by_levels_each_entity_costs_a_query_and_what_is_offered_is_asked_once(
    world: World, reading: Read
) -> None:
    await start_all(world, workflows(small()))
    entities = len(list(walk(small())))
    reader = reading()

    await reader.tree()
    # One more query finds that no hierarchy is offered.
    assert reader.gateway.calls == {"describe": 1, "query": entities + 1, "offered_queries": 1}
    reader.forget_calls()
    await reader.tree()
    assert reader.gateway.calls == {"describe": 1, "query": entities}


async def test_with_a_workflow_each_what_is_offered_is_asked_once_of_those_that_hold_any(
    world: World, reading: Read
) -> None:
    await start_all(world, workflows(small(), LEVELS))
    entities = len(list(walk(small())))
    holding = sum(bool(children_of(entity)) for entity in walk(small()))
    reader = reading()

    await reader.tree()
    assert reader.gateway.calls["offered_queries"] == holding
    reader.forget_calls()
    await reader.tree()
    # One listing finds which of the workflows that seem to run have ended.
    assert reader.gateway.calls == {"describe": 1, "query": entities, "list_runs": 1}


async def test_a_release_alone_costs_one_description_and_one_query(world: World, reading: Read) -> None:
    await start_all(world, workflows(small(), LEVELS))
    reader = reading()

    found = await reader.reader.release(RELEASE_ID)

    assert (found.release.state, found.release.children) == ("deploying", ())
    assert reader.gateway.calls == {"describe": 1, "query": 1}


async def test_a_hundred_readers_at_once_cause_two_reads_at_most(world: World, reading: Read) -> None:
    await world.start("release:r", whole(small()))
    reader = reading()

    trees = await asyncio.gather(*(reader.tree() for _ in range(100)))

    assert all(shape_of_tree(tree.release) == shape_of(small()) for tree in trees)
    assert reader.gateway.calls["describe"] <= 2
    assert reader.gateway.calls["query"] <= 2


async def test_readers_of_different_releases_do_not_wait_for_each_other(world: World, reading: Read) -> None:
    names = [f"r{n}" for n in range(5)]
    for name in names:
        await world.start(f"release:{name}", whole(small(name)))
    reader = reading()

    trees = await asyncio.gather(*(reader.tree(EntityId(f"release:{name}")) for name in names))

    assert [tree.release.id.name for tree in trees] == names


async def test_what_changed_is_read_by_whoever_asks_afterwards(world: World, reading: Read) -> None:
    await world.start("release:r", whole(small()))
    reader = reading()
    await reader.tree()
    changed = {**small(), "state": "completed"}

    await world.tell("release:r", whole(changed))

    assert (await reader.tree()).release.state == "completed"


# Sizes


async def test_a_release_without_waves(world: World, reading: Read) -> None:
    await world.start("release:r", {"get_release_state": {"id": "release:r", "state": "completed"}})

    tree = await reading().tree()

    assert (tree.release.state, tree.release.children, tree.release.rollup.total) == ("completed", (), 0)
    assert tree.release.problem is None


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "by levels"])
@pytest.mark.parametrize(
    "plan",
    [
        release("r", wave("w", cluster("c", bundle("b", *(app(f"a{n}") for n in range(500)))))),
        release("r", *(wave(f"w{n}", cluster(f"c{n}")) for n in range(60))),
    ],
    ids=["500 apps in a bundle", "60 waves"],
)
async def test_a_release_that_is_wide_somewhere_is_whole(
    world: World, reading: Read, plan: Plan, at_once: bool
) -> None:
    await start_all(world, {"release:r": whole(plan)} if at_once else workflows(plan))

    tree = await reading().tree()

    assert shape_of_tree(tree.release) == shape_of(plan)
    assert problems_in(tree.release) == {}


@pytest.mark.parametrize("topology", ["at once", "by levels", "a workflow each"])
async def test_a_release_of_a_thousand_entities_is_whole(world: World, reading: Read, topology: str) -> None:
    plan = sized("r", waves=9, clusters=2, bundles=3, apps=17)
    own = LEVELS if topology == "a workflow each" else ()
    await start_all(world, {"release:r": whole(plan)} if topology == "at once" else workflows(plan, own))

    # A busy machine takes its time over a thousand first workflow tasks.
    tree = await reading(timeout=120).tree()

    assert problems_in(tree.release) == {}
    assert shape_of_tree(tree.release) == shape_of(plan)
    assert len(list(tree.release.walk())) == 1000


# Runs that ended


ENDS = {
    RunStatus.FAILED: "failed",
    RunStatus.CANCELED: "cancelled",
    RunStatus.TERMINATED: "terminated",
    RunStatus.TIMED_OUT: "timed_out",
}


async def start_to_end(world: World, workflow_id: str, answers: Answers, status: RunStatus) -> None:
    """Start it, let it answer once, and end it so."""
    await world.start(workflow_id, answers, times_out=status is RunStatus.TIMED_OUT)
    await world.gateway().query(workflow_id, next(iter(answers)))
    await world.end(workflow_id, status)


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "by levels"])
@pytest.mark.parametrize("status", ENDS)
async def test_how_a_release_ended_wins_and_what_was_active_in_it_was_interrupted(
    world: World, reading: Read, status: RunStatus, at_once: bool
) -> None:
    await start_to_end(world, "release:r", whole(small()) if at_once else workflows(small())["release:r"], status)

    tree = await reading().tree()

    assert tree.run.status is status
    assert (tree.release.state, tree.release.reported_state) == (ENDS[status], "deploying")
    assert states_in(tree.release) == {
        "release:r": ENDS[status],
        "wave:w1": "interrupted",
        "cluster:c1": "interrupted",
        "bundle:b1": "interrupted",
        "app:a1": "running",
        "app:a2": "interrupted",
        "cluster:c2": "interrupted",
        "bundle:b2": "interrupted",
        "app:a3": "failed",
        "wave:w2": "pending",
        "cluster:c3": "pending",
        "bundle:b3": "interrupted",
        "app:a4": "pending",
    }


async def test_a_release_that_completed_is_as_it_last_said(world: World, reading: Read) -> None:
    await start_to_end(world, "release:r", whole(small()), RunStatus.COMPLETED)

    tree = await reading().tree()

    assert shape_of_tree(tree.release) == shape_of(small())
    assert tree.run.ended_at is not None


async def test_workflows_that_outlive_their_release_are_shown_as_they_are(world: World, reading: Read) -> None:
    await start_all(world, workflows(small(), ("cluster",)))
    await reading().tree()
    await world.end("release:r", RunStatus.TERMINATED)

    states = states_in((await reading().tree()).release)

    assert (states["release:r"], states["wave:w1"]) == ("terminated", "interrupted")
    assert (states["cluster:c1"], states["app:a2"]) == ("deploying", "deploying")


@pytest.mark.parametrize("status", ENDS)
async def test_how_an_entitys_own_workflow_ended_wins_over_what_it_last_said(
    world: World, reading: Read, status: RunStatus
) -> None:
    told = workflows(small(), ("cluster",))
    await start_to_end(world, "cluster:c1", told.pop("cluster:c1"), status)
    await start_all(world, told)

    tree = await reading().tree()

    states = states_in(tree.release)
    assert (states["cluster:c1"], states["bundle:b1"], states["app:a2"]) == (ENDS[status], "interrupted", "interrupted")
    assert (states["app:a1"], states["cluster:c2"], states["wave:w1"]) == ("running", "deploying", "in_progress")
    assert problems_in(tree.release) == {}


async def test_how_an_entitys_own_workflow_ended_is_told_though_its_query_fails(world: World, reading: Read) -> None:
    told = workflows(small(), ("cluster",))
    del told["cluster:c1"]
    await start_all(world, told)
    await world.start("cluster:c1", {"get_cluster_state": {"$raise": "secret"}})
    await reading().tree()
    await world.end("cluster:c1", RunStatus.TERMINATED)

    tree = await reading().tree()

    assert states_in(tree.release)["cluster:c1"] == "terminated"
    assert problems_in(tree.release) == {"wave:w1/cluster:c1": "query_failed"}


async def test_a_workflow_that_ended_badly_and_was_started_again_is_at_work(world: World, reading: Read) -> None:
    told = workflows(small(), ("cluster",))
    await start_to_end(world, "cluster:c1", told["cluster:c1"], RunStatus.FAILED)
    await start_all(world, told)

    assert states_in((await reading().tree()).release)["cluster:c1"] == "deploying"


async def test_a_release_that_continues_as_new_is_followed(world: World, reading: Read) -> None:
    await start_all(world, workflows(small()))
    reader = reading()
    first = await reader.tree()
    await world.end("release:r", RunStatus.CONTINUED_AS_NEW)

    second = await reader.tree()

    assert second.run.run_id != first.run.run_id
    assert second.run.status is RunStatus.RUNNING
    assert shape_of_tree(second.release) == shape_of(small())


async def test_a_newer_run_may_offer_what_the_one_before_did_not(world: World, reading: Read) -> None:
    await start_to_end(world, "release:r", workflows(small())["release:r"], RunStatus.COMPLETED)
    reader = reading()
    await reader.tree()
    await world.start("release:r", whole(small()))
    await reader.tree()
    reader.forget_calls()

    await reader.tree()

    assert reader.gateway.asked == [("release:r", "get_hierarchy", None)]


# What is wrong stands in its place


async def test_a_release_that_never_was_is_not_found(reading: Read) -> None:
    for read in (reading().tree(), reading().reader.release(RELEASE_ID)):
        with pytest.raises(ReleaseNotFound):
            await read


async def test_a_release_whose_query_fails_has_failed(world: World, reading: Read) -> None:
    await world.start("release:r", {"get_release_state": {"$raise": "secret"}})

    for read in (reading().tree(), reading().reader.release(RELEASE_ID)):
        with pytest.raises(QueryFailed):
            await read


async def test_a_release_whose_query_fails_after_it_ended_is_shown_with_how_it_ended(
    world: World, reading: Read
) -> None:
    await world.start("release:r", {"get_release_state": {"$raise": "secret"}})
    with pytest.raises(QueryFailed):
        await reading().tree()
    await world.end("release:r", RunStatus.TERMINATED)

    for tree in (await reading().tree(), await reading().reader.release(RELEASE_ID)):
        assert tree.release.state == "terminated"
        assert problems_in(tree.release) == {"": "query_failed"}


async def test_a_missing_child_stands_in_its_place_beside_its_unharmed_siblings(world: World, reading: Read) -> None:
    told = workflows(small(), LEVELS)
    del told["wave:w2"]
    await start_all(world, told)

    tree = await reading().tree()

    present, missing = tree.release.children
    assert (present.state, len(list(present.walk()))) == ("in_progress", 8)
    assert (missing.id, missing.state, missing.phase, missing.children) == ("wave:w2", None, Phase.UNKNOWN, ())
    assert problems_in(tree.release) == {"wave:w2": "entity_not_found"}


async def test_a_child_that_neither_its_holder_nor_a_workflow_knows_is_missing(world: World, reading: Read) -> None:
    told = workflows(small())["release:r"]
    await world.start("release:r", {key: value for key, value in told.items() if key != "get_app_state app:a2"})

    tree = await reading().tree()

    assert problems_in(tree.release) == {"wave:w1/cluster:c1/bundle:b1/app:a2": "entity_not_found"}
    assert states_in(tree.release)["app:a1"] == "running"


async def test_a_query_that_fails_for_one_entity_harms_no_other(world: World, reading: Read) -> None:
    told = {**workflows(small())["release:r"], "get_cluster_state cluster:c1": {"$raise": "secret 10.0.0.7"}}
    await world.start("release:r", told)

    tree = await reading().tree()

    assert problems_in(tree.release) == {"wave:w1/cluster:c1": "query_failed"}
    assert states_in(tree.release)["app:a3"] == "failed"
    assert not any("secret" in entity.problem.detail for entity in tree.release.walk() if entity.problem)


@pytest.mark.parametrize("old", [False, True], ids=["new worker", "old worker"])
async def test_a_workflow_of_its_own_whose_query_fails_is_told(world: World, reading: Read, old: bool) -> None:
    await world.start_worker("other", old=old)
    told = workflows(small(), LEVELS)
    told["cluster:c1"] = {"get_cluster_state": {"$raise": "secret"}}
    await start_all(world, told, worker="other")

    assert problems_in((await reading().tree()).release) == {"wave:w1/cluster:c1": "query_failed"}


WRONG: list[tuple[Any, str]] = [
    ([], "invalid_payload"),
    (7, "invalid_payload"),
    ("pending", "invalid_payload"),
    ({"$bytes": "x"}, "invalid_payload"),
    ({}, "invalid_payload"),
    ({"id": "wave:6", "state": ""}, "invalid_payload"),
    ({"id": "wave:7", "state": "pending", "cluster_ids": "cluster:c3"}, "invalid_payload"),
    ({"id": "wave:other", "state": "pending"}, "wrong_id"),
    ({"id": "wave:9", "state": "pending", "release_id": "release:other"}, "orphaned"),
]


@pytest.mark.parametrize("own", [(), LEVELS], ids=["one workflow", "a workflow each"])
async def test_an_answer_of_the_wrong_shape_is_a_problem_of_that_entity_alone(
    world: World, reading: Read, own: tuple[str, ...]
) -> None:
    fine = wave("fine", cluster("c"))
    told = workflows(release("r", *(wave(f"{n}") for n, _ in enumerate(WRONG, 1)), fine), own)
    for n, (answer, _) in enumerate(WRONG, 1):
        if own:
            told[f"wave:{n}"] = {"get_wave_state": answer}
        else:
            told["release:r"] = {**told["release:r"], f"get_wave_state wave:{n}": answer}
    await start_all(world, told)

    tree = await reading().tree()

    assert problems_in(tree.release) == {f"wave:{n}": code for n, (_, code) in enumerate(WRONG, 1)}
    assert shape_of_tree(tree.release.children[-1]) == shape_of(fine)


async def test_ids_that_lead_in_a_circle_are_not_followed(world: World, reading: Read) -> None:
    await world.start(
        "release:r",
        {
            "get_release_state": {"id": "release:r", "state": "x", "wave_ids": ["release:r", "wave:w"]},
            "get_wave_state wave:w": {"id": "wave:w", "state": "x", "cluster_ids": ["wave:w", "release:r"]},
        },
    )

    tree = await reading().tree()

    assert problems_in(tree.release) == {
        "release:r": "wrong_type",
        "wave:w/wave:w": "wrong_type",
        "wave:w/release:r": "wrong_type",
    }


async def test_a_child_listed_twice_is_shown_once(world: World, reading: Read) -> None:
    told = workflows(small())["release:r"]
    twice = {**told["get_release_state"], "wave_ids": ["wave:w1", "wave:w2", "wave:w1"]}
    await world.start("release:r", {**told, "get_release_state": twice})

    tree = await reading().tree()

    assert [child.id for child in tree.release.children] == ["wave:w1", "wave:w2"]
    assert problems_in(tree.release) == {"": "duplicate"}


def deployed_twice() -> Plan:
    """One app under the same ID in two clusters, in a different state in each."""
    return release(
        "r",
        wave(
            "w",
            cluster("eu", bundle("eu", app("api", "running"))),
            cluster("us", bundle("us", app("api", "failed"))),
        ),
    )


async def test_an_id_in_two_places_has_a_state_in_each_where_the_hierarchy_tells_them(
    world: World, reading: Read
) -> None:
    await world.start("release:r", whole(deployed_twice()))

    tree = await reading().tree()

    assert {entity.path: entity.state for entity in tree.find("app:api")} == {
        "wave:w/cluster:eu/bundle:eu/app:api": "running",
        "wave:w/cluster:us/bundle:us/app:api": "failed",
    }
    assert problems_in(tree.release) == {}


@pytest.mark.parametrize("own", [(), LEVELS], ids=["one workflow", "a workflow each"])
async def test_an_id_in_two_places_is_ambiguous_in_both_where_only_the_id_can_be_asked_for(
    world: World, reading: Read, own: tuple[str, ...]
) -> None:
    await start_all(world, workflows(deployed_twice(), own))

    tree = await reading().tree()

    assert problems_in(tree.release) == {
        "wave:w/cluster:eu/bundle:eu/app:api": "ambiguous",
        "wave:w/cluster:us/bundle:us/app:api": "ambiguous",
    }


# The release of a run that is known


async def test_the_release_of_a_known_run_takes_one_query(world: World, reading: Read) -> None:
    await world.start("release:r", whole(small()))
    run = await world.gateway().describe("release:r")
    reader = reading()

    entity = await reader.reader.release_of_run(RELEASE_ID, run)

    assert (entity.state, entity.problem) == ("deploying", None)
    assert reader.gateway.calls == {"query": 1}


async def test_the_release_of_a_known_run_has_a_problem_where_it_can_not_be_read(world: World, reading: Read) -> None:
    await world.start("release:r", {"get_release_state": {"$raise": "secret"}})
    run = await world.gateway().describe("release:r")

    entity = await reading().reader.release_of_run(RELEASE_ID, run)

    assert entity.problem is not None
    assert (entity.state, entity.problem.code) == (None, "query_failed")


async def test_the_release_of_a_run_that_ended_badly_has_the_state_of_that(world: World, reading: Read) -> None:
    await start_to_end(world, "release:r", whole(small()), RunStatus.TERMINATED)
    run = await world.gateway().describe("release:r")

    entity = await reading().reader.release_of_run(RELEASE_ID, run)

    assert (entity.state, entity.reported_state) == ("terminated", "deploying")
