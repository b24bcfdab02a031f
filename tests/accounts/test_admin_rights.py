"""Staff who are no superusers, and every way that we could think of by which they might get at more."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.utils import timezone

from accounts import service_tokens
from accounts.models import User
from tests.accounts.test_admin import GROUPS, USERS, scopes_form
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

TOKENS = "/admin/accounts/servicetoken/"
NEW = "an entirely new password"


@pytest.fixture
def attacker(make_user):
    """Has every permission that there is, and sees the releases of one team."""
    user = make_user("attacker@example.com", is_staff=True, scopes=("release:mine-*",))
    user.user_permissions.set(Permission.objects.all())
    return user


@pytest.fixture
def staff(signed_in, attacker):
    return signed_in(attacker)


@pytest.fixture
def peer(make_user):
    """Sees no more than the attacker."""
    return make_user("peer@example.com", scopes=("release:mine-*",))


@pytest.fixture
def other_staff(make_user):
    return make_user("other-staff@example.com", is_staff=True)


def rights(user):
    user = User.objects.get(pk=user.pk)
    named = sorted(group.name for group in user.groups.all())
    return user.is_staff, user.is_superuser, named, user.user_permissions.count()


def grab(user, **more):
    """A form that asks for everything."""
    return {
        "email": user.email,
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [group.pk for group in Group.objects.all()],
        "user_permissions": [permission.pk for permission in Permission.objects.all()],
        **more,
    }


class TestTheirRights:
    @pytest.mark.parametrize("more", [{}, {"_popup": "1"}, {"_saveasnew": "1"}, {"_continue": "1"}])
    def test_are_not_raised_by_a_form(self, staff, attacker, outsider, more):
        for user in (attacker, outsider):
            before = rights(user)
            staff.post(f"{USERS}{user.pk}/change/", grab(user, **more))
            staff.post(f"{USERS}{user.pk}/change/?_popup=1&_to_field=email", grab(user, **more))
            assert rights(user) == before

    def test_are_not_raised_in_the_list(self, staff, attacker):
        before = rights(attacker)
        form = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": attacker.pk, "_save": "Save"}
        staff.post(USERS, form | {"form-0-is_superuser": "on", "form-0-is_staff": "on"})
        assert rights(attacker) == before

    def test_are_not_given_to_somebody_new(self, staff):
        form = {"usable_password": "true", "password1": NEW, "password2": NEW}
        new = User(email="friend@example.com")
        staff.post(f"{USERS}add/?is_superuser=1&groups=1", grab(new, **form))
        made = User.objects.get(email="friend@example.com")
        assert rights(made) == (False, False, [], 0)

    @pytest.mark.parametrize("page", ["add/", "{pk}/change/"])
    def test_are_not_given_by_what_a_role_permits(self, staff, peer, page):
        role = peer.groups.get()
        form = scopes_form(role if "pk" in page else None) | {"permissions": [Permission.objects.first().pk]}
        assert staff.post(GROUPS + page.format(pk=role.pk), form).status_code == 302
        assert not Permission.objects.filter(group__in=[role, *Group.objects.filter(name="New role")]).exists()


class TestTheAccountsOfOthers:
    @pytest.mark.parametrize("page", ["change", "password", "delete"])
    def test_of_staff_and_superusers_are_closed(self, staff, superuser, other_staff, page):
        form = {"email": "mine@example.com", "post": "yes", "usable_password": "true"}
        for user in (superuser, other_staff):
            response = staff.post(f"{USERS}{user.pk}/{page}/", form | {"password1": NEW, "password2": NEW})
            assert response.status_code == 403
            user.refresh_from_db()
            assert user.email != "mine@example.com"
            assert user.check_password(PASSWORD)

    @pytest.mark.parametrize("name", ["deactivate", "activate", "end_sessions", "reset_second_factor"])
    def test_nor_does_an_action_reach_them(self, staff, signed_in, superuser, other_staff, peer, name):
        for user in (superuser, other_staff):
            user.second_factor_at = timezone.now()
            user.is_active = name != "activate"
            user.save()
        browsers = [signed_in(user) for user in (superuser, other_staff)]
        before = [User.objects.get(pk=user.pk) for user in (superuser, other_staff)]
        chosen = [superuser.pk, other_staff.pk]
        staff.post(USERS, {"action": name, "_selected_action": chosen, "confirmed": "yes", "select_across": "1"})
        after = [User.objects.get(pk=user.pk) for user in (superuser, other_staff)]
        assert [(u.is_active, u.second_factor_at) for u in after] == [(u.is_active, u.second_factor_at) for u in before]
        if name != "activate":
            assert [browser.get("/api/auth/me/").status_code for browser in browsers] == [200, 200]
        assert not LogEntry.objects.filter(object_id__in=chosen).exists()

    def test_of_who_sees_more_takes_no_new_password(self, staff, viewer):
        form = {"usable_password": "true", "password1": NEW, "password2": NEW}
        assert staff.get(f"{USERS}{viewer.pk}/password/").status_code == 403
        assert staff.post(f"{USERS}{viewer.pk}/password/", form).status_code == 403
        viewer.refresh_from_db()
        assert viewer.check_password(PASSWORD)

    def test_nor_another_address_to_have_a_new_password_sent_to(self, staff, anonymous, viewer):
        form = {"email": "mine@example.com", "full_name": "Vera Renamed", "is_active": "on"}
        assert staff.post(f"{USERS}{viewer.pk}/change/", form).status_code == 302
        viewer.refresh_from_db()
        assert (viewer.email, viewer.full_name) == ("viewer@example.com", "Vera Renamed")
        anonymous.post("/api/auth/password/forgotten/", {"email": "mine@example.com"}, "application/json")
        assert mail.outbox == []

    def test_nor_has_its_second_factor_reset(self, staff, viewer):
        viewer.second_factor_at = timezone.now()
        viewer.save()
        form = {"action": "reset_second_factor", "_selected_action": [viewer.pk], "confirmed": "yes"}
        staff.post(USERS, form)
        viewer.refresh_from_db()
        assert viewer.second_factor_at is not None

    def test_but_can_be_shut(self, staff, viewer):
        staff.post(USERS, {"action": "deactivate", "_selected_action": [viewer.pk], "confirmed": "yes"})
        viewer.refresh_from_db()
        assert not viewer.is_active

    def test_of_who_sees_no_more_are_helped(self, staff, peer, outsider):
        form = {"usable_password": "true", "password1": NEW, "password2": NEW}
        for user in (peer, outsider):
            assert staff.post(f"{USERS}{user.pk}/password/", form).status_code == 302
            user.refresh_from_db()
            assert user.check_password(NEW)

    def test_who_sees_all_helps_all_who_are_no_staff(self, signed_in, attacker, viewer, payments):
        attacker.groups.get().scopes.create(pattern="release:*")
        form = {"usable_password": "true", "password1": NEW, "password2": NEW}
        for user in (viewer, payments):
            assert signed_in(attacker).post(f"{USERS}{user.pk}/password/", form).status_code == 302

    def test_nor_ones_own_takes_a_password_without_the_present_one(self, staff, attacker):
        form = {"usable_password": "true", "password1": NEW, "password2": NEW}
        assert staff.post(f"{USERS}{attacker.pk}/password/", form)["Location"] == "/account"
        attacker.refresh_from_db()
        assert attacker.check_password(PASSWORD)

    def test_passwords_and_keys_are_not_guessed_by_filters(self, staff, viewer, signed_in):
        signed_in(viewer)
        for lookup in ("password__startswith", "sessions__session_key__startswith", "second_factor__secret__contains"):
            assert staff.get(USERS, {lookup: "a"}).status_code == 400


class TestRoles:
    def test_of_ones_own_are_closed(self, staff, attacker):
        role = attacker.groups.get()
        assert staff.post(f"{GROUPS}{role.pk}/change/", scopes_form(role, "release:*")).status_code == 403
        assert staff.post(f"{GROUPS}{role.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_of_other_staff_are_closed(self, staff, other_staff):
        role = Group.objects.create(name="Leads")
        role.scopes.create(pattern="release:mine-*")
        other_staff.groups.add(role)
        form = scopes_form(role) | {"scopes-0-DELETE": "on"}
        assert staff.post(f"{GROUPS}{role.pk}/change/", form).status_code == 403
        assert staff.post(f"{GROUPS}{role.pk}/delete/", {"post": "yes"}).status_code == 403
        staff.post(GROUPS, {"action": "delete_selected", "_selected_action": [role.pk], "post": "yes"})
        assert [str(scope) for scope in role.scopes.all()] == ["release:mine-*"]
        assert other_staff.groups.get() == role

    def test_and_so_are_those_that_give_rights(self, staff):
        role = Group.objects.get(name="Administrators")
        assert staff.post(f"{GROUPS}{role.pk}/delete/", {"post": "yes"}).status_code == 403
        staff.post(GROUPS, {"action": "delete_selected", "_selected_action": [role.pk], "post": "yes"})
        assert Group.objects.filter(pk=role.pk).exists()

    @pytest.mark.parametrize("pattern", ["release:*", "*", "release:mine-?*", "release:m*", "release:[m]ine-*"])
    def test_of_others_take_no_pattern_that_one_has_not(self, staff, peer, pattern):
        """Else one would set a friend's password first, and widen the friend's role then."""
        role = peer.groups.get()
        page = staff.post(f"{GROUPS}{role.pk}/change/", scopes_form(role, pattern))
        assert b"the patterns that your own roles have" in page.content
        form = scopes_form(role) | {"scopes-0-pattern": pattern}
        assert staff.post(f"{GROUPS}{role.pk}/change/", form).status_code == 200
        assert [str(scope) for scope in role.scopes.all()] == ["release:mine-*"]

    def test_nor_do_new_ones(self, staff):
        assert staff.post(f"{GROUPS}add/", scopes_form(None, "release:*")).status_code == 200
        assert not Group.objects.filter(name="New role").exists()

    def test_those_that_are_wider_can_be_narrowed(self, staff, viewer):
        role = viewer.groups.get()
        form = scopes_form(role, "release:mine-*") | {"scopes-0-DELETE": "on"}
        assert staff.post(f"{GROUPS}{role.pk}/change/", form).status_code == 302
        assert [str(scope) for scope in role.scopes.all()] == ["release:mine-*"]

    def test_a_scope_is_not_moved_from_another_role(self, staff, viewer, peer):
        role, wide = peer.groups.get(), viewer.groups.get().scopes.get()
        form = scopes_form(role) | {"scopes-0-id": wide.pk, "scopes-0-pattern": "release:mine-*"}
        staff.post(f"{GROUPS}{role.pk}/change/", form)
        wide.refresh_from_db()
        assert (wide.group, wide.pattern) == (viewer.groups.get(), "release:*")

    def test_none_takes_the_name_of_another(self, staff):
        """Where an OpenID provider's groups are mapped to roles by name, that would give its holders another role."""
        role = Group.objects.get(name="Administrators")
        staff.post(f"{GROUPS}{role.pk}/change/", scopes_form(role) | {"name": "Engineers"})
        role.refresh_from_db()
        assert role.name == "Administrators"


