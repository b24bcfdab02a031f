"""What differs between two trees: applied to the old one, it gives the new one."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.difference import Add, Remove, Set, apply, difference
from releases.domain import Entity, EntityType, transformed
from tests.unit.trees import NAMES, entity, trees

APP, BUNDLE, CLUSTER, WAVE, RELEASE = (
    EntityType.APP,
    EntityType.BUNDLE,
    EntityType.CLUSTER,
    EntityType.WAVE,
    EntityType.RELEASE,
)


@given(trees(), trees())
def test_applied_to_the_old_tree_it_gives_the_new_one(old: Entity, new: Entity) -> None:
    assert apply(old, difference(old, new)) == new


@given(trees(), st.data())
def test_so_it_does_where_siblings_moved_went_came_and_changed_their_names(old: Entity, data: st.DataObject) -> None:
    def rearranged(holder: Entity) -> Entity:
        if not holder.children or not data.draw(st.booleans()):
            return replace(holder, name=data.draw(st.sampled_from((holder.name, "Renamed"))))
        kept = data.draw(st.permutations(holder.children))[: data.draw(st.integers(0, 4))]
        return holder.with_children(tuple(kept))

    new = transformed(old, rearranged)

    assert apply(old, difference(old, new)) == new
    assert apply(new, difference(new, old)) == old


@given(trees())
def test_a_tree_does_not_differ_from_itself_nor_from_its_equal(tree: Entity) -> None:
    def copied(holder: Entity) -> Entity:
        return replace(holder, children=tuple(copied(child) for child in holder.children))

    assert difference(tree, tree) == []
    assert difference(tree, copied(tree)) == []


@given(st.permutations(NAMES), st.permutations(NAMES))
def test_any_order_of_siblings_can_be_made_of_any_other(before: list[str], after: list[str]) -> None:
    old, new = (entity(RELEASE, "r", *(entity(WAVE, name) for name in order)) for order in (before, after))

    assert apply(old, difference(old, new)) == new


def release_with(**fields: Any) -> Entity:
    app = entity(APP, "a", **fields)
    cluster = entity(CLUSTER, "c", entity(BUNDLE, "b", app, entity(APP, "other", state="pending")))
    return entity(RELEASE, "r", entity(WAVE, "w", cluster), entity(WAVE, "untouched"))


def test_an_app_that_changes_its_state_sets_the_state_and_the_rollups_above() -> None:
    changes = difference(release_with(state="deploying"), release_with(state="deployed"))

    fields = {change.path: set(change.fields) for change in changes if isinstance(change, Set)}
    assert len(fields) == len(changes)
    assert fields == {
        "": {"rollup"},
        "wave:w": {"rollup"},
        "wave:w/cluster:c": {"rollup"},
        "wave:w/cluster:c/bundle:b": {"rollup"},
        "wave:w/cluster:c/bundle:b/app:a": {"state", "phase", "rollup"},
    }


def test_what_is_only_said_otherwise_sets_that_alone() -> None:
    changes = difference(release_with(error_message=None), release_with(error_message="No space left."))

    assert changes == [Set("wave:w/cluster:c/bundle:b/app:a", {"error_message": "No space left."})]


def test_a_wave_more_is_added_where_it_stands() -> None:
    one, two, three = (entity(WAVE, name, path=f"wave:{name}") for name in ("one", "two", "three"))

    changes = difference(entity(RELEASE, "r", one, three), entity(RELEASE, "r", one, two, three))

    assert changes == [Add("wave:two", two, 1)]


def test_a_wave_less_is_removed() -> None:
    one, two = (entity(WAVE, name) for name in ("one", "two"))

    assert difference(entity(RELEASE, "r", one, two), entity(RELEASE, "r", two)) == [Remove("wave:one")]


@pytest.mark.parametrize("change", [Set("wave:no", {"state": "x"}), Remove("wave:no"), Remove("wave:w/cluster:no")])
def test_a_path_that_leads_nowhere_is_refused(change: Set | Remove) -> None:
    with pytest.raises(KeyError):
        apply(release_with(), [change])


def test_the_release_itself_can_neither_be_removed_nor_added() -> None:
    for change in (Remove(""), Add("", release_with(), 0)):
        with pytest.raises(KeyError):
            apply(release_with(), [change])
