import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts.models import User
from releases.models import SavedView
from tests.conftest import PASSWORD
from tests.factories import SavedViewFactory

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"
GROUPS = "/admin/auth/group/"
VIEWS = "/admin/releases/savedview/"


@pytest.fixture
def admin(signed_in, superuser):
    return signed_in(superuser)


@pytest.fixture
def administrator(make_user):
    """Staff who manage people and roles, without being superuser."""
    user = make_user("administrator@example.com", is_staff=True)
    role = Group.objects.create(name="Managers")
    role.scopes.create(pattern="release:mine-*")
    role.permissions.set(Permission.objects.filter(content_type__app_label__in=("accounts", "auth")))
    user.groups.add(role)
    return user


def scopes_form(group, *patterns):
    """The fields of a role's page, with patterns added to those it has."""
    kept = list(group.scopes.all()) if group else []
    form = {
        "name": group.name if group else "New role",
        "scopes-TOTAL_FORMS": len(kept) + len(patterns),
        "scopes-INITIAL_FORMS": len(kept),
    }
    for index, scope in enumerate(kept):
        form |= {f"scopes-{index}-id": scope.pk, f"scopes-{index}-group": group.pk, f"scopes-{index}-pattern": scope}
    for index, pattern in enumerate(patterns, len(kept)):
        form[f"scopes-{index}-pattern"] = pattern
    return form


class TestTheDoor:
    def test_nobody_is_sent_to_the_portals_sign_in_and_back(self, anonymous):
        first = anonymous.get("/admin/accounts/user/?q=x")
        second = anonymous.get(first["Location"])
        assert second["Location"] == "/login?next=/admin/accounts/user/%3Fq%3Dx"

    def test_the_admins_own_sign_in_takes_no_password(self, anonymous, superuser):
        response = anonymous.post("/admin/login/", {"username": superuser.email, "password": PASSWORD})
        assert response["Location"].startswith("/login?")
        assert anonymous.get("/api/auth/me/").status_code == 401

    def test_who_is_no_staff_is_told_so_without_a_loop(self, signed_in, viewer):
        response = signed_in(viewer).get("/admin/", follow=True)
        assert response.status_code == 403
        assert len(response.redirect_chain) == 1
        assert b"open to staff only" in response.content
        assert response["Content-Type"].startswith("text/html")

    def test_staff_come_in(self, admin):
        assert b"Relportal administration" in admin.get("/admin/").content

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
    def test_it_leads_to_no_other_site(self, admin, target):
        assert admin.get("/admin/login/", {"next": target})["Location"] == "/admin/"

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/"])
    def test_nor_does_the_way_over_the_sign_in(self, anonymous, target):
        assert anonymous.get("/admin/login/", {"next": target})["Location"] == "/login?next=/admin/"

    def test_who_is_signed_in_already_goes_on(self, admin):
        assert admin.get("/admin/login/?next=/admin/auth/group/")["Location"] == "/admin/auth/group/"

    def test_signing_out_leads_to_the_portals_sign_in(self, admin):
        assert admin.post("/admin/logout/")["Location"] == "/login"
        assert admin.get("/api/auth/me/").status_code == 401

    def test_the_address_without_its_slash_works(self, anonymous):
        assert anonymous.get("/admin")["Location"] == "/admin/"

    @pytest.mark.parametrize("page", [USERS, f"{USERS}add/", GROUPS, f"{GROUPS}add/"])
    def test_its_pages_open(self, admin, page):
        assert admin.get(page).status_code == 200


