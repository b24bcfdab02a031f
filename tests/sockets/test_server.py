"""Sockets as clients meet them: a real server, real connections, and clients that do not behave."""

import asyncio
import http.client
import json
import resource
import signal
import socket
import struct
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from releases.mailbox import BACKLOG
from releases.messages import MESSAGES_AT_ONCE
from tests.live_server import END_SECONDS, PAYMENTS, VIEWER, live_server
from tests.sockets.client_state import ClientState, Wants

RELEASE = "release:payments-1"
PATH = f"/ws/releases/{RELEASE}/"
APPLICATION = "tests.sockets.scripted_portal:application"
PATIENT = 30.0
TWISTED_BUFFER = 64 * 1024
"""Bytes from which on Twisted pauses who writes."""


@pytest.fixture(scope="module")
def portal(tmp_path_factory, portal_database):
    with live_server(tmp_path_factory.mktemp("sockets") / "portal", portal_database, application=APPLICATION) as portal:
        yield portal
    assert_no_faults(portal)


@pytest.fixture(scope="module")
def token(portal):
    return portal.token(VIEWER)


def assert_no_faults(portal):
    faults = [event for event in portal.events() if event["level"] in ("error", "critical") or "exception" in event]
    assert faults == []


class Client:
    """One well-behaved client, that holds what it was told."""

    def __init__(self, portal, path=PATH, *, token=None, **options):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = f"ws://127.0.0.1:{portal.port}{path}"
        self._connecting = connect(address, additional_headers=headers, max_size=None, ping_interval=None, **options)
        self.state = ClientState()

    async def __aenter__(self):
        self.connection = await self._connecting.__aenter__()
        return self

    async def __aexit__(self, *error):
        await self._connecting.__aexit__(*error)

    async def receive(self):
        async with asyncio.timeout(PATIENT):
            frame = json.loads(await self.connection.recv())
        if self.state.receive(frame) is Wants.RESYNC:
            await self.connection.send('{"type": "resync"}')
        return frame

    async def until(self, holds):
        async with asyncio.timeout(PATIENT):
            while not holds(self.state):
                await self.receive()

    async def until_known(self):
        await self.until(lambda state: state.freshness is not None and state.data is not None)

    async def until_closed(self):
        """The code of the error that it was told, and the code it was closed with."""
        try:
            async with asyncio.timeout(PATIENT):
                while True:
                    await self.receive()
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
        return self.state.error and self.state.error["code"], code


def state_of(portal):
    return portal.get("/script/state").json()


def change(portal, **parameters):
    return portal.request("POST", f"/script/change?{urlencode({'release_id': RELEASE, **parameters})}")


async def eventually(portal, holds):
    async with asyncio.timeout(PATIENT):
        while not holds(state := await asyncio.to_thread(state_of, portal)):  # noqa: ASYNC110  # Of another process.
            await asyncio.sleep(0.05)
    return state


class RawClient:
    """A client on a plain connection, that reads and answers only what it is told to."""

    def __init__(self, portal, token, path=PATH):
        self._socket = socket.socket()
        # Small, so that little is on its way that nobody holds.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(PATIENT)
        self._socket.connect(("127.0.0.1", portal.port))
        lines = [
            f"GET {path} HTTP/1.1",
            "Host: localhost",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Bearer {token}",
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._data = b""
        while b"\r\n\r\n" not in self._data:
            self._data += self._socket.recv(1024)
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, opcode, payload=b"", *, final=True):
        """One frame, masked with zeros."""
        size = len(payload)
        length = struct.pack("!B", 128 | size) if size < 126 else struct.pack("!BH", 128 | 126, size)
        self._socket.sendall(struct.pack("!B", (128 if final else 0) | opcode) + length + bytes(4) + payload)

    def receive(self):
        """The opcode and the payload of the next frame; None where the connection has ended."""
        head = self._take(2)
        if head is None:
            return None
        size = head[1] & 127
        if size == 126:
            [size] = struct.unpack("!H", self._take(2))
        elif size == 127:
            [size] = struct.unpack("!Q", self._take(8))
        return head[0] & 15, self._take(size)

    def _take(self, size):
        while len(self._data) < size:
            try:
                more = self._socket.recv(1 << 16)
            except ConnectionResetError:
                return None
            if not more:
                return None
            self._data += more
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def until_close(self):
        """The close code; None where there was none."""
        while (frame := self.receive()) is not None:
            if frame[0] == 8:
                return struct.unpack("!H", frame[1][:2])[0]
        return None


