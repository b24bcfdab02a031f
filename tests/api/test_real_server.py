"""The API as programs meet it: a real daphne, a real Temporal server, workflows that nobody here wrote."""

import asyncio
import http.client
import json
import os
import socket
import time
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from releases.domain import RunStatus
from tests.api.samples import SMALL, TWICE, spread, whole
from tests.api.test_hierarchy import drawn
from tests.api.test_release import MALFORMED, WITH_SLASHES
from tests.live_server import OUTSIDER, PAYMENTS, VIEWER, live_server
from tests.temporal import temporal_command
from tests.worlds import PATIENT, listed, real_world

QUERY_TIMEOUT = 2
LIST = "/api/releases/"
TREE = "/api/releases/{}/hierarchy/"
FEW_SECONDS = 12
"""What is measured here is printed; it fails where it is beyond all that a busy machine explains."""

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def temporal(temporal_server):
    """A namespace with a release in either topology, one of another team, and one that was terminated."""
    async with real_world(temporal_server) as world:
        await world.start("release:whole", whole("release:whole"))
        for workflow_id, answers in spread("release:spread").items():
            await world.start(workflow_id, answers)
        await world.start("release:payments-1", whole("release:payments-1", TWICE))
        await world.start("release:ended", whole("release:ended"))
        # An answer shows that it has begun: what ends before can never be asked.
        await world.gateway().query("release:ended", "get_release_state")
        await world.end("release:ended", RunStatus.TERMINATED)
        await listed(world.gateway(), 'WorkflowId STARTS_WITH "release:"', lambda runs: len(runs) == 4)
        yield world


@pytest.fixture(scope="module")
def portal(temporal, tmp_path_factory, portal_database):
    values = {
        "TEMPORAL_HOST": temporal.host,
        "TEMPORAL_NAMESPACE": temporal.namespace,
        "QUERY_TIMEOUT_SECONDS": QUERY_TIMEOUT,
    }
    with live_server(tmp_path_factory.mktemp("portal"), portal_database, **values) as server:
        yield server


@pytest.fixture(scope="module")
def token(portal):
    return portal.token(VIEWER)


async def ask(portal, path, token=None, **parameters):
    """In a thread: the workers are at home in this loop."""
    return await asyncio.to_thread(portal.get, path, token=token, **parameters)


async def timed(what, request):
    """The answer; how long it took is printed and returned beside it."""
    began = time.monotonic()
    answer = await request
    took = time.monotonic() - began
    print(f"{what}: {took:.2f} s")  # noqa: T201  # For whoever runs this with -s.
    return answer, took


