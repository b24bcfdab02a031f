"""What the demo makes of its environment."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from releases.demo.kept_secrets import kept_secrets
from releases.demo.options import DemoError, check_ports, portal_environment, read_options
from relportal.env import Env


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def _environment(**environ: str) -> dict[str, str]:
    secrets = {"SECRET_KEY": "s" * 32, "JWT_SECRET": "j" * 32}
    return portal_environment(read_options(environ), secrets, Path("db.sqlite3"), environ, Env.model_fields)


def test_ports_are_those_of_the_readme_unless_the_environment_says_otherwise() -> None:
    assert read_options({}).ports == {"PORT": 8000, "TEMPORAL_PORT": 7233, "TEMPORAL_UI_PORT": 8233}
    assert read_options({"PORT": "9000"}).ports["PORT"] == 9000


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80.5", "٨"])
def test_what_is_no_port_is_named_with_the_setting_that_holds_it(text: str) -> None:
    with pytest.raises(DemoError, match=r"^TEMPORAL_PORT is "):
        read_options({"TEMPORAL_PORT": text})


def test_a_taken_port_gives_one_sentence_with_the_way_out(taken_port: int) -> None:
    with pytest.raises(DemoError) as raised:
        check_ports(read_options({"PORT": str(taken_port)}))
    way_out = f"PORT={taken_port + 10} make demo"
    assert str(raised.value) == (
        f"Port {taken_port} is taken by another program; end that, or choose another port: {way_out}"
    )


def test_a_port_meant_for_two_things_is_named() -> None:
    with pytest.raises(DemoError, match=r"^PORT and TEMPORAL_PORT are both 7233"):
        check_ports(read_options({"PORT": "7233"}))


def test_the_settings_of_another_portal_stay_out() -> None:
    theirs = {name: "theirs" for name in Env.model_fields if not name.startswith(("TEMPORAL_", "LOG_"))}
    environment = _environment(**theirs, PATH="/usr/bin")
    assert "theirs" not in environment.values()
    assert environment["PATH"] == "/usr/bin"
    assert environment["ENV_FILE"] == ""


def test_the_demos_own_temporal_server_is_used_unless_one_is_given() -> None:
    own = _environment(TEMPORAL_PORT="7300", TEMPORAL_UI_PORT="8300", TEMPORAL_API_KEY="of another server")
    assert (own["TEMPORAL_HOST"], own["TEMPORAL_UI_URL"]) == ("127.0.0.1:7300", "http://127.0.0.1:8300")
    assert "TEMPORAL_API_KEY" not in own
    given = _environment(TEMPORAL_HOST="temporal.example:7233", TEMPORAL_NAMESPACE="releases", TEMPORAL_API_KEY="key")
    assert (given["TEMPORAL_HOST"], given["TEMPORAL_NAMESPACE"]) == ("temporal.example:7233", "releases")
    assert given["TEMPORAL_API_KEY"] == "key"
    assert read_options({"TEMPORAL_HOST": "temporal.example:7233"}).ports.keys() == {"PORT"}


def test_secrets_are_kept_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "demo" / "secrets.json"
    made = kept_secrets(path)
    assert made == kept_secrets(path)
    assert made.keys() == {"SECRET_KEY", "JWT_SECRET", "DEMO_PASSWORD"}
    assert len(set(made.values())) == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "[]", '{"SECRET_KEY": "half"'])
def test_a_damaged_file_of_secrets_is_made_anew(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(content)
    assert kept_secrets(path) == kept_secrets(path) != {}
