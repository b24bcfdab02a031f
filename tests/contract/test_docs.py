"""What people can set, run, ask for or run into is named in the README or the handbook, and nothing else is."""

import re
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

from releases import checkup_faults, problems
from releases.checkup_faults import Fault
from releases.domain import ProblemCode
from releases.problems import Problem
from relportal.env import Env

ROOT = Path(__file__).resolve().parents[2]
README, HANDBOOK = (ROOT / path for path in ("README.md", "releases/README.md"))

SETTINGS = {*Env.model_fields, "ENV_FILE"}
# `make help` lists the others.
TARGETS = set(re.findall(r"^([a-z][a-z-]*):[^=\n]*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)) - {"help"}
ROUTES = {
    *SchemaGenerator().get_schema(request=None, public=True)["paths"],
    # Not in the document: they are no part of the API, or the document itself.
    "/api/schema/",
    "/api/docs/",
    "/healthz",
    "/metrics",
    "/readyz",
}
ERROR_CODES = {
    problem.code for problem in (*problems.TABLE.values(), *vars(problems).values()) if isinstance(problem, Problem)
}
FAULT_CODES = {
    fault.code
    for fault in (*checkup_faults.BY_PROBLEM.values(), *vars(checkup_faults).values())
    if isinstance(fault, Fault)
}
PARAMETER = re.compile(r"\{[a-z_]+\}|<[a-z_]+>|\b(?:release|wave|cluster|bundle|app):[\w.-]+")


@pytest.fixture(scope="module")
def docs():
    return "\n".join(path.read_text() for path in (README, HANDBOOK))


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_is_explained(docs, name):
    assert re.search(rf"`{name}\b", docs), f"{name}: say in README.md what it is for, and its default."


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_command_is_explained(docs, name):
    assert re.search(rf"\bmake {name}\b(?!-)", docs), (
        f"make {name}: say in README.md or releases/README.md what it does."
    )


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_every_route_is_explained(docs, route):
    """In full or from `/api/` on, with names or examples for its parameters."""
    address = re.escape(PARAMETER.sub("{}", route).removeprefix("/api/"))
    named = re.search(rf"(?:/api/|\$P/|(?<![\w}}/])){address}(?![\w{{])", PARAMETER.sub("{}", docs))
    assert named, f"{route}: say in README.md what it gives."


@pytest.mark.parametrize("code", sorted(ERROR_CODES))
def test_every_error_code_is_explained(docs, code):
    assert f"`{code}`" in docs, f"{code}: say in README.md or releases/README.md what it means and what to do."


@pytest.mark.parametrize("code", sorted(ProblemCode))
def test_every_problem_of_an_entity_is_explained(docs, code):
    assert f"`{code}`" in docs, f"{code}: say in releases/README.md what it means and what to do."


@pytest.mark.parametrize("code", sorted(FAULT_CODES))
def test_every_fault_of_a_check_up_is_named(docs, code):
    assert f"`{code}`" in docs, f"{code}: name it in releases/README.md, under Checking workflows."


def test_no_command_is_promised_that_is_not_there(docs):
    promised = set(re.findall(r"(?:`|^|\n)\s*make ([a-z][a-z-]*)", docs))
    assert promised
    assert promised <= TARGETS


def test_no_setting_is_promised_that_is_not_there():
    """In the README's table of settings: rows that begin with names in capitals."""
    rows = re.findall(r"^\|([^|]*)\|", README.read_text(), re.MULTILINE)
    promised = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]{3,})`", row)}
    assert promised
    # The demo's and the server's own, which no settings module reads.
    assert promised - SETTINGS <= {"PORT", "TEMPORAL_PORT", "TEMPORAL_UI_PORT", "DEMO_PASSWORD"}
