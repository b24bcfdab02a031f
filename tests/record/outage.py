"""A database that can't be written to, by holding its one lock for writers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
# The last to leave writes what is in the log of SQLite to the file itself, which is all that a test copies.
connection.rollback()
connection.close()
"""


@contextmanager
def writes_stopped(database: Path) -> Iterator[None]:
    """Nobody can write to it meanwhile. Reading goes on, of sign-ins and roles, without which nothing is answered."""
    command = [sys.executable, "-c", _HOLD, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.communicate()
