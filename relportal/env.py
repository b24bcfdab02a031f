"""The environment, typed: the only module that reads it.

Values come from the process's environment, then from the file that `ENV_FILE` names (default `.env` beside
`manage.py`). Everything missing or bad is named at once, so that a wrong configuration is mended in one go.
"""

import json
import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from releases.phases import Phase, PhaseTable

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_LENGTH = 32
"""Characters that a secret has at least: what HS256 asks of its key (RFC 7518, 3.2)."""


def _as_list(value: Any) -> Any:
    """A JSON list, or names divided by commas: both are common in environments."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError('expected a JSON list, such as ["a", "b"], or names divided by commas') from None
    return [item.strip() for item in value.split(",") if item.strip()]


def _as_object(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('expected a JSON object, such as {"a": "b"}') from None


Names = Annotated[list[str], NoDecode, BeforeValidator(_as_list)]


def _as_names(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _is_private_way(url: str) -> str:
    """Without TLS, whoever is in between could sign in as anybody."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("expected an address that begins with https://, or with http:// on this very machine")
    if not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected the address of an issuer, such as https://id.example.com/realms/staff")
    return url


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _is_file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("no such file")
    return path


# What holds a secret stays out of repr(), which pages for developers and logs show.
SecretText = Annotated[str, Field(min_length=SECRET_LENGTH)]
Secret = Annotated[SecretText, Field(repr=False)]
Private = Annotated[str, Field(repr=False)]
File = Annotated[Path, AfterValidator(_is_file)]
GroupRoles = dict[str, Annotated[list[Annotated[str, Field(min_length=1, max_length=150)]], BeforeValidator(_as_names)]]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Env(BaseSettings):
    """What the environment says. Names, meanings and defaults: README, "Settings"."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    SECRET_KEY: Secret
    JWT_SECRET: Secret
    PREVIOUS_SECRET_KEYS: Annotated[list[SecretText], NoDecode, BeforeValidator(_as_list), Field(repr=False)] = []
    JWT_PREVIOUS_SECRETS: Annotated[list[SecretText], NoDecode, BeforeValidator(_as_list), Field(repr=False)] = []
    JWT_EXPIRE_MINUTES: Annotated[int, Field(ge=1, le=1440)] = 30

    SESSION_IDLE_MINUTES: Annotated[int, Field(ge=1, le=10_080)] = 120
    SESSION_MAX_HOURS: Annotated[int, Field(ge=1, le=720)] = 12
    SIGN_INS_PER_MINUTE: Annotated[int, Field(ge=1, le=10_000)] = 30
    LOCKOUT_FAILURES: Annotated[int, Field(ge=1, le=1000)] = 5
    LOCKOUT_MINUTES: Annotated[int, Field(ge=1, le=1440)] = 15
    SECOND_FACTOR_FOR_STAFF: bool = False

    OIDC_ISSUER: Annotated[str, Field(max_length=255), AfterValidator(_is_private_way)] | None = None
    OIDC_CLIENT_ID: str | None = None
    OIDC_CLIENT_SECRET: Annotated[str | None, Field(repr=False)] = None
    OIDC_NAME: Annotated[str, Field(max_length=60)] = "your company's account"
    OIDC_GROUPS_CLAIM: str = "groups"
    OIDC_GROUP_ROLES: Annotated[GroupRoles, NoDecode, BeforeValidator(_as_object)] = {}

    EMAIL_HOST: str | None = None
    EMAIL_PORT: Annotated[int, Field(ge=1, le=65_535)] = 587
    EMAIL_USER: str = ""
    EMAIL_PASSWORD: Private = ""
    EMAIL_SECURITY: Literal["starttls", "tls", "none"] = "starttls"
    EMAIL_FROM: str = "relportal@localhost"
    EMAIL_DIRECTORY: Path | None = None

    TEMPORAL_HOST: str = "localhost:7233"
    TEMPORAL_NAMESPACE: str = "default"
    TEMPORAL_TLS: bool = False
    TEMPORAL_TLS_CERT: File | None = None
    TEMPORAL_TLS_KEY: File | None = None
    TEMPORAL_TLS_CA: File | None = None
    TEMPORAL_API_KEY: Annotated[str | None, Field(repr=False)] = None
    TEMPORAL_UI_URL: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None

    DATABASE_URL: Private = f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}"
    DATABASE_POOL_SIZE: Annotated[int, Field(ge=1, le=1000)] = 20
    REDIS_URL: Annotated[Annotated[str, Field(pattern=r"^(rediss?|unix)://\S+$")] | None, Field(repr=False)] = None

    API_CORS_ORIGINS: Names = ["http://localhost:3000"]
    ALLOWED_HOSTS: Names = ["localhost", "127.0.0.1", "[::1]"]
    CSRF_TRUSTED_ORIGINS: Names = []
    DEBUG: bool = False
    HTTPS: Annotated[bool, Field(default_factory=lambda known: not known.get("DEBUG", False))]
    PROXIES: Annotated[int, Field(ge=0, le=9)] = 0
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    LOG_FORMAT: Literal["json", "console"] = "json"
    OTEL_EXPORTER_OTLP_ENDPOINT: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    METRICS_TOKEN: Annotated[str | None, Field(min_length=16, repr=False)] = None

    RELEASE_LIST_QUERY: str = 'WorkflowId STARTS_WITH "release:"'
    RELEASE_WORKFLOW_ID_TEMPLATE: str = "{id}"
    RELEASE_STATE_PHASES: Annotated[dict[str, Phase], NoDecode, BeforeValidator(_as_object)] = {}

    QUERY_TIMEOUT_SECONDS: Seconds = 5
    QUERY_CONCURRENCY: Annotated[int, Field(ge=1, le=10_000)] = 100

    REQUESTS_AT_ONCE: Annotated[int, Field(ge=1, le=10_000)] = 200
    SOCKETS_PER_USER: Annotated[int, Field(ge=1, le=30_000)] = 1000
    SOCKETS_MAX: Annotated[int, Field(ge=1, le=30_000)] = 5000

    ACCESS_SPOOL_DIR: Path = BASE_DIR / "var" / "spool"
    ACCESS_RECORD_DAYS: Annotated[int, Field(ge=1, le=36_500)] = 400

    WATCH_LONG_POLLS: Annotated[int, Field(ge=1, le=100_000)] = 500
    WATCH_GRACE_SECONDS: Annotated[float, Field(ge=0, le=3600)] = 30

    @field_validator("JWT_SECRET")
    @classmethod
    def _secrets_differ(cls, value: str, others: ValidationInfo) -> str:
        if value == others.data.get("SECRET_KEY"):
            raise ValueError("must not be the same as SECRET_KEY")
        return value

    @field_validator("JWT_PREVIOUS_SECRETS", "PREVIOUS_SECRET_KEYS")
    @classmethod
    def _previous_secrets_differ(cls, value: list[str], others: ValidationInfo) -> list[str]:
        if {others.data.get("SECRET_KEY"), others.data.get("JWT_SECRET")} & set(value):
            raise ValueError("must hold neither SECRET_KEY nor JWT_SECRET")
        return value

    @field_validator("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    @classmethod
    def _provider_is_whole(cls, value: str | None, others: ValidationInfo) -> str | None:
        # An issuer that is bad itself is not among the others.
        if "OIDC_ISSUER" in others.data and (others.data["OIDC_ISSUER"] is None) != (value is None):
            raise ValueError("give OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or none of them")
        return value

    @field_validator("TEMPORAL_HOST")
    @classmethod
    def _host_has_a_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        is_port = port.isascii() and port.isdigit() and 0 < int(port) < 2**16
        if not host or not is_port or "/" in host or " " in host:
            raise ValueError("expected host:port, such as localhost:7233")
        return value

    @field_validator("TEMPORAL_TLS_KEY")
    @classmethod
    def _client_certificate_is_whole(cls, value: Path | None, others: ValidationInfo) -> Path | None:
        # A certificate that is bad itself is not among the others.
        if "TEMPORAL_TLS_CERT" in others.data and (others.data["TEMPORAL_TLS_CERT"] is None) != (value is None):
            raise ValueError("give both this and TEMPORAL_TLS_CERT, or neither")
        return value

    @field_validator("RELEASE_WORKFLOW_ID_TEMPLATE")
    @classmethod
    def _template_names_the_release(cls, value: str) -> str:
        if value.count("{id}") + value.count("{name}") != 1:
            raise ValueError("expected {id} (release:2025.11-payments) or {name} (2025.11-payments) in it, once")
        return value

    @field_validator("RELEASE_STATE_PHASES")
    @classmethod
    def _states_can_be_read(cls, value: dict[str, Phase]) -> dict[str, Phase]:
        PhaseTable(value)
        return value


class BadEnvironment(ImproperlyConfigured):
    """The environment, or `.env`, is not as it has to be. Its text is for the person who sets it."""


def load() -> Env:
    """The environment's values.

    Raises BadEnvironment, naming every setting that is missing or bad and what was expected of it; never
    with a value in it, since that may be a secret.
    """
    env_file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
    # Only a file that is asked for must be there.
    lines = ["ENV_FILE: no such file"] if os.environ.get("ENV_FILE") and not Path(env_file).is_file() else []
    try:
        env = Env(_env_file=env_file or None)  # type: ignore[call-arg]  # pydantic-settings' own argument
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        # A default that is made of other settings waits for these to be good: nothing is wrong with its own.
        lines += [_sentence(detail) for detail in details if detail["type"] != "default_factory_not_called"]
    if not lines:
        return env
    raise BadEnvironment(
        'The environment does not fit. Set these (see README, "Settings"):\n'
        + "\n".join(f"  - {line}" for line in lines)
    )


def _sentence(detail: Any) -> str:
    name = ".".join(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "missing":
        message = "required"
        if name in ("SECRET_KEY", "JWT_SECRET"):
            message += f", {SECRET_LENGTH} characters at least"
    return f"{name}: {message}"
