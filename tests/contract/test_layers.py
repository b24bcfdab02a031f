"""Imports point one way, and each module of `releases` has its place."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

KNOWS_DJANGO = {
    "admin",
    "answers",
    "apps",
    "comparison_serializers",
    "comparison_views",
    "consumers",
    "fields",
    "frames",
    "messages",
    "models",
    "open_sockets",
    "parsers",
    "problems",
    "record_admin",
    "recording",
    "renderers",
    "representation",
    "routing",
    "saved_views",
    "schema",
    "serializers",
    "services",
    "socket_record",
    "urls",
    "views",
}
"""The edges, in which a framework is at home."""


def test_imports_point_one_way() -> None:
    # The contracts are in pyproject.toml. In a process of its own: the linter stumbles over modules that tests load.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_each_module_is_at_the_edge_or_kept_from_django() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [core] = (
        contract["source_modules"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["id"] == "no-django-in-the-core"
    )
    modules = {path.stem for path in (ROOT / "releases").glob("*.py")} - {"__init__"}

    assert {f"releases.{module}" for module in modules - KNOWS_DJANGO} == set(core)
