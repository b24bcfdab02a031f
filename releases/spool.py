"""Lines on disk that wait to be taken elsewhere: files of a directory, one of which is written to. Pure.

Whoever has a file in hand, to write to it or to take its lines, holds a lock on it. So processes may share a directory,
and what a process left behind that was killed is free for any other. The directory must be on a local disk.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Lock
from time import time_ns
from typing import NamedTuple

SUFFIX = ".jsonl"

LINES = 2_000
"""Of one file. What of it has been taken is only forgotten with all of it."""


class Held(NamedTuple):
    bytes: int
    oldest_seconds: float
    """Since the oldest file was begun."""


class Spool:
    """One process's way into the directory, which is made where it is missing, for nobody else to read."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = Lock()
        self._fd: int | None = None
        self._lines = 0
        self._numbers = count()

    def append(self, lines: Sequence[bytes]) -> None:
        """Write the lines, each with its end. Raises OSError; then none of them is there, and nothing is broken."""
        with self._lock:
            fd = self._open()
            before = os.fstat(fd).st_size
            try:
                _write(fd, b"".join(lines))
            except OSError:
                # A full disk may have taken a part.
                with suppress(OSError):
                    os.ftruncate(fd, before)
                self._seal()
                raise
            self._lines += len(lines)
            if self._lines >= LINES:
                self._seal()

    def seal(self) -> None:
        """End the file that is written to: from now on its lines can be taken."""
        with self._lock:
            self._seal()

    def _seal(self) -> None:
        if self._fd is not None:
            os.close(self._fd)  # Which gives back the lock.
            self._fd = None

    def _open(self) -> int:
        while self._fd is None:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            # By their names files are in the order of their beginning.
            name = f"{time_ns():020d}-{os.getpid()}-{next(self._numbers)}{SUFFIX}"
            fd = os.open(self._directory / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(fd, fcntl.LOCK_EX)
            # Somebody may have had it in hand meanwhile, found it empty and removed it.
            if os.fstat(fd).st_nlink:
                self._fd, self._lines = fd, 0
            else:
                os.close(fd)
        return self._fd

    def waiting(self) -> list[Path]:
        """Files that may hold lines to be taken, the oldest first. Raises OSError."""
        if not self._directory.is_dir():
            return []
        return sorted(self._directory.glob(f"*{SUFFIX}"))

    def held(self) -> Held:
        """What waits in the directory now, of all processes that share it. Raises OSError."""
        size, oldest = 0, time_ns()
        for path in self.waiting():
            with suppress(FileNotFoundError, ValueError):
                if file_size := path.stat().st_size:
                    size += file_size
                    oldest = min(oldest, int(path.name.partition("-")[0]))
        return Held(size, (time_ns() - oldest) / 1e9 if size else 0.0)

    @contextmanager
    def taken(self, path: Path) -> Iterator[list[bytes] | None]:
        """The lines of a file, which is gone afterwards, unless an error is raised. None where it is in other hands, or
        gone already. A last line may be half a line: its writer was killed."""
        try:
            fd = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            yield None
            return
        with open(fd, "rb") as file:  # noqa: PTH123  # It is open already.
            if not _locked(fd) or not os.fstat(fd).st_nlink:
                yield None
                return
            yield file.read().splitlines()
            path.unlink(missing_ok=True)

    def set_aside(self, name: str, lines: Sequence[bytes]) -> None:
        """Keep lines in a file of this name, which nobody takes. Raises OSError."""
        fd = os.open(self._directory / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with open(fd, "ab") as file:  # noqa: PTH123
            file.writelines(line.rstrip(b"\n") + b"\n" for line in lines)


def _write(fd: int, content: bytes) -> None:
    while content:
        content = content[os.write(fd, content) :]


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