class TestReading:
    async def test_a_program_signs_in_and_lists_releases(self, portal, token):
        body = (await ask(portal, LIST, token, ordering="id", include="rollup")).json()
        states = [(row["id"], row["state"], row["status"], row["rollup"]["total"]) for row in body["results"]]
        assert states == [
            ("release:ended", "terminated", "TERMINATED", 3),
            ("release:payments-1", "deploying", "RUNNING", 2),
            ("release:spread", "deploying", "RUNNING", 3),
            ("release:whole", "deploying", "RUNNING", 3),
        ]
        assert body["count"] == 4

    async def test_it_counts_them_by_phase(self, portal, token):
        body = (await ask(portal, f"{LIST}counts/", token, search="e")).json()
        assert (body["total"], body["unread"]) == (4, 0)
        assert {phase: count for phase, count in body["phases"].items() if count} == {"active": 3, "stopped": 1}

    @pytest.mark.parametrize("release_id", ["release:whole", "release:spread"])
    async def test_it_reads_a_tree_in_either_topology(self, portal, token, release_id):
        answer = await ask(portal, TREE.format(release_id), token)
        assert answer.headers["Content-Type"] == "application/json"
        assert drawn(answer.json()) == SMALL
        assert answer.json()["rollup"]["failed"] == 1

    async def test_its_etag_saves_the_second_body(self, portal, token):
        etag = (await ask(portal, TREE.format("release:whole"), token)).headers["ETag"]
        headers = {"Authorization": f"Bearer {token}", "If-None-Match": etag}
        answer = await asyncio.to_thread(portal.request, "GET", TREE.format("release:whole"), None, headers)
        assert (answer.status, answer.content) == (304, b"")

    async def test_a_state_that_changed_is_seen(self, portal, token, temporal):
        await temporal.start("release:moving", {"get_release_state": {"id": "release:moving", "state": "pending"}})
        assert (await ask(portal, "/api/releases/release:moving/", token)).json()["state"] == "pending"
        await temporal.tell("release:moving", {"get_release_state": {"id": "release:moving", "state": "baking"}})
        assert (await ask(portal, "/api/releases/release:moving/", token)).json()["state"] == "baking"
        await temporal.end("release:moving", RunStatus.CANCELED)
        assert (await ask(portal, "/api/releases/release:moving/", token)).json()["state"] == "cancelled"

    async def test_an_id_in_several_places_leads_to_each(self, portal, token):
        answer = await ask(portal, "/api/releases/release:payments-1/entities/app:api/", token)
        assert answer.status == 409
        found = [(await ask(portal, place["url"], token)).json() for place in answer.json()["candidates"]]
        assert [entity["state"] for entity in found] == ["running", "pending"]

    async def test_scopes_hold(self, portal):
        payments = await asyncio.to_thread(portal.token, PAYMENTS)
        outsider = await asyncio.to_thread(portal.token, OUTSIDER)
        body = (await ask(portal, LIST, payments)).json()
        assert [row["id"] for row in body["results"]] == ["release:payments-1"]
        assert body["count"] == 1
        assert (await ask(portal, LIST, outsider)).json()["count"] == 0
        for release_id in ("release:whole", "release:never-was"):
            assert (await ask(portal, TREE.format(release_id), payments)).status == 403
        assert (await ask(portal, LIST)).status == 401

    async def test_a_browser_signs_in_and_browses(self, portal):
        cookies = await asyncio.to_thread(portal.session, VIEWER)
        headers = {"Cookie": f"sessionid={cookies['sessionid']}", "Accept": "text/html"}
        answer = await asyncio.to_thread(portal.request, "GET", LIST, None, headers)
        assert answer.status == 200
        assert b"release:whole" in answer.content

    async def test_many_at_once_are_all_answered(self, portal, token):
        paths = [TREE.format("release:whole"), TREE.format("release:spread"), LIST] * 10
        answers = await asyncio.gather(*(ask(portal, path, token) for path in paths))
        assert {answer.status for answer in answers} == {200}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dead(temporal):
    """A release whose worker has gone."""
    await temporal.start_worker("gone")
    await temporal.start("release:dead", whole("release:dead"), worker="gone")
    # Its first task is done: else its queries would be refused at once, not waited for.
    await temporal.gateway().query("release:dead", "get_release_state")
    await temporal.stop_worker("gone")
    await listed(temporal.gateway(), 'WorkflowId = "release:dead"', lambda runs: len(runs) == 1)
    return "release:dead"


class TestWorkerDown:
    async def test_its_tree_is_a_503_in_time(self, portal, token, dead):
        answer, took = await timed("worker down, tree", ask(portal, TREE.format(dead), token))
        assert answer.status == 503
        assert answer.json()["code"] == "worker_unavailable"
        assert answer.headers["Retry-After"]
        assert took < FEW_SECONDS

    async def test_its_row_has_a_problem_and_the_others_their_states(self, portal, token, dead):
        answer, took = await timed("worker down, list", ask(portal, LIST, token, status="RUNNING", include="rollup"))
        rows = {row["id"]: row for row in answer.json()["results"]}
        assert rows[dead]["problem"]["code"] in ("query_timeout", "worker_unavailable")
        assert rows[dead]["state"] is None
        assert rows["release:whole"]["state"] == rows["release:spread"]["state"] == "deploying"
        assert rows["release:whole"]["rollup"]["total"] == 3
        assert took < FEW_SECONDS

    async def test_filters_by_state_and_searches_go_on_without_it(self, portal, token, dead):
        answer, took = await timed("worker down, filter", ask(portal, LIST, token, phase="active"))
        assert {"release:whole", "release:spread"} <= {row["id"] for row in answer.json()["results"]}
        assert took < FEW_SECONDS
        answer, took = await timed("worker down, search", ask(portal, "/api/entities/cluster:us-east/", token))
        assert answer.status == 409
        assert dead not in {place["release_id"] for place in answer.json()["candidates"]}
        assert took < FEW_SECONDS

    async def test_it_comes_back_with_its_worker(self, portal, token, temporal, dead):
        await temporal.start_worker("gone")
        async with asyncio.timeout(PATIENT):
            while (answer := await ask(portal, TREE.format(dead), token)).status == 503:
                pass
        assert drawn(answer.json()) == SMALL


