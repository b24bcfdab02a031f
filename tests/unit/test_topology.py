"""What workflows answer, decoded; and which of them to ask."""

import copy
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.domain import EntityId, EntityType, ProblemCode
from releases.topology import ReleaseWorkflowIds, Reported, Workflow, decode, holders_of, misplaced

APP, BUNDLE, CLUSTER, WAVE, RELEASE = (
    EntityType.APP,
    EntityType.BUNDLE,
    EntityType.CLUSTER,
    EntityType.WAVE,
    EntityType.RELEASE,
)
RELEASE_ID = EntityId("release:r")


def read(payload: Any, entity_id: str = "release:r", parent_id: str | None = None) -> Reported:
    identified = EntityId(entity_id)
    return decode(payload, identified, identified.type, parent_id)


def problem_of(reported: Reported) -> ProblemCode | None:
    return reported.problem.code if reported.problem else None


def shape(reported: Reported) -> Any:
    """An entity's ID and state, with those of all below it that were told of; the bare ID of one that was not."""
    children = [shape(reported.embedded[i]) if i in reported.embedded else str(i) for i in reported.child_ids]
    return str(reported.id), reported.state, children


# The fields of one entity


def test_an_entity_has_the_fields_that_its_workflow_gives() -> None:
    app = read(
        {
            "id": "app:api",
            "state": "Deploying …",
            "name": "API gateway",
            "error_message": "No space left.",
            "created_at": "2025-11-22T10:00:00Z",
            "updated_at": "2025-11-22T12:00:00.5+02:00",
            "version": "1.2.3",
            "bundle_id": "bundle:core",
        },
        "app:api",
        "bundle:core",
    )

    assert app == Reported(
        EntityId("app:api"),
        APP,
        state="Deploying …",
        name="API gateway",
        error_message="No space left.",
        created_at=datetime(2025, 11, 22, 10, tzinfo=UTC),
        updated_at=datetime(2025, 11, 22, 10, 0, 0, 500_000, tzinfo=UTC),
        version="1.2.3",
    )


def test_what_is_optional_may_be_missing_or_null() -> None:
    wave = read({"id": "wave:w", "state": "pending", "name": None, "sequence": None, "cluster_ids": None}, "wave:w")

    assert wave == Reported(EntityId("wave:w"), WAVE, state="pending")


def test_a_time_without_a_zone_is_utc() -> None:
    wave = read({"id": "wave:w", "state": "pending", "created_at": "2025-11-22T10:00:00"}, "wave:w")

    assert wave.created_at == datetime(2025, 11, 22, 10, tzinfo=UTC)


def test_fields_that_nobody_knows_are_kept() -> None:
    payload = {
        "id": "app:a",
        "state": "running",
        "team": "payments",
        "links": [{"url": "https://example.com"}],
        # Of other types, so unknown to this one:
        "sequence": 3,
        "app_ids": ["app:b"],
    }

    app = read(payload, "app:a")

    assert app.extra == {name: value for name, value in payload.items() if name not in ("id", "state")}
    assert app.problem is None


def test_a_release_says_its_workflow_and_that_is_not_an_unknown_field() -> None:
    assert read({"id": "release:r", "state": "deploying", "workflow_id": "release:r"}).extra == {}


def test_an_unknown_field_named_as_the_type_is_kept_beside_the_entitys_own() -> None:
    app = read({"id": "app:a", "state": "running", "app": {"state": "odd", "port": 80}}, "app:a")

    assert (app.state, app.extra) == ("running", {"app": {"state": "odd", "port": 80}})


def test_what_nests_without_end_is_cut() -> None:
    deep: Any = []
    for _ in range(600):
        deep = [deep]

    extra = read({"id": "app:a", "state": "running", "deep": deep}, "app:a").extra

    assert orjson.dumps(extra).count(b"[") == 32


# The forms of a whole tree


NESTED = {
    "id": "release:r",
    "state": "deploying",
    "waves": [
        {
            "id": "wave:w1",
            "state": "in_progress",
            "clusters": [
                {
                    "id": "cluster:c1",
                    "state": "installing",
                    "bundle": {
                        "id": "bundle:b1",
                        "state": "deploying",
                        "apps": [{"id": "app:a1", "state": "running"}, {"id": "app:a2", "state": "pending"}],
                    },
                }
            ],
        },
        {"id": "wave:w2", "state": "pending", "clusters": []},
    ],
}
EXPECTED: Any = (
    "release:r",
    "deploying",
    [
        (
            "wave:w1",
            "in_progress",
            [
                (
                    "cluster:c1",
                    "installing",
                    [("bundle:b1", "deploying", [("app:a1", "running", []), ("app:a2", "pending", [])])],
                )
            ],
        ),
        ("wave:w2", "pending", []),
    ],
)


