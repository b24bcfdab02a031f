"""What the demo starts ends with it, whatever happens."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from releases.demo import processes

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]

OBSTINATE = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)",
]


def _until(holds: Callable[[], object]) -> None:
    """Fails after 60 seconds, which only a defect takes."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _start(command: list[str], directory: Path) -> processes.Process:
    return processes.start("program", command, cwd=directory, env=os.environ, log=directory / "program.log")


def test_a_process_ends_when_told(tmp_path: Path) -> None:
    process = _start(SLEEP, tmp_path)
    assert not process.ended
    processes.end(process)
    assert process.popen.returncode == -signal.SIGTERM


def test_a_process_that_does_not_obey_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "END_SECONDS", 0.2)
    process = _start(OBSTINATE, tmp_path)
    _until(lambda: process.last_words() == "ready")
    processes.end(process)
    assert process.popen.returncode == -signal.SIGKILL


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have nothing like PR_SET_PDEATHSIG")
def test_a_process_dies_with_the_one_that_started_it_even_if_that_is_killed(tmp_path: Path) -> None:
    parent_code = f"""
import os, pathlib, time
from releases.demo import processes
here = pathlib.Path({str(tmp_path)!r})
child = processes.start("child", {SLEEP!r}, cwd=here, env=os.environ, log=here / "child.log")
print(child.popen.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", parent_code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _lives(child)
        parent.kill()
    _until(lambda: not _lives(child))


@pytest.fixture
def ports() -> dict[str, str]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        numbers = [str(probe.getsockname()[1]) for probe in probes]
    return dict(zip(("PORT", "TEMPORAL_PORT", "TEMPORAL_UI_PORT"), numbers, strict=True))


@pytest.fixture
def demo(ports: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    code = f"import pathlib; from releases.demo.__main__ import main; main(pathlib.Path({str(tmp_path)!r}))"
    environ = {**os.environ, **ports, "DEMO_PASSWORD": "chosen password"}
    environ.pop("TEMPORAL_HOST", None)
    running = subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, text=True)
    with running:
        yield running
        running.kill()


def _said_until(demo: subprocess.Popen[str], last: str) -> str:
    assert demo.stdout is not None
    said = ""
    while last not in said:
        line = demo.stdout.readline()
        assert line, f"the demo ended after saying {said!r}"
        said += line
    return said


def _listening(ports: dict[str, str]) -> list[str]:
    found = []
    for name, port in ports.items():
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                found.append(name)
    return found


@pytest.mark.temporal
def test_the_demo_says_how_to_reach_it_and_leaves_nothing_behind(
    demo: subprocess.Popen[str], ports: dict[str, str]
) -> None:
    said = _said_until(demo, "Ctrl-C ends it all")
    assert f"http://127.0.0.1:{ports['PORT']}/" in said
    assert "chosen password" in said
    assert _listening(ports) == list(ports)
    with closing(HTTPConnection("127.0.0.1", int(ports["PORT"]))) as connection:
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(60) == 0
    assert _listening(ports) == []