class TestHostileRequests:
    """Each is a 4xx in the one body, and no trace of it but a line in the log."""

    async def answer(self, portal, method, target, body=None, headers=None):
        return await asyncio.to_thread(portal.request, method, target, body, headers)

    @pytest.mark.parametrize("route", ["/api/releases/{}/", "/api/releases/{}/hierarchy/", "/api/entities/{}/"])
    async def test_malformed_ids(self, portal, token, route):
        for malformed in (*MALFORMED.values(), *WITH_SLASHES.values()):
            target = quote(route.format(malformed), safe="/%:;=?@&+$,!~*'()")
            answer = await self.answer(portal, "GET", target, headers={"Authorization": f"Bearer {token}"})
            assert answer.headers["Content-Type"] == "application/problem+json", malformed
            assert answer.json()["code"] in ("invalid_id", "not_found"), malformed
            assert answer.status in (400, 404)
            assert answer.json()["request_id"] == answer.headers["X-Request-ID"]

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"{", "application/json", 400),
            (b"\xff\x00", "application/json", 400),
            (b"[" * 60_000, "application/json", 400),
            (b"", "application/json", 400),
            (b"email=a&password=b", "application/x-www-form-urlencoded", 415),
            (b"<a/>", "text/xml", 415),
            (
                b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
                "multipart/form-data; boundary=x",
                415,
            ),
            (b"{}", "", 415),
            (b'{"email": "' + b"a" * 100_000 + b'"}', "application/json", 413),
            (b" " * 5_000_000, "application/json", 413),
            (b"x" * 5_000_000, "text/plain", 415),
        ],
    )
    async def test_bodies(self, portal, body, content_type, status):
        headers = {"Content-Type": content_type}
        answer = await self.answer(portal, "POST", "/api/auth/token/refresh/", body, headers)
        assert answer.status == status, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"

    async def test_a_form_that_is_none_is_refused_by_the_server_itself(self, portal):
        # Twisted looks into forms before there is a request to answer.
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = await self.answer(portal, "POST", "/api/auth/token/refresh/", b"--x--", headers)
        assert (answer.status, answer.content) == (400, b"")

    async def test_a_body_that_never_says_its_size_is_not_read(self, portal):
        # By DRF, which goes by Content-Length alone.
        def send():
            connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
            headers = {"Content-Type": "application/json"}
            chunks = (b"x" * 10_000 for _ in range(100))
            connection.request("POST", "/api/auth/token/refresh/", chunks, headers, encode_chunked=True)
            response = connection.getresponse()
            status, body = response.status, json.load(response)
            connection.close()
            return status, body

        status, body = await asyncio.to_thread(send)
        assert (status, body["code"], body["errors"].keys()) == (400, "invalid_parameter", {"refresh"})

    async def test_a_body_where_none_is_read_does_no_harm(self, portal, token):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
        answer = await self.answer(portal, "GET", LIST, b"x" * 200_000, headers)
        assert answer.status == 200

    @pytest.mark.parametrize("header", ["Authorization", "Cookie", "Accept", "If-None-Match", "X-Request-ID", "X-Any"])
    async def test_large_headers(self, portal, header):
        answer = await self.answer(portal, "GET", LIST, headers={header: "x" * 10_000})
        assert answer.status in (401, 406)
        assert answer.headers["Content-Type"] == "application/problem+json"

    async def test_headers_beyond_all_bounds_end_the_connection_and_nothing_else(self, portal, token):
        # The server's own bound, before there is a request to answer.
        try:
            answer = await self.answer(portal, "GET", LIST, headers={"X-Any": "x" * 200_000})
            assert 400 <= answer.status < 500
        except (OSError, http.client.HTTPException):
            pass
        assert (await ask(portal, LIST, token)).status == 200

    @pytest.mark.parametrize(
        "raw",
        [
            b"nonsense\r\n\r\n",
            b"GET /api/releases/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            b"GET /api/releases/\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET /api/releases/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
            b"POST /api/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"GET http://evil.example/api/releases/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01",
        ],
        ids=["no request", "host", "NUL", "length", "smuggling", "absolute", "TLS"],
    )
    async def test_what_is_hardly_http(self, portal, token, raw):
        def send():
            with socket.create_connection(("127.0.0.1", portal.port), timeout=20) as connection:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                return connection.recv(65_536)

        answer = await asyncio.to_thread(send)
        assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), answer
        assert b"Traceback" not in answer
        assert (await ask(portal, LIST, token)).status == 200

    async def test_a_client_that_leaves_does_no_harm(self, portal, token):
        def leave():
            with socket.create_connection(("127.0.0.1", portal.port)) as connection:
                request = f"GET {LIST} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
                connection.sendall(request.encode())

        for _ in range(5):
            await asyncio.to_thread(leave)
        assert (await ask(portal, LIST, token)).status == 200

    async def test_the_log_is_json_and_holds_no_traceback(self, portal):
        """After all of the above."""
        events = portal.events()
        assert [event for event in events if event["event"] == "request_refused"]
        assert not [event for event in events if "exception" in event or event["level"] == "critical"]

    async def test_the_log_brings_an_answer_and_its_access_together(self, portal, token, temporal):
        headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "find-me"}
        answer = await self.answer(portal, "GET", "/api/releases/release:never-was/", headers=headers)
        assert answer.json()["request_id"] == answer.headers["X-Request-ID"] == "find-me"
        events = {event["event"]: event for event in portal.events() if event.get("request_id") == "find-me"}
        access = events["release_access"]
        assert (access["action"], access["outcome"]) == ("release", "not_found")
        assert (access["ip"], access["address"]) == ("127.0.0.1", "127.0.0.1")
        assert access["user_id"]
        assert events["request_finished"]["code"] == 404