TEXT, BINARY, PING = 1, 2, 9


# Handshakes


async def test_a_program_follows_a_release_by_its_token(portal, token):
    async with Client(portal, token=token) as client:
        await client.until_known()
        assert client.state.data["id"] == RELEASE
        await asyncio.to_thread(change, portal)
        await client.until(lambda state: state.version == state_of(portal)["versions"][RELEASE])


async def test_by_the_subprotocol_too_and_is_answered_the_other(portal, token):
    async with Client(portal, subprotocols=["relportal", f"bearer.{token}"]) as client:
        assert client.connection.subprotocol == "relportal"
        await client.until_known()


async def test_a_browser_by_its_session(portal):
    cookies = await asyncio.to_thread(portal.session, VIEWER)
    headers = {"Cookie": f"sessionid={cookies['sessionid']}"}
    async with Client(portal, origin=portal.url) as nobody:
        assert await nobody.until_closed() == ("not_authenticated", 4401)
    async with connect(f"ws://127.0.0.1:{portal.port}{PATH}", origin=portal.url, additional_headers=headers) as browser:
        assert json.loads(await browser.recv())["type"] == "snapshot"
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{portal.port}{PATH}", origin="https://evil.example", additional_headers=headers)
    assert refused.value.response.status_code == 403


async def test_a_stranger_is_told_so(portal):
    token = await asyncio.to_thread(portal.token, PAYMENTS)
    async with Client(portal, "/ws/releases/release:search-1/", token=token) as client:
        assert await client.until_closed() == ("permission_denied", 4403)


@pytest.mark.parametrize("path", ["/ws/nothing/", "/ws/releases", "/"])
async def test_an_address_that_is_nothing_is_refused(portal, token, path):
    with pytest.raises(InvalidStatus) as refused:
        async with Client(portal, path, token=token):
            pass
    assert refused.value.response.status_code == 403


async def test_an_address_outside_the_root_that_a_client_names_is_refused(portal, token):
    headers = {"Daphne-Root-Path": "/elsewhere", "Authorization": f"Bearer {token}"}
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{portal.port}{PATH}", additional_headers=headers)
    assert refused.value.response.status_code == 403


async def test_who_is_refused_leaves_nothing_behind(portal, token):
    before = await eventually(portal, lambda state: state["sockets"] == 0)
    for path in ("/ws/nothing/", PATH):
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{portal.port}{path}", origin="https://evil.example")
    async with Client(portal, token="not-a-token") as client:
        assert await client.until_closed() == ("token_invalid", 4401)
    await eventually(portal, lambda state: state["tasks"] <= before["tasks"])


async def test_nor_does_one_that_is_closed_and_does_not_answer(portal, token):
    before = await eventually(portal, lambda state: state["sockets"] == 0)
    with RawClient(portal, token) as client:
        await eventually(portal, lambda state: state["followers"] == 1)
        client.send(TEXT, b"junk")
        await asyncio.to_thread(client.until_close)
        await eventually(portal, lambda state: state["tasks"] <= before["tasks"])


async def test_a_large_release_is_told_whole(portal, token):
    await asyncio.to_thread(change, portal, size=3_000_000)
    async with Client(portal, token=token) as client:
        await client.until_known()
        assert len(client.state.data["name"]) == 3_000_000
    await asyncio.to_thread(change, portal)


# Clients that do not behave


