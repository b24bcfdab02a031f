"""What is counted where it happens, for Prometheus. What can be looked up is looked up when it is asked for, in
`relportal.metrics`. Labels are taken from fixed sets: never an ID, a person, a host or what a caller wrote.

docs/metrics.md says what each is good for.
"""

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

# A second series for each, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]  # The library has no types for it.

_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

HTTP_REQUESTS = Counter(
    "relportal_http_requests", "Requests answered, by method, route and status.", ("method", "route", "status")
)
HTTP_SECONDS = Histogram(
    "relportal_http_request_duration_seconds",
    "From a request to its answer, or to the beginning of one that is sent in parts.",
    ("method", "route"),
    buckets=_QUICK,
)
HTTP_IN_PROGRESS = Gauge("relportal_http_requests_in_progress", "Requests that are being answered.")

SIGN_INS = Counter("relportal_sign_ins", "Tries to sign in, by way and outcome.", ("way", "outcome"))

TEMPORAL_CALLS = Counter("relportal_temporal_calls", "Calls of Temporal, by verb and outcome.", ("verb", "outcome"))
TEMPORAL_SECONDS = Histogram(
    "relportal_temporal_call_duration_seconds",
    "Calls of Temporal, retries among them; long-polls, which wait for something to happen, are not.",
    ("verb",),
    buckets=_QUICK,
)

TREE_VERSIONS = Counter("relportal_tree_versions", "Versions of live trees made: the first, and each change.")

PEER_MESSAGES = Counter("relportal_peer_messages", "Messages between processes: sent, heard, dropped.", ("outcome",))

SOCKETS = Gauge("relportal_sockets", "WebSockets open, from their handshake on, by kind.", ("kind",))
SOCKETS_CLOSED = Counter("relportal_sockets_closed", "WebSockets closed, by kind and close code.", ("kind", "code"))
PUSH_LAG = Histogram(
    "relportal_push_lag_seconds",
    "From a workflow's event, when it is told of, to the change of its release handed to one WebSocket.",
    buckets=_QUICK,
)

_CLOSE_CODES = frozenset({1000, 1001, 1002, 1005, 1006, 1009, 1011, 1012, 1013, 4400, 4401, 4403, 4404})


def close_code(code: int | None) -> str:
    """The code as a label: clients may close with any of four thousand."""
    return str(code) if code in _CLOSE_CODES else "none" if code is None else "other"