def with_bundles() -> Any:
    tree: Any = copy.deepcopy(NESTED)
    cluster = tree["waves"][0]["clusters"][0]
    cluster["bundles"] = [cluster.pop("bundle")]
    return tree


def wrapped(entity: Any, *levels: EntityType) -> Any:
    level, *rest = levels
    children = {name: value for name, value in entity.items() if rest and name == rest[0].plural}
    fields = {name: value for name, value in entity.items() if name not in children}
    if level is APP:
        return entity
    return {
        level.value: fields,
        **{name: [wrapped(child, *rest) for child in value] for name, value in children.items()},
    }


def with_ids_too() -> Any:
    tree = with_bundles()
    tree["wave_ids"] = ["wave:w1", "wave:w2"]
    tree["waves"][0] |= {"cluster_ids": ["cluster:c1"], "release_id": "release:r"}
    tree["waves"][0]["clusters"][0] |= {"bundle_ids": ["bundle:b1"], "wave_id": "wave:w1"}
    return tree


@pytest.mark.parametrize(
    "payload",
    [
        NESTED,
        with_bundles(),
        wrapped(with_bundles(), RELEASE, WAVE, CLUSTER, BUNDLE, APP),
        with_ids_too(),
        wrapped(with_ids_too(), RELEASE, WAVE, CLUSTER, BUNDLE, APP),
    ],
    ids=["bundle", "bundles", "wrapped", "with IDs too", "wrapped with IDs too"],
)
def test_every_form_of_a_whole_tree_is_read(payload: Any) -> None:
    assert shape(read(payload)) == EXPECTED


def test_a_single_bundle_may_be_wrapped() -> None:
    cluster = read(
        {"id": "cluster:c", "state": "x", "bundle": {"bundle": {"id": "bundle:b", "state": "y"}, "apps": ["app:a"]}},
        "cluster:c",
    )

    assert shape(cluster) == ("cluster:c", "x", [("bundle:b", "y", ["app:a"])])


def test_children_may_be_given_by_id_alone() -> None:
    assert shape(read({"id": "release:r", "state": "x", "wave_ids": ["wave:b", "wave:a"]})) == (
        "release:r",
        "x",
        ["wave:b", "wave:a"],
    )
    assert shape(read({"id": "cluster:c", "state": "x", "bundle_id": "bundle:b"}, "cluster:c"))[2] == ["bundle:b"]
    assert shape(read({"id": "release:r", "state": "x", "waves": ["wave:b", "wave:a"]}))[2] == ["wave:b", "wave:a"]


def test_some_children_may_be_told_and_others_only_listed() -> None:
    release = read(
        {
            "id": "release:r",
            "state": "x",
            "wave_ids": ["wave:1", "wave:2", "wave:3"],
            "waves": [{"id": "wave:2", "state": "y"}, {"id": "wave:4", "state": "z"}, "wave:5"],
        }
    )

    assert shape(release)[2] == ["wave:1", ("wave:2", "y", []), "wave:3", ("wave:4", "z", []), "wave:5"]
    assert release.problem is None


def test_a_bundle_named_twice_in_different_words_is_one() -> None:
    told = {"id": "bundle:b", "state": "y"}
    for payload in (
        {"bundle_id": "bundle:b", "bundle_ids": ["bundle:b"]},
        {"bundle_id": "bundle:b", "bundle": told},
        {"bundle": told, "bundles": [told]},
    ):
        cluster = read({"id": "cluster:c", "state": "x", **payload}, "cluster:c")
        assert (cluster.child_ids, cluster.problem) == (("bundle:b",), None)


# What is wrong


