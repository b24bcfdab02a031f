"""What the demo is told by its environment, and what its processes are told by it. Standard library only.

`python -m releases.demo.options` checks that the demo could start: `make demo` does so before it installs anything.
"""

import os
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"

KEPT_SETTINGS = frozenset({"LOG_LEVEL", "LOG_FORMAT"})
"""Settings of the portal that the demo takes from its caller. The others are meant for another portal, not for this."""


class DemoError(Exception):
    """Why the demo can't go on, in one sentence for people."""


@dataclass(frozen=True, kw_only=True)
class Options:
    port: int
    temporal_port: int
    temporal_ui_port: int
    temporal_host: str | None
    """A Temporal server of the user's own, as host:port. None: the demo starts one."""
    password: str | None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/"

    @property
    def temporal_ui_url(self) -> str:
        return f"http://{LOOPBACK}:{self.temporal_ui_port}"

    @property
    def ports(self) -> dict[str, int]:
        """What the demo listens on, by the names that override it."""
        ports = {"PORT": self.port}
        if self.temporal_host is None:
            ports |= {"TEMPORAL_PORT": self.temporal_port, "TEMPORAL_UI_PORT": self.temporal_ui_port}
        return ports


def read_options(environ: Mapping[str, str]) -> Options:
    """Raises DemoError where a port is not a port."""
    return Options(
        port=_port(environ, "PORT", 8000),
        temporal_port=_port(environ, "TEMPORAL_PORT", 7233),
        temporal_ui_port=_port(environ, "TEMPORAL_UI_PORT", 8233),
        temporal_host=environ.get("TEMPORAL_HOST") or None,
        password=environ.get("DEMO_PASSWORD") or None,
    )


def check_ports(options: Options) -> None:
    """Raises DemoError where a port is taken, or meant for two things."""
    names_by_port: dict[int, str] = {}
    for name, port in options.ports.items():
        if port in names_by_port:
            raise DemoError(f"{names_by_port[port]} and {name} are both {port}; give each a port of its own.")
        names_by_port[port] = name
        if not _free(port):
            another = f"{name}={port + 10} make demo"
            raise DemoError(f"Port {port} is taken by another program; end that, or choose another port: {another}")


def portal_environment(
    options: Options, secrets: Mapping[str, str], database: Path, environ: Mapping[str, str], settings: Iterable[str]
) -> dict[str, str]:
    """The environment of portal and worker: the demo's own database, secrets and Temporal server.

    `environ` is the caller's, and `settings` names all settings of the portal.
    """
    dropped = set(settings) - KEPT_SETTINGS
    theirs = {name: value for name, value in environ.items() if name.upper() not in dropped}
    if options.temporal_host is None:
        temporal = {
            "TEMPORAL_HOST": f"{LOOPBACK}:{options.temporal_port}",
            "TEMPORAL_NAMESPACE": "default",
            "TEMPORAL_UI_URL": options.temporal_ui_url,
        }
    else:
        temporal = {name: value for name, value in environ.items() if name.startswith("TEMPORAL_")}
    return {
        **theirs,
        **temporal,
        **secrets,
        "ENV_FILE": "",
        "HTTPS": "false",
        "DJANGO_SETTINGS_MODULE": "relportal.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "ACCESS_SPOOL_DIR": str(database.parent / "spool"),
        "PYTHONUNBUFFERED": "1",
    }


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise DemoError(f"{name} is {text!r}; it should be a port, from 1 to 65535.")
    return int(text)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a connection that has just been closed does not keep the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    try:
        check_ports(read_options(os.environ))
    except DemoError as error:
        sys.exit(str(error))
