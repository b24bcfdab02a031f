"""What the administration does to people's accounts, what it shows of them, and what its log says of it."""

import pyotp
import pytest
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from accounts import mailing, second_factor, service_tokens
from accounts.models import SecondFactor, User
from accounts.tokens import start_family
from tests.accounts.test_admin import GROUPS, USERS, scopes_form
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

DEEDS = ["deactivate", "activate", "end_sessions", "reset_second_factor"]


@pytest.fixture
def admin(signed_in, superuser):
    return signed_in(superuser)


@pytest.fixture
def act(admin):
    def act(name, *people, client=admin, **more):
        form = {"action": name, "_selected_action": [user.pk for user in people], "confirmed": "yes", **more}
        return client.post(USERS, form, follow=True)

    return act


def said():
    """The words of the newest entry."""
    return LogEntry.objects.order_by("-pk")[0].change_message


def with_factor(user):
    secret = second_factor.set_up(user).secret
    user.second_factor_at = timezone.now()
    user.save()
    return pyotp.TOTP(secret)


class TestWhatIsDone:
    def test_it_is_asked_first_and_done_after(self, admin, signed_in, viewer, payments):
        browser = signed_in(viewer)
        page = admin.post(USERS, {"action": "end_sessions", "_selected_action": [viewer.pk, payments.pk]})
        assert page.context["people"] == [payments, viewer]
        assert b"signed out everywhere" in page.content
        assert browser.get("/api/auth/me/").status_code == 200
        assert not LogEntry.objects.exists()

    def test_sessions_and_tokens_end(self, act, signed_in, bearer, viewer):
        browser, program = signed_in(viewer), bearer(viewer)
        act("end_sessions", viewer)
        assert browser.get("/api/auth/me/").status_code == 401
        assert Client().get("/api/auth/me/", headers=program).status_code == 401
        assert signed_in(viewer).get("/api/auth/me/").status_code == 200
        assert said() == "Sessions and tokens ended."

    def test_of_nobody_else(self, act, signed_in, viewer, payments):
        browser = signed_in(payments)
        act("end_sessions", viewer)
        assert browser.get("/api/auth/me/").status_code == 200

    def test_service_tokens_go_on(self, act, viewer):
        made = service_tokens.make(viewer, name="Board", days=1, roles=[], patterns=["release:*"])
        act("end_sessions", viewer)
        made.token.refresh_from_db()
        assert made.token.is_good

    def test_who_is_activated_again_has_to_sign_in_anew(self, act, signed_in, bearer, viewer):
        browser, program = signed_in(viewer), bearer(viewer)
        act("deactivate", viewer)
        assert said() == "Deactivated."
        act("activate", viewer)
        assert said() == "Activated."
        assert browser.get("/api/auth/me/").status_code == 401
        assert Client().get("/api/auth/me/", headers=program).status_code == 401
        assert signed_in(viewer).get("/api/auth/me/").status_code == 200

    def test_so_has_who_was_deactivated_on_their_page(self, admin, act, signed_in, viewer):
        browser = signed_in(viewer)
        role = viewer.groups.get()
        form = {"email": viewer.email, "full_name": viewer.full_name, "groups": [role.pk]}
        admin.post(f"{USERS}{viewer.pk}/change/", form)
        act("activate", viewer)
        assert browser.get("/api/auth/me/").status_code == 401

    def test_a_second_factor_is_reset_and_its_owner_told(self, act, signed_in, viewer, mailoutbox, monkeypatch):
        monkeypatch.setattr(mailing, "in_background", lambda work: work())
        with_factor(viewer)
        browser = signed_in(viewer)
        act("reset_second_factor", viewer)
        viewer.refresh_from_db()
        assert viewer.second_factor_at is None
        assert not SecondFactor.objects.exists()
        assert browser.get("/api/auth/me/").status_code == 401
        assert said() == "Second factor reset."
        assert [(mail.to, mail.subject) for mail in mailoutbox] == [([viewer.email], "Your second factor is off")]

    @pytest.mark.parametrize("name", DEEDS)
    def test_nobody_does_it_to_themselves_by_the_way(self, act, admin, superuser, name):
        with_factor(superuser)
        admin.force_login(superuser)
        page = act(name, superuser)
        superuser.refresh_from_db()
        assert superuser.is_active
        assert superuser.second_factor_at is not None
        assert b"Left out: admin@example.com." in page.content
        assert not LogEntry.objects.exists()

    def test_what_makes_no_difference_is_left_out(self, act, viewer):
        page = act("activate", viewer)
        assert b"done for nobody. Left out: viewer@example.com." in page.content

    def test_a_persons_page_has_buttons_for_it_and_is_come_back_to(self, admin, act, viewer):
        page = admin.get(f"{USERS}{viewer.pk}/change/")
        assert [name for name, _ in page.context["deeds"]] == ["deactivate", "end_sessions"]
        asked = act("end_sessions", viewer, from_page="yes", confirmed=[])
        assert b'name="from_page"' in asked.content
        assert act("end_sessions", viewer, from_page="yes").redirect_chain == [(f"{USERS}{viewer.pk}/change/", 302)]

    def test_ones_own_page_has_none(self, admin, superuser):
        assert admin.get(f"{USERS}{superuser.pk}/change/").context["deeds"] == []

    def test_a_link_does_nothing(self, admin, viewer):
        admin.get(USERS, {"action": "deactivate", "_selected_action": viewer.pk, "confirmed": "yes"})
        viewer.refresh_from_db()
        assert viewer.is_active

    def test_a_form_of_another_site_does_nothing(self, superuser, viewer):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(superuser)
        form = {"action": "deactivate", "_selected_action": viewer.pk, "confirmed": "yes"}
        assert browser.post(USERS, form).status_code == 403
        viewer.refresh_from_db()
        assert viewer.is_active


