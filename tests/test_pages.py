"""What is no part of the API: the app's one page, static files, health."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import AsyncClient, Client

BUNDLE = "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"


@pytest.fixture
def built(settings, tmp_path):
    """A front end that was built."""
    (tmp_path / "index.html").write_text("<!doctype html><title>Relportal</title>")
    settings.FRONTEND_DIST = tmp_path


class TestTheApp:
    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/login",
            "/releases",
            "/releases/release:2025.11-payments",
            "/apiary",
            "/administration",
            "/a/b/../c",
            "//",
        ],
    )
    def test_its_one_page_is_at_every_address_of_its_own(self, client, built, path):
        response = client.get(path)
        assert response.status_code == 200
        assert response.content == b"<!doctype html><title>Relportal</title>"
        assert response["Content-Type"] == "text/html; charset=utf-8"

    def test_it_comes_with_the_csrf_cookie_and_is_not_kept(self, client, built):
        response = client.get("/login")
        assert response.cookies["csrftoken"].value
        assert "no-store" in response["Cache-Control"]

    def test_it_asks_the_database_nothing(self, client, built):
        # No `db` fixture: a query would fail.
        assert client.get("/releases").status_code == 200

    @pytest.mark.parametrize(
        "path", ["/static/nothing.js", "/static/", "/ws/releases/", "/ws", "/metrics/", "/robots.txt"]
    )
    def test_it_is_not_at_addresses_of_something_else(self, client, built, path):
        response = client.get(path)
        assert response.status_code == 404
        assert b"Relportal" in response.content
        assert b"There is nothing at this address." in response.content

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_it_is_only_read(self, client, built, method):
        response = getattr(client, method)("/releases")
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")

    def test_where_it_is_not_built_a_page_says_what_to_do(self, client, settings, tmp_path):
        settings.FRONTEND_DIST = tmp_path
        response = client.get("/")
        assert response.status_code == 200
        assert b"make build" in response.content

    def test_a_form_without_the_token_gets_a_page(self, built):
        response = Client(enforce_csrf_checks=True).post("/admin/logout/")
        assert response.status_code == 403
        assert b"You don&#x27;t have permission" in response.content


class TestHealth:
    def test_it_answers_without_database_or_temporal(self, client):
        response = client.get("/healthz")
        assert (response.status_code, response.content) == (200, b"ok\n")

    def test_it_is_only_read(self, client):
        assert client.post("/healthz").status_code == 405


class TestStaticFiles:
    @pytest.fixture
    def content(self):
        return Path(finders.find(BUNDLE)).read_bytes()

    async def test_a_large_one_comes_whole_and_in_pieces(self, content):
        response = await AsyncClient().get(f"/static/{BUNDLE}")
        pieces = [piece async for piece in response]
        assert len(pieces) > 1
        assert max(map(len, pieces)) < len(content)
        assert b"".join(pieces) == content
        assert response["Content-Length"] == str(len(content))

    async def test_a_range_of_it(self, content):
        response = await AsyncClient().get(f"/static/{BUNDLE}", headers={"Range": "bytes=1000-400000"})
        assert response.status_code == 206
        assert b"".join([piece async for piece in response]) == content[1000:400_001]

    async def test_unchanged_it_is_not_sent_again(self):
        first = await AsyncClient().head(f"/static/{BUNDLE}")
        second = await AsyncClient().get(f"/static/{BUNDLE}", headers={"If-None-Match": first["ETag"]})
        assert (second.status_code, second.content) == (304, b"")

    async def test_it_is_only_read(self):
        response = await AsyncClient().post(f"/static/{BUNDLE}")
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")

    async def test_whoever_goes_away_leaves_no_file_open(self):
        response = await AsyncClient().get(f"/static/{BUNDLE}")
        response.close()  # Warnings are errors here: a file that stays open fails.

    def test_it_is_the_same_outside_of_asgi(self, client, content):
        assert b"".join(client.get(f"/static/{BUNDLE}")) == content

    def test_no_type_is_guessed(self, client):
        response = client.head(f"/static/{BUNDLE}")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Type"] == 'text/javascript; charset="utf-8"'


@pytest.mark.parametrize("path", ["/healthz", "/releases"])
def test_a_page_or_a_health_check_asks_the_database_nothing_whoever_is_signed_in(
    path, viewer, signed_in, django_assert_num_queries
):
    client = signed_in(viewer)
    with django_assert_num_queries(0):
        assert client.get(path).status_code == 200
