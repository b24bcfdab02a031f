from django.test import Client

from tests.problems import assert_problem

ME = "/api/auth/me/"


def test_nobody_is_told_to_sign_in_and_given_the_token_for_it(anonymous, db):
    response = anonymous.get(ME)
    assert assert_problem(response, 401, "not_authenticated")["detail"] == "Please log in again."
    assert response.cookies["csrftoken"].value
    assert response["Cache-Control"] == "no-store"


def test_a_superuser_sees_all_without_scopes(signed_in, superuser):
    body = signed_in(superuser).get(ME).json()
    assert (body["is_superuser"], body["sees_all"], body["scopes"], body["roles"]) == (True, True, [], [])


def test_somebody_without_a_role_has_no_scopes(signed_in, outsider):
    body = signed_in(outsider).get(ME).json()
    assert (body["scopes"], body["roles"], body["sees_all"]) == ([], [], False)


def test_scopes_of_all_roles_are_told_once_and_in_order(signed_in, make_user):
    user = make_user(scopes=("release:b-*", "release:a-*"))
    assert signed_in(user).get(ME).json()["scopes"] == ["release:a-*", "release:b-*"]


def test_programs_are_told_the_same(anonymous, signed_in, bearer, payments):
    assert anonymous.get(ME, headers=bearer(payments)).json() == signed_in(payments).get(ME).json()


def test_it_costs_the_same_few_queries_whatever_the_roles(signed_in, make_user, django_assert_max_num_queries):
    client = signed_in(make_user(scopes=tuple(f"release:{number}" for number in range(20))))
    with django_assert_max_num_queries(5):
        client.get(ME)


def test_it_is_read_only(signed_in, viewer):
    for method in ("post", "put", "patch", "delete"):
        response = getattr(signed_in(viewer), method)(ME)
        assert_problem(response, 405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_a_browser_gets_a_page(signed_in, viewer):
    response = signed_in(viewer).get(ME, headers={"Accept": "text/html"})
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert b"&quot;scopes&quot;: [" in response.content


def test_a_browser_is_shown_where_to_sign_in(anonymous, db):
    response = anonymous.get(ME, headers={"Accept": "text/html"})
    assert response.status_code == 401
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert b"/api/browser/login/?next=/api/auth/me/" in response.content
    assert anonymous.get("/api/browser/login/?next=/api/auth/me/")["Location"] == "/login?next=/api/auth/me/"


def test_the_pages_log_out_leads_to_the_portals_sign_in(viewer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(viewer)
    page = client.get(ME, headers={"Accept": "text/html"})
    assert b"/api/browser/logout/" in page.content
    token = client.cookies["csrftoken"].value
    assert client.post("/api/browser/logout/", headers={"X-CSRFToken": token})["Location"] == "/login"
    assert client.get(ME).status_code == 401
