"""What browsers are told about every page, and what of a request is believed."""

import re
import subprocess
import sys

import pytest

from tests.live_server import ROOT, VIEWER, environment, live_server

PAGES = {
    "the app": "/releases",
    "its sign-in": "/login",
    "the administration": "/admin/",
    "the browsable API": "/api/",
    "the API's page": "/api/docs/",
    "the script of the API's page": "/api/docs/?script=",
    "an answer in JSON": "/api/auth/me/",
    "an address of nothing": "/static/nothing.js",
    "a redirect": "/api",
    "health": "/healthz",
}


@pytest.fixture
def built(settings, tmp_path):
    """A front end that was built."""
    (tmp_path / "index.html").write_text('<meta name="csp-nonce" nonce="__CSP_NONCE__">')
    settings.FRONTEND_DIST = tmp_path


def directives(response):
    policy = response["Content-Security-Policy"].split("; ")
    return {name: sources.split() for name, _, sources in (directive.partition(" ") for directive in policy)}


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_every_answer_allows_nothing_but_our_own(client, built, path):
    response = client.get(path, headers={"Accept": "text/html"})
    policy = directives(response)
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["script-src"] == policy["connect-src"] == policy["form-action"] == ["'self'"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in response["Permissions-Policy"]


def test_each_page_has_a_nonce_of_its_own_for_its_styles(client, built):
    nonces = set()
    for _ in range(2):
        response = client.get("/releases")
        [nonce] = re.findall(r'nonce="([\w+/=]{20,})"', response.content.decode())
        assert directives(response)["style-src"] == ["'self'", f"'nonce-{nonce}'"]
        nonces.add(nonce)
    assert len(nonces) == 2


def deploy_check(**values):
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    env = environment(**{"SECRET_KEY": "a1B2c3D4e5F6g7H8i9J0" * 3, **values})
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_django_finds_nothing_to_mend_in_production():
    done = deploy_check(HTTPS="", ALLOWED_HOSTS="releases.example.com", PROXIES=1)
    assert done.returncode == 0, done.stderr


def test_what_is_off_without_tls_is_told():
    assert "SECURE_HSTS_SECONDS" in deploy_check(HTTPS="false", ALLOWED_HOSTS="releases.example.com").stderr


@pytest.fixture(scope="module")
def proxied(tmp_path_factory, portal_database):
    """A portal that a proxy of ours is said to stand before."""
    with live_server(tmp_path_factory.mktemp("proxied") / "portal", portal_database, HTTPS="", PROXIES=1) as portal:
        yield portal


class TestBehindAProxy:
    BY_TLS = {"X-Forwarded-Proto": "https", "Host": "localhost"}

    def test_what_comes_without_tls_is_sent_there(self, proxied):
        answer = proxied.request("GET", "/releases?page=2", headers={"Host": "localhost"})
        assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/releases?page=2")

    def test_browsers_are_told_to_keep_to_it(self, proxied):
        answer = proxied.request("GET", "/api/auth/me/", headers=self.BY_TLS)
        assert answer.status == 401
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        assert "; Secure" in answer.headers["Set-Cookie"]

    def test_health_is_told_without_tls(self, proxied):
        assert proxied.get("/healthz").status == 200

    def test_a_page_of_ours_opens_a_socket(self, proxied):
        headers = {
            **self.BY_TLS,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        }
        path = "/ws/releases/"
        # Let in, to be told that nobody is signed in; the other not even that.
        assert proxied.request("GET", path, headers={**headers, "Origin": "https://localhost"}).status == 101
        assert proxied.request("GET", path, headers={**headers, "Origin": "http://localhost"}).status == 403


def test_without_a_proxy_of_ours_nobody_is_believed(tmp_path, portal_database):
    with live_server(tmp_path / "portal", portal_database, HTTPS="") as portal:
        answer = portal.request("GET", "/releases", headers={"X-Forwarded-Proto": "https"})
        assert answer.status == 301


def test_a_body_of_any_size_is_refused_without_being_kept(start_portal):
    portal = start_portal()
    chunk, number = b"x" * 1_000_000, 30
    types = {"Content-Type": "application/json"}
    answer = portal.request("POST", "/api/auth/token/", chunk * number, types)
    assert (answer.status, answer.json()["code"]) == (413, "body_too_large")
    # Of one that comes in chunks nobody knows the size: it is not read at all.
    answer = portal.request("POST", "/api/auth/token/", (chunk for _ in range(number)), types)
    assert (answer.status, answer.json()["code"]) == (400, "invalid_parameter")
    assert portal.token(VIEWER)