@pytest.mark.parametrize("payload", [None, "text", 7, True, 1.5, [], [{"id": "app:a"}], b"\x00\xff"])
def test_an_answer_that_is_no_object_is_invalid(payload: Any) -> None:
    assert problem_of(read(payload)) is ProblemCode.INVALID_PAYLOAD


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"state": None},
        {"state": ""},
        {"state": " "},
        {"state": 7},
        {"state": ["running"]},
        {"state": "x" * 51},
        {"name": 7},
        {"error_message": {"text": "x"}},
        {"created_at": 1700000000},
        {"created_at": "yesterday"},
        {"created_at": "0001-01-01T00:00:00+23:00"},
        {"updated_at": ["2025-11-22"]},
        {"sequence": "1"},
        {"sequence": 1.5},
        {"sequence": True},
        {"cluster_ids": "cluster:c"},
        {"cluster_ids": {"cluster:c": {}}},
        {"cluster_ids": [7]},
        {"cluster_ids": [None]},
        {"cluster_ids": ["not an id"]},
        {"cluster_ids": [{"id": "cluster:c"}]},
        {"clusters": 7},
        {"clusters": [7]},
        {"clusters": [{"state": "x"}]},
        {"clusters": [{"id": "no id", "state": "x"}]},
    ],
)
def test_a_field_of_the_wrong_kind_is_a_problem_and_the_rest_is_read(wrong: dict[str, Any]) -> None:
    payload = {"id": "wave:w", "state": "pending", "error_message": "as it is", "team": "payments", **wrong}

    wave = read(payload, "wave:w", "release:r")

    assert problem_of(wave) is ProblemCode.INVALID_PAYLOAD
    assert wave.extra == {"team": "payments"}
    if "error_message" not in wrong:
        assert wave.error_message == "as it is"
    assert wave.problem is not None
    assert wave.problem.detail.endswith((".", "…"))


def test_a_version_that_is_no_text_is_invalid() -> None:
    app = read({"id": "app:a", "state": "running", "version": 2}, "app:a")

    assert (problem_of(app), app.version, app.state) == (ProblemCode.INVALID_PAYLOAD, None, "running")


def test_a_state_that_is_too_long_is_cut() -> None:
    assert read({"id": "release:r", "state": "x" * 10_000}).state == "x" * 50
    assert read({"id": "release:r", "state": "x" * 50}).problem is None


def test_well_formed_children_stand_beside_malformed_ones() -> None:
    release = read({"id": "release:r", "state": "x", "wave_ids": ["wave:1", None, "wave:2"]})

    assert release.child_ids == ("wave:1", "wave:2")
    assert problem_of(release) is ProblemCode.INVALID_PAYLOAD


def test_an_answer_for_another_entity_is_told() -> None:
    release = read({"id": "release:other", "state": "x"})

    assert (problem_of(release), release.id) == (ProblemCode.WRONG_ID, RELEASE_ID)


def test_an_entity_that_says_it_belongs_elsewhere_is_orphaned() -> None:
    wave = {"id": "wave:w", "state": "x", "release_id": "release:other"}

    assert problem_of(read(wave, "wave:w", "release:r")) is ProblemCode.ORPHANED
    assert problem_of(read(wave | {"release_id": "release:r"}, "wave:w", "release:r")) is None
    assert problem_of(read({"id": "release:r", "state": "x", "waves": [wave]}).embedded[EntityId("wave:w")]) is (
        ProblemCode.ORPHANED
    )


def test_a_child_listed_twice_is_shown_once_and_told() -> None:
    for children in ({"wave_ids": ["wave:1", "wave:2", "wave:1"]}, {"waves": [{"id": "wave:1", "state": "x"}] * 2}):
        release = read({"id": "release:r", "state": "x", **children})
        assert release.child_ids[0] == "wave:1"
        assert len(set(release.child_ids)) == len(release.child_ids)
        assert problem_of(release) is ProblemCode.DUPLICATE


def test_an_id_of_another_type_stands_in_its_place_with_a_problem() -> None:
    told = read({"id": "release:r", "state": "x", "waves": [{"id": "app:a", "state": "y"}]})
    listed = read({"id": "release:r", "state": "x", "wave_ids": ["release:r"]})

    child = told.embedded[EntityId("app:a")]
    assert (problem_of(child), child.type, child.state) == (ProblemCode.WRONG_TYPE, WAVE, "y")
    assert listed.child_ids == ("release:r",)
    assert problem_of(misplaced(RELEASE_ID, WAVE)) is ProblemCode.WRONG_TYPE


def test_the_first_thing_that_is_wrong_is_the_one_that_is_told() -> None:
    wave = read({"id": "wave:other", "state": 7, "release_id": "release:other"}, "wave:w", "release:r")

    assert problem_of(wave) is ProblemCode.WRONG_ID


def test_what_else_is_wrong_is_kept_beside_it_as_far_as_anybody_reads_on() -> None:
    wrong = {"id": "wave:other", "state": 7, "sequence": "x", "cluster_ids": list(range(100))}
    wave = read(wrong, "wave:w", "release:r")

    assert [problem.detail for problem in wave.more_problems[:3]] == [
        "state is a number, not a text.",
        'sequence is "x", not an integer.',
        "It lists a number among its clusters: not an entity ID.",
    ]
    assert len(wave.more_problems) == 9


def test_a_problem_never_quotes_a_whole_payload() -> None:
    for payload in ("x" * 5000, {"id": "y" * 5000}, {"id": "release:r", "state": "s", "wave_ids": ["z" * 5000]}):
        reported = read(payload)
        assert reported.problem is not None
        assert len(reported.problem.detail) < 200


