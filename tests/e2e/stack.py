"""All that a browser needs: a Temporal server, workers and the portal, each a process that can be stopped and started.

They listen on loopback only and write to one directory. Temporal keeps its data in a file there and its port, so that
it comes back as what it was.
"""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, TypeVar

from temporalio.client import Client

from releases.demo import processes
from releases.demo.options import BASE_DIR, LOOPBACK
from releases.demo.processes import Process
from relportal.env import Env
from tests.e2e.samples import Sample
from tests.temporal import temporal_command
from tests.workflows import Answers, HolderWorkflow

T = TypeVar("T")

START_SECONDS = 60
"""Far more than anything here needs, on a busy machine too."""

STEADY = "steady"
"""The task queue of the worker that most releases live on."""
SHAKY = "shaky"
"""The task queue of the worker that tests stop."""


class Stack:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._temporal_port, self._portal_port = _free_ports(2)
        self._running: dict[str, Process] = {}
        self._env = _portal_environment(self.temporal_host, self._database)
        self.releases = Releases(self.temporal_host)
        self.sessions: dict[str, str] = {}
        """The keys of sessions, by e-mail address."""

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._portal_port}"

    @property
    def temporal_host(self) -> str:
        return f"{LOOPBACK}:{self._temporal_port}"

    @property
    def _database(self) -> Path:
        return self._directory / "portal.sqlite3"

    def start(self) -> None:
        self._launch_temporal()
        self._command("manage.py", "migrate", "--verbosity", "0")
        self.start_portal()
        self.sessions = json.loads(self._command("-m", "tests.e2e.people"))
        self._until("temporal", lambda: _listens(self._temporal_port))
        self.start_worker(STEADY)
        self.start_worker(SHAKY)
        self.until_ready()

    def stop(self) -> None:
        self.releases.close()
        while self._running:
            processes.end(self._running.popitem()[1])

    def runs(self, name: str) -> bool:
        return name in self._running

    def start_portal(self) -> None:
        self._running["portal"] = self._start("portal", *_portal_command(self._portal_port))

    @contextmanager
    def another_portal(self, **values: str) -> Iterator[str]:
        """A second portal, of the same people and releases, with these values in its environment: its address."""
        [port] = _free_ports(1)
        env = self._env | {"ACCESS_SPOOL_DIR": str(self._directory / "spool-of-another")} | values
        name = "another-portal"
        self._running[name] = self._start(name, *_portal_command(port), env=env)
        try:
            self._until(name, lambda: _status(port, "/readyz") == 200)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            processes.end(self._running.pop(name))

    def stop_portal(self) -> None:
        processes.end(self._running.pop("portal"))

    def start_temporal(self) -> None:
        self._launch_temporal()
        self._until("temporal", lambda: _listens(self._temporal_port))

    def stop_temporal(self) -> None:
        processes.end(self._running.pop("temporal"))

    def start_worker(self, task_queue: str) -> None:
        self._launch(task_queue, "-m", "tests.e2e.worker", self.temporal_host, task_queue)

    def stop_worker(self, task_queue: str) -> None:
        processes.end(self._running.pop(task_queue))

    def until_ready(self) -> None:
        """Wait until the portal says that all it needs is there."""
        self._until("portal", lambda: _status(self._portal_port, "/readyz") == 200)

    def end_new_sessions(self) -> None:
        """End what people signed in to by hand, as an expiry does; the sessions that the tests began with stay."""
        kept = set(self.sessions.values())
        with closing(sqlite3.connect(self._database, timeout=START_SECONDS)) as database, database:
            keys = {key for (key,) in database.execute("SELECT session_key FROM accounts_usersession")}
            database.executemany(
                "DELETE FROM accounts_usersession WHERE session_key = ?", [(key,) for key in keys - kept]
            )

    def mail_to(self, email: str) -> str:
        """The newest mail that was sent to the address, once there is one."""
        found: list[str] = []

        def look() -> bool:
            files = sorted(_mails_beside(self._database).glob("*.log"), key=lambda path: path.stat().st_mtime)
            found[:] = [text for text in map(Path.read_text, files) if f"To: {email}" in text]
            return bool(found)

        self._until("portal", look)
        return found[-1]

    def log_of(self, name: str) -> str:
        return self._running[name].log.read_text()

    def last_words(self) -> str:
        """The ends of all logs, for the report of a test that failed."""
        return "\n".join(f"-- {name}\n{process.last_words()}" for name, process in self._running.items())

    def _launch_temporal(self) -> None:
        self._running["temporal"] = self._start(
            "temporal",
            *(temporal_command(), "server", "start-dev", "--headless", "--ip", LOOPBACK),
            *("--port", str(self._temporal_port), "--db-filename", str(self._directory / "temporal.sqlite3")),
            *("--log-level", "error"),
        )

    def _launch(self, name: str, *arguments: str) -> None:
        self._running[name] = self._start(name, sys.executable, *arguments)

    def _start(self, name: str, *command: str, env: Mapping[str, str] | None = None) -> Process:
        return processes.start(name, command, cwd=BASE_DIR, env=env or self._env, log=self._directory / f"{name}.log")

    def _command(self, *arguments: str) -> str:
        """What the command prints. Raises CalledProcessError where it fails."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=BASE_DIR, env=self._env, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    def _until(self, name: str, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not holds():
            process = self._running[name]
            if process.ended or time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not answer. Its last words:\n{process.last_words()}")
            time.sleep(0.05)


class Releases:
    """Starts the tests' workflows and tells them what to answer.

    On a thread of its own: Playwright's event loop occupies that of the tests.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._thread = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()
        self._client: Client | None = None

    def start(
        self,
        sample: Sample,
        *,
        own_workflows: bool = False,
        without: Collection[str] = (),
        task_queue: str = STEADY,
    ) -> None:
        """Start the release: in one workflow, or in one for each of its entities, save some."""
        answers = sample.answers_of_each() if own_workflows else {sample.id: sample.answers_of_all()}

        async def start(client: Client) -> None:
            await asyncio.gather(
                *(
                    client.start_workflow(HolderWorkflow.run, dict(each), id=workflow_id, task_queue=task_queue)
                    for workflow_id, each in answers.items()
                    if workflow_id not in without
                )
            )

        self._do(start)

    def tell(self, workflow_id: str, answers: Answers) -> None:
        """From now on the workflow answers so, too."""
        self._do(lambda client: client.get_workflow_handle(workflow_id).signal(HolderWorkflow.tell, dict(answers)))

    def complete(self, workflow_id: str) -> None:
        async def complete(client: Client) -> None:
            handle = client.get_workflow_handle(workflow_id)
            await handle.signal(HolderWorkflow.end, "complete")
            await handle.result()

        self._do(complete)

    def terminate(self, workflow_id: str) -> None:
        async def terminate(client: Client) -> None:
            handle = client.get_workflow_handle(workflow_id)
            # A run that ends before its worker has begun it can't be asked anything afterwards.
            await handle.query("get_release_state")
            await handle.terminate()

        self._do(terminate)

    def close(self) -> None:
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _do(self, work: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
        async def connected() -> T:
            self._client = self._client or await Client.connect(self._host)
            async with asyncio.timeout(START_SECONDS):
                return await work(self._client)

        return self._thread.submit(self._runner.run, connected()).result()


def _mails_beside(database: Path) -> Path:
    return database.parent / "mails"


def _portal_environment(temporal_host: str, database: Path) -> dict[str, str]:
    """Nothing of the developer's own settings gets in."""
    theirs = {name: value for name, value in os.environ.items() if name not in Env.model_fields}
    return theirs | {
        "ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": "relportal.settings",
        "HTTPS": "false",
        "SECRET_KEY": "test-only-" + "k" * 32,
        "JWT_SECRET": "test-only-" + "j" * 32,
        # All browsers of the tests have one address.
        "SIGN_INS_PER_MINUTE": "1000",
        "DATABASE_URL": f"sqlite:///{database}",
        "EMAIL_DIRECTORY": str(_mails_beside(database)),
        "ACCESS_SPOOL_DIR": str(database.parent / "spool"),
        "TEMPORAL_HOST": temporal_host,
        "PYTHONUNBUFFERED": "1",
    }


def _portal_command(port: int) -> list[str]:
    listening = ["-v", "0", "-b", LOOPBACK, "-p", str(port)]
    return [sys.executable, "-m", "relportal.server", *listening, "relportal.asgi:application"]


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server((LOOPBACK, 0)) for _ in range(count)]
    ports = [listening.getsockname()[1] for listening in sockets]
    for listening in sockets:
        listening.close()
    return ports


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def _status(port: int, path: str) -> int | None:
    connection = HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
