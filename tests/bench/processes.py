"""What is measured, in processes of their own, as people run it: a Temporal server, a worker, portals.

They get no Ctrl-C of the terminal, and end when the context does, however it ends.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio.client import Client

from releases.demo.processes import Process, end, start
from tests.live_server import ROOT, LiveServer, live_server, make_database
from tests.temporal import temporal_command

LOOPBACK = "127.0.0.1"
START_SECONDS = 60


@contextmanager
def temporal(directory: Path, namespaces: Sequence[str]) -> Iterator[str]:
    """A development server with these namespaces, and a worker on each. Its address."""
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
    host = f"{LOOPBACK}:{port}"
    named = [word for namespace in namespaces for word in ("--namespace", namespace)]
    command = [temporal_command(), "server", "start-dev", "--headless", "--ip", LOOPBACK, "--port", str(port), *named]
    with ExitStack() as stack:
        server = start("temporal", command, cwd=ROOT, env=os.environ, log=directory / "temporal.log")
        stack.callback(end, server)
        _wait_for(server, port)
        work = [sys.executable, "-m", "tests.bench.workflows", host, *namespaces]
        worker = start("worker", work, cwd=ROOT, env=os.environ, log=directory / "worker.log")
        stack.callback(end, worker)
        yield host


def _wait_for(server: Process, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not server.ended:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The Temporal server did not start:\n{server.last_words()}")


@dataclass(frozen=True, slots=True)
class Stage:
    """What all parts of the bench have: the address of a Temporal server, a database of people, room for files."""

    directory: Path
    host: str
    people: Path

    async def client(self, namespace: str) -> Client:
        return await Client.connect(self.host, namespace=namespace)

    def portal(self, name: str, namespace: str, **values: Any) -> AbstractContextManager[LiveServer]:
        """A portal of this name on a namespace, with these values in its environment."""
        return live_server(
            self.directory / name, self.people, TEMPORAL_HOST=self.host, TEMPORAL_NAMESPACE=namespace, **values
        )


@contextmanager
def stage(namespaces: Sequence[str]) -> Iterator[Stage]:
    with TemporaryDirectory() as name:
        directory = Path(name)
        people = make_database(directory / "people.sqlite3")
        with temporal(directory, namespaces) as host:
            yield Stage(directory, host, people)


def resident_bytes(pid: int) -> int:
    """What a process has in memory now."""
    resident_pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return resident_pages * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """What a process has worked by now, in itself and for it in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
