"""The environment, typed: the only module that reads it.

Values come from the process's environment, then from the file that `ENV_FILE` names (default `.env` beside
`manage.py`). Everything missing or bad is named at once, so that a wrong configuration is mended in one go.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from django.core.exceptions import ImproperlyConfigured
from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
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
        raise ValueError('expected a JSON object, such as {"baking": "active"}') from None


Names = Annotated[list[str], NoDecode, BeforeValidator(_as_list)]
Secret = Annotated[str, Field(min_length=SECRET_LENGTH)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Env(BaseSettings):
    """What the environment says. Names, meanings and defaults: README, "Settings"."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    SECRET_KEY: Secret
    JWT_SECRET: Secret
    JWT_EXPIRE_MINUTES: Annotated[int, Field(ge=1, le=1440)] = 30

    TEMPORAL_HOST: str = "localhost:7233"
    TEMPORAL_NAMESPACE: str = "default"
    TEMPORAL_TLS: bool = False
    TEMPORAL_TLS_CERT: Path | None = None
    TEMPORAL_TLS_KEY: Path | None = None
    TEMPORAL_TLS_CA: Path | None = None
    TEMPORAL_API_KEY: str | None = None
    TEMPORAL_UI_URL: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None

    DATABASE_URL: str = f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}"
    REDIS_URL: str | None = None

    API_CORS_ORIGINS: Names = ["http://localhost:3000"]
    ALLOWED_HOSTS: Names = ["localhost", "127.0.0.1", "[::1]"]
    CSRF_TRUSTED_ORIGINS: Names = []
    DEBUG: bool = False
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    LOG_FORMAT: Literal["json", "console"] = "json"

    RELEASE_LIST_QUERY: str = 'WorkflowId STARTS_WITH "release:"'
    RELEASE_WORKFLOW_ID_TEMPLATE: str = "{id}"
    RELEASE_STATE_PHASES: Annotated[dict[str, Phase], NoDecode, BeforeValidator(_as_object)] = {}

    QUERY_TIMEOUT_SECONDS: Seconds = 5
    QUERY_CONCURRENCY: Annotated[int, Field(ge=1, le=10_000)] = 100

    @field_validator("TEMPORAL_HOST")
    @classmethod
    def _host_has_a_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError("expected host:port, such as localhost:7233")
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

    @model_validator(mode="after")
    def _secrets_differ(self) -> Self:
        if self.SECRET_KEY == self.JWT_SECRET:
            raise ValueError("JWT_SECRET: must not be the same as SECRET_KEY")
        return self

    @model_validator(mode="after")
    def _client_certificate_is_whole(self) -> Self:
        if (self.TEMPORAL_TLS_CERT is None) != (self.TEMPORAL_TLS_KEY is None):
            raise ValueError("TEMPORAL_TLS_CERT, TEMPORAL_TLS_KEY: give both or neither")
        for name in ("TEMPORAL_TLS_CERT", "TEMPORAL_TLS_KEY", "TEMPORAL_TLS_CA"):
            path = getattr(self, name)
            if path is not None and not path.is_file():
                raise ValueError(f"{name}: no such file")
        return self


def load() -> Env:
    """The environment's values.

    Raises ImproperlyConfigured, naming every setting that is missing or bad and what was expected of it; never
    with a value in it, since that may be a secret.
    """
    env_file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
    try:
        return Env(_env_file=env_file or None)  # type: ignore[call-arg]  # pydantic-settings' own argument
    except ValidationError as error:
        lines = [_sentence(detail) for detail in error.errors(include_input=False, include_url=False)]
    raise ImproperlyConfigured(
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
    return f"{name}: {message}" if name else message
