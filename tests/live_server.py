"""The portal as it is run: its real server in a process of its own, with an environment and a database of its own.

    with live_server(tmp_path, database, TEMPORAL_HOST=host) as portal:
        token = portal.token("viewer@example.com")
        answer = portal.get("/api/releases/", token=token)

`database` is a migrated SQLite file with PEOPLE in it (`make_database`), of which each server gets a copy. As fixtures:
`portal_database` makes one for the session, `start_portal` starts servers and ends them with the test.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery staple"
ADMIN, VIEWER, PAYMENTS, OUTSIDER = (f"{name}@example.com" for name in ("admin", "viewer", "payments", "outsider"))
"""A superuser; somebody who sees all releases; one who sees `release:payments-*`; one without a role."""

START_SECONDS = 60
"""On a busy machine; alone it takes two."""
END_SECONDS = 15
ANSWER_SECONDS = 60
"""What never ends fails here; nothing else is measured by it."""

_MAKE_PEOPLE = f"""
import django; django.setup()
from django.contrib.auth.models import Group
from django.core.management import call_command
from accounts.models import User
call_command("migrate", verbosity=0)
User.objects.create_superuser("{ADMIN}", "{PASSWORD}", full_name="Ada Admin")
user = User.objects.create_user("{VIEWER}", "{PASSWORD}", full_name="Vera Viewer")
user.groups.add(Group.objects.get(name="Viewers"))
role = Group.objects.create(name="Payments")
role.scopes.create(pattern="release:payments-*")
User.objects.create_user("{PAYMENTS}", "{PASSWORD}", full_name="Pat Payments").groups.add(role)
User.objects.create_user("{OUTSIDER}", "{PASSWORD}", full_name="Otto Outsider")
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class LiveServer:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request(
        self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request, with the target sent as it is, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, *, token: str | None = None, **parameters: Any) -> Answer:
        target = f"{path}?{urlencode(parameters)}" if parameters else path
        return self.request("GET", target, headers={"Authorization": f"Bearer {token}"} if token else {})

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        types = {"Content-Type": "application/json"}
        return self.request("POST", path, json.dumps(body).encode(), {**types, **(headers or {})})

    def token(self, email: str, password: str = PASSWORD) -> str:
        """An access token of somebody who signs in."""
        answer = self.post("/api/auth/token/", {"email": email, "password": password})
        assert answer.status == 200, answer.content
        access: str = answer.json()["access"]
        return access

    def session(self, email: str, password: str = PASSWORD) -> dict[str, str]:
        """The cookies of a browser in which somebody has signed in."""
        cookies = _cookies(self.get("/api/auth/me/"))
        headers = {"Cookie": f"csrftoken={cookies['csrftoken']}", "X-CSRFToken": cookies["csrftoken"]}
        answer = self.post("/api/auth/login/", {"email": email, "password": password}, headers)
        assert answer.status == 200, answer.content
        return _cookies(answer)

    def events(self) -> list[dict[str, Any]]:
        """The lines of its log. Each must be JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def _cookies(answer: Answer) -> dict[str, str]:
    cookies: SimpleCookie = SimpleCookie()
    for line in answer.headers.get_all("Set-Cookie", []):
        cookies.load(line)
    return {name: morsel.value for name, morsel in cookies.items()}


def environment(**values: Any) -> dict[str, str]:
    """A whole environment for a portal: of the developer's own nothing but what any process needs gets in."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ},
        "DJANGO_SETTINGS_MODULE": "relportal.settings",
        "PYTHONDONTWRITEBYTECODE": "1",
        "ENV_FILE": "",
        "HTTPS": "false",
        "SECRET_KEY": "test-only-" + "k" * 32,
        "JWT_SECRET": "test-only-" + "j" * 32,
        # Nothing listens on port 1: without a Temporal of its own, a portal has none.
        "TEMPORAL_HOST": "127.0.0.1:1",
        **{name: str(value) for name, value in values.items()},
    }


def make_database(path: Path) -> Path:
    """A migrated database with the people above in it."""
    make_people(f"sqlite:///{path}")
    return path


def make_people(database_url: str) -> None:
    """Migrate a database that is empty, and have the people above in it."""
    values = environment(DATABASE_URL=database_url, LOG_LEVEL="WARNING")
    subprocess.run([sys.executable, "-c", _MAKE_PEOPLE], cwd=ROOT, env=values, check=True, timeout=START_SECONDS)


@contextmanager
def live_server(
    directory: Path,
    database: Path,
    *,
    server: str = "relportal.server",
    application: str = "relportal.asgi:application",
    port: int = 0,
    **values: Any,
) -> Iterator[LiveServer]:
    """A portal with these values in its environment, answering; ended in order. It writes to `directory` alone, unless
    the values name another database. Without a port it has a free one."""
    directory.mkdir(parents=True, exist_ok=True)
    own_database = shutil.copy(database, directory / "db.sqlite3")
    log = directory / "log"
    # The portal is handed the listening socket: nobody else can take its port in between.
    with socket.create_server(("127.0.0.1", port)) as listening:
        command = [sys.executable, "-m", server, "-v", "0", "--fd", str(listening.fileno()), application]
        own = {"DATABASE_URL": f"sqlite:///{own_database}", "ACCESS_SPOOL_DIR": directory / "spool"}
        env = environment(**{**own, **values})
        portal = LiveServer(listening.getsockname()[1], _start(command, listening.fileno(), log, env), log)
    try:
        _wait_for(portal)
        yield portal
    finally:
        _end(portal.process)


def _start(command: list[str], fd: int, log: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            pass_fds=[fd],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A Ctrl-C is the test run's; what it started it ends itself.
            process_group=0,
        )


def _wait_for(server: LiveServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            if server.get("/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"The portal did not start:\n{server.log.read_text()[-5000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


@pytest.fixture(scope="session")
def portal_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_database(tmp_path_factory.mktemp("portal") / "db.sqlite3")


@pytest.fixture
def start_portal(tmp_path: Path, portal_database: Path) -> Iterator[Callable[..., LiveServer]]:
    """Starts a portal: `start_portal(TEMPORAL_HOST=…)`."""
    with ExitStack() as started:

        def start(**values: Any) -> LiveServer:
            directory = tmp_path / f"portal-{len(list(tmp_path.iterdir()))}"
            return started.enter_context(live_server(directory, portal_database, **values))

        yield start
