"""What is measured, in processes of their own, as people run it: a Temporal server, a worker, portals.

They get no Ctrl-C of the terminal, and end when the context does, however it ends.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

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


@contextmanager
def portals(directory: Path, host: str, namespaces: Sequence[str]) -> Iterator[list[LiveServer]]:
    """A portal on each of these namespaces."""
    people = make_database(directory / "people.sqlite3")
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                live_server(directory / namespace, people, TEMPORAL_HOST=host, TEMPORAL_NAMESPACE=namespace)
            )
            for namespace in namespaces
        ]
