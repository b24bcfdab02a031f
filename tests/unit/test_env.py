"""The environment: what it may say, and what is said where it does not fit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from releases.phases import Phase
from relportal import env
from relportal.env import Env

SECRET_KEY = "a-secret-of-sessions-that-nobody-knows"
JWT_SECRET = "a-secret-of-tokens-that-nobody-knows"

Given = Callable[..., None]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """Make the environment these settings, beside good secrets, and nothing else; None takes one away."""
    for name in Env.model_fields:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENV_FILE", "")
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("JWT_SECRET", JWT_SECRET)

    def make(**settings: str | None) -> None:
        for name, value in settings.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)

    return make


def refusal() -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        env.load()
    return str(refused.value)


def named_in(sentences: str) -> list[str]:
    return [line.removeprefix("  - ").partition(":")[0] for line in sentences.splitlines() if line.startswith("  - ")]


def test_secrets_alone_are_enough(given: Given) -> None:
    loaded = env.load()

    assert (loaded.SECRET_KEY, loaded.JWT_SECRET) == (SECRET_KEY, JWT_SECRET)
    assert loaded.TEMPORAL_HOST == "localhost:7233"
    assert loaded.TEMPORAL_NAMESPACE == "default"
    assert loaded.DATABASE_URL.startswith("sqlite:///")
    assert loaded.REDIS_URL is None
    assert loaded.API_CORS_ORIGINS == ["http://localhost:3000"]
    assert loaded.DEBUG is False
    assert (loaded.LOG_LEVEL, loaded.LOG_FORMAT) == ("INFO", "json")
    assert loaded.RELEASE_LIST_QUERY == 'WorkflowId STARTS_WITH "release:"'
    assert loaded.RELEASE_WORKFLOW_ID_TEMPLATE == "{id}"
    assert (loaded.QUERY_TIMEOUT_SECONDS, loaded.QUERY_CONCURRENCY) == (5, 100)
    assert loaded.JWT_EXPIRE_MINUTES == 30


def test_every_setting_that_is_missing_or_bad_is_named_at_once(given: Given, tmp_path: Path) -> None:
    given(
        ENV_FILE=str(tmp_path / "none.env"),
        SECRET_KEY=None,
        JWT_SECRET="short",
        JWT_PREVIOUS_SECRETS="short",
        JWT_EXPIRE_MINUTES="0",
        SESSION_IDLE_MINUTES="0",
        SESSION_MAX_HOURS="0",
        LOCKOUT_FAILURES="0",
        LOCKOUT_MINUTES="never",
        TEMPORAL_HOST="localhost",
        TEMPORAL_TLS="perhaps",
        TEMPORAL_TLS_KEY=str(tmp_path / "none.key"),
        TEMPORAL_TLS_CA=str(tmp_path),
        TEMPORAL_UI_URL="temporal.example.com",
        API_CORS_ORIGINS='["http://localhost:3000"',
        DEBUG="sometimes",
        LOG_LEVEL="LOUD",
        LOG_FORMAT="xml",
        RELEASE_WORKFLOW_ID_TEMPLATE="deploy",
        RELEASE_STATE_PHASES='{"baking": "busy"}',
        QUERY_TIMEOUT_SECONDS="-1",
        QUERY_CONCURRENCY="many",
    )

    assert sorted(named_in(refusal())) == sorted(
        [
            "ENV_FILE",
            "SECRET_KEY",
            "JWT_SECRET",
            "JWT_PREVIOUS_SECRETS.0",
            "JWT_EXPIRE_MINUTES",
            "SESSION_IDLE_MINUTES",
            "SESSION_MAX_HOURS",
            "LOCKOUT_FAILURES",
            "LOCKOUT_MINUTES",
            "TEMPORAL_HOST",
            "TEMPORAL_TLS",
            "TEMPORAL_TLS_KEY",
            "TEMPORAL_TLS_CA",
            "TEMPORAL_UI_URL",
            "API_CORS_ORIGINS",
            "DEBUG",
            "LOG_LEVEL",
            "LOG_FORMAT",
            "RELEASE_WORKFLOW_ID_TEMPLATE",
            "RELEASE_STATE_PHASES.baking",
            "QUERY_TIMEOUT_SECONDS",
            "QUERY_CONCURRENCY",
        ]
    )


def test_missing_secrets_are_told_with_their_length(given: Given) -> None:
    given(SECRET_KEY=None, JWT_SECRET="")

    sentences = refusal()

    assert "  - SECRET_KEY: required, 32 characters at least" in sentences
    assert "  - JWT_SECRET: required, 32 characters at least" in sentences
    assert "README" in sentences


def test_one_secret_is_not_the_other_and_that_is_told_beside_all_else(given: Given) -> None:
    given(SECRET_KEY=JWT_SECRET, DEBUG="sometimes")

    assert named_in(refusal()) == ["JWT_SECRET", "DEBUG"]


@pytest.mark.parametrize("also", [SECRET_KEY, JWT_SECRET])
def test_a_previous_secret_is_neither_of_those_in_use(given: Given, also: str) -> None:
    given(JWT_PREVIOUS_SECRETS=f"{'p' * 40},{also}")

    assert named_in(refusal()) == ["JWT_PREVIOUS_SECRETS"]


def test_no_value_stands_in_a_refusal(given: Given) -> None:
    given(
        SECRET_KEY="hunter2",
        JWT_SECRET="hunter2",
        JWT_PREVIOUS_SECRETS="hunter2",
        JWT_EXPIRE_MINUTES="hunter2",
        TEMPORAL_HOST="hunter2",
        TEMPORAL_TLS_KEY="hunter2",
        TEMPORAL_UI_URL="hunter2",
        API_CORS_ORIGINS="[hunter2",
        DEBUG="hunter2",
        LOG_LEVEL="hunter2",
        RELEASE_WORKFLOW_ID_TEMPLATE="hunter2",
        RELEASE_STATE_PHASES="hunter2",
        QUERY_CONCURRENCY="hunter2",
    )

    assert "hunter2" not in refusal()


def test_a_traceback_of_a_refusal_shows_no_value(given: Given) -> None:
    given(SECRET_KEY="hunter2")

    with pytest.raises(ImproperlyConfigured) as refused:
        env.load()

    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_secrets_are_not_shown_where_the_environment_is_printed(given: Given) -> None:
    given(
        TEMPORAL_API_KEY="hunter2",
        DATABASE_URL="postgres://portal:hunter2@db/portal",
        REDIS_URL="redis://:hunter2@cache",
    )

    loaded = env.load()

    assert loaded.TEMPORAL_API_KEY == "hunter2"
    for shown in (repr(loaded), str(loaded)):
        assert "hunter2" not in shown
        assert "a-secret-of" not in shown
        assert "QUERY_TIMEOUT_SECONDS" in shown


@pytest.mark.parametrize(
    "host", ["localhost", ":7233", "localhost:", "localhost:http", "http://localhost:7233", "localhost:70000", "a b:1"]
)
def test_a_host_is_a_host_and_a_port(given: Given, host: str) -> None:
    given(TEMPORAL_HOST=host)

    assert "TEMPORAL_HOST: expected host:port" in refusal()


@pytest.mark.parametrize("host", ["localhost:7233", "[::1]:7233", "temporal.example.com:443"])
def test_hosts_of_every_kind_are_good(given: Given, host: str) -> None:
    given(TEMPORAL_HOST=host)

    assert host == env.load().TEMPORAL_HOST


@pytest.mark.parametrize("alone", ["TEMPORAL_TLS_CERT", "TEMPORAL_TLS_KEY"])
def test_a_client_certificate_goes_with_its_key(given: Given, tmp_path: Path, alone: str) -> None:
    (tmp_path / "file.pem").write_text("")
    given(**{alone: str(tmp_path / "file.pem")})

    assert "TEMPORAL_TLS_KEY: give both this and TEMPORAL_TLS_CERT" in refusal()


def test_a_client_certificate_with_its_key_is_good(given: Given, tmp_path: Path) -> None:
    (tmp_path / "file.pem").write_text("")
    given(TEMPORAL_TLS_CERT=str(tmp_path / "file.pem"), TEMPORAL_TLS_KEY=str(tmp_path / "file.pem"))

    loaded = env.load()

    assert tmp_path / "file.pem" == loaded.TEMPORAL_TLS_CERT


def test_a_certificate_that_is_not_there_is_told_once(given: Given, tmp_path: Path) -> None:
    given(TEMPORAL_TLS_CERT=str(tmp_path / "none"))

    assert named_in(refusal()) == ["TEMPORAL_TLS_CERT"]


@pytest.mark.parametrize("template", ["", "deploy", "{id}{id}", "{id}-{name}"])
def test_a_template_names_the_release_once(given: Given, template: str) -> None:
    given(RELEASE_WORKFLOW_ID_TEMPLATE=template)

    if template:
        assert named_in(refusal()) == ["RELEASE_WORKFLOW_ID_TEMPLATE"]
    else:
        assert env.load().RELEASE_WORKFLOW_ID_TEMPLATE == "{id}"  # Empty is as good as not set.


@pytest.mark.parametrize(
    "phases", ["[]", "7", "baking=active", '{"baking": null}', '{"service:baking": "active"}', "{"]
)
def test_phases_are_a_json_object_of_states(given: Given, phases: str) -> None:
    given(RELEASE_STATE_PHASES=phases)

    assert "RELEASE_STATE_PHASES" in refusal()


def test_phases_are_read(given: Given) -> None:
    given(RELEASE_STATE_PHASES='{"baking": "active", "app:running": "active"}')

    assert env.load().RELEASE_STATE_PHASES == {"baking": Phase.ACTIVE, "app:running": Phase.ACTIVE}


@pytest.mark.parametrize("names", ['["a.example.com", "b.example.com"]', "a.example.com, b.example.com,"])
def test_lists_are_json_or_divided_by_commas(given: Given, names: str) -> None:
    given(ALLOWED_HOSTS=names)

    assert env.load().ALLOWED_HOSTS == ["a.example.com", "b.example.com"]


def test_a_file_of_settings_is_read_and_the_environment_wins(given: Given, tmp_path: Path) -> None:
    file = tmp_path / "portal.env"
    file.write_text(f"SECRET_KEY={'f' * 40}\nTEMPORAL_NAMESPACE='releases'\nQUERY_CONCURRENCY=7\nUNKNOWN_TO_US=1\n")
    given(ENV_FILE=str(file), SECRET_KEY=None, QUERY_CONCURRENCY="9")

    loaded = env.load()

    assert (loaded.SECRET_KEY, loaded.TEMPORAL_NAMESPACE, loaded.QUERY_CONCURRENCY) == ("f" * 40, "releases", 9)


def test_the_file_beside_manage_py_is_read_unless_another_is_named(
    given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "BASE_DIR", tmp_path)
    given(ENV_FILE=None)
    assert env.load().TEMPORAL_NAMESPACE == "default"

    (tmp_path / ".env").write_text("TEMPORAL_NAMESPACE=beside\n")
    assert env.load().TEMPORAL_NAMESPACE == "beside"

    given(ENV_FILE="")
    assert env.load().TEMPORAL_NAMESPACE == "default"


def test_a_file_that_is_named_but_not_there_is_told(given: Given, tmp_path: Path) -> None:
    given(ENV_FILE=str(tmp_path / "none.env"))

    assert named_in(refusal()) == ["ENV_FILE"]


OIDC = {
    "OIDC_ISSUER": "https://id.example.com/realms/staff",
    "OIDC_CLIENT_ID": "relportal",
    "OIDC_CLIENT_SECRET": "shh",
}


def test_a_provider_of_openid_connect_is_whole_or_none(given: Given) -> None:
    given(**OIDC)
    assert env.load().OIDC_CLIENT_ID == "relportal"
    for left_out in OIDC:
        given(**{**OIDC, left_out: None})
        assert set(named_in(refusal())) <= OIDC.keys()
        assert "or none of them" in refusal()


@pytest.mark.parametrize("issuer", ["http://localhost:8080/realms/staff", "http://127.0.0.1:1", "http://[::1]:1"])
def test_an_issuer_on_this_machine_needs_no_tls(given: Given, issuer: str) -> None:
    given(**{**OIDC, "OIDC_ISSUER": issuer})
    assert env.load().OIDC_ISSUER is not None


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example.com",
        "id.example.com",
        "https://",
        "https://id.example.com/?a=b",
        "ftp://127.0.0.1",
        "https://[x",
    ],
)
def test_any_other_does(given: Given, issuer: str) -> None:
    given(**{**OIDC, "OIDC_ISSUER": issuer})
    assert named_in(refusal()) == ["OIDC_ISSUER"]
    assert "shh" not in refusal()


def test_a_group_gives_one_role_or_several(given: Given) -> None:
    given(OIDC_GROUP_ROLES='{"sre": "Viewers", "leads": ["Viewers", "Payments"]}')
    assert env.load().OIDC_GROUP_ROLES == {"sre": ["Viewers"], "leads": ["Viewers", "Payments"]}


@pytest.mark.parametrize("roles", ["sre=Viewers", "[]", '{"sre": 1}', '{"sre": [""]}', '{"sre": null}'])
def test_a_mapping_of_another_kind_is_refused(given: Given, roles: str) -> None:
    given(OIDC_GROUP_ROLES=roles)
    assert {name.split(".")[0] for name in named_in(refusal())} == {"OIDC_GROUP_ROLES"}
