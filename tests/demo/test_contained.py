"""What `make test` runs its suites in."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="containment uses Linux' subreaper")

LEAVES_A_SERVER = """
import subprocess, sys
server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
open(sys.argv[1], "w").write(str(server.pid))
"""


def _contained(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.contained", sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_suites_result_is_passed_on() -> None:
    with _contained("raise SystemExit(3)") as suite:
        assert suite.wait() == 3


def test_what_a_suite_leaves_behind_is_ended_and_named(tmp_path: Path) -> None:
    with _contained(LEAVES_A_SERVER, tmp_path / "pid") as suite:
        _, errors = suite.communicate()
    assert suite.returncode == 0
    assert "left behind by the suite, and ended:" in errors
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text()}").exists()


def test_an_interrupted_suite_may_clean_up_and_counts_as_failed() -> None:
    code = """
import time
try:
    print("running", flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    print("cleaned up", flush=True)
"""
    with _contained(code) as suite:
        assert suite.stdout is not None
        assert suite.stdout.readline() == "running\n"
        suite.send_signal(signal.SIGTERM)
        assert suite.stdout.read() == "cleaned up\n"
        assert suite.wait() == 130