class TestWhatIsShown:
    def test_sessions_and_programs_without_their_keys(self, admin, signed_in, viewer):
        browser = signed_in(viewer)
        family = start_family(viewer)
        page = admin.get(f"{USERS}{viewer.pk}/change/").content.decode()
        assert page.count("A browser since") == 1
        assert page.count("A program since") == 1
        for key in (browser.cookies["sessionid"].value, family.pk.hex, str(family.pk), family.next_jti):
            assert key not in page

    def test_not_those_that_a_new_password_has_ended(self, admin, signed_in, viewer):
        signed_in(viewer)
        start_family(viewer)
        viewer.set_password("an entirely new one")
        viewer.save()
        assert "Nothing." in admin.get(f"{USERS}{viewer.pk}/change/").content.decode()

    def test_many_are_counted(self, admin, signed_in, viewer):
        for _ in range(25):
            signed_in(viewer)
        page = admin.get(f"{USERS}{viewer.pk}/change/").content.decode()
        assert page.count("A browser since") == 20
        assert "and 5 more" in page

    def test_whether_a_second_factor_is_on(self, admin, viewer):
        assert "Off." in admin.get(f"{USERS}{viewer.pk}/change/").content.decode()
        totp = with_factor(viewer)
        page = admin.get(f"{USERS}{viewer.pk}/change/").content.decode()
        assert "On since" in page
        assert totp.secret not in page
        assert SecondFactor.objects.get().secret not in page

    def test_people_are_listed_by_whether_it_is_on(self, admin, superuser, viewer):
        with_factor(viewer)
        assert list(admin.get(USERS, {"second_factor": "on"}).context["cl"].result_list) == [viewer]
        assert list(admin.get(USERS, {"second_factor": "off"}).context["cl"].result_list) == [superuser]

    def test_a_form_that_names_it_changes_nothing(self, admin, viewer):
        form = {"email": viewer.email, "full_name": "Vera", "is_active": "on", "second_factor_at": "2026-01-01"}
        admin.post(f"{USERS}{viewer.pk}/change/", form)
        viewer.refresh_from_db()
        assert viewer.second_factor_at is None


