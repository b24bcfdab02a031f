"""Who sees a release, as the administration shows it."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.sight import who_sees

pytestmark = pytest.mark.django_db

PAGE = "/admin/auth/group/who-sees/"


@pytest.fixture
def admin(signed_in, superuser):
    return signed_in(superuser)


def seen(release):
    return {
        sight.user.email: [(scope.group.name, scope.pattern) for scope in sight.scopes] for sight in who_sees(release)
    }


def test_all_are_named_with_what_shows_it_to_them(viewer, payments, superuser, outsider):
    assert seen("release:payments-1") == {
        "admin@example.com": [],
        "payments@example.com": [("Role of payments@example.com", "release:payments-*")],
        "viewer@example.com": [("Role of viewer@example.com", "release:*")],
    }
    assert seen("release:search-1").keys() == {"admin@example.com", "viewer@example.com"}


def test_each_of_several_roles_and_patterns_is_told(payments):
    role = Group.objects.create(name="All")
    role.scopes.create(pattern="release:*-1")
    payments.groups.get().scopes.create(pattern="release:pay*")
    payments.groups.add(role)
    own = "Role of payments@example.com"
    assert seen("release:payments-1") == {
        "payments@example.com": [("All", "release:*-1"), (own, "release:pay*"), (own, "release:payments-*")]
    }


def test_who_is_deactivated_sees_nothing(viewer):
    viewer.is_active = False
    viewer.save()
    assert seen("release:payments-1") == {}


def test_it_costs_the_same_however_many_there_are(make_user, django_assert_num_queries):
    for number in range(5):
        make_user(f"{number}@example.com", scopes=("release:*",))
    with django_assert_num_queries(3):
        assert len(who_sees("release:a")) == 5


class TestThePage:
    def test_it_is_reached_from_the_roles(self, admin):
        assert b'href="who-sees/"' in admin.get("/admin/auth/group/").content

    def test_it_asks_for_a_release_first(self, admin):
        page = admin.get(PAGE).content.decode()
        assert 'name="release"' in page
        assert "may see" not in page

    def test_it_names_people_roles_and_patterns(self, admin, payments):
        page = admin.get(PAGE, {"release": "release:payments-1"}).content.decode()
        assert "2 people may see release:payments-1" in page
        assert "superuser, who sees every release" in page
        for word in ("payments@example.com", "Role of payments@example.com", "release:payments-*"):
            assert word in page

    @pytest.mark.parametrize("given", ["", "payments", "wave:w", "release:<script>", "release:a\x00"])
    def test_what_is_no_releases_id_is_said_to_be_none(self, admin, given):
        response = admin.get(PAGE, {"release": given})
        assert response.status_code == 200
        assert "errorlist" in response.content.decode()
        assert "<script>" not in response.content.decode().replace("<script src", "")

    @pytest.mark.parametrize("permission", ["view_group", "view_user"])
    def test_it_takes_the_right_to_see_roles_and_people(self, signed_in, make_user, permission):
        staff = make_user("half@example.com", is_staff=True)
        staff.user_permissions.add(Permission.objects.get(codename=permission))
        assert signed_in(staff).get(PAGE).status_code == 403
