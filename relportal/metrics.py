"""GET /metrics: this process in figures, in Prometheus' format, or OpenMetrics' where that is asked for.

What is counted where it happens is in `releases.measures`; what can be looked up is looked up here, as it is asked
for, in memory and in the spool's directory alone: neither the database nor Temporal is asked.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from hmac import compare_digest
from ipaddress import ip_address
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from releases import problems, recording, services
from releases.measures import HTTP_IN_PROGRESS, HTTP_REQUESTS, HTTP_SECONDS
from relportal import pages

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_FORWARDING = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA")


class MetricsMiddleware:
    """Counts requests and takes their time. It stands first, so that what others refuse is counted as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        with HTTP_IN_PROGRESS.track_inprogress():
            response = self.get_response(request)
        method, route = method_of(request), route_of(request)
        HTTP_REQUESTS.labels(method, route, str(response.status_code)).inc()
        HTTP_SECONDS.labels(method, route).observe(perf_counter() - began)
        return response


def method_of(request: HttpRequest) -> str:
    """One that HTTP knows, or `other`."""
    return request.method if request.method in _METHODS else "other"


def route_of(request: HttpRequest) -> str:
    """The template of the address, or the name of what answers where the template is an expression; `none` for static
    files, and for what was refused before it was looked at."""
    match: ResolverMatch | None = request.resolver_match
    if match is None:
        return "none"
    return match.view_name if "^" in match.route or "(?P" in match.route else f"/{match.route}"


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Without METRICS_TOKEN, for this very machine alone, and as if it were not there for others."""
    token: str | None = settings.RELPORTAL.METRICS_TOKEN
    if token is None and not _is_of_this_machine(request):
        return pages.refusal(request, problems.NOT_FOUND)
    if token is not None and not _has(request, token):
        refused = HttpResponse("METRICS_TOKEN is wanted, as a bearer token.\n", status=401, content_type="text/plain")
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(REGISTRY), content_type=content_type)


def _has(request: HttpRequest, token: str) -> bool:
    way, _, given = request.headers.get("Authorization", "").partition(" ")
    return way.lower() == "bearer" and compare_digest(given.strip().encode(errors="replace"), token.encode())


def _is_of_this_machine(request: HttpRequest) -> bool:
    """A proxy on this machine asks for others: they are not of it."""
    if settings.RELPORTAL.PROXIES or any(request.META.get(name) for name in _FORWARDING):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class StateCollector(Collector):
    """What stands somewhere already."""

    def describe(self) -> Iterable[Metric]:
        return ()  # Or it would be asked for all at the start, before Django's apps are ready.

    def collect(self) -> Iterable[Metric]:
        yield from _of_sources()
        yield from _of_record()


def _of_sources() -> Iterable[Metric]:
    sources = services.known_sources()
    trees = GaugeMetricFamily(
        "relportal_live_trees", "Releases watched, each with its tree, by freshness.", labels=["freshness"]
    )
    for freshness in ("live", "polled", "stale", "unread"):
        trees.add_metric([freshness], sum(source.trees.by_freshness()[freshness] for source in sources))
    yield trees
    watches = sum(source.trees.watches for source in sources)
    yield GaugeMetricFamily("relportal_watches", "Releases that this process watches.", value=watches)
    waiting = sum(source.long_polls.waiting for source in sources)
    yield GaugeMetricFamily("relportal_long_polls_waiting", "Long-polls of histories that wait.", value=waiting)
    limit = settings.RELPORTAL.WATCH_LONG_POLLS
    yield GaugeMetricFamily("relportal_long_polls_limit", "How many may: WATCH_LONG_POLLS.", value=limit)
    queued = sum(source.counter.waiting for source in sources)
    yield GaugeMetricFamily("relportal_reads_queued", "Releases that wait to be read for counts.", value=queued)


def _of_record() -> Iterable[Metric]:
    recorder = recording.recorder()
    for name, text, value in (
        ("spooled", "Accesses written to the spool.", recorder.spooled),
        ("saved", "Accesses saved in the database.", recorder.saved),
        ("lost", "Accesses of which nothing but the line in the log remains.", recorder.lost),
    ):
        yield CounterMetricFamily(f"relportal_access_records_{name}", text, value=value)
    yield GaugeMetricFamily("relportal_access_records_queued", "Accesses that wait for disk.", value=recorder.queued)
    with suppress(OSError):
        held = recorder.spool_held()
        yield GaugeMetricFamily("relportal_access_spool_bytes", "What waits in the spool.", value=held.bytes)
        yield GaugeMetricFamily(
            "relportal_access_spool_oldest_seconds", "Age of the oldest file that waits.", value=held.oldest_seconds
        )


REGISTRY.register(StateCollector())
