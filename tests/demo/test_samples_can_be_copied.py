"""The samples are for users to copy: they must not need anything of ours but each other."""

import ast
import sys
from pathlib import Path

import pytest

import releases.demo

SAMPLES = ("plans", "states", "release_workflow", "entity_workflows")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_imports_only_temporalio_the_standard_library_and_other_samples(name: str) -> None:
    tree = ast.parse((Path(releases.demo.__path__[0]) / f"{name}.py").read_text())
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    allowed = {f"releases.demo.{sample}" for sample in SAMPLES} | {"releases.demo"}
    foreign = {
        module
        for module in imported
        if module not in allowed and module.partition(".")[0] not in {"temporalio", *sys.stdlib_module_names}
    }
    assert not foreign