@pytest.fixture
async def bystander(portal, token):
    """Somebody else, who must notice nothing."""
    async with Client(portal, token=token) as client:
        await client.until_known()
        yield client
        await asyncio.to_thread(change, portal, times=3)
        version = (await asyncio.to_thread(state_of, portal))["versions"][RELEASE]
        await client.until(lambda state: state.version == version)


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize(
    "message",
    [
        "junk",
        b"binary",
        "x" * 2000,
        "x" * 1_000_000,
        "x" * 5_000_000,
        b"x" * 1_000_000,
        '{"type": "resync"}' + " " * 5000,
    ],
    ids=lambda message: f"{type(message).__name__}-{len(message)}",
)
async def test_what_is_no_message_is_a_bad_request(portal, token, message):
    async with Client(portal, token=token) as client:
        await client.until_known()
        await client.connection.send(message)
        assert await client.until_closed() == ("malformed_body", 4400)


@pytest.mark.usefixtures("bystander")
async def test_so_is_one_that_never_ends(portal, token):
    def run():
        with RawClient(portal, token) as client:
            client.send(TEXT, b"x", final=False)
            for _ in range(20):
                client.send(0, b"x" * 1000, final=False)
            return client.until_close()

    assert await asyncio.to_thread(run) == 4400


@pytest.mark.usefixtures("bystander")
async def test_text_that_is_none_is_a_breach_of_the_protocol(portal, token):
    def run():
        with RawClient(portal, token) as client:
            client.send(TEXT, b"\xff\xfe")
            return client.until_close()

    assert await asyncio.to_thread(run) == 1007


@pytest.mark.usefixtures("bystander")
async def test_who_says_a_thousand_things_at_once_is_closed(portal, token):
    async with Client(portal, token=token) as client:
        await client.until_known()
        with suppress(ConnectionClosed):
            for _ in range(1000):
                await client.connection.send('{"type": "resync"}')
        assert await client.until_closed() == ("throttled", 1013)
        assert client.state.snapshots <= MESSAGES_AT_ONCE + 1


@pytest.mark.usefixtures("bystander")
async def test_clients_that_vanish_leave_nothing_behind(portal, token):
    before = await eventually(portal, lambda state: state["sockets"] == 1)

    def vanish():
        with ExitStack() as clients:
            for _ in range(20):
                clients.enter_context(RawClient(portal, token))

    await asyncio.to_thread(vanish)
    after = await eventually(portal, lambda state: state["sockets"] == 1 and state["tasks"] <= before["tasks"])
    assert after["followers"] == 1


# Clients that do not read


SIZE, TIMES = 100_000, 300
"""Thirty megabytes: more than any system keeps on its way."""


