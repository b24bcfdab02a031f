"""Spans of OpenTelemetry around what takes time. Nothing of it is imported, and a span costs nothing, until
`trace_by` is given a tracer: `relportal.tracing` does, where there is somebody to send traces to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_tracer: Any = None


def trace_by(tracer: Any) -> None:
    """An `opentelemetry.trace.Tracer`; None for no more spans."""
    global _tracer  # noqa: PLW0603  # One for the process, as the log is.
    _tracer = tracer


@contextmanager
def span(name: str, *, kind: str = "INTERNAL", context: Any = None, **attributes: str | int) -> Iterator[Any]:
    """A span as long as the block, within the one around it or in the context given: OpenTelemetry's own, to which
    attributes can be added; None where nobody traces. `kind` is the name of a SpanKind.

    Errors are told by attributes alone: their texts may hold addresses and payloads.
    """
    if _tracer is None:
        yield None
        return
    from opentelemetry.trace import SpanKind

    with _tracer.start_as_current_span(
        name,
        context,
        SpanKind[kind],
        attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        yield current


def ids_now() -> dict[str, str]:
    """`trace_id` and `span_id` of the span around, as W3C writes them, for a line in the log."""
    if _tracer is None:
        return {}
    from opentelemetry.trace import format_span_id, format_trace_id, get_current_span

    context = get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {"trace_id": format_trace_id(context.trace_id), "span_id": format_span_id(context.span_id)}
