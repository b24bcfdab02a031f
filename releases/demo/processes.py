"""Processes that live and die with the one that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

END_SECONDS = 5
"""What a process has for ending by itself before it is killed."""

POLL_SECONDS = 0.1

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Process:
    name: str
    log: Path
    popen: subprocess.Popen[bytes]

    @property
    def ended(self) -> bool:
        return self.popen.poll() is not None

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def start(name: str, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> Process:
    """Start the command with its output in the log. It gets no Ctrl-C of the terminal, and dies with this process."""
    parent = os.getpid()
    with log.open("wb") as output:
        popen = subprocess.Popen(  # noqa: S603  # the commands are the demo's own
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509  # this process has no other threads
        )
    return Process(name, log, popen)


def end(process: Process) -> None:
    """End the process in order; kill it, and whatever it started, where it does not obey."""
    _signal_group(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.popen.wait(END_SECONDS)
    _signal_group(process, signal.SIGKILL)
    process.popen.wait()


def _signal_group(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # nobody is left in it
        os.killpg(process.popen.pid, number)


class StopRequest:
    """Whether somebody wants this process to end: SIGINT, SIGTERM or SIGHUP has come, here or to the `make` above.

    Signals only set a flag, so that they can't come between the start of a process and the note of it.
    """

    def __init__(self) -> None:
        self._requested = False
        self._make = _Make.above()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    @property
    def requested(self) -> bool:
        return self._requested or (self._make is not None and self._make.interrupted)

    def wait(self, done: Callable[[], bool], seconds: float = float("inf")) -> bool:
        """Wait until it is done (True), or until time is up or a stop is requested (False)."""
        end = time.monotonic() + seconds
        while not self.requested and time.monotonic() < end:
            if done():
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _note(self, *_: object) -> None:
        self._requested = True


class _Make:
    """The `make` that runs this process as its recipe.

    It passes SIGTERM on. At a SIGINT that it alone gets it stops catching SIGINT, and waits for its recipes to end;
    where it is killed, nobody tells its recipes. Linux shows both. A terminal's Ctrl-C reaches everybody anyway.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid

    @classmethod
    def above(cls) -> "_Make | None":
        if "MAKELEVEL" not in os.environ or not sys.platform.startswith("linux"):
            return None
        make = cls(os.getppid())
        _signal_at_death_of_parent(signal.SIGTERM)
        return make if make._catches_interrupts() else None

    @property
    def interrupted(self) -> bool:
        return not self._catches_interrupts()

    def _catches_interrupts(self) -> bool:
        try:
            status = Path(f"/proc/{self._pid}/status").read_text()
        except OSError:
            return False
        caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught, 16) & 1 << (signal.SIGINT - 1))


def _die_with(parent: int) -> None:
    """In the new process: be killed when the parent dies, however it dies. Elsewhere than on Linux only in order."""
    if sys.platform.startswith("linux"):
        _signal_at_death_of_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _signal_at_death_of_parent(number: signal.Signals) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
