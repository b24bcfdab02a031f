"""The files of `deploy/` as their programs read them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CONTAINERFILE = DEPLOY / "Containerfile"
COMPOSE = DEPLOY / "compose.yaml"
COMPOSE_EXAMPLE = DEPLOY / "compose.env.example"
NGINX = DEPLOY / "nginx.conf"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@dataclass(frozen=True, slots=True)
class Instruction:
    keyword: str
    value: str


def stages(text: str) -> dict[str, list[Instruction]]:
    """A Containerfile's stages by name, in order, each from its FROM on; the last one, which has none, as "image"."""
    found: dict[str, list[Instruction]] = {}
    stage: list[Instruction] = []
    for instruction in _instructions(text):
        if instruction.keyword == "FROM":
            _, _, name = instruction.value.partition(" AS ")
            stage = found.setdefault(name or "image", [])
        stage.append(instruction)
    return found


def _instructions(text: str) -> Iterator[Instruction]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        keyword, _, value = line.strip().partition(" ")
        if keyword:
            yield Instruction(keyword, " ".join(value.split()))


def compose(given: dict[str, str]) -> Any:
    """The compose file, with the variables that are given in the place of their names, and defaults for the others."""

    def value(match: re.Match[str]) -> str:
        name, _, default = match.groups()
        return given.get(name, "") or default or ""

    return yaml.safe_load(VARIABLE.sub(value, COMPOSE.read_text()))


VARIABLE = re.compile(r"\$\{([A-Z_]+)(?:(:[?-])([^}]*))?\}")
"""What compose puts values in the place of: name, `:?` or `:-`, and a reason or a default."""


def objects() -> list[Any]:
    """Of Kubernetes, from all manifests."""
    return [found for path in MANIFESTS for found in yaml.safe_load_all(path.read_text())]


def names_set_in(text: str) -> set[str]:
    """The names in lines such as `NAME=value`, also those that are commented out."""
    return set(re.findall(r"^ *#?([A-Z][A-Z_]+)=", text, re.MULTILINE))
