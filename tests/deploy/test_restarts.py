"""Two portals behind nginx, with one database: each is restarted, and one is killed, while people read and follow.
And a browser is known for who it is through the proxy."""

import asyncio
import json
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from http.cookies import SimpleCookie
from itertools import count

import psycopg
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from tests import redis_server
from tests.api.samples import whole
from tests.deploy.proxy import HOST, free_ports, running_proxy
from tests.live_server import PASSWORD, VIEWER, live_server, make_people
from tests.postgres import NOT_HERE, binaries, running_postgres
from tests.redis_server import running_redis
from tests.worlds import listed, real_world

pytestmark = [
    pytest.mark.temporal,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(binaries() is None, reason=NOT_HERE),
    pytest.mark.skipif(not redis_server.is_here(), reason=redis_server.NOT_HERE),
]

RELEASE = "release:r"
TREE = f"/api/releases/{RELEASE}/hierarchy/"
VIEWERS = 200
READERS = 8
READS = 100
"""Of all readers, before and after each restart."""
RESTARTS = 1012
LIVE_AGAIN = 15
"""Seconds. Five are promised, on a machine that has not also a Temporal, a PostgreSQL and all viewers on two cores."""
PATIENT = 60


class Portals:
    """Two processes, each at a port of its own that it comes back to, with one spool."""

    def __init__(self, directory, database, **values):
        self.ports = free_ports(2)
        self._directory = directory
        self._database = database
        self._values = {**values, "ACCESS_SPOOL_DIR": directory / "spool"}
        self._stacks = [ExitStack(), ExitStack()]
        self.processes = [None, None]

    def start(self, number):
        server = live_server(
            self._directory / str(number), self._database, port=self.ports[number], HTTPS="true", **self._values
        )
        self.processes[number] = self._stacks[number].enter_context(server).process

    def end(self, number):
        """In order; its exit status."""
        self._stacks[number].close()
        return self.processes[number].returncode

    def kill(self, number):
        self.processes[number].send_signal(signal.SIGKILL)
        self.processes[number].wait()
        self._stacks[number].close()


class Readers:
    """Clients that read the tree over and over."""

    def __init__(self, proxy, token):
        self._proxy = proxy
        self._token = token
        self._threads = ThreadPoolExecutor(READERS)
        self.answers = {}
        """Status by request ID."""

    async def run(self, name):
        for number in count():
            request_id = f"{name}-{number}"
            answer = asyncio.get_running_loop().run_in_executor(self._threads, self._read, request_id)
            self.answers[request_id] = await answer

    def _read(self, request_id):
        headers = {"Authorization": f"Bearer {self._token}", "X-Request-ID": request_id}
        return self._proxy.request("GET", TREE, headers=headers).status

    async def until_more(self, number=READS):
        wanted = len(self.answers) + number
        async with asyncio.timeout(PATIENT):
            while len(self.answers) < wanted:  # noqa: ASYNC110  # Of many tasks.
                await asyncio.sleep(0.02)


class Viewers:
    """Clients that follow the release, and come back whenever they are cut off."""

    def __init__(self, proxy, token):
        self._address = f"wss://{HOST}:{proxy.port}/ws/releases/{RELEASE}/"
        self._options = {
            "additional_headers": {"Authorization": f"Bearer {token}"},
            "ssl": proxy.trust,
            "compression": None,
            "proxy": None,
            "ping_interval": None,
            "open_timeout": PATIENT,
        }
        self.live = set()
        self.codes = Counter()
        self.refused = Counter()
        self.gaps = []
        """Seconds from being cut off to being live again."""

    async def run(self, name):
        cut_off = None
        while True:
            try:
                async with connect(self._address, **self._options) as connection:
                    cut_off = await self._follow(name, connection, cut_off)
            except InvalidHandshake as refused:
                self.refused[str(refused)] += 1
                await asyncio.sleep(0.1)

    async def _follow(self, name, connection, cut_off):
        try:
            while True:
                frame = json.loads(await connection.recv())
                if frame["type"] == "freshness" and frame["freshness"] == "live" and name not in self.live:
                    self.live.add(name)
                    if cut_off is not None:
                        self.gaps.append(time.monotonic() - cut_off)
        except ConnectionClosed as closed:
            self.live.discard(name)
            self.codes[closed.rcvd.code if closed.rcvd else None] += 1
            return time.monotonic()

    async def until_live(self, number):
        async with asyncio.timeout(PATIENT):
            while len(self.live) < number:  # noqa: ASYNC110  # Of many tasks.
                await asyncio.sleep(0.02)


@asynccontextmanager
async def at_work(proxy, token, viewers):
    reading, following = Readers(proxy, token), Viewers(proxy, token)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(following.run(number)) for number in range(viewers)]
        await following.until_live(viewers)
        tasks += [group.create_task(reading.run(f"reader-{number}")) for number in range(READERS)]
        yield reading, following
        for task in tasks:
            task.cancel()


@pytest_asyncio.fixture(loop_scope="module")
async def temporal(temporal_server):
    async with real_world(temporal_server) as world:
        await world.start(RELEASE, whole(RELEASE))
        await listed(world.gateway(), f'WorkflowId = "{RELEASE}"', lambda runs: len(runs) == 1)
        yield world


@pytest.fixture
def postgres():
    with running_postgres() as server:
        make_people(server.url)
        yield server


