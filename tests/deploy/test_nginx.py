"""nginx before two servers that note what they are asked, and answer, refuse or break off as the test says."""

import http.client
import subprocess
import threading
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.deploy.proxy import HOST, command, configuration, make_certificate, running_proxy


class Upstream(ThreadingHTTPServer):
    """`does` is a status to answer, or "break off"."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.does = 200
        self.asked = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        if self.server.does == "break off":
            self.close_connection = True
            return
        body = b"{}" * 1000
        self.send_response(self.server.does)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def servers():
    with ExitStack() as stack:
        both = [stack.enter_context(Upstream()) for _ in range(2)]
        for server in both:
            thread = threading.Thread(target=server.serve_forever, args=[0.05])
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield both


@pytest.fixture(scope="module")
def proxy(servers, tmp_path_factory):
    with running_proxy(tmp_path_factory.mktemp("nginx"), tuple(server.server_port for server in servers)) as proxy:
        yield proxy


@pytest.fixture
def asked(servers):
    """What both were asked, one after the other: method, path, headers."""

    def all_asked():
        return [request for server in servers for request in server.asked]

    for server in servers:
        server.asked.clear()
        server.does = 200
    return all_asked


def test_its_file_has_no_fault(tmp_path):
    make_certificate(tmp_path)
    path = configuration(tmp_path, (8001, 8002), 8443, 8080)
    tested = subprocess.run(command("-t", "-c", str(path)), capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr


def test_plain_http_is_sent_to_https(proxy):
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=10)) as connection:
        connection.request("GET", "/releases?phase=failed", headers={"Host": "releases.example.com"})
        answer = connection.getresponse()
        assert answer.status == 308
        assert answer.headers["Location"] == "https://releases.example.com/releases?phase=failed"


def test_it_tells_who_asks_and_by_what_and_takes_away_what_nobody_may_say(proxy, asked):
    proxy.request(
        "GET",
        "/api/?a=%20b",
        headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http", "Daphne-Root-Path": "/evil"},
    )
    [(_, path, headers)] = asked()
    assert path == "/api/?a=%20b"
    assert headers["Host"] == f"{HOST}:{proxy.port}"
    assert headers["X-Forwarded-Proto"] == "https"
    # PROXIES=1 believes the last one.
    assert headers["X-Forwarded-For"] == "203.0.113.7, 127.0.0.1"
    assert "Daphne-Root-Path" not in headers


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_watches_over_a_process_is_not_for_outside(proxy, asked, path):
    assert proxy.request("GET", path).status == 404
    assert asked() == []


def test_a_read_that_one_breaks_off_is_asked_of_the_other(proxy, servers, asked):
    servers[0].does = "break off"
    assert [proxy.request("GET", "/api/").status for _ in range(6)] == [200] * 6
    assert servers[0].asked


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_not_be_done_twice_is_not_asked_twice(proxy, servers, asked, method):
    for server in servers:
        server.does = "break off"
    assert proxy.request(method, "/api/auth/login/", b"{}").status == 502
    assert [request[0] for request in asked()] == [method]


def test_nobody_is_refused_because_both_have_just_failed(proxy, servers, asked):
    for server in servers:
        server.does = "break off"
    assert proxy.request("GET", "/api/").status == 502
    assert len(asked()) == 2
    for server in servers:
        server.does = 200
    assert proxy.request("GET", "/api/").status == 200


def test_the_portals_own_refusal_is_its_answer(proxy, servers, asked):
    for server in servers:
        server.does = 503
    answer = proxy.request("GET", "/api/")
    assert answer.status == 503
    assert answer.content == b"{}" * 1000
    assert len(asked()) == 1


def test_answers_are_compressed_for_who_takes_it(proxy, asked):
    answer = proxy.request("GET", "/api/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < 200


def test_a_body_of_more_than_a_portal_keeps_is_refused(proxy, asked):
    assert proxy.request("POST", "/api/auth/token/", b"x" * 900_000).status == 200
    assert proxy.request("POST", "/api/auth/token/", b"x" * 1_100_000).status == 413
    assert len(asked()) == 1
