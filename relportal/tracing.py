"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT names who collects them: a span for each request, and in
it one for each call of Temporal. The SDK's other OTEL_… variables of the environment hold as it documents them.
"""

import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from releases import spans
from relportal.metrics import method_of, route_of

EXPORT_SECONDS = 2
"""For one batch. A collector that takes longer loses it: readers never wait for one."""

CLOSE_SECONDS = 2.0

SAID_SECONDS = 60.0
"""How often the log says that the collector does not take what it is sent."""

_provider: Any = None


def start(endpoint: str | None) -> None:
    """Send the spans of this process to the endpoint, by OTLP over HTTP with protobuf, in the background."""
    if endpoint is None:
        return
    # Half a second to import, which only those pay who trace.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    global _provider  # noqa: PLW0603  # One for the process.
    seldom = _Seldom()
    for name in ("exporter.otlp.proto.http.trace_exporter", "sdk._shared_internal"):
        logging.getLogger(f"opentelemetry.{name}").addFilter(seldom)
    # The environment's OTEL_SERVICE_NAME wins.
    resource = Resource({SERVICE_NAME: "relportal"}).merge(OTELResourceDetector().detect())
    _provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    spans.trace_by(_provider.get_tracer("relportal"))


def close() -> None:
    """Send what is left, and wait for that no longer than CLOSE_SECONDS."""
    if _provider is not None:
        spans.trace_by(None)
        ending = threading.Thread(target=_provider.shutdown, name="end traces", daemon=True)
        ending.start()
        ending.join(CLOSE_SECONDS)


class _Seldom(logging.Filter):
    """Lets a line pass once in a while: a collector that is away is told of with each batch."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        now = monotonic()
        if now < self._next:
            return False
        self._next = now + SAID_SECONDS
        return True


class TracingMiddleware:
    """A span for each request, in the trace of whoever asks where they name one (`traceparent`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._propagator = TraceContextTextMapPropagator()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        told = {name: request.headers[name] for name in self._propagator.fields if name in request.headers}
        context = self._propagator.extract(told)
        method = method_of(request)
        with spans.span(method, kind="SERVER", context=context) as span:
            response = self.get_response(request)
            if span is not None:
                # Known only now: the address has been looked up meanwhile.
                route = route_of(request)
                span.update_name(f"{method} {route}")
                span.set_attributes(
                    {
                        "http.request.method": method,
                        "http.route": route,
                        "http.response.status_code": response.status_code,
                        "relportal.request_id": request.META.get("HTTP_X_REQUEST_ID", ""),
                    }
                )
        return response