@pytest.fixture
def port():
    """The proxy's."""
    [port] = free_ports(1)
    return port


@pytest.fixture
def redis():
    with running_redis() as server:
        yield server


@pytest.fixture
def portals(temporal, postgres, redis, portal_database, port, tmp_path):
    portals = Portals(
        tmp_path,
        portal_database,
        DATABASE_URL=postgres.url,
        REDIS_URL=redis.url,
        TEMPORAL_HOST=temporal.host,
        TEMPORAL_NAMESPACE=temporal.namespace,
        PROXIES=1,
        CSRF_TRUSTED_ORIGINS=f"https://{HOST}:{port}",
    )
    for number in (0, 1):
        portals.start(number)
    yield portals
    for number in (0, 1):
        portals.end(number)


@pytest.fixture
def proxy(portals, port, tmp_path):
    with running_proxy(tmp_path / "nginx", tuple(portals.ports), port) as proxy:
        yield proxy


def sign_in(proxy):
    body = json.dumps({"email": VIEWER, "password": PASSWORD}).encode()
    answer = proxy.request("POST", "/api/auth/token/", body, {"Content-Type": "application/json"})
    assert answer.status == 200, answer.content
    return answer.json()["access"]


def on_record(postgres):
    with psycopg.connect(postgres.url) as connection:
        return {row[0] for row in connection.execute("SELECT request_id FROM releases_accessrecord")}


async def test_a_rolling_restart_loses_no_read_and_every_viewer_is_live_again(proxy, portals, postgres):
    token = await asyncio.to_thread(sign_in, proxy)
    async with at_work(proxy, token, VIEWERS) as (reading, following):
        await reading.until_more()
        for number in (0, 1):
            began = time.monotonic()
            assert await asyncio.to_thread(portals.end, number) == 0
            ended = time.monotonic() - began
            await following.until_live(VIEWERS)
            await asyncio.to_thread(portals.start, number)
            await reading.until_more()
            print(f"process {number}: ended in {ended:.2f} s")  # noqa: T201
        await following.until_live(VIEWERS)
    gaps = sorted(following.gaps)
    print(  # noqa: T201
        f"{len(reading.answers)} reads; {len(gaps)} sockets cut off, live again after {gaps[len(gaps) // 2]:.2f} s, "
        f"the last after {gaps[-1]:.2f} s; codes: {dict(following.codes)}; "
        f"handshakes refused: {dict(following.refused)}"
    )

    assert set(reading.answers.values()) == {200}
    assert set(following.codes) == {RESTARTS}
    assert not following.refused
    assert len(gaps) >= VIEWERS
    assert gaps[-1] < LIVE_AGAIN
    for number in (0, 1):
        await asyncio.to_thread(portals.end, number)
    assert set(reading.answers) <= on_record(postgres)


async def test_one_that_is_killed_is_not_missed(proxy, portals):
    token = await asyncio.to_thread(sign_in, proxy)
    async with at_work(proxy, token, 20) as (reading, following):
        await reading.until_more()
        await asyncio.to_thread(portals.kill, 0)
        await reading.until_more()
        await following.until_live(20)
        await asyncio.to_thread(portals.start, 0)
        await reading.until_more()

    assert set(reading.answers.values()) == {200}
    assert following.gaps
    assert max(following.gaps) < LIVE_AGAIN


async def test_a_browser_signs_in_and_follows_as_who_it_is(proxy, portals, postgres):
    cookies, secure = await asyncio.to_thread(sign_in_as_browsers_do, proxy)
    assert secure
    address = f"wss://{HOST}:{proxy.port}/ws/releases/{RELEASE}/"
    headers = {"Cookie": cookies, "X-Forwarded-For": "203.0.113.7"}
    options = {"additional_headers": headers, "ssl": proxy.trust, "proxy": None}
    async with connect(address, origin=proxy.origin, **options) as connection:
        assert json.loads(await connection.recv())["type"] == "snapshot"
    with pytest.raises(InvalidStatus) as refused:
        await connect(address, origin="https://elsewhere.example.com", **options)
    assert refused.value.response.status_code == 403

    for number in (0, 1):
        await asyncio.to_thread(portals.end, number)
    with psycopg.connect(postgres.url) as connection:
        found = {row[0] for row in connection.execute("SELECT address FROM releases_accessrecord")}
    # Of the way here the proxy's own word counts alone.
    assert found == {"127.0.0.1"}


def sign_in_as_browsers_do(proxy):
    """The cookies, and whether all of them are for HTTPS alone."""
    token = SimpleCookie(proxy.request("GET", "/api/auth/me/").headers["Set-Cookie"])["csrftoken"].value
    answer = proxy.request(
        "POST",
        "/api/auth/login/",
        json.dumps({"email": VIEWER, "password": PASSWORD}).encode(),
        {
            "Content-Type": "application/json",
            "Cookie": f"csrftoken={token}",
            "X-CSRFToken": token,
            "Origin": proxy.origin,
            "Referer": f"{proxy.origin}/login",
            "X-Forwarded-For": "203.0.113.7",
        },
    )
    assert answer.status == 200, answer.content
    jar = SimpleCookie()
    for line in answer.headers.get_all("Set-Cookie"):
        jar.load(line)
    return "; ".join(f"{name}={one.value}" for name, one in jar.items()), all(one["secure"] for one in jar.values())
