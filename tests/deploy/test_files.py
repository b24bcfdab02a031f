"""The files of `deploy/` are what their programs take, name settings that there are, and hold no secret."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from relportal import env as environment
from relportal.env import Env
from tests.deploy.files import (
    COMPOSE,
    COMPOSE_EXAMPLE,
    CONTAINERFILE,
    DEPLOY,
    MANIFESTS,
    ROOT,
    UNITS,
    VARIABLE,
    compose,
    names_set_in,
    objects,
    stages,
)

SETTINGS = {*Env.model_fields, "ENV_FILE"}
OF_PYTHON = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
GIVEN = {
    "SECRET_KEY": "s" * 64,
    "JWT_SECRET": "j" * 64,
    "POSTGRES_PASSWORD": "p" * 64,
    "REDIS_PASSWORD": "r" * 64,
    "PORTAL_HOST": "releases.example.com",
    "TEMPORAL_HOST": "temporal:7233",
    "TLS_DIR": "/etc/relportal/tls",
}


def program(name: str) -> str:
    """One of those that are installed with Python's packages."""
    return str(Path(sys.executable).with_name(name))


def passes(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def loaded(values: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Env:
    """The settings that a portal reads out of such an environment, and no other."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ENV_FILE", "")
    return environment.load()


class TestContainerfile:
    def test_its_linter_finds_nothing(self):
        passes(program("hadolint"), "--no-color", CONTAINERFILE)

    def test_each_base_is_pinned_to_a_version(self):
        bases = re.findall(r"^FROM (\S+)", CONTAINERFILE.read_text(), re.MULTILINE)
        assert len(bases) == 3
        assert all(re.fullmatch(r"(?:node|python):\d[\d.]*-[\w-]+", base) for base in bases)

    def test_packages_are_installed_in_the_image_that_they_run_in(self):
        found = stages(CONTAINERFILE.read_text())
        assert found["packages"][0].value.split()[0] == found["image"][0].value

    def test_it_runs_as_nobody_in_particular(self):
        image = stages(CONTAINERFILE.read_text())["image"]
        [user] = [instruction.value for instruction in image if instruction.keyword == "USER"]
        assert user == "10001:10001"
        # By number: Kubernetes can't tell whether a name is root's.
        assert [instruction.keyword for instruction in image].index("USER") < len(image) - 1

    def test_a_change_of_the_code_installs_no_package_anew(self):
        for name, packages in (("frontend", "npm ci"), ("packages", "pip install")):
            before: list[str] = []
            for instruction in stages(CONTAINERFILE.read_text())[name]:
                if packages in instruction.value:
                    break
                before.append(instruction.value)
            copied = " ".join(value for value in before if "requirements" in value or "package" in value)
            assert copied
            assert not any(value in ("frontend/ ./", ". .") for value in before)

    def test_what_is_copied_is_there_and_not_ignored(self):
        kept = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
        for instruction in (one for stage in stages(CONTAINERFILE.read_text()).values() for one in stage):
            if instruction.keyword == "COPY" and not instruction.value.startswith("--from"):
                for source in instruction.value.split()[:-1]:
                    assert (ROOT / source).exists(), source
                    assert any(f"{source}/".startswith(f"{name}/") for name in kept), source


class TestCompose:
    def test_it_is_as_the_specification_says(self):
        passes(program("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE)

    def test_what_it_asks_for_is_in_the_example_and_nothing_else(self):
        asked = {match[1] for match in VARIABLE.finditer(COMPOSE.read_text())} - {"RELPORTAL_VERSION"}
        assert names_set_in(COMPOSE_EXAMPLE.read_text()) - {"COMPOSE_PROFILES"} == asked

    def test_no_secret_has_a_default(self):
        defaults = {match[1]: match[3] for match in VARIABLE.finditer(COMPOSE.read_text()) if match[2] != ":?"}
        assert not any(value for name, value in defaults.items() if re.search("SECRET|PASSWORD|KEY", name))
        assert not re.search(r"=\S", COMPOSE_EXAMPLE.read_text().replace("COMPOSE_PROFILES=temporal", ""))

    @pytest.mark.parametrize("service", ["portal-1", "portal-2", "migrate"])
    def test_the_portal_takes_its_settings(self, service, monkeypatch):
        values = compose(GIVEN)["services"][service]["environment"]
        assert set(values) <= SETTINGS

        settings = loaded(values, monkeypatch)

        assert settings.ALLOWED_HOSTS == ["releases.example.com", "127.0.0.1"]
        assert settings.HTTPS
        assert settings.PROXIES == 1

    def test_both_processes_are_alike_but_for_their_spools(self):
        services = compose(GIVEN)["services"]
        first, second = services["portal-1"], services["portal-2"]
        assert first.pop("volumes") == ["spool-1:/app/var"]
        assert second.pop("volumes") == ["spool-2:/app/var"]
        assert first == second

    def test_the_portal_writes_to_its_spool_and_to_tmp_alone(self):
        for name in ("portal-1", "portal-2", "migrate"):
            service = compose(GIVEN)["services"][name]
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]

    def test_only_the_proxy_is_reached_from_other_machines(self):
        published = {name: service.get("ports", []) for name, service in compose(GIVEN)["services"].items()}
        assert [name for name, ports in published.items() if any(port[:3] != "127" for port in ports)] == ["proxy"]


class TestManifests:
    @pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
    def test_they_are_as_kubernetes_says(self, path):
        passes(program("kubernetes-validate"), "--strict", "--no-warn", path)

    def test_the_portal_takes_their_settings(self, monkeypatch):
        [config] = [found["data"] for found in objects() if found["kind"] == "ConfigMap"]
        [secret] = [found["stringData"] for found in objects() if found["kind"] == "Secret"]
        own = {one["name"]: one["value"] for one in _portal()["env"] if "value" in one}
        assert {*config, *secret, *own} <= SETTINGS | {"PORTAL_HOST"}
        assert set(secret.values()) == {""}

        known = {**config, "POD_IP": "10.1.2.3"}
        own = {name: re.sub(r"\$\((\w+)\)", lambda match: known[match[1]], value) for name, value in own.items()}
        settings = loaded({**config, **own, "SECRET_KEY": "s" * 32, "JWT_SECRET": "j" * 32}, monkeypatch)

        assert settings.ALLOWED_HOSTS == ["releases.example.com", "10.1.2.3"]
        assert settings.CSRF_TRUSTED_ORIGINS == ["https://releases.example.com"]

    def test_all_run_restricted(self):
        """As the Pod Security Standard of that name asks, which the namespace enforces."""
        for pod in (found["spec"]["template"]["spec"] for found in objects() if "template" in found.get("spec", {})):
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            for container in pod["containers"]:
                context = container["securityContext"]
                assert context["allowPrivilegeEscalation"] is False
                assert context["readOnlyRootFilesystem"] is True
                assert context["capabilities"] == {"drop": ["ALL"]}

    def test_what_selects_the_portals_pods_selects_them(self):
        [labels] = [
            found["spec"]["template"]["metadata"]["labels"] for found in objects() if found["kind"] == "StatefulSet"
        ]
        services = [found["spec"]["selector"] for found in objects() if found["kind"] == "Service"]
        [budget] = [found["spec"]["selector"] for found in objects() if found["kind"] == "PodDisruptionBudget"]
        assert len(services) == 2
        assert all(selector == labels for selector in (*services, budget["matchLabels"]))

    def test_the_migration_runs_the_same_image(self):
        images = {
            container["image"]
            for found in objects()
            if "template" in found.get("spec", {})
            for container in found["spec"]["template"]["spec"]["containers"]
        }
        assert len(images) == 1


def _portal():
    [portal] = [found for found in objects() if found["kind"] == "StatefulSet"]
    return portal["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
class TestUnits:
    def test_systemd_takes_them(self, path, tmp_path):
        if shutil.which("systemd-analyze") is None:
            pytest.skip("systemd-analyze is not installed: nothing else reads its units.")
        # It looks for the program, which is not installed here where the unit says.
        unit = tmp_path / path.name
        unit.write_text(path.read_text().replace("/opt/relportal/.venv/bin/python", sys.executable))
        name = unit.with_name(unit.name.replace("@.", "@8001."))
        verified = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", name],
            env={"PATH": os.environ["PATH"], "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert verified.returncode == 0, verified.stderr
        assert path.name.partition(".")[0] not in verified.stderr

    def test_it_is_given_no_more_than_it_needs(self, path):
        if shutil.which("systemd-analyze") is None:
            pytest.skip("systemd-analyze is not installed: nothing else reads its units.")
        # Out of 100, where 0 is nothing at all.
        passes("systemd-analyze", "security", "--offline=true", "--threshold=30", path)

    def test_its_settings_are_there(self, path):
        names = {
            word.partition("=")[0]
            for line in re.findall(r"^Environment=(.*)$", path.read_text(), re.MULTILINE)
            for word in line.split()
        }
        assert names <= SETTINGS | OF_PYTHON


def test_the_images_own_settings_are_there():
    image = stages(CONTAINERFILE.read_text())["image"]
    [values] = [instruction.value for instruction in image if instruction.keyword == "ENV"]
    assert {word.partition("=")[0] for word in values.split()} <= SETTINGS | OF_PYTHON


def test_all_yaml_is_looked_at():
    assert set(DEPLOY.rglob("*.yaml")) == {COMPOSE, *MANIFESTS}
    assert all(yaml.safe_load(COMPOSE.read_text())["services"].values())


def test_the_docs_name_settings_that_there_are():
    text = (ROOT / "docs" / "deploy.md").read_text()
    named = {*re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", text), *names_set_in(text)}
    others = {"PIP_INDEX_URL", "NPM_CONFIG_REGISTRY", "COMPOSE_PROFILES"}
    assert len(named) > 10
    assert named - others <= SETTINGS