@pytest.mark.usefixtures("bystander")
async def test_for_a_client_that_does_not_read_little_is_kept_and_then_it_gets_the_newest(portal, token):
    with RawClient(portal, token) as client:
        await eventually(portal, lambda state: state["followers"] == 2)
        for _ in range(3):
            await asyncio.to_thread(change, portal, times=TIMES // 3, size=SIZE)
            held = await asyncio.to_thread(state_of, portal)
            assert held["bytes_waiting"] < TWISTED_BUFFER + 2 * SIZE
            assert held["events_waiting"] <= BACKLOG + 1

        def read():
            state, frames = ClientState(), 0
            while state.version != held["versions"][RELEASE]:
                opcode, payload = client.receive()
                if opcode == TEXT:
                    assert state.receive(json.loads(payload)) is Wants.NOTHING
                    frames += 1
            return state, frames

        state, frames = await asyncio.to_thread(read)
        assert frames < TIMES
        assert state.snapshots == 2
        assert state.data["name"].startswith(f"{TIMES // 3 - 1} ")


@pytest.mark.usefixtures("bystander")
async def test_one_that_goes_without_having_read_is_let_go(portal, token):
    with RawClient(portal, token):
        await eventually(portal, lambda state: state["followers"] == 2)
        await asyncio.to_thread(change, portal, times=TIMES, size=SIZE)
    await eventually(portal, lambda state: state["sockets"] == state["followers"] == 1)


@pytest.mark.usefixtures("bystander")
async def test_so_is_one_that_only_says_goodbye(portal, token):
    with RawClient(portal, token) as client:
        await eventually(portal, lambda state: state["followers"] == 2)
        await asyncio.to_thread(change, portal, times=TIMES, size=SIZE)
        client.send(8, struct.pack("!H", 1000))
        await eventually(portal, lambda state: state["sockets"] == state["followers"] == 1)


@pytest.mark.usefixtures("bystander")
async def test_pings_of_a_client_that_does_not_read_are_not_answered_for_ever(portal, token):
    def ping():
        for _ in range(20_000):
            client.send(PING, b"x" * 125)

    with RawClient(portal, token) as client:
        await eventually(portal, lambda state: state["followers"] == 2)
        await asyncio.to_thread(change, portal, times=TIMES, size=SIZE)
        await asyncio.to_thread(ping)
        held = await asyncio.to_thread(state_of, portal)
        assert held["bytes_waiting"] < TWISTED_BUFFER + 2 * SIZE


# The server's end


@pytest.fixture
def ending(tmp_path, portal_database):
    """Starts servers that the test ends."""
    with ExitStack() as started:

        def start(**options):
            directory = tmp_path / str(len(list(tmp_path.iterdir())))
            return started.enter_context(
                live_server(directory, portal_database, **{"application": APPLICATION, **options})
            )

        yield start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_ends_tells_all_sockets_that_it_restarts(ending, number):
    portal = await asyncio.to_thread(ending)
    token = await asyncio.to_thread(portal.token, VIEWER)
    async with Client(portal, token=token) as one, Client(portal, "/ws/releases/", token=token) as other:
        await one.until_known()
        await other.until_known()
        with RawClient(portal, token) as silent, RawClient(portal, token) as unread:
            silent.receive()
            await asyncio.to_thread(change, portal, times=TIMES, size=SIZE)
            portal.process.send_signal(number)
            assert await one.until_closed() == (None, 1012)
            assert await other.until_closed() == (None, 1012)
            # Neither those that don't answer nor those that don't read are waited for.
            await asyncio.to_thread(portal.process.wait, END_SECONDS)
            del unread
    assert_no_faults(portal)


async def test_what_is_asked_for_is_still_answered_when_it_ends(ending):
    portal = await asyncio.to_thread(ending)
    asked = asyncio.create_task(asyncio.to_thread(portal.get, "/script/end"))
    await eventually(portal, lambda state: state["patient"] == 1)
    portal.process.send_signal(signal.SIGTERM)
    assert (await asked).status == 200
    await asyncio.to_thread(portal.process.wait, END_SECONDS)


async def test_connections_that_wait_for_a_next_request_are_closed_when_it_ends(ending):
    portal = await asyncio.to_thread(ending)
    with closing(http.client.HTTPConnection("127.0.0.1", portal.port, timeout=PATIENT)) as kept:
        kept.request("GET", "/healthz")
        assert kept.getresponse().read() == b"ok\n"
        asked = asyncio.create_task(asyncio.to_thread(portal.get, "/script/end"))
        await eventually(portal, lambda state: state["patient"] == 1)
        portal.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(kept.sock.recv, 1) == b""
    assert (await asked).status == 200
    await asyncio.to_thread(portal.process.wait, END_SECONDS)
    assert_no_faults(portal)


async def test_plain_daphne_serves_sockets_too_and_ends(ending):
    portal = await asyncio.to_thread(ending, server="daphne")
    token = await asyncio.to_thread(portal.token, VIEWER)
    async with Client(portal, token=token) as client:
        await client.until_known()
        await client.connection.send("x" * 1_000_000)
        assert await client.until_closed() == ("malformed_body", 4400)
    async with Client(portal, token=token) as client:
        await client.until_known()
        portal.process.send_signal(signal.SIGTERM)
        # It can't send 1012, and drops a socket that has just been opened without a word.
        assert await client.until_closed() in ((None, 1000), (None, None))
        await asyncio.to_thread(portal.process.wait, END_SECONDS)


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="Linux tells so")
async def test_as_many_files_may_be_open_as_the_system_lets_it(ending):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, hard), hard))
    try:
        portal = await asyncio.to_thread(ending)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert resource.prlimit(portal.process.pid, resource.RLIMIT_NOFILE) == (hard, hard)
