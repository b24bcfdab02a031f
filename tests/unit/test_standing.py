"""What holds a release and its waves up, and where it stands."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.domain import Entity, EntityType, HeldBy, HoldUp, with_standing
from releases.phases import Phase
from tests.unit.trees import entity, trees

OVER = (Phase.SUCCEEDED, Phase.FAILED, Phase.STOPPED)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, 1, hour, minute, tzinfo=UTC)


def app(name_of_id: str, /, state: str = "pending", updated_at: datetime | None = None, **fields: Any) -> Entity:
    return entity(EntityType.APP, name_of_id, state=state, updated_at=updated_at, **fields)


def bundle(name: str, *apps: Entity, **fields: Any) -> Entity:
    return entity(EntityType.BUNDLE, name, *apps, **fields)


def cluster(name: str, *bundles: Entity, **fields: Any) -> Entity:
    return entity(EntityType.CLUSTER, name, *bundles, **fields)


def wave(name_of_id: str, state: str, /, *apps: Entity, **fields: Any) -> Entity:
    """A wave of one cluster with one bundle, which holds these apps, all of them in its state; or of nothing."""
    inner = (cluster("c", bundle("b", *apps, state=state), state=state),) if apps else ()
    return entity(EntityType.WAVE, name_of_id, *inner, state=state, **fields)


def release(state: str, *waves: Entity, **fields: Any) -> Entity:
    return with_standing(entity(EntityType.RELEASE, "r", *waves, state=state, **fields))


def held_by(holder: Entity) -> tuple[str, str] | None:
    """The kind and the path."""
    return (holder.held_by.kind, holder.held_by.path) if holder.held_by else None


# A failed one


def test_a_failed_release_is_held_by_the_app_that_failed_first() -> None:
    failed = app("search", "failed", at(14), error_message="Image not found.", name="Search API")
    made = release(
        "failed",
        wave("w1", "completed", app("a", "running", at(9))),
        wave("w2", "failed", app("late", "failed", at(15)), failed, name="Wave 2"),
    )
    assert made.held_by == HeldBy(
        HoldUp.FAILED,
        "wave:w2/cluster:c/bundle:b/app:search",
        failed.id,
        ("Wave 2", "c", "b", "Search API"),
        "failed",
        "Image not found.",
        at(14),
    )
    assert [held_by(each) for each in made.children] == [None, held_by(made)]


@pytest.mark.parametrize("state", ["deploying", "cancelled", "completed", "failed"])
def test_a_failed_app_holds_its_release_up_in_any_state(state: str) -> None:
    made = release(state, wave("w1", "deploying", app("a", "deploying", at(9)), app("b", "failed", at(10))))
    assert held_by(made) == ("failed", "wave:w1/cluster:c/bundle:b/app:b")


def test_of_apps_that_failed_at_once_it_is_the_first_and_of_those_without_a_time_the_last() -> None:
    apps = [app("timeless", "failed", created_at=at(1)), app("a", "failed", at(9)), app("b", "failed", at(9))]
    assert held_by(release("failed", wave("w1", "failed", *apps))) == ("failed", "wave:w1/cluster:c/bundle:b/app:a")
    made = release("failed", wave("w1", "failed", apps[0]))
    assert made.held_by is not None
    assert (made.held_by.entity_id, made.held_by.since) == ("app:timeless", None), "it was created before it failed"


def test_where_no_app_failed_it_is_the_deepest_that_did() -> None:
    inner = cluster("c", bundle("b", app("a", "running", at(8)), state="completed"), state="failed", updated_at=at(9))
    made = release("failed", entity(EntityType.WAVE, "w1", inner, state="failed", updated_at=at(7)))
    assert held_by(made) == ("failed", "wave:w1/cluster:c")


def test_an_app_counts_before_what_only_holds_others() -> None:
    early = entity(EntityType.WAVE, "w1", cluster("c", bundle("b"), state="failed", updated_at=at(7)), state="failed")
    made = release("failed", early, wave("w2", "failed", app("a", "failed", at(9))))
    assert held_by(made) == ("failed", "wave:w2/cluster:c/bundle:b/app:a")


def test_a_release_that_failed_alone_holds_itself_up() -> None:
    made = release("failed", wave("w1", "completed"), updated_at=at(9), error_message="No approval.")
    assert made.held_by == HeldBy(HoldUp.FAILED, "", made.id, (), "failed", "No approval.", at(9))


def test_since_when_is_not_known_of_a_state_that_the_end_of_a_run_gave() -> None:
    made = release("failed", updated_at=at(9), reported_state="deploying")
    assert made.held_by is not None
    assert made.held_by.since is None


# An active one


def test_an_active_release_is_held_by_the_app_that_is_active_for_longest() -> None:
    made = release(
        "deploying",
        wave("w1", "deploying", app("done", "running", at(7)), app("b", "deploying", at(10))),
        wave("w2", "deploying", app("new", "deploying", created_at=at(9)), app("c", "deploying", at(11))),
    )
    assert held_by(made) == ("active", "wave:w2/cluster:c/bundle:b/app:new")
    assert made.held_by is not None
    assert made.held_by.since == at(9)
    assert held_by(made.children[0]) == ("active", "wave:w1/cluster:c/bundle:b/app:b")


def test_where_apps_are_not_known_it_is_the_deepest_that_is_active() -> None:
    unknown = cluster("c", bundle("b", state="deploying", updated_at=at(9)), state="deploying", updated_at=at(8))
    known = wave("w2", "deploying", app("a", "deploying", at(10)))
    made = release("deploying", entity(EntityType.WAVE, "w1", unknown, state="deploying"), known)
    assert held_by(made) == ("active", "wave:w1/cluster:c/bundle:b")


def test_what_is_between_two_steps_does_not_take_the_place_of_an_app() -> None:
    between = wave("w1", "deploying", app("done", "running"), app("next"), updated_at=at(1))
    stuck = wave("w2", "deploying", app("stuck", "deploying", at(10)))
    assert held_by(release("deploying", between, stuck)) == ("active", "wave:w2/cluster:c/bundle:b/app:stuck")
    assert held_by(release("deploying", between)) == ("active", "wave:w1/cluster:c/bundle:b")


def test_an_active_release_with_nothing_in_it_holds_itself_up() -> None:
    made = release("verifying", wave("w1", "completed"), updated_at=at(9))
    assert made.held_by == HeldBy(HoldUp.ACTIVE, "", made.id, (), "verifying", None, at(9))


@pytest.mark.parametrize("state", ["completed", "cancelled", "pending", "frobnicating"])
def test_nothing_holds_up_a_release_that_is_over_or_has_not_begun(state: str) -> None:
    made = release(state, wave("w1", state))
    assert (held_by(made), held_by(made.children[0])) == (None, None)


def test_nothing_holds_up_a_cancelled_release_whose_apps_go_on() -> None:
    made = release("cancelled", wave("w1", "cancelled", app("a", "deploying", at(9))))
    assert (held_by(made), held_by(made.children[0])) == (None, None)


# A wave that has not started


def test_a_wave_that_has_not_started_waits_for_the_first_that_is_not_over() -> None:
    made = release(
        "deploying",
        wave("w1", "completed", app("a", "running")),
        wave("w2", "deploying", app("b", "deploying", at(9)), updated_at=at(8)),
        wave("w3", "pending", app("c")),
        wave("w4", "pending"),
    )
    assert [held_by(each) for each in made.children] == [
        None,
        ("active", "wave:w2/cluster:c/bundle:b/app:b"),
        ("waiting", "wave:w2"),
        ("waiting", "wave:w2"),
    ]
    waiting = made.children[2].held_by
    assert waiting is not None
    assert (waiting.names, waiting.state, waiting.since) == (("w2",), "deploying", at(8))


def test_it_waits_for_one_that_failed_where_all_others_are_over() -> None:
    waves = (wave("w1", "completed"), wave("w2", "failed"), wave("w3", "completed"), wave("w4", "pending"))
    assert held_by(release("failed", *waves).children[3]) == ("waiting", "wave:w2")


def test_between_two_waves_a_release_waits_for_the_next_to_begin() -> None:
    made = release("deploying", wave("w1", "completed"), wave("w2", "pending", created_at=at(9)), wave("w3", "pending"))
    assert held_by(made) == ("waiting", "wave:w2")
    assert [held_by(each) for each in made.children] == [None, None, ("waiting", "wave:w2")]


# Where it stands


@pytest.mark.parametrize(
    ("state", "waves", "stands_at"),
    [
        ("deploying", "", None),
        ("pending", "pending pending", (1, 2)),
        ("deploying", "completed deploying pending", (2, 3)),
        ("deploying", "completed pending pending", (2, 3)),
        ("deploying", "failed deploying pending", (1, 3)),
        ("failed", "completed failed pending", (2, 3)),
        ("completed", "completed completed completed", (3, 3)),
        ("terminated", "completed interrupted pending", (2, 3)),
        ("deploying", "cancelled pending", (2, 2)),
        ("deploying", "frobnicating frobnicating", (2, 2)),
    ],
)
def test_where_it_stands_its_waves_tell(state: str, waves: str, stands_at: tuple[int, int] | None) -> None:
    made = release(state, *(wave(f"w{number}", each) for number, each in enumerate(waves.split())))
    assert made.stands_at == stands_at


# Whatever the tree


@given(trees())
def test_what_holds_up_is_told_as_it_stands_in_the_tree(tree: Entity) -> None:
    places = {below.path: below for below in tree.walk()}
    for holder in (tree, *tree.children):
        if holder.held_by is not None:
            found = places[holder.held_by.path]
            assert (found.id, found.state, found.error_message) == (
                holder.held_by.entity_id,
                holder.held_by.state,
                holder.held_by.message,
            )
            assert len(holder.held_by.names) == (found.path.count("/") + 1 if found.path else 0)


@given(trees())
def test_no_app_failed_before_the_one_that_holds_its_release_up(tree: Entity) -> None:
    failed = [below for below in tree.walk() if below.phase is Phase.FAILED]
    leaves = [below for below in failed if not below.children]
    if failed:
        assert tree.held_by is not None
        assert tree.held_by.kind is HoldUp.FAILED
        since = tree.held_by.since or at(23)
        assert all(since <= (leaf.updated_at or at(23)) for leaf in leaves)
        assert not leaves or tree.held_by.path in {leaf.path for leaf in leaves}
    else:
        assert tree.held_by is None or tree.held_by.kind is not HoldUp.FAILED


@given(trees())
def test_whatever_is_active_and_did_not_fail_is_held_up_by_something(tree: Entity) -> None:
    for holder in (tree, *tree.children):
        if holder.phase is Phase.ACTIVE:
            assert holder.held_by is not None
        if holder.phase in OVER and not any(below.phase is Phase.FAILED for below in holder.walk()):
            assert holder.held_by is None


@given(trees())
def test_it_follows_from_the_tree_alone_and_is_made_once(tree: Entity) -> None:
    assert with_standing(tree) is tree
    bare = replace(tree, held_by=None, stands_at=None, children=tuple(map(without_held_by, tree.children)))
    assert with_standing(bare) == tree


@given(trees(), st.data())
def test_it_is_right_again_after_a_wave_is_another(tree: Entity, data: st.DataObject) -> None:
    if tree.children:
        other = replace(data.draw(st.sampled_from(tree.children)), state="failed", phase=Phase.FAILED)
        changed = tree.with_children(tuple(other if each.id == other.id else each for each in tree.children))
        bare = replace(changed, children=tuple(map(without_held_by, changed.children)))
        assert with_standing(changed) == with_standing(bare)


@given(trees())
def test_waves_of_which_nothing_is_new_stay_the_same_objects(tree: Entity) -> None:
    renamed = with_standing(replace(tree, name="Renamed", held_by=None))
    assert all(new is old for new, old in zip(renamed.children, tree.children, strict=True))


def without_held_by(wave: Entity) -> Entity:
    return replace(wave, held_by=None)
