"""What `make lint` says of packages with known weaknesses."""

import json
import subprocess
import tomllib

import pytest

from tests import audit

LOCK = """\
async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:00
    # via redis
django==5.2.19 \\
    --hash=sha256:01
"""


@pytest.fixture
def tools(monkeypatch):
    """Has uv and npm end like this."""

    def end(code, stdout="", stderr=""):
        monkeypatch.setattr(audit, "_run", lambda *_: subprocess.CompletedProcess([], code, stdout, stderr))

    return end


def test_what_is_locked_is_asked_about_with_its_markers():
    project = tomllib.loads(audit._python_project(LOCK))["project"]
    assert project["dependencies"] == ["async-timeout==5.0.1 ; python_full_version < '3.11.3'", "django==5.2.19"]


def test_weaknesses_of_python_packages_are_told_and_found(tools):
    tools(1, stdout="django 5.2.19 has 1 known vulnerability")
    assert audit.audit_python() == ("django 5.2.19 has 1 known vulnerability", True)


def test_weaknesses_of_npm_packages_are_told_and_found(tools):
    tools(1, json.dumps({"vulnerabilities": {"left-pad": {"severity": "high", "range": "<2"}}}))
    assert audit.audit_npm() == ("left-pad: high (<2)", True)


def test_a_machine_that_reaches_no_such_place_is_told_so_in_a_line(tools):
    tools(2, stderr="error: Request failed after 3 retries\n  cause: dns error\n")
    assert audit.audit_python() == ("Python packages: not audited here (dns error)", False)
    tools(1, json.dumps({"message": "405 Method Not Allowed", "statusCode": 405}))
    assert audit.audit_npm() == ("npm packages: not audited here (405 Method Not Allowed)", False)


def test_nothing_known_is_told_as_well(tools):
    tools(0, json.dumps({"vulnerabilities": {}}))
    assert audit.audit_python() == ("Python packages: no weakness is known", False)
    assert audit.audit_npm() == ("npm packages: no weakness is known", False)
