"""A Containerfile carried out without a container engine: each stage in a directory of its own, by its own commands.

What a RUN says is run by sh, what a COPY names is copied, from the files that git knows and `.dockerignore` leaves in.
The stages' own paths are kept below their directories, so a base image's programs are this machine's.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deploy.files import CONTAINERFILE, ROOT, Instruction, stages

WORKDIR = "/app"
OF_A_MACHINE = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "https_proxy", "HTTPS_PROXY")
"""What a build on this machine needs to reach the registries by; caches and configuration are below HOME."""


class Image:
    """What the last stage holds, below `root`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._programs = directory / "bin"
        self._programs.mkdir(parents=True)
        (self._programs / "python").symlink_to(Path(sys.executable).resolve())
        self._stages = stages(CONTAINERFILE.read_text())
        self.root = directory / "image" / WORKDIR[1:]

    def build(self) -> None:
        context = self._directory / "context"
        _check_out(context)
        for name, instructions in self._stages.items():
            self._carry_out(name, instructions, context)

    def _carry_out(self, name: str, instructions: list[Instruction], context: Path) -> None:
        at = self._directory / name
        for instruction in instructions:
            if instruction.keyword == "WORKDIR":
                at = self._directory / name / instruction.value[1:]
                at.mkdir(parents=True)
            elif instruction.keyword == "COPY":
                self._copy(instruction.value.split(), context, at)
            elif instruction.keyword == "RUN":
                self._run(instruction.value, at)

    def _copy(self, words: list[str], context: Path, at: Path) -> None:
        source = context
        if words[0].startswith("--from="):
            source = self._directory / words.pop(0).removeprefix("--from=")
        *names, target = words
        for name in names:
            path = source / name.lstrip("/")
            into = at / target
            if path.is_dir():
                shutil.copytree(path, into, symlinks=True, dirs_exist_ok=True)
            else:
                into.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, into)

    def _run(self, command: str, at: Path) -> None:
        if os.geteuid() != 0:
            command = re.sub(r"\bchown \S+ \S+", "true", command)  # Which is root's alone.
        done = subprocess.run(
            ["sh", "-e", "-c", command], cwd=at, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"

    def _environment(self) -> dict[str, str]:
        known = {name: os.environ[name] for name in OF_A_MACHINE if name in os.environ}
        # Of this project's own environment nothing may be found by chance.
        own = str(Path(sys.executable).parent)
        path = [part for part in known["PATH"].split(os.pathsep) if part != own]
        return {**known, "PATH": os.pathsep.join([str(self._programs), *path])}

    def environment(self) -> dict[str, str]:
        """What the image's ENV says."""
        words = [word for one in self._stages["image"] if one.keyword == "ENV" for word in one.value.split()]
        return {name: value.strip('"') for name, _, value in (word.partition("=") for word in words)}

    def command(self) -> list[str]:
        """What it runs, by its CMD."""
        return self._words("CMD")

    def health_check(self) -> list[str]:
        return self._words("HEALTHCHECK")

    def _words(self, keyword: str) -> list[str]:
        [value] = [one.value for one in self._stages["image"] if one.keyword == keyword]
        words: list[str] = json.loads(value[value.index("[") :])
        return words


def _check_out(directory: Path) -> None:
    """The files that git knows, as they are in the work tree, without those that are ignored for builds."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = [line[1:] for line in lines if line.startswith("!")]
    for name in filter(None, listed.split("\0")):
        if any(f"{name}/".startswith(f"{part}/") for part in kept) and (ROOT / name).is_file():
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
