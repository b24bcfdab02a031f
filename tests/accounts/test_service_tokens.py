"""Service tokens: made, used, narrowed, ended."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts import mailing, service_tokens
from accounts.models import ServiceToken
from tests.api.samples import start
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db

TOKENS = "/api/auth/service-tokens/"
ADMIN = "/admin/accounts/servicetoken/"
RELEASES = "/api/releases/"

ASKED = {"name": "Wallboard", "days": 30, "patterns": ["release:payments-*"]}


@pytest.fixture
def releases(fake_temporal):
    for name in ("payments-1", "search-1"):
        start(fake_temporal, f"release:{name}")


@pytest.fixture
def make(viewer):
    def one(user=viewer, *patterns, roles=(), days=30):
        return service_tokens.make(
            user, name="Board", days=days, roles=roles, patterns=patterns or (() if roles else ("release:*",))
        )

    return one


@pytest.fixture
def ask(anonymous):
    def get(text, path=RELEASES):
        return anonymous.get(path, headers={"Authorization": f"Bearer {text}"})

    return get


def post(client, **changes):
    return client.post(TOKENS, ASKED | changes, content_type="application/json")


def seen(response):
    assert response.status_code == 200
    return [row["id"] for row in response.json()["results"]]


class TestMaking:
    def test_its_text_is_told_once(self, signed_in, viewer):
        client = signed_in(viewer)
        made = post(client)
        assert made.status_code == 201
        body = made.json()
        text = body.pop("token")
        assert text.startswith(f"{body['prefix']}_")
        assert made["Cache-Control"] == "no-store"
        listed = client.get(TOKENS)
        assert listed.json() == [body]
        assert text[17:] not in listed.content.decode()
        assert body["last_used_at"] is None

    def test_its_owner_is_told_by_mail(self, signed_in, viewer, mailoutbox, monkeypatch):
        monkeypatch.setattr(mailing, "in_background", lambda work: work())
        post(signed_in(viewer))
        [mail] = mailoutbox
        assert (mail.to, mail.subject) == (["viewer@example.com"], "A service token was made")
        assert "Wallboard" in mail.body
        assert "rpt_" not in mail.body

    def test_no_token_makes_one(self, anonymous, viewer, bearer):
        """Else one of half an hour that was stolen would be good for a year."""
        response = anonymous.post(TOKENS, ASKED, content_type="application/json", headers=bearer(viewer))
        assert_problem(response, 403, "permission_denied")
        assert not ServiceToken.objects.exists()

    def test_of_its_text_a_hash_is_kept_only(self, make):
        token, text = make()
        assert text.split("_", 2)[2] not in str(ServiceToken.objects.values().get(pk=token.pk))

    def test_it_expires_after_the_days_asked_for(self, signed_in, viewer):
        post(signed_in(viewer), days=7)
        left = ServiceToken.objects.get().expires_at - timezone.now()
        assert timedelta(days=6, hours=23) < left <= timedelta(days=7)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"days": 0}, "days"),
            ({"days": 367}, "days"),
            ({"days": None}, "days"),
            ({"name": " "}, "name"),
            ({"name": "a\nb"}, "name"),
            ({"name": "x" * 81}, "name"),
            ({"patterns": ["payments-*"]}, "patterns"),
            ({"patterns": ["release:a"] * 21}, "patterns"),
            ({"patterns": "release:a"}, "patterns"),
            ({"patterns": []}, "patterns"),
            ({"patterns": [], "roles": []}, "patterns"),
            ({"roles": ["a\x00"]}, "roles"),
        ],
    )
    def test_what_is_wrong_is_said_by_field(self, signed_in, viewer, changes, field):
        problem = assert_problem(post(signed_in(viewer), **changes), 400, "invalid_parameter")
        assert [name.split(".")[0] for name in problem["errors"]] == [field]
        assert not ServiceToken.objects.exists()

    def test_nobody_gives_a_role_that_they_do_not_have(self, signed_in, viewer):
        for role in ("Administrators", "No such role"):
            assert_problem(post(signed_in(viewer), roles=[role]), 403, "permission_denied")

    def test_of_ones_own_roles_it_takes_the_scopes(self, signed_in, viewer, ask, releases):
        made = post(signed_in(viewer), patterns=[], roles=["Role of viewer@example.com"]).json()
        assert made["roles"] == ["Role of viewer@example.com"]
        assert len(seen(ask(made["token"]))) == 2

    def test_nobody_makes_more_than_they_keep_track_of(self, signed_in, viewer, monkeypatch):
        monkeypatch.setattr(service_tokens, "TOKENS_KEPT", 1)
        client = signed_in(viewer)
        assert post(client).status_code == 201
        assert_problem(post(client), 400, "invalid_parameter")
        # Those that are no good any more don't count.
        client.delete(f"{TOKENS}{ServiceToken.objects.get().pk}/")
        assert post(client).status_code == 201

    def test_two_that_come_at_once_do_not_both_find_the_last_place(self, signed_in, viewer, transactional_db):
        """In threads, each with a connection of its own to a database file, as under the server."""
        for _ in range(service_tokens.TOKENS_KEPT - 2):
            service_tokens.make(viewer, name="Board", days=1, roles=[], patterns=["release:*"])
        clients = [signed_in(viewer) for _ in range(8)]
        ready = threading.Barrier(len(clients))

        def one(client):
            ready.wait()
            try:
                return post(client).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(clients)) as threads:
            assert Counter(threads.map(one, clients)) == {201: 2, 400: 6}
        assert ServiceToken.objects.count() == service_tokens.TOKENS_KEPT

    def test_a_page_of_another_site_makes_none(self, viewer):
        client = Client(enforce_csrf_checks=True)
        client.force_login(viewer)
        assert_problem(post(client), 403, "permission_denied")


class TestWhatItShows:
    def test_what_its_patterns_match(self, make, ask, viewer, releases):
        assert seen(ask(make(viewer, "release:search-*").text)) == ["release:search-1"]

    def test_never_more_than_its_owner_sees(self, make, ask, payments, releases):
        assert seen(ask(make(payments, "release:*").text)) == ["release:payments-1"]

    def test_less_as_soon_as_its_owner_does(self, make, ask, payments, releases):
        text = make(payments, "release:*").text
        payments.groups.clear()
        assert seen(ask(text)) == []

    def test_what_its_roles_show_now(self, make, ask, superuser, releases):
        role = Group.objects.create(name="Boards")
        text = make(superuser, roles=[role]).text
        assert seen(ask(text)) == []
        role.scopes.create(pattern="release:search-*")
        assert seen(ask(text)) == ["release:search-1"]
        role.delete()
        assert seen(ask(text)) == []

    def test_of_a_superuser_no_more_than_was_asked_for(self, make, ask, superuser, releases):
        text = make(superuser, "release:payments-*").text
        assert seen(ask(text)) == ["release:payments-1"]
        assert_problem(ask(text, f"{RELEASES}release:search-1/"), 403, "permission_denied")

    def test_it_reads_releases_and_nothing_else(self, make, ask):
        text = make().text
        for path in ("/api/auth/me/", TOKENS, "/api/views/"):
            assert_problem(ask(text, path), 403, "permission_denied")

    def test_who_it_is_is_on_record(self, make, ask, viewer, on_record, releases):
        ask(make().text)
        assert [(a.user_id, a.signed_in_by, a.outcome) for a in on_record] == [(viewer.pk, "service", "allowed")]


class TestItsEnd:
    def test_revoked_it_is_refused_at_once(self, make, ask, signed_in, viewer, releases):
        token, text = make()
        assert ask(text).status_code == 200
        assert signed_in(viewer).delete(f"{TOKENS}{token.pk}/").status_code == 204
        assert_problem(ask(text), 401, "token_invalid")
        assert signed_in(viewer).get(TOKENS).json() == []

    def test_nobody_revokes_what_is_anothers(self, make, signed_in, outsider):
        token = make().token
        for pk in (token.pk, 10**30):
            assert_problem(signed_in(outsider).delete(f"{TOKENS}{pk}/"), 404, "not_found")
        token.refresh_from_db()
        assert token.is_good

    def test_nor_twice(self, make, signed_in, viewer):
        token = make().token
        statuses = [signed_in(viewer).delete(f"{TOKENS}{token.pk}/").status_code for _ in range(2)]
        assert statuses == [204, 404]

    def test_expired_it_is_refused_and_listed_still(self, make, ask, signed_in, viewer):
        token, text = make()
        ServiceToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
        assert_problem(ask(text), 401, "token_invalid")
        assert len(signed_in(viewer).get(TOKENS).json()) == 1

    @pytest.mark.parametrize("end", ["deactivate", "delete"])
    def test_it_goes_with_its_owner(self, make, ask, viewer, end):
        text = make().text
        if end == "delete":
            viewer.delete()
        else:
            viewer.is_active = False
            viewer.save()
        assert_problem(ask(text), 401, "token_invalid")

    def test_a_new_password_does_not_end_it(self, make, ask, viewer, releases):
        text = make().text
        viewer.set_password("another correct horse")
        viewer.save()
        assert ask(text).status_code == 200

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text[:-1],
            lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
            lambda text: text.upper(),
            lambda text: f"rpt_{'0' * 12}_{text[17:]}",
            lambda text: "rpt_",
            lambda text: "rpt_\xe4",
            lambda text: text + "\x00",
        ],
    )
    def test_another_text_is_refused(self, make, ask, change):
        assert_problem(ask(change(make().text)), 401, "token_invalid")


class TestItsUse:
    def test_is_written_down_once_a_minute(self, make, ask, releases):
        token, text = make()
        ask(text)
        token.refresh_from_db()
        first = token.last_used_at
        assert timezone.now() - first < timedelta(seconds=30)
        ask(text)
        token.refresh_from_db()
        assert token.last_used_at == first
        ServiceToken.objects.update(last_used_at=first - timedelta(seconds=61))
        ask(text)
        token.refresh_from_db()
        assert token.last_used_at >= first

    def test_costs_few_queries(self, make, ask, releases, django_assert_num_queries):
        text = make().text
        ask(text)
        # The token with its owner, its roles, the owner's scopes; its roles' scopes where it has some.
        with django_assert_num_queries(3):
            ask(text)


class TestTheAdministration:
    def test_a_superuser_sees_and_revokes_them(self, make, ask, signed_in, superuser):
        token, text = make()
        admin = signed_in(superuser)
        page = admin.get(ADMIN, {"q": "viewer@"}).content.decode()
        assert f"rpt_{token.lookup}" in page
        assert "Revoke" in page
        assert token.digest not in admin.get(f"{ADMIN}{token.pk}/change/").content.decode()
        admin.post(ADMIN, {"action": "revoke", "_selected_action": [token.pk]})
        assert_problem(ask(text), 401, "token_invalid")
        assert ">revoked<" in admin.get(ADMIN).content.decode()

    def test_nobody_makes_or_changes_one(self, make, signed_in, superuser):
        token = make().token
        assert signed_in(superuser).get(f"{ADMIN}add/").status_code == 403
        assert signed_in(superuser).post(f"{ADMIN}{token.pk}/change/", {"name": "x"}).status_code == 403

    def test_staff_revoke_those_of_people_that_they_manage(self, make, signed_in, make_user, superuser, viewer):
        staff = make_user("staff@example.com", is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(codename__in=("view_user", "change_user")))
        tokens = [make(superuser).token, make(viewer).token]
        signed_in(staff).post(ADMIN, {"action": "revoke", "_selected_action": [token.pk for token in tokens]})
        for token in tokens:
            token.refresh_from_db()
        assert [token.is_good for token in tokens] == [True, False]
