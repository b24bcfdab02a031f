"""A Redis server for tests: of this machine's own binary, on loopback, which keeps nothing.

with running_redis() as redis:
    redis.url                     # a REDIS_URL
    redis.stop(); redis.start()
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

START_SECONDS = 60
"""On a busy machine; alone it takes a moment."""

NOT_HERE = "Redis is not installed (Debian: apt-get install redis-server)."


def is_here() -> bool:
    return shutil.which("redis-server") is not None


class RedisServer:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Returns once it answers. It knows nothing of before."""
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["redis-server", *options],
                cwd=self._directory,
                env={"PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A Ctrl-C is the test run's; what it started it ends itself.
                process_group=0,
            )
        deadline = time.monotonic() + START_SECONDS
        with Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except (RedisError, OSError):
                    if self._process.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError((self._directory / "log").read_text()) from None
                    time.sleep(0.02)
                else:
                    return

    def stop(self) -> None:
        """At once, with whatever is under way."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_SECONDS)
            self._process = None

    def freeze(self) -> None:
        """It keeps its connections, and says nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Raises RuntimeError where there is none on this machine."""
    if not is_here():
        raise RuntimeError(NOT_HERE)
    with tempfile.TemporaryDirectory(prefix="relportal-redis-") as directory:
        redis = RedisServer(Path(directory))
        try:
            redis.start()
            yield redis
        finally:
            redis.thaw()
            redis.stop()
