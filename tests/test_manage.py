import os
import subprocess
import sys
from pathlib import Path

MANAGE = Path(__file__).parent.parent / "manage.py"


def test_a_bad_environment_is_told_in_sentences_without_a_traceback():
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "JWT_SECRET": "short"}
    ran = subprocess.run(
        [sys.executable, MANAGE, "migrate"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 1
    assert "SECRET_KEY: required" in ran.stderr
    assert "JWT_SECRET: " in ran.stderr
    assert "Traceback" not in ran.stderr
