"""Logs: one JSON object a line (or coloured text, LOG_FORMAT=console), with the request's ID in each.

Event names are snake_case words with fields, never formatted sentences. Records of the standard library (Django,
daphne, temporalio) go through the same formatter.
"""

from collections.abc import MutableMapping
from typing import Any

import structlog

from releases import spans


def _without_sign_in_codes(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What an OpenID provider sends browsers back with signs somebody in: it is not to be read here."""
    request = event.get("request")
    if isinstance(request, str) and "/oidc/callback/" in request:
        event["request"] = request.partition("?")[0]
    return event


def _without_scrapes(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Figures are asked for four times a minute and more: no line for each."""
    is_of_request = event.get("event") in ("request_started", "request_finished")
    if is_of_request and event.get("request") in ("GET /metrics", "HEAD /metrics"):
        raise structlog.DropEvent
    return event


def _with_trace(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.update(spans.ids_now())
    return event


_SHARED: list[Any] = [
    _with_trace,
    _without_sign_in_codes,
    _without_scrapes,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]

# Without the frames' variables, which hold passwords, tokens and payloads.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def configure(level: str, log_format: str) -> dict[str, Any]:
    """Configure structlog, and return the LOGGING setting that goes with it."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    rendering: list[Any] = (
        [_TRACEBACKS, structlog.processors.JSONRenderer()]
        if log_format == "json"
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "relportal": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *rendering,
                ],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "relportal"},
            # A logger without any handler writes to stderr, in no format.
            "none": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            # Each request is logged once, as request_finished; these would say it again.
            "django.server": {"handlers": ["none"], "propagate": False},
            "django.request": {"handlers": ["none"], "propagate": False},
            # With a traceback, for whatever anybody writes into a header. `pages.bad_request` tells of it in a line.
            "django.security.DisallowedHost": {"handlers": ["none"], "propagate": False},
            "django.channels.server": {"handlers": ["none"], "propagate": False},
            "daphne": {"level": "WARNING"},
        },
    }
