import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Scope, validate_pattern
from accounts.viewers import viewer_of
from releases.access import NOBODY, Viewer


def viewer(*patterns: str) -> Viewer:
    return Viewer(user_id=1, email="ann@example.com", patterns=frozenset(patterns))


@pytest.mark.parametrize(
    ("pattern", "release_id", "seen"),
    [
        ("release:*", "release:2025.11-payments", True),
        ("release:payments-*", "release:payments-2025.11", True),
        ("release:payments-*", "release:Payments-2025.11", False),
        ("release:payments-*", "release:payments", False),
        ("release:payments-*", "release:not-payments-1", False),
        ("release:2025.??", "release:2025.11", True),
        ("release:2025.??", "release:2025x11", False),
        ("release:[ab]-*", "release:b-1", True),
        ("release:[ab]-*", "release:c-1", False),
        ("*-payments", "release:2025.11-payments", True),
        ("release:a", "release:a\n", False),
        ("release:a.b", "release:a-b", False),
    ],
)
def test_a_scope_is_a_glob_over_the_whole_id(pattern, release_id, seen):
    assert viewer(pattern).may_see(release_id) is seen


def test_any_pattern_is_enough():
    assert viewer("release:a-*", "release:b-*").may_see("release:b-1")


def test_without_a_pattern_nothing_is_seen():
    assert viewer().sees_nothing
    assert not viewer().may_see("release:a")
    assert NOBODY.sees_nothing


@given(st.text())
def test_who_sees_all_sees_anything(release_id):
    assert Viewer(user_id=1, email="", sees_all=True).may_see(release_id)


@pytest.mark.parametrize(
    "pattern",
    ["release:*", "release:payments-*", "release:2025.??", "release:[ab]*", "*", "*:payments", "?elease:a", "*[0-9]"],
)
def test_a_pattern_that_can_match_is_taken(pattern):
    validate_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "payments-*",
        "Release:*",
        "release:",
        "wave:*",
        "release:a b",
        "release:a/b",
        "release:[a",
        "release:a]",
        "release:[]",
        "release:[!a]",
        "release:a:b",
        "release:*\n",
        "release:ä*",
        "release:a\x00",
    ],
)
def test_a_pattern_that_can_match_nothing_is_refused(pattern):
    with pytest.raises(ValidationError, match="pattern over release IDs"):
        validate_pattern(pattern)


@pytest.mark.django_db
def test_a_role_has_a_pattern_once():
    role = Group.objects.create(name="Payments")
    role.scopes.create(pattern="release:a-*")
    with pytest.raises(ValidationError, match="has the pattern already"):
        Scope(group=role, pattern="release:a-*").full_clean()


class TestViewerOf:
    def test_all_roles_count_at_the_cost_of_one_query(self, make_user, django_assert_num_queries):
        user = make_user(scopes=("release:a-*", "release:b-*"))
        other = Group.objects.create(name="Another")
        other.scopes.create(pattern="release:c-*")
        other.scopes.create(pattern="release:a-*")
        user.groups.add(other)
        with django_assert_num_queries(1):
            seen = viewer_of(user)
        assert seen.patterns == {"release:a-*", "release:b-*", "release:c-*"}
        assert (seen.user_id, seen.email, seen.sees_all) == (user.pk, user.email, False)

    def test_a_superuser_sees_all_without_asking(self, superuser, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert viewer_of(superuser).sees_all

    def test_staff_without_a_role_sees_nothing(self, make_user):
        assert viewer_of(make_user(is_staff=True)).sees_nothing

    @pytest.mark.parametrize("rights", [{}, {"is_superuser": True}])
    def test_who_is_deactivated_sees_nothing(self, make_user, rights):
        assert viewer_of(make_user(scopes=("release:*",), is_active=False, **rights)).sees_nothing

    def test_nobody_sees_nothing(self):
        assert viewer_of(AnonymousUser()) == NOBODY

    def test_a_role_of_others_gives_nothing(self, viewer, outsider):
        assert viewer_of(outsider).sees_nothing
