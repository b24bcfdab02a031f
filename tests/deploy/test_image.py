"""The image, made by the very commands of the Containerfile, serves by its own command and writes where it may."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing, contextmanager

import pytest

from tests.deploy.image import Image
from tests.live_server import END_SECONDS, START_SECONDS


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    missing = [name for name in ("git", "node", "npm") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"An image is built with git, node and npm; not installed: {', '.join(missing)}.")
    built = Image(tmp_path_factory.mktemp("image"))
    built.build()
    return built


@pytest.fixture
def environment(image, tmp_path):
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "nowhere"),
        "TMPDIR": str(tmp_path),
        **image.environment(),
        "SECRET_KEY": "test-only-" + "k" * 32,
        "JWT_SECRET": "test-only-" + "j" * 32,
        "PROXIES": "1",
        # Nothing listens on port 1.
        "TEMPORAL_HOST": "127.0.0.1:1",
    }


@contextmanager
def running(image, environment, port):
    command = [str(port) if word == "8000" else word.replace("0.0.0.0", "127.0.0.1") for word in image.command()]  # noqa: S104
    process = subprocess.Popen(
        command, cwd=image.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def is_healthy(image, environment, port):
    check = [word.replace(":8000", f":{port}") for word in image.health_check()]
    return subprocess.run(check, cwd=image.root, env=environment, capture_output=True, check=False).returncode == 0


def until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def files_of(image):
    """Where the root file system is read-only: what there is, and when it was written."""
    found = (path for path in image.root.rglob("*") if path.relative_to(image.root).parts[0] != "var")
    return {path: path.lstat().st_mtime_ns for path in found}


def test_it_migrates_serves_and_ends_without_writing_beside_its_spool(image, environment):
    before = files_of(image)
    migrated = subprocess.run(
        [".venv/bin/python", "manage.py", "migrate", "--no-input"],
        cwd=image.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr

    port = free_port()
    with running(image, environment, port) as process:
        until(lambda: is_healthy(image, environment, port), START_SECONDS)
        page = _get(port, "/login")
        scripts = re.findall(rb'src="(/static/assets/[^"]+\.js)"', page)
        assert scripts
        assert all(_get(port, script.decode()) for script in scripts)
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_SECONDS) == 0

    assert files_of(image) == before


def test_it_holds_what_runs_and_nothing_else(image):
    assert {path.name for path in image.root.iterdir()} == {
        *("manage.py", "LICENSE", ".venv", "accounts", "relportal", "releases", "frontend", "var")
    }
    assert [path.name for path in (image.root / "frontend").iterdir()] == ["dist"]
    assert (image.root / "var").stat().st_mode & 0o777 == 0o700
    if os.geteuid() == 0:
        assert (image.root / "var").stat().st_uid == 10001


def test_a_portal_without_secrets_does_not_start_and_names_them(image, environment):
    del environment["SECRET_KEY"], environment["JWT_SECRET"]
    with running(image, environment, free_port()) as process:
        said, _ = process.communicate(timeout=START_SECONDS)
    assert process.returncode != 0
    assert b"SECRET_KEY: required" in said
    assert b"JWT_SECRET: required" in said


def _get(port, path):
    """As the proxy asks, which ends TLS."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)) as connection:
        connection.request("GET", path, headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})
        answer = connection.getresponse()
        assert answer.status == 200, path
        return answer.read()
