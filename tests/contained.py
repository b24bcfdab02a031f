"""`python -m tests.contained COMMAND …` runs the command and leaves nothing of it behind, however it ends.

Suites start servers and browsers. Where the suite is interrupted, or its clean-up fails, what it started is ended here
and named. On other systems than Linux, the command is only run and interrupted in order.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from releases.demo.processes import StopRequest

CLEAN_UP_SECONDS = 20
"""What an interrupted suite has for its own clean-up: it ends servers one after the other."""

GRACE_SECONDS = 1
"""What a server needs for ending after the suite has told it to and has gone."""

_PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    if sys.platform.startswith("linux"):
        # Orphans become children of this process, and so can be found.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    stop = StopRequest()
    suite = subprocess.Popen(sys.argv[1:], process_group=0)
    stop.wait(lambda: suite.poll() is not None)
    if suite.poll() is None:
        _interrupt(suite)
    left = _end_descendants()
    for command in left:
        sys.stderr.write(f"left behind by the suite, and ended: {command}\n")
    sys.exit(_exit_status(suite.returncode, interrupted=stop.requested))


def _interrupt(suite: subprocess.Popen[bytes]) -> None:
    suite.send_signal(signal.SIGINT)
    try:
        suite.wait(CLEAN_UP_SECONDS)
    except subprocess.TimeoutExpired:
        suite.kill()
        suite.wait()


def _end_descendants() -> list[str]:
    """Kill all that is still there a moment later; the commands of what was."""
    deadline = time.monotonic() + GRACE_SECONDS
    while _descendants(os.getpid()) and time.monotonic() < deadline:
        time.sleep(0.1)
    commands = []
    while left := _descendants(os.getpid()):
        for pid, command in left:
            commands.append(command)
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    return sorted(set(commands))


def _descendants(pid: int) -> list[tuple[int, str]]:
    """Living processes below this one, with their commands. Ended ones below it are reaped."""
    while _reap():
        pass
    found = []
    for child in _children(pid):
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if command:
            found.append((child, command))
        found.extend(_descendants(child))
    return found


def _children(pid: int) -> Iterator[int]:
    for path in Path("/proc").glob(f"{pid}/task/*/children"):
        try:
            yield from map(int, path.read_text().split())
        except OSError:
            continue


def _reap() -> bool:
    try:
        pid, _ = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return pid != 0


def _exit_status(returncode: int, *, interrupted: bool) -> int:
    if interrupted or returncode < 0:
        return returncode if returncode > 0 else 130
    return returncode


if __name__ == "__main__":
    main()