_names = st.sampled_from(
    [
        *("id", "state", "name", "error_message", "created_at", "updated_at", "sequence", "version", "workflow_id"),
        *(f"{level}{end}" for level in EntityType for end in ("", "s", "_id", "_ids")),
        "other",
    ]
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    # What a JSON decoder gives holds no halves of characters.
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    | st.sampled_from(["release:r", "wave:w", "cluster:c", "bundle:b", "app:a", "2025-11-22T10:00:00Z"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=6),
    max_leaves=20,
)


@given(st.one_of(st.dictionaries(_names, json_values), json_values, st.binary()), st.sampled_from(EntityType))
def test_whatever_is_answered_is_read_without_an_error_and_can_be_passed_on(
    payload: Any, entity_type: EntityType
) -> None:
    pending = [decode(payload, EntityId.of(entity_type, "x"), entity_type, "release:r")]
    while pending:
        reported = pending.pop()
        assert len(set(reported.child_ids)) == len(reported.child_ids)
        assert set(reported.embedded) <= set(reported.child_ids)
        assert all(isinstance(child_id, EntityId) for child_id in reported.child_ids)
        assert reported.state is None or 1 <= len(reported.state) <= 50
        assert reported.state is not None or reported.problem is not None
        orjson.dumps([reported.state, reported.name, reported.error_message, reported.version, reported.sequence])
        orjson.dumps([reported.created_at, reported.updated_at, reported.problem and reported.problem.detail])
        orjson.dumps(reported.extra)
        pending += reported.embedded.values()


# Which workflow to ask


def workflow(workflow_id: str, *offers: str) -> Workflow:
    return Workflow(workflow_id, EntityId(workflow_id).type, frozenset(offers))


def old(workflow_id: str) -> Workflow:
    return Workflow(workflow_id, EntityId(workflow_id).type, None)


def holders(entity_type: EntityType, *ancestors: Workflow) -> list[str]:
    return [holder.workflow_id for holder in holders_of(entity_type, ancestors)]


def test_the_nearest_ancestor_that_offers_the_query_is_the_one_to_ask() -> None:
    release = workflow("release:r", "get_wave_state", "get_app_state")
    wave = workflow("wave:w", "get_cluster_state", "get_app_state")

    assert holders(WAVE, release) == ["release:r"]
    assert holders(CLUSTER, release, wave) == ["wave:w"]
    assert holders(APP, release, wave) == ["wave:w"]
    assert holders(BUNDLE, release, wave) == []


def test_old_workers_are_tried_from_the_nearest_up_to_the_first_that_says_it_offers_the_query() -> None:
    offering = workflow("wave:w", "get_app_state")

    assert holders(APP, old("release:r"), offering, old("cluster:c")) == ["cluster:c", "wave:w"]
    assert holders(APP, old("release:r"), workflow("wave:w"), old("cluster:c")) == ["cluster:c", "release:r"]


def test_without_ancestors_nobody_holds_anything() -> None:
    assert holders(WAVE) == []


# Workflow IDs


@given(
    st.sampled_from(["{id}", "{name}", "deploy-{name}", "{name}-deploy", "a{id}a", "x-{name}-x", "release:{name}"]),
    st.from_regex(r"[A-Za-z0-9_.-]{1,20}", fullmatch=True),
)
def test_a_release_is_found_again_by_its_workflow(template: str, name: str) -> None:
    ids = ReleaseWorkflowIds(template)
    release_id = EntityId(f"release:{name}")

    assert ids.release_of(ids.workflow_of(release_id)) == release_id


def test_by_default_the_workflow_is_named_as_its_release() -> None:
    assert ReleaseWorkflowIds().workflow_of(RELEASE_ID) == "release:r"


def test_a_template_places_the_name_alone() -> None:
    assert ReleaseWorkflowIds("deploy-{name}-v2").workflow_of(RELEASE_ID) == "deploy-r-v2"


@pytest.mark.parametrize(
    ("template", "workflow_id"),
    [
        ("{id}", "wave:w"),
        ("{id}", "release:"),
        ("{id}", "release:a b"),
        ("{id}", ""),
        ("deploy-{name}", "deploy-"),
        ("deploy-{name}", "other-r"),
        ("x-{name}-x", "x-x"),
        ("{name}-deploy", "r"),
        ("deploy-{id}", "deploy-app:a"),
    ],
)
def test_a_workflow_of_another_name_runs_no_release(template: str, workflow_id: str) -> None:
    assert ReleaseWorkflowIds(template).release_of(workflow_id) is None
