"""/api/views/: the saved views of whoever is signed in."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import connections
from django.test import AsyncClient, Client

from accounts.models import User
from accounts.turns import turn_of
from releases import saved_views
from releases.models import SavedView
from releases.saved_views import VIEWS_KEPT, SavedViewSerializer
from tests.factories import SavedViewFactory
from tests.problems import assert_problem

VIEWS = "/api/views/"
FAILED = {"name": "Failed payments", "query": "phase=failed&search=pay&ordering=-started_at"}

pytestmark = pytest.mark.django_db


def post(client, body, **options):
    return client.post(VIEWS, body, content_type="application/json", **options)


def patch(client, view, **body):
    return client.patch(address_of(view), body, content_type="application/json")


def address_of(view):
    return f"{VIEWS}{view.pk}/"


def refused(response, *fields):
    """The sentences of an answer that refuses these fields and no others."""
    body = assert_problem(response, 400, "invalid_parameter")
    assert body["errors"].keys() == set(fields)
    return " ".join(sentence for sentences in body["errors"].values() for sentence in sentences)


class TestSaving:
    def test_it_is_kept_and_found_again(self, owner, viewer):
        response = post(owner, FAILED)
        assert response.status_code == 201
        body = response.json()
        assert body == {"id": body["id"], **FAILED, "created_at": body["created_at"]}
        age = datetime.now(UTC) - datetime.fromisoformat(body["created_at"])
        assert timedelta() <= age < timedelta(minutes=1)
        assert owner.get(VIEWS).json() == [body]
        assert owner.get(f"{VIEWS}{body['id']}/").json() == body
        assert SavedView.objects.get().user == viewer

    def test_who_is_deleted_meanwhile_is_nobody(self, owner, viewer, monkeypatch):
        def too_late(user):
            User.objects.filter(pk=user.pk).delete()
            return turn_of(user)

        monkeypatch.setattr(saved_views, "turn_of", too_late)
        assert_problem(post(owner, FAILED), 401, "not_authenticated")
        assert not SavedView.objects.exists()

    def test_what_it_keeps_opens_in_the_list(self, owner, fake_temporal):
        query = post(owner, {"name": "All", "query": "search=a+b%26c&status=RUNNING,FAILED&include=rollup"}).json()[
            "query"
        ]
        assert query == "search=a+b%26c&status=RUNNING%2CFAILED&include=rollup"
        assert owner.get(f"/api/releases/?{query}").status_code == 200

    def test_who_has_no_role_may_keep_some_too(self, signed_in, outsider):
        assert post(signed_in(outsider), FAILED).status_code == 201

    @pytest.mark.parametrize("missing", ["name", "query"])
    def test_both_fields_are_wanted(self, owner, missing):
        body = {name: value for name, value in FAILED.items() if name != missing}
        assert refused(post(owner, body), missing) == "This field is required."

    def test_nothing_else_is_taken_from_the_body(self, owner, viewer, payments):
        body = post(owner, {**FAILED, "id": 7_000, "user": payments.pk, "created_at": "2001-01-01T00:00:00Z"}).json()
        assert (body["id"] != 7_000, body["created_at"] > "2025") == (True, True)
        assert SavedView.objects.get().user == viewer


class TestName:
    @pytest.mark.parametrize("name", ["x", "x" * 60, "Größe & <b>mehr</b>", "支払い 💥", "a\u00a0b"])
    def test_any_text_of_up_to_sixty_characters_will_do(self, owner, name):
        assert post(owner, {**FAILED, "name": name}).json()["name"] == name

    def test_spaces_around_it_are_dropped(self, owner):
        assert post(owner, {**FAILED, "name": " My  view "}).json()["name"] == "My  view"

    @pytest.mark.parametrize(
        "name", ["", " ", "\u00a0", "x" * 61, "two\nlines", "a\x00b", "\x7f", None, 7, [], {}, True]
    )
    def test_nothing_else_will(self, owner, name):
        refused(post(owner, {**FAILED, "name": name}), "name")
        assert not SavedView.objects.exists()

    @pytest.mark.parametrize(
        ("name", "same"), [("Failed", "fAILED"), ("Failed", " Failed "), ("Übersicht", "übersicht"), ("Maß", "MASS")]
    )
    def test_one_that_differs_from_another_in_case_alone_is_refused(self, owner, name, same):
        post(owner, {**FAILED, "name": name})
        assert refused(post(owner, {**FAILED, "name": same}), "name") == "You have a view of this name already."
        assert [view["name"] for view in owner.get(VIEWS).json()] == [name]

    def test_somebody_else_may_have_the_same(self, owner, stranger):
        assert post(owner, FAILED).status_code == post(stranger, FAILED).status_code == 201

    def test_the_case_of_ones_own_can_be_changed(self, owner, viewer):
        view = SavedViewFactory(user=viewer, name="failed")
        assert patch(owner, view, name="Failed").json()["name"] == "Failed"
        assert patch(owner, view, name="FAILED").status_code == 200

    def test_another_ones_name_can_not_be_taken(self, owner, viewer):
        SavedViewFactory(user=viewer, name="Failed")
        refused(patch(owner, SavedViewFactory(user=viewer, name="Other"), name="failed"), "name")


class TestQuery:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("", ""),
            ("?", ""),
            ("page=3", ""),
            ("?phase=failed&page=2&search=pay", "phase=failed&search=pay"),
            ("page=nonsense&search=a", "search=a"),
            ("format=json&search=a", "search=a"),
            ("phase=failed,active", "phase=failed%2Cactive"),
            ("phase=failed&phase=active", "phase=failed&phase=active"),
            ("search=", "search="),
            ("phase", "phase="),
            ("search=ä ö", "search=%C3%A4+%C3%B6"),
            ("page_size=50&ordering=-ended_at&state=baking&status=RUNNING", None),
        ],
    )
    def test_the_lists_parameters_are_kept_as_browsers_write_them_without_the_page(self, owner, given, kept):
        response = post(owner, {"name": "x", "query": given})
        assert (response.status_code, response.json()["query"]) == (201, given if kept is None else kept)

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("phase=broken", "query.phase"),
            ("ordering=name", "query.ordering"),
            ("page_size=1000", "query.page_size"),
            ("status=running,over", "query.status"),
            ("search=" + "x" * 251, "query.search"),
            ("search=a%00b", "query.search"),
            ("colour=red", "query.colour"),
            ("https://example.com/?phase=failed", "query.https://example.com/?phase"),
        ],
    )
    def test_what_the_list_does_not_take_is_refused_by_name(self, owner, query, field):
        assert refused(post(owner, {"name": "x", "query": query}), field)
        assert not SavedView.objects.exists()

    def test_all_that_is_wrong_is_said_at_once(self, owner):
        refused(post(owner, {"name": "", "query": "phase=x&colour=red"}), "name", "query.phase", "query.colour")

    @pytest.mark.parametrize("query", [None, 1, [], {}, "state=" + "x" * 2000, "state=" + "💥" * 200, "&" * 1500])
    def test_what_is_no_query_string_or_too_long_is_refused(self, owner, query):
        refused(post(owner, {"name": "x", "query": query}), "query")


class TestList:
    def test_it_is_empty_at_first(self, owner):
        assert owner.get(VIEWS).json() == []

    def test_it_is_in_the_order_of_names_whatever_their_case(self, owner, viewer):
        for name in ("beta", "Gamma", "alpha", "Beta 2"):
            SavedViewFactory(user=viewer, name=name)
        assert [view["name"] for view in owner.get(VIEWS).json()] == ["alpha", "beta", "Beta 2", "Gamma"]

    def test_it_costs_one_query_however_many_there_are(self, owner, viewer, django_assert_num_queries):
        SavedViewFactory.create_batch(VIEWS_KEPT, user=viewer)
        with django_assert_num_queries(3):  # The session, its user, the views.
            assert len(owner.get(VIEWS).json()) == VIEWS_KEPT

    def test_no_cache_keeps_it(self, owner):
        assert owner.get(VIEWS)["Cache-Control"] == "no-store"


class TestLimit:
    def test_as_many_as_anybody_finds_their_way_in_and_no_more(self, owner, stranger, viewer):
        views = SavedViewFactory.create_batch(VIEWS_KEPT, user=viewer)
        sentence = refused(post(owner, FAILED), "name")
        assert sentence == "You have 50 views, as many as are kept: delete one first."
        assert post(stranger, FAILED).status_code == 201
        assert patch(owner, views[0], name="Renamed").status_code == 200
        assert owner.delete(address_of(views[0])).status_code == 204
        assert post(owner, FAILED).status_code == 201


class TestChanging:
    @pytest.fixture
    def view(self, viewer):
        return SavedViewFactory(user=viewer, name="Failed", query="phase=failed")

    def test_a_part(self, owner, view):
        assert patch(owner, view, name="Broken").json()["query"] == "phase=failed"
        body = patch(owner, view, query="?phase=stopped&page=2").json()
        assert (body["name"], body["query"]) == ("Broken", "phase=stopped")
        assert owner.get(address_of(view)).json() == body

    def test_the_whole(self, owner, view):
        response = owner.put(address_of(view), FAILED, content_type="application/json")
        assert response.json() == {**response.json(), **FAILED, "id": view.pk}
        refused(owner.put(address_of(view), {"name": "x"}, content_type="application/json"), "query")

    def test_nothing(self, owner, view):
        assert patch(owner, view).json()["name"] == "Failed"

    def test_to_what_can_not_be_changes_nothing(self, owner, view):
        refused(patch(owner, view, name="Other", query="phase=x"), "query.phase")
        assert owner.get(address_of(view)).json()["name"] == "Failed"

    def test_deleting(self, owner, view):
        response = owner.delete(address_of(view))
        assert (response.status_code, response.content) == (204, b"")
        assert_problem(owner.get(address_of(view)), 404, "not_found")
        assert_problem(owner.delete(address_of(view)), 404, "not_found")


class TestOthers:
    """What belongs to somebody else is not there, whoever asks."""

    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
    def test_their_views_are_not_there(self, owner, signed_in, superuser, payments, method):
        view = SavedViewFactory(user=payments, name="Theirs")
        for client in (owner, signed_in(superuser)):
            response = getattr(client, method)(address_of(view), FAILED, content_type="application/json")
            assert_problem(response, 404, "not_found")
            assert client.get(VIEWS).json() == []
        view.refresh_from_db()
        assert view.name == "Theirs"

    @pytest.mark.parametrize("pk", ["0", "7", "99999999999999999999", "-1", "x", "1.0", "%00"])
    def test_nor_are_those_that_nobody_has(self, owner, pk):
        assert_problem(owner.get(f"{VIEWS}{pk}/"), 404, "not_found")

    def test_nobody_is_asked_to_sign_in(self, anonymous, payments):
        view = SavedViewFactory(user=payments)
        assert_problem(anonymous.get(VIEWS), 401, "not_authenticated")
        assert_problem(post(anonymous, FAILED), 401, "not_authenticated")
        for method in ("get", "put", "patch", "delete"):
            assert_problem(getattr(anonymous, method)(address_of(view)), 401, "not_authenticated")

    def test_they_go_with_their_user(self, viewer, payments):
        SavedViewFactory(user=viewer)
        kept = SavedViewFactory(user=payments)
        viewer.delete()
        assert list(SavedView.objects.all()) == [kept]


class TestSignedIn:
    def test_a_session_needs_the_csrf_token_for_what_changes_something(self, viewer):
        client = Client(enforce_csrf_checks=True)
        client.force_login(viewer)
        view = SavedViewFactory(user=viewer)
        for response in (
            post(client, FAILED),
            client.put(address_of(view), FAILED, content_type="application/json"),
            patch(client, view, name="x"),
            client.delete(address_of(view)),
        ):
            assert_problem(response, 403, "permission_denied")
        assert SavedView.objects.get() == view
        client.get("/api/auth/me/")
        headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
        assert post(client, FAILED, headers=headers).status_code == 201
        assert client.delete(address_of(view), headers=headers).status_code == 204

    def test_a_program_needs_its_token_alone(self, bearer, viewer):
        client = Client(enforce_csrf_checks=True)
        view = post(client, FAILED, headers=bearer(viewer)).json()
        assert client.get(VIEWS, headers=bearer(viewer)).json() == [view]
        assert client.delete(f"{VIEWS}{view['id']}/", headers=bearer(viewer)).status_code == 204

    def test_who_was_deactivated_has_no_way_to_theirs(self, anonymous, bearer, viewer):
        headers = bearer(viewer)
        User.objects.filter(pk=viewer.pk).update(is_active=False)
        assert_problem(anonymous.get(VIEWS, headers=headers), 401, "token_invalid")

    def test_browsers_get_pages_to_try_it_on(self, owner, viewer):
        for path in (VIEWS, address_of(SavedViewFactory(user=viewer))):
            response = owner.get(path, headers={"Accept": "text/html"})
            assert response["Content-Type"] == "text/html; charset=utf-8"
            assert b"Saved view" in response.content


class TestAtTheSameTime:
    """Under ASGI, where requests of one user may well overlap."""

    @pytest.fixture(autouse=True)
    def _pause_before_writing(self, monkeypatch):
        validate = SavedViewSerializer.validate

        def slowly(serializer, attrs):
            attrs = validate(serializer, attrs)
            time.sleep(0.05)
            return attrs

        monkeypatch.setattr(SavedViewSerializer, "validate", slowly)

    @pytest.fixture
    def save(self, async_db, viewer, bearer):
        headers = bearer(viewer)

        async def save(name):
            async with ThreadSensitiveContext():
                try:
                    body = {"name": name, "query": ""}
                    return await AsyncClient().post(VIEWS, body, content_type="application/json", headers=headers)
                finally:
                    await sync_to_async(connections.close_all)()

        return save

    async def test_one_of_those_that_want_a_name_has_it(self, save):
        answers = await asyncio.gather(*(save(name) for name in ("Mine", "mine", "MINE", "mIne")))
        assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]

    async def test_no_more_than_are_kept_find_a_place(self, save, viewer):
        await sync_to_async(SavedViewFactory.create_batch)(VIEWS_KEPT - 1, user=viewer)
        answers = await asyncio.gather(*(save(f"New {number}") for number in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]