class TestTheLogSays:
    def test_who_was_added(self, admin):
        form = {"email": "new@example.com", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
        admin.post(f"{USERS}add/", form)
        entry = LogEntry.objects.get()
        assert (entry.action_flag, entry.object_repr, entry.change_message) == (ADDITION, "new@example.com", "Added.")

    def test_which_rights_and_roles_were_given_and_taken(self, admin, payments):
        role = Group.objects.get(name="Viewers")
        permission = Permission.objects.get(codename="view_user")
        form = {
            "email": "pat@example.com",
            "full_name": payments.full_name,
            "is_active": "on",
            "is_staff": "on",
            "groups": [role.pk],
            "user_permissions": [permission.pk],
        }
        assert admin.post(f"{USERS}{payments.pk}/change/", form).status_code == 302
        words = said()
        assert "E-mail address: payments@example.com → pat@example.com." in words
        assert "Staff: no → yes." in words
        assert "Groups given: Viewers. Groups taken away: Role of payments@example.com." in words
        assert f"User permissions given: {permission}." in words
        assert "Full name" not in words

    def test_that_nothing_was_changed(self, admin, viewer):
        form = {"email": viewer.email, "full_name": viewer.full_name, "is_active": "on"}
        form["groups"] = [viewer.groups.get().pk]
        admin.post(f"{USERS}{viewer.pk}/change/", form)
        assert said() == "Nothing changed."

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"usable_password": "true", "password1": "x" * 20, "password2": "x" * 20}, "Password set."),
            ({"usable_password": "false", "unset-password": "yes"}, "Password taken away."),
        ],
    )
    def test_that_a_password_was_set_and_not_which(self, admin, viewer, form, words):
        assert admin.post(f"{USERS}{viewer.pk}/password/", form).status_code == 302
        assert said() == words

    def test_which_scopes_were_added_changed_and_removed(self, admin):
        admin.post(f"{GROUPS}add/", scopes_form(None, "release:a-*", "release:b-*", "release:c-*"))
        assert said() == "Added. Scope added: release:a-*, release:b-*, release:c-*."
        role = Group.objects.get(name="New role")
        form = scopes_form(role, "release:d-*")
        form |= {"scopes-1-pattern": "release:bb-*", "scopes-2-DELETE": "on", "name": "Another"}
        assert admin.post(f"{GROUPS}{role.pk}/change/", form).status_code == 302
        assert said() == (
            "Name: New role → Another. Scope added: release:d-*. Scope changed: release:b-* → release:bb-*."
            " Scope removed: release:c-*."
        )

    def test_what_a_deleted_role_showed_and_whom(self, admin, payments):
        admin.post(f"{GROUPS}{payments.groups.get().pk}/delete/", {"post": "yes"})
        entry = LogEntry.objects.get()
        assert entry.action_flag == DELETION
        assert entry.change_message.startswith("It showed: release:payments-*. Held by: payments@example.com.")

    def test_which_roles_a_deleted_person_had(self, admin, payments):
        admin.post(f"{USERS}{payments.pk}/delete/", {"post": "yes"})
        entry = LogEntry.objects.get()
        assert (entry.object_repr, entry.change_message) == (
            "payments@example.com",
            "Roles: Role of payments@example.com.",
        )
        assert not User.objects.filter(pk=payments.pk).exists()

    def test_the_same_where_many_are_deleted(self, admin, payments, viewer):
        chosen = {"action": "delete_selected", "_selected_action": [payments.pk, viewer.pk], "post": "yes"}
        admin.post(USERS, chosen)
        assert sorted(LogEntry.objects.values_list("object_repr", flat=True)) == [payments.email, viewer.email]

    def test_the_persons_history_has_all_of_it(self, admin, act, viewer):
        act("end_sessions", viewer)
        page = admin.get(f"{USERS}{viewer.pk}/history/").content.decode()
        assert "Sessions and tokens ended." in page