class TestRecordsAndTokens:
    @pytest.mark.parametrize("page", ["add/", "1/change/", "1/delete/"])
    @pytest.mark.parametrize("model", ["admin/logentry", "releases/accessrecord"])
    def test_what_is_on_record_stays(self, staff, attacker, model, page):
        LogEntry.objects.create(pk=1, user=attacker, action_flag=2, object_repr="x")
        answer = staff.post(f"/admin/{model}/{page}", {"post": "yes", "user": 1})
        assert answer.status_code in (302, 403)
        assert LogEntry.objects.filter(pk=1, object_repr="x").exists()

    def test_service_tokens_of_others_are_neither_made_nor_changed(self, staff, superuser):
        token = service_tokens.make(superuser, name="Board", days=1, roles=[], patterns=["release:a-*"]).token
        assert staff.post(f"{TOKENS}add/", {"user": superuser.pk, "name": "Mine"}).status_code == 403
        form = {"patterns": '["*"]', "name": "Board"}
        assert staff.post(f"{TOKENS}{token.pk}/change/", form).status_code == 403
        staff.post(TOKENS, {"action": "revoke", "_selected_action": [token.pk]})
        token.refresh_from_db()
        assert token.is_good
        assert token.patterns == ["release:a-*"]

    def test_nor_is_a_token_wider_by_a_role_than_its_owner(self, staff, attacker, anonymous, viewer):
        wide = viewer.groups.get()
        made = service_tokens.make(attacker, name="Board", days=1, roles=[wide], patterns=[])
        headers = {"Authorization": f"Bearer {made.text}"}
        assert anonymous.get("/api/releases/release:a-1/", headers=headers).status_code == 403