async def test_without_temporal_it_starts_says_so_and_recovers_by_itself(start_portal, unused_tcp_port):
    portal = await asyncio.to_thread(
        start_portal, TEMPORAL_HOST=f"127.0.0.1:{unused_tcp_port}", QUERY_TIMEOUT_SECONDS=QUERY_TIMEOUT
    )
    token = await asyncio.to_thread(portal.token, VIEWER)
    for path in (LIST, TREE.format("release:a"), "/api/entities/app:a/"):
        answer, took = await timed("no Temporal", ask(portal, path, token))
        assert answer.status == 503
        body = answer.json()
        assert (body["code"], body["retryable"]) == ("temporal_unavailable", True)
        assert body["detail"].startswith("Unable to load release information. Please try again.")
        assert answer.headers["Retry-After"] == "2"
        assert took < FEW_SECONDS
    parts = (await ask(portal, "/readyz")).json()["parts"]
    assert (parts["database"], parts["temporal"]) == ("ok", "unavailable")
    assert (await ask(portal, "/healthz")).status == 200

    # Asked all the while, so that no stage of its start is told as anything else.
    recovery = asyncio.create_task(_until_another_answer(portal, token))
    async with await WorkflowEnvironment.start_local(
        port=unused_tcp_port, dev_server_existing_path=temporal_command(), dev_server_log_level="error", ui=False
    ):
        answer, took = await timed("recovery after Temporal's start", recovery)
        assert (answer.status, answer.json().get("count")) == (200, 0), answer.json()
        assert took < FEW_SECONDS
        assert (await ask(portal, "/readyz")).status == 200
    # And gone again.
    assert (await ask(portal, LIST, token)).json()["code"] == "temporal_unavailable"
    assert not [event for event in portal.events() if event["level"] == "critical" or "exception" in event]


async def _until_another_answer(portal, token):
    async with asyncio.timeout(60):
        while (answer := await ask(portal, LIST, token)).status == 503:
            assert answer.json()["code"] == "temporal_unavailable"
        return answer


async def test_it_ends_in_order_and_leaves_nothing_running(tmp_path, portal_database, temporal):
    def run():
        with live_server(tmp_path / "portal", portal_database, TEMPORAL_HOST=temporal.host) as portal:
            portal.get(LIST, token=portal.token(VIEWER))
            children = Path(f"/proc/{portal.process.pid}/task/{portal.process.pid}/children")
            assert not children.exists() or not children.read_text().split()
        return portal

    portal = await asyncio.to_thread(run)
    assert portal.process.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(portal.process.pid, 0)
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", portal.port)):
        pass
    assert b"Traceback" not in portal.log.read_bytes()
