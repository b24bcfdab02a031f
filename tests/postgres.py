"""A PostgreSQL server for tests: of this machine's own binaries, on loopback, with a directory that goes with it.

    with running_postgres() as postgres:
        postgres.url                     # a DATABASE_URL
        postgres.stop(); postgres.start()

As a command it runs another one on such a server: `python -m tests.postgres python -m pytest …`.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 60
"""On a busy machine; alone it takes one."""

NOT_HERE = "PostgreSQL is not installed (Debian: apt-get install postgresql)."


def binaries() -> Path | None:
    """The directory of the newest server's programs, which Debian keeps off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    of_debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(of_debian, key=lambda path: float(path.parent.name), default=None)


class Postgres:
    def __init__(self, programs: Path, directory: Path) -> None:
        self._programs = programs
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        # It does not run as root, who may run it as somebody else.
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            somebody = pwd.getpwnam("nobody")
            os.chown(directory, somebody.pw_uid, somebody.pw_gid)
            self._user = {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"postgres://portal@127.0.0.1:{self._port}/postgres"

    def make(self) -> None:
        options = ["--auth=trust", "--username=portal", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", *options, "--pgdata", str(self._data)).wait(START_SECONDS)

    def start(self) -> None:
        """Returns once it answers."""
        settings = ["fsync=off", f"unix_socket_directories={self._directory}", "listen_addresses=127.0.0.1"]
        options = [word for setting in settings for word in ("-c", setting)]
        self._process = self._run("postgres", "-D", str(self._data), "-p", str(self._port), *options)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(self._log.read_text()) from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """At once, with whatever is under way."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_SECONDS)
            self._process = None

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    @property
    def _log(self) -> Path:
        return self._directory / "log"

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [self._programs / program, *arguments],
                cwd=self._directory,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A Ctrl-C is the test run's; what it started it ends itself.
                process_group=0,
                **self._user,
            )


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Raises RuntimeError where there is none on this machine."""
    programs = binaries()
    if programs is None:
        raise RuntimeError(NOT_HERE)
    with tempfile.TemporaryDirectory(prefix="relportal-postgres-") as directory:
        postgres = Postgres(programs, Path(directory))
        postgres.make()
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.stop()


if __name__ == "__main__":
    with running_postgres() as own:
        sys.exit(subprocess.run(sys.argv[1:], env=os.environ | {"TEST_DATABASE_URL": own.url}, check=False).returncode)
