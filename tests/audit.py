"""`python -m tests.audit`: known weaknesses of the packages that this is installed with, Python's and npm's.

Each is asked of the place that knows them, by tools that are here anyway: uv and npm. A machine that reaches no such
place is told so in a line, and is not held up; what was found ends with exit code 1.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
_PIN = re.compile(r"^([\w.-]+==[^\s;\\]+)((?: ; [^\\\n]+)?)", re.MULTILINE)
_UV_FOUND = 1


def _run(command: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def _python_project(requirements: str) -> str:
    """A project that depends on what is locked, and on nothing else: uv audits projects."""
    pins = [f"{pin}{marker.rstrip()}" for pin, marker in _PIN.findall(requirements)]
    lines = ["[project]", 'name = "audited"', 'version = "0"', 'requires-python = ">=3.11"']
    return "\n".join([*lines, f"dependencies = {json.dumps(pins)}", ""])


def audit_python() -> tuple[str, bool]:
    """What to say, and whether anything was found."""
    with TemporaryDirectory() as name:
        project = _python_project((ROOT / "requirements" / "base.txt").read_text())
        (Path(name) / "pyproject.toml").write_text(project)
        done = _run([sys.executable, "-m", "uv", "audit", "--preview"], Path(name))
    if done.returncode == 0:
        return "Python packages: no weakness is known", False
    if done.returncode == _UV_FOUND:
        return done.stdout + done.stderr, True
    reasons = done.stderr.strip().splitlines()
    return f"Python packages: not audited here ({reasons[-1].strip().removeprefix('cause: ')})", False


def audit_npm() -> tuple[str, bool]:
    """What to say, and whether anything was found."""
    done = _run(["npm", "audit", "--json", "--omit=dev"], ROOT / "frontend")
    told = json.loads(done.stdout or "{}")
    if "vulnerabilities" not in told:
        return f"npm packages: not audited here ({told.get('message') or 'npm tells nothing'})", False
    found = told["vulnerabilities"]
    if not found:
        return "npm packages: no weakness is known", False
    return "\n".join(f"{name}: {found[name]['severity']} ({found[name]['range']})" for name in sorted(found)), True


def main() -> int:
    verdicts = [audit_python(), audit_npm()]
    for said, _ in verdicts:
        sys.stdout.write(f"{said}\n")
    return 1 if any(found for _, found in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