class TestUsers:
    def test_one_is_added_by_address(self, admin):
        page = admin.post(
            f"{USERS}add/",
            {
                "email": "New@EXAMPLE.com",
                "full_name": "Nia New",
                "usable_password": "true",
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        )
        user = User.objects.get(email="New@example.com")
        assert page["Location"] == reverse("admin:accounts_user_change", args=[user.pk])
        assert user.check_password(PASSWORD)
        assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)

    def test_an_address_taken_in_another_case_is_refused(self, admin, viewer):
        form = {"email": "VIEWER@example.com", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
        page = admin.post(f"{USERS}add/", form)
        assert b"Somebody has this address already." in page.content
        assert User.objects.filter(email__iexact="viewer@example.com").count() == 1

    def test_a_weak_password_is_refused(self, admin):
        form = {"email": "new@example.com", "usable_password": "true", "password1": "12345", "password2": "12345"}
        assert b"too short" in admin.post(f"{USERS}add/", form).content

    def test_they_are_found_by_address_and_name(self, admin, viewer, payments):
        for words in ("viewer@", "Vera"):
            assert list(admin.get(USERS, {"q": words}).context["cl"].result_list) == [viewer]

    def test_deactivating_ends_their_sign_in(self, admin, signed_in, viewer):
        browser = signed_in(viewer)
        admin.post(USERS, {"action": "deactivate", "_selected_action": [viewer.pk], "confirmed": "yes"})
        viewer.refresh_from_db()
        assert not viewer.is_active
        assert browser.get("/api/auth/me/").status_code == 401

    def test_nobody_deactivates_themselves_by_the_way(self, admin, superuser):
        admin.post(USERS, {"action": "deactivate", "_selected_action": [superuser.pk], "confirmed": "yes"})
        superuser.refresh_from_db()
        assert superuser.is_active

    def test_a_role_is_given_on_the_users_page(self, admin, outsider):
        role = Group.objects.get(name="Viewers")
        form = {"email": outsider.email, "full_name": "Oz", "is_active": "on", "groups": [role.pk]}
        assert admin.post(f"{USERS}{outsider.pk}/change/", form).status_code == 302
        assert list(outsider.groups.all()) == [role]

    def test_a_password_is_set_on_a_page_of_its_own(self, admin, viewer):
        form = {"usable_password": "true", "password1": "an entirely new one", "password2": "an entirely new one"}
        assert admin.post(f"{USERS}{viewer.pk}/password/", form).status_code == 302
        viewer.refresh_from_db()
        assert viewer.check_password("an entirely new one")


class TestRoles:
    def test_one_is_added_with_its_scopes(self, admin):
        assert admin.post(f"{GROUPS}add/", scopes_form(None, "release:a-*", "release:b-*")).status_code == 302
        role = Group.objects.get(name="New role")
        assert {str(scope) for scope in role.scopes.all()} == {"release:a-*", "release:b-*"}

    def test_who_hears_the_page_is_told_what_each_field_of_a_pattern_is(self, admin, payments):
        page = admin.get(f"{GROUPS}{payments.groups.get().pk}/change/").content
        assert b'aria-label="Pattern"' in page
        assert b'aria-label="Delete this pattern"' in page

    def test_a_scope_more_is_seen_by_its_people_at_once(self, admin, signed_in, payments):
        role = payments.groups.get()
        admin.post(f"{GROUPS}{role.pk}/change/", scopes_form(role, "release:search-*"))
        assert signed_in(payments).get("/api/auth/me/").json()["scopes"] == ["release:payments-*", "release:search-*"]

    @pytest.mark.parametrize(
        ("pattern", "sentence"),
        [("payments-*", b"A pattern over release IDs"), ("release:payments-*", b"The role has the pattern already.")],
    )
    def test_a_bad_pattern_is_refused_with_a_sentence(self, admin, payments, pattern, sentence):
        role = payments.groups.get()
        page = admin.post(f"{GROUPS}{role.pk}/change/", scopes_form(role, pattern))
        assert page.status_code == 200
        assert role.scopes.count() == 1

    def test_the_list_shows_the_patterns(self, admin, payments):
        assert b"release:payments-*" in admin.get(GROUPS).content


class TestStaffWhoAreNoSuperuser:
    @pytest.fixture
    def staff(self, signed_in, administrator):
        return signed_in(administrator)

    def test_they_manage_other_people(self, staff, viewer):
        form = {"email": viewer.email, "full_name": "Vera Renamed", "is_active": "on"}
        assert staff.post(f"{USERS}{viewer.pk}/change/", form).status_code == 302
        viewer.refresh_from_db()
        assert viewer.full_name == "Vera Renamed"

    def test_they_cannot_raise_themselves(self, staff, administrator):
        role = Group.objects.get(name="Viewers")
        permission = Permission.objects.first()
        form = {
            "email": administrator.email,
            "is_active": "on",
            "is_staff": "on",
            "is_superuser": "on",
            "groups": [role.pk],
            "user_permissions": [permission.pk],
        }
        assert staff.post(f"{USERS}{administrator.pk}/change/", form).status_code == 302
        administrator.refresh_from_db()
        assert not administrator.is_superuser
        assert role not in administrator.groups.all()
        assert not administrator.user_permissions.exists()

    def test_nor_anybody_else(self, staff, outsider):
        form = {"email": outsider.email, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
        staff.post(f"{USERS}{outsider.pk}/change/", form)
        outsider.refresh_from_db()
        assert (outsider.is_staff, outsider.is_superuser) == (False, False)

    @pytest.mark.parametrize("page", ["change", "password", "delete"])
    def test_they_cannot_take_over_the_account_of_other_staff(self, staff, make_user, superuser, page):
        other = make_user("other-staff@example.com", is_staff=True)
        form = {"email": "mine@example.com", "post": "yes", "password1": "x" * 20, "password2": "x" * 20}
        for user in (superuser, other):
            assert staff.post(f"{USERS}{user.pk}/{page}/", form).status_code == 403
            user.refresh_from_db()
            assert user.email != "mine@example.com"
            assert user.check_password(PASSWORD)

    def test_nor_end_it_with_an_action(self, staff, superuser):
        staff.post(USERS, {"action": "deactivate", "_selected_action": [superuser.pk], "confirmed": "yes"})
        staff.post(USERS, {"action": "delete_selected", "_selected_action": [superuser.pk], "post": "yes"})
        superuser.refresh_from_db()
        assert superuser.is_active

    def test_they_shape_the_roles_of_others(self, staff, payments):
        role = payments.groups.get()
        assert staff.post(f"{GROUPS}{role.pk}/change/", scopes_form(role, "release:mine-*")).status_code == 302
        assert role.scopes.count() == 2

    def test_but_not_their_own(self, staff, administrator):
        role = administrator.groups.get()
        assert staff.get(f"{GROUPS}{role.pk}/change/").status_code == 200
        assert staff.post(f"{GROUPS}{role.pk}/change/", scopes_form(role, "release:*")).status_code == 403
        assert staff.post(f"{GROUPS}{role.pk}/delete/", {"post": "yes"}).status_code == 403
        assert [str(scope) for scope in role.scopes.all()] == ["release:mine-*"]

    def test_nor_what_a_role_permits(self, staff, payments):
        role = payments.groups.get()
        form = scopes_form(role) | {"permissions": [Permission.objects.first().pk]}
        assert staff.post(f"{GROUPS}{role.pk}/change/", form).status_code == 302
        assert not role.permissions.exists()

    def test_without_a_permission_nothing_opens(self, signed_in, make_user):
        staff = signed_in(make_user("plain-staff@example.com", is_staff=True))
        assert staff.get("/admin/").status_code == 200
        assert staff.get(USERS).status_code == 403
        assert staff.get(GROUPS).status_code == 403


class TestSavedViews:
    """Whoever may read or delete a person may do the same to their views; nobody changes them."""

    @pytest.fixture
    def view(self, viewer):
        return SavedViewFactory(user=viewer, name="Failed ones")

    def test_a_superuser_reads_and_deletes_them(self, admin, view):
        assert b"Saved views" in admin.get("/admin/").content
        assert b"Failed ones" in admin.get(VIEWS, {"q": "viewer@"}).content
        assert b"phase=failed" in admin.get(f"{VIEWS}{view.pk}/change/").content
        assert admin.post(f"{VIEWS}{view.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not SavedView.objects.exists()

    def test_several_go_at_once(self, admin, viewer):
        views = SavedViewFactory.create_batch(3, user=viewer)
        chosen = {"action": "delete_selected", "_selected_action": [view.pk for view in views[:2]], "post": "yes"}
        admin.post(VIEWS, chosen)
        assert list(SavedView.objects.all()) == views[2:]

    def test_nobody_adds_or_changes_one(self, admin, view):
        assert admin.get(f"{VIEWS}add/").status_code == 403
        assert admin.post(f"{VIEWS}{view.pk}/change/", {"name": "Other"}).status_code == 403
        view.refresh_from_db()
        assert view.name == "Failed ones"

    def test_staff_who_manage_people_delete_those_of_people_they_manage(
        self, signed_in, administrator, superuser, view
    ):
        staff = signed_in(administrator)
        of_superuser = SavedViewFactory(user=superuser)
        assert b"Failed ones" in staff.get(VIEWS).content
        assert staff.post(f"{VIEWS}{of_superuser.pk}/delete/", {"post": "yes"}).status_code == 403
        assert staff.post(f"{VIEWS}{view.pk}/delete/", {"post": "yes"}).status_code == 302
        assert list(SavedView.objects.all()) == [of_superuser]

    def test_they_are_in_nobodys_way_who_may_delete_a_person(self, signed_in, administrator, view):
        assert signed_in(administrator).post(f"{USERS}{view.user_id}/delete/", {"post": "yes"}).status_code == 302
        assert not SavedView.objects.exists()

    def test_other_staff_do_not_see_them(self, signed_in, make_user, view):
        staff = signed_in(make_user("plain-staff@example.com", is_staff=True))
        assert b"Saved views" not in staff.get("/admin/").content
        assert staff.get(VIEWS).status_code == 403
        assert staff.get(f"{VIEWS}{view.pk}/change/").status_code == 403
