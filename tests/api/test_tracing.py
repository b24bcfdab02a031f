"""Traces as a collector gets them: a real server, and a collector of a few lines."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.live_server import VIEWER, live_server

APPLICATION = "tests.record.portal:application"
RELEASE = "/api/releases/release:payments-1/"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


class Collector:
    """What was sent, span by span. `answers` is the status it answers with; it may not answer at all."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.spans: list[Any] = []
        self.services: set[str] = set()
        self.answers = 200
        self.may_answer = threading.Event()
        self.may_answer.set()

    def take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            self.services |= {a.value.string_value for a in resource.resource.attributes if a.key == "service.name"}
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


def told(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


@pytest.fixture
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.take(self.rfile.read(int(self.headers["Content-Length"])))
            made.may_answer.wait(60)
            self.send_response(made.answers)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Collector(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield made
    made.may_answer.set()
    server.shutdown()
    server.server_close()


def test_a_request_is_a_span_in_its_callers_trace_and_holds_those_of_temporal(
    collector: Collector, tmp_path: Path, portal_database: Path
) -> None:
    values: dict[str, Any] = {"application": APPLICATION, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    with live_server(tmp_path, portal_database, **values) as portal:
        token = portal.token(VIEWER)
        headers = {"Authorization": f"Bearer {token}", "traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-ID": "mine"}
        assert portal.request("GET", RELEASE, headers=headers).status == 200
    # It ends with sending what is left.
    [request] = collector.named("GET /api/releases/<str:release_id>/")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    assert told(request) == {
        "http.request.method": "GET",
        "http.route": "/api/releases/<str:release_id>/",
        "http.response.status_code": 200,
        "relportal.request_id": "mine",
    }
    queries = [span for span in collector.named("temporal query") if span.trace_id.hex() == TRACE]
    assert queries
    for span in queries:
        assert span.parent_span_id == request.span_id
        assert told(span)["workflow_id"] == "release:payments-1"
        assert told(span)["relportal.outcome"] == "ok"
    assert collector.services == {"relportal"}
    lines = [event for event in portal.events() if event.get("request_id") == "mine"]
    assert {line.get("trace_id") for line in lines if line["event"] == "release_access"} == {TRACE}


@pytest.mark.parametrize("fault", ["refuses", "hangs", "is not there"])
def test_a_collector_that_does_not_take_them_holds_nobody_up(
    collector: Collector, tmp_path: Path, portal_database: Path, fault: str
) -> None:
    collector.answers = 503
    if fault == "hangs":
        collector.may_answer.clear()
    url = "http://127.0.0.1:1" if fault == "is not there" else collector.url
    values: dict[str, Any] = {
        "application": APPLICATION,
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }
    with live_server(tmp_path, portal_database, **values) as portal:
        token = portal.token(VIEWER)
        for _ in range(50):
            assert portal.get(RELEASE, token=token).status == 200
    about = [event for event in portal.events() if event["logger"].startswith("opentelemetry")]
    assert len(about) <= 1


def test_without_a_collector_nothing_of_it_is_loaded(tmp_path: Path, portal_database: Path) -> None:
    with live_server(tmp_path, portal_database, application="tests.api.loaded:application") as portal:
        assert portal.get("/loaded/opentelemetry").content == b"[]"
