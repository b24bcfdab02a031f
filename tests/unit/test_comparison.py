"""What differs between two releases."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.comparison import Aspect, Compared, Comparison, Match, compare
from releases.domain import Entity, EntityProblem, EntityType, ProblemCode
from tests.unit.trees import entity, trees

NOW = datetime(2025, 11, 22, 14, 3, tzinfo=UTC)
SILENT = EntityProblem(ProblemCode.WORKER_UNAVAILABLE, "No worker answers.")

UNCHANGED: tuple[Aspect, ...] = ()


def app(name: str, /, **fields: Any) -> Entity:
    return entity(EntityType.APP, name, **{"state": "running", "version": "1.0.0", **fields})


def bundle(name: str, /, *apps: Entity, **fields: Any) -> Entity:
    return entity(EntityType.BUNDLE, name, *apps, **fields)


def cluster(name: str, /, *bundles: Entity, **fields: Any) -> Entity:
    return entity(EntityType.CLUSTER, name, *bundles, **fields)


def release(*clusters: Entity, name: str = "r") -> Entity:
    return entity(EntityType.RELEASE, name, entity(EntityType.WAVE, "w", *clusters))


def of_one(app: Entity) -> Entity:
    return release(cluster("c", bundle("b", app)))


def took(seconds: float) -> dict[str, datetime]:
    return {"created_at": NOW, "updated_at": NOW + timedelta(seconds=seconds)}


def differs(a: Entity, b: Entity) -> tuple[Aspect, ...]:
    """In what the only app of two releases differs."""
    [found] = compare(of_one(a), of_one(b)).apps
    assert found.match is Match.BOTH
    return found.differs


def matches(found: Comparison) -> dict[str, Match]:
    """The match of each app, by the names along its path."""
    by_names = {"/".join(each.names): each.match for each in found.apps}
    assert len(by_names) == len(found.apps)
    return by_names


class TestAspects:
    def test_the_same_app_is_unchanged(self) -> None:
        assert differs(app("x", **took(30)), app("x", **took(30))) == UNCHANGED

    @pytest.mark.parametrize(
        ("a", "b"), [("1.0.0", "1.0.1"), ("1.0.0", None), (None, "1.0.0"), ("1.0.0", "1.0.0 "), ("a", "A")]
    )
    def test_versions_differ_where_their_texts_do(self, a: str | None, b: str | None) -> None:
        assert differs(app("x", version=a), app("x", version=b)) == (Aspect.VERSION,)

    def test_what_has_no_version_in_either_does_not_differ(self) -> None:
        assert differs(app("x", version=None), app("x", version=None)) == UNCHANGED

    def test_states_of_two_phases_differ_in_both(self) -> None:
        assert differs(app("x"), app("x", state="failed")) == (Aspect.STATE, Aspect.PHASE)

    def test_states_of_one_phase_differ_in_their_words(self) -> None:
        assert differs(app("x"), app("x", state="deployed")) == (Aspect.STATE,)

    def test_how_a_state_is_written_does_not_matter(self) -> None:
        assert differs(app("x", state="In Progress"), app("x", state="in-progress")) == UNCHANGED

    @pytest.mark.parametrize(
        ("a", "b", "expected"),
        [
            (0, 2, False),
            (0, 2.1, True),
            (10, 12, False),
            (10, 12.1, True),
            (100, 110, False),
            (100, 112, True),
            (3600, 3900, False),
            (3600, 4100, True),
        ],
    )
    def test_durations_differ_by_more_than_two_seconds_and_a_tenth_of_the_longer(
        self, a: float, b: float, expected: bool
    ) -> None:
        for one, other in ((a, b), (b, a)):
            assert differs(app("x", **took(one)), app("x", **took(other))) == (
                (Aspect.DURATION,) if expected else UNCHANGED
            )

    def test_what_is_under_way_has_taken_no_time_yet(self) -> None:
        under_way = app("x", state="deploying", **took(500))
        assert differs(app("x", **took(30)), under_way) == (Aspect.STATE, Aspect.PHASE)

    def test_of_what_can_not_be_read_nobody_knows_whether_it_differs(self) -> None:
        unread = app("x", state=None, version=None, problem=SILENT)
        for a, b in ((app("x"), unread), (unread, app("x")), (unread, unread)):
            assert differs(a, b) == (Aspect.UNREAD,)

    def test_what_could_be_read_is_compared_whatever_is_wrong_with_it(self) -> None:
        odd = app("x", problem=EntityProblem(ProblemCode.ORPHANED, "It says that it belongs elsewhere."))
        assert differs(odd, app("x")) == UNCHANGED


class TestMatching:
    def test_by_id_whatever_the_names(self) -> None:
        a, b = (release(cluster("c", bundle("b", app("x", name=name)), name=name)) for name in ("Old", "New"))
        assert matches(compare(a, b)) == {"w/New/b/New": Match.BOTH}

    def test_by_name_where_the_ids_differ(self) -> None:
        a, b = (
            release(cluster(f"{r}-c", bundle(f"{r}-b", app(f"{r}-x", name="x"), name="b"), name="c"), name=r)
            for r in ("r1", "r2")
        )
        assert matches(compare(a, b)) == {"w/c/b/x": Match.BOTH}

    def test_by_the_id_without_the_name_of_its_release_where_there_are_no_names(self) -> None:
        a, b = (
            release(cluster(f"c-{r}", bundle(f"{r}-b", app(f"b.{r}.x"), app(f"{r}x"))), name=r)
            for r in ("pay-1.1", "pay-1.2")
        )
        assert matches(compare(a, b)) == {
            "w/c-pay-1.2/pay-1.2-b/b.pay-1.2.x": Match.BOTH,
            "w/c-pay-1.2/pay-1.2-b/pay-1.2x": Match.B,
            "w/c-pay-1.2/pay-1.2-b/pay-1.1x": Match.A,
        }

    def test_the_case_of_names_matters(self) -> None:
        a, b = of_one(app("1", name="Api")), of_one(app("2", name="api"))
        assert matches(compare(a, b)) == {"w/c/b/api": Match.B, "w/c/b/Api": Match.A}

    def test_an_id_wins_over_a_name(self) -> None:
        a = release(cluster("c", bundle("b", app("x", name="y"), app("y", name="x"))))
        b = release(cluster("c", bundle("b", app("y", name="y"), app("x", name="x"))))
        found = compare(a, b)
        assert [(each.a and each.a.id, each.b and each.b.id) for each in found.apps] == [
            ("app:y", "app:y"),
            ("app:x", "app:x"),
        ]

    def test_of_several_of_one_name_the_first_goes_with_the_first(self) -> None:
        a = release(cluster("c", bundle("b", *(app(f"a{n}", name="x", version=f"{n}") for n in range(3)))))
        b = release(cluster("c", bundle("b", *(app(f"b{n}", name="x", version=f"{n}") for n in range(2)))))
        found = compare(a, b)
        assert [each.differs for each in found.apps] == [(), (), ()]
        assert [each.match for each in found.apps] == [Match.BOTH, Match.BOTH, Match.A]

    def test_an_app_that_moved_is_in_one_alone_twice(self) -> None:
        a = release(cluster("c1", bundle("b", app("x"))), cluster("c2", bundle("b")))
        b = release(cluster("c1", bundle("b")), cluster("c2", bundle("b", app("x"))))
        assert matches(compare(a, b)) == {"w/c1/b/x": Match.A, "w/c2/b/x": Match.B}

    def test_they_come_in_the_order_of_b_with_those_of_a_alone_after_their_siblings(self) -> None:
        a = release(cluster("c1", bundle("b", app("gone"), app("x"))), cluster("c2", bundle("b", app("y"))))
        b = release(cluster("c2", bundle("b", app("y"))), cluster("c1", bundle("b", app("x"), app("new"))))
        assert list(matches(compare(a, b))) == ["w/c2/b/y", "w/c1/b/x", "w/c1/b/new", "w/c1/b/gone"]


class TestLone:
    def test_a_cluster_of_one_release_alone_is_told_as_such_with_all_its_apps(self) -> None:
        gone = cluster("c2", bundle("b1", app("x"), app("y")), bundle("b2", app("z")))
        found = compare(release(cluster("c1"), gone), release(cluster("c1")))
        [lone] = found.lone
        assert (lone.match, lone.entity.path, lone.names) == (Match.A, "wave:w/cluster:c2", ("w", "c2"))
        assert [(each.match, each.within, each.names[-1]) for each in found.apps] == [
            (Match.A, "wave:w/cluster:c2", name) for name in ("x", "y", "z")
        ]

    def test_an_app_alone_in_a_bundle_of_both_is_within_nothing(self) -> None:
        found = compare(release(cluster("c", bundle("b", app("x")))), release(cluster("c", bundle("b"))))
        assert found.lone == []
        assert [each.within for each in found.apps] == [None]

    def test_one_that_holds_nothing_is_told_too(self) -> None:
        found = compare(release(), release(cluster("c")))
        assert [(lone.match, lone.entity.id) for lone in found.lone] == [(Match.B, "cluster:c")]
        assert found.apps == []

    @pytest.mark.parametrize("is_a", [True, False])
    def test_where_a_holder_could_not_be_read_what_the_other_holds_may_be_in_both(self, is_a: bool) -> None:
        known, unread = release(cluster("c", bundle("b", app("x")))), release(cluster("c", problem=SILENT))
        found = compare(unread, known) if is_a else compare(known, unread)
        [lone] = found.lone
        assert (lone.entity.id, lone.is_unread) == ("bundle:b", True)
        [only] = found.apps
        assert (only.match, only.differs) == (Match.B if is_a else Match.A, (Aspect.UNREAD,))
        assert (found.counts.unread, found.counts.only_a, found.counts.only_b) == (1, 0, 0)

    def test_the_same_of_a_whole_release(self) -> None:
        unread = entity(EntityType.RELEASE, "r", problem=SILENT)
        found = compare(unread, of_one(app("x")))
        assert [(lone.entity.id, lone.is_unread) for lone in found.lone] == [("wave:w", True)]


def test_counts() -> None:
    a = release(
        cluster("c", bundle("b", app("same"), app("new-version"), app("all"), app("gone"), app("silent"), app("slow")))
    )
    b = release(
        cluster(
            "c",
            bundle(
                "b",
                app("same"),
                app("new-version", version="2"),
                app("all", version="2", state="failed"),
                app("added"),
                app("silent", state=None, problem=SILENT),
                app("slow", state="deploying"),
            ),
        )
    )
    assert compare(a, b).counts._asdict() == {
        "apps": 7,
        "unchanged": 1,
        "version": 2,
        "state": 2,
        "phase": 2,
        "duration": 0,
        "unread": 1,
        "only_a": 1,
        "only_b": 1,
    }


# Of any two trees


def mirrored(apps: list[Compared]) -> Counter[Any]:
    return Counter(_key(replace(each, a=each.b, b=each.a)) for each in apps)


def _key(each: Compared) -> tuple[Any, ...]:
    return each.a and each.a.path, each.b and each.b.path, each.match, each.differs, each.within


@given(trees(), trees())
def test_it_is_the_same_from_both_sides(a: Entity, b: Entity) -> None:
    one, other = compare(a, b), compare(b, a)
    assert Counter(map(_key, one.apps)) == mirrored(other.apps)
    assert len(one.lone) == len(other.lone)


@given(trees())
def test_a_release_differs_from_itself_in_nothing_that_can_be_read(a: Entity) -> None:
    found = compare(a, a)
    assert found.lone == []
    assert all(each.match is Match.BOTH and set(each.differs) <= {Aspect.UNREAD} for each in found.apps)


@given(trees(), trees())
def test_every_app_of_both_appears_once(a: Entity, b: Entity) -> None:
    found = compare(a, b)
    for of, sides in ((a, [each.a for each in found.apps]), (b, [each.b for each in found.apps])):
        there = [below.path for below in of.walk() if below.type is EntityType.APP]
        assert sorted(side.path for side in sides if side is not None) == sorted(there)


@given(trees(), trees())
def test_every_app_of_a_lone_entity_is_within_it_and_no_other_is(a: Entity, b: Entity) -> None:
    found = compare(a, b)
    tops = {(lone.match, lone.entity.path) for lone in found.lone}
    assert len(tops) == len(found.lone)
    for each in found.apps:
        if each.within is not None:
            side = each.a or each.b
            assert side is not None
            assert (each.match, each.within) in tops
            assert side.path.startswith(f"{each.within}/")


@given(trees(), trees())
def test_the_counts_add_up(a: Entity, b: Entity) -> None:
    found = compare(a, b)
    counts = found.counts
    changed = [each for each in found.apps if each.differs]
    assert counts.apps == len(found.apps) == counts.unchanged + len(changed) + counts.only_a + counts.only_b


@given(trees(), st.sampled_from(["x", "r", "a-b"]))
def test_a_release_of_another_name_with_the_same_in_it_is_unchanged(a: Entity, name: str) -> None:
    other = replace(a, id=entity(EntityType.RELEASE, name).id)
    assert {each.match for each in compare(a, other).apps} <= {Match.BOTH}
