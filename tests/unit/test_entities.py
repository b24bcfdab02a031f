"""Entity IDs, levels, trees and roll-ups."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.domain import (
    Entity,
    EntityId,
    EntityType,
    Rollup,
    RunStatus,
    ended,
    transformed,
)
from releases.errors import InvalidEntityId
from releases.phases import Phase
from tests.unit.trees import PHASES, counted, entity, trees

NAME_CHARACTERS = string.ascii_letters + string.digits + "_.-"
names = st.text(NAME_CHARACTERS, min_size=1, max_size=200)
APP, BUNDLE, CLUSTER, WAVE, RELEASE = (
    EntityType.APP,
    EntityType.BUNDLE,
    EntityType.CLUSTER,
    EntityType.WAVE,
    EntityType.RELEASE,
)


# IDs


@given(st.sampled_from(EntityType), names)
def test_an_id_is_its_type_and_name(entity_type: EntityType, name: str) -> None:
    entity_id = EntityId.of(entity_type, name)

    assert (entity_id.type, entity_id.name) == (entity_type, name)
    assert EntityId(str(entity_id)) == entity_id == f"{entity_type}:{name}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "release",
        "release:",
        ":r",
        "rel:1",
        "Release:r",
        "release :r",
        " release:r",
        "release:r ",
        "release:r\n",
        "release:\nr",
        "release:a b",
        "release:a:b",
        "release:a/b",
        "release:../etc",
        "release:a\0",
        "release:%2e",
        "release:é",
        "release:１",
        "release:" + "a" * 201,
        "release:" + "a" * 10_000,
        "releases:r",
        None,
        7,
        ["release:r"],
        b"release:r",
    ],
)
def test_anything_else_is_refused_with_what_was_expected(text: object) -> None:
    with pytest.raises(InvalidEntityId) as refused:
        EntityId(text)  # type: ignore[arg-type]

    assert refused.value.field == "id"
    assert "type:id" in refused.value.expected


@given(st.text())
def test_any_text_is_an_id_or_refused(text: str) -> None:
    try:
        entity_id = EntityId(text)
    except InvalidEntityId:
        return
    assert entity_id == text
    assert set(entity_id.name) <= set(NAME_CHARACTERS)


def test_a_refusal_is_a_value_error_that_does_not_repeat_what_was_given() -> None:
    with pytest.raises(ValueError, match="expected type:id") as refused:
        EntityId("<script>")

    assert "<script>" not in str(refused.value)


# Levels


def test_each_level_holds_the_next() -> None:
    assert [level.child for level in EntityType] == [WAVE, CLUSTER, BUNDLE, APP, None]
    assert [level.parent for level in EntityType] == [None, RELEASE, WAVE, CLUSTER, BUNDLE]


def test_each_level_has_its_query_and_plural() -> None:
    assert [level.query for level in EntityType] == [
        "get_release_state",
        "get_wave_state",
        "get_cluster_state",
        "get_bundle_state",
        "get_app_state",
    ]
    assert [level.plural for level in EntityType] == ["releases", "waves", "clusters", "bundles", "apps"]


# Trees


@given(trees())
def test_rollups_add_up(release: Entity) -> None:
    for holder in release.walk():
        assert holder.rollup == counted(holder)
        assert holder.rollup.total == sum(holder.rollup)


@given(trees())
def test_a_walk_meets_each_entity_once_and_parents_first(release: Entity) -> None:
    paths = [below.path for below in release.walk()]

    assert len(set(paths)) == len(paths)
    assert paths[0] == ""
    for path in paths[1:]:
        assert paths.index(path.rpartition("/")[0]) < paths.index(path)


@given(trees())
def test_what_is_not_changed_is_shared(release: Entity) -> None:
    assert transformed(release, lambda same: same) is release


def test_an_app_counts_itself() -> None:
    assert entity(APP, "a", state="deploying").rollup == Rollup(active=1)
    assert entity(APP, "a").rollup == Rollup(unknown=1)


def test_a_release_that_holds_nothing_counts_nothing() -> None:
    assert entity(RELEASE, "r", state="deploying").rollup.total == 0


# Runs that ended


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (RunStatus.RUNNING, None),
        (RunStatus.PAUSED, None),
        (RunStatus.COMPLETED, None),
        (RunStatus.CONTINUED_AS_NEW, None),
        (RunStatus.FAILED, "failed"),
        (RunStatus.CANCELED, "cancelled"),
        (RunStatus.TERMINATED, "terminated"),
        (RunStatus.TIMED_OUT, "timed_out"),
    ],
)
def test_some_ends_of_a_run_impose_a_state(status: RunStatus, state: str | None) -> None:
    assert status.imposed_state == state
    assert status.is_open == (status in (RunStatus.RUNNING, RunStatus.PAUSED))


def test_the_end_of_a_release_wins_over_what_it_last_said_and_interrupts_what_was_active() -> None:
    apps = [
        entity(APP, "going", state="deploying", workflow_id="release:r"),
        entity(APP, "there", state="deployed", workflow_id="release:r"),
        entity(APP, "broken", state="failed", workflow_id="release:r"),
        entity(APP, "waiting", state="pending", workflow_id="release:r"),
        entity(APP, "elsewhere", state="deploying", workflow_id="app:elsewhere"),
    ]
    wave = entity(
        WAVE,
        "w",
        entity(CLUSTER, "c", entity(BUNDLE, "b", *apps, workflow_id="release:r"), workflow_id="release:r"),
        state="in_progress",
        workflow_id="release:r",
    )
    release = entity(RELEASE, "r", wave, state="deploying", workflow_id="release:r")

    after = ended(release, {"release:r": "terminated"}, PHASES)

    assert (after.state, after.phase, after.reported_state) == ("terminated", Phase.STOPPED, "deploying")
    shown = {str(below.id): (below.state, below.phase, below.reported_state) for below in after.walk()}
    assert shown["wave:w"] == ("interrupted", Phase.STOPPED, "in_progress")
    assert shown["app:going"] == ("interrupted", Phase.STOPPED, "deploying")
    assert shown["app:there"] == ("deployed", Phase.SUCCEEDED, None)
    assert shown["app:broken"] == ("failed", Phase.FAILED, None)
    assert shown["app:waiting"] == ("pending", Phase.PENDING, None)
    assert shown["app:elsewhere"] == ("deploying", Phase.ACTIVE, None)
    assert after.rollup == Rollup(pending=1, active=1, succeeded=1, failed=1, stopped=1)


def test_the_end_of_an_entitys_own_workflow_wins_unless_it_was_over_before() -> None:
    wave = entity(
        WAVE,
        "w",
        entity(CLUSTER, "done", state="deployed", workflow_id="cluster:done"),
        entity(CLUSTER, "queued", state="pending", workflow_id="cluster:queued"),
        entity(CLUSTER, "odd", state="frobnicating", workflow_id="cluster:odd"),
        state="in_progress",
        workflow_id="wave:w",
    )
    release = entity(RELEASE, "r", wave, state="deploying", workflow_id="release:r")

    ids = ("wave:w", "cluster:done", "cluster:queued", "cluster:odd")
    after = ended(release, dict.fromkeys(ids, "cancelled"), PHASES)

    assert {below.id: below.state for below in after.walk()} == {
        "release:r": "deploying",
        "wave:w": "cancelled",
        "cluster:done": "deployed",
        "cluster:queued": "cancelled",
        "cluster:odd": "cancelled",
    }


@given(trees(), st.dictionaries(st.sampled_from(("release:r", "wave:a", "cluster:a", "app:a")), st.just("terminated")))
def test_nothing_stays_active_in_a_workflow_that_ended_and_rollups_still_add_up(
    release: Entity, imposed: dict[str, str]
) -> None:
    after = ended(release, imposed, PHASES)

    for below in after.walk():
        assert below.rollup == counted(below)
        if below.workflow_id in imposed:
            assert below.phase is not Phase.ACTIVE
    assert [below.path for below in after.walk()] == [below.path for below in release.walk()]
    assert ended(release, {}, PHASES) is release
