"""`python -m releases.demo`: a Temporal server, a worker with sample releases and the portal, until Ctrl-C.

Needs no settings: it makes those of the processes that it starts. What they write goes to var/demo/.
"""

import os
import shutil
import socket
import sys
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from releases.demo import processes
from releases.demo.kept_secrets import kept_secrets
from releases.demo.options import (
    BASE_DIR,
    LOOPBACK,
    DemoError,
    Options,
    check_ports,
    portal_environment,
    read_options,
)
from releases.demo.processes import Process, StopRequest
from relportal.env import Env

START_SECONDS = 60

PEOPLE = {
    "admin@example.com": "sees and administers everything",
    "viewer@example.com": "sees all releases",
    "payments@example.com": "sees release:payments-*",
}


class Demo:
    def __init__(self, options: Options, directory: Path, stop: StopRequest) -> None:
        """What is kept and logged goes to the directory."""
        self._options = options
        self._directory = directory
        self._stop = stop
        self._running: list[Process] = []
        self._secrets = kept_secrets(directory / "secrets.json")
        if options.password:
            self._secrets["DEMO_PASSWORD"] = options.password
        database = directory / "db.sqlite3"
        self._env = portal_environment(options, self._secrets, database, os.environ, Env.model_fields)

    def run(self) -> None:
        """Run until a stop is requested. Raises DemoError where something fails; all processes have ended then."""
        try:
            if self._start():
                say(self._welcome())
                self._stop.wait(self._any_ended)
                self._check_alive()
        finally:
            self._end()

    def _start(self) -> bool:
        """Start everything. False where a stop was requested meanwhile."""
        say("Starting the Temporal server, the database, the worker and the portal …")
        if self._options.temporal_host is None:
            self._launch("temporal", temporal_command(self._options))
        prepare = self._launch("database", [sys.executable, "manage.py", "prepare_demo"])
        if not self._stop.wait(lambda: prepare.ended, START_SECONDS):
            return self._stopped_or_late("database")
        if prepare.popen.returncode:
            raise DemoError(f"The database could not be prepared:\n{prepare.last_words()}")
        self._running.remove(prepare)
        self._launch("worker", [sys.executable, "-m", "releases.demo.worker"])
        self._launch("portal", portal_command(self._options))
        if not self._stop.wait(self._answers, START_SECONDS):
            return self._stopped_or_late("portal")
        return True

    def _launch(self, name: str, command: Sequence[str]) -> Process:
        process = processes.start(name, command, cwd=BASE_DIR, env=self._env, log=self._directory / f"{name}.log")
        self._running.append(process)
        return process

    def _stopped_or_late(self, name: str) -> bool:
        if not self._stop.requested:
            raise DemoError(f"The {name} was not ready after {START_SECONDS} seconds; see {self._directory / name}.log")
        return False

    def _answers(self) -> bool:
        self._check_alive()
        ports = self._options.ports
        return all(_listens(port) for port in ports.values()) and _healthy(self._options.port)

    def _any_ended(self) -> bool:
        return any(process.ended for process in self._running)

    def _check_alive(self) -> None:
        for process in self._running:
            if process.ended:
                words = process.last_words()
                raise DemoError(
                    f"The {process.name} ended by itself ({process.popen.returncode}). Its last words:\n{words}"
                )

    def _end(self) -> None:
        """The portal first, the Temporal server last: nothing is left without what it needs."""
        if self._running:
            say("Ending the demo …")
        for process in reversed(self._running):
            processes.end(process)
        self._running.clear()

    def _welcome(self) -> str:
        url, password = self._options.url, self._secrets["DEMO_PASSWORD"]
        temporal = self._options.temporal_host or self._options.temporal_ui_url
        sign_ins = "\n".join(f"    {email:<22} {what}" for email, what in PEOPLE.items())
        return f"""
  Relportal     {url}
  API           {url}api/docs/
  Admin         {url}admin/
  Temporal      {temporal}

  Sign in with the password {password} as
{sign_ins}

  Logs are in {self._directory}. Ctrl-C ends it all.
"""


def temporal_command(options: Options) -> list[str]:
    """Raises DemoError where there is no `temporal` beside this Python or on the PATH."""
    beside = Path(sys.executable).with_name("temporal")
    binary = str(beside) if beside.exists() else shutil.which("temporal")
    if binary is None:
        raise DemoError("There is no temporal command; install requirements/dev.txt, or give TEMPORAL_HOST.")
    address = ["--ip", LOOPBACK, "--port", str(options.temporal_port), "--ui-port", str(options.temporal_ui_port)]
    return [binary, "server", "start-dev", *address, "--ui-disable-news-fetch", "--log-level", "error"]


def portal_command(options: Options) -> list[str]:
    quiet = ["-v", "0"]
    return [
        sys.executable,
        "-m",
        "relportal.server",
        *quiet,
        "-b",
        LOOPBACK,
        "-p",
        str(options.port),
        "relportal.asgi:application",
    ]


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def _healthy(port: int) -> bool:
    connection = HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(directory: Path) -> None:
    stop = StopRequest()
    try:
        options = read_options(os.environ)
        check_ports(options)
        directory.mkdir(parents=True, exist_ok=True)
        Demo(options, directory, stop).run()
    except DemoError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(BASE_DIR / "var" / "demo")
