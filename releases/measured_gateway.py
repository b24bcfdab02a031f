"""A gateway around another that counts its calls, takes their time and traces them: the real one and a fake alike."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from releases import errors
from releases.domain import HistoryPage, Run
from releases.gateway import Gateway
from releases.measures import TEMPORAL_CALLS, TEMPORAL_SECONDS
from releases.spans import span

_OUTCOMES: tuple[tuple[type[BaseException], str], ...] = (
    (errors.NotFound, "workflow_not_found"),
    (errors.LongPollRefused, "long_poll_refused"),
    (errors.NamespaceNotFound, "namespace_not_found"),
    (errors.CredentialsRefused, "credentials_refused"),
    (errors.CallRefused, "call_refused"),
    (errors.ServerBusy, "server_busy"),
    (errors.TemporalUnavailable, "temporal_unavailable"),
    (errors.WorkerUnavailable, "worker_unavailable"),
    (errors.QueryTimeout, "query_timeout"),
    (errors.QueryFailed, "query_failed"),
    # The caller's own time was over, or nobody wanted the answer any more.
    (asyncio.CancelledError, "cancelled"),
)
"""The narrower before the wider."""

LONG_POLL = "long_poll"


class MeasuredGateway:
    def __init__(self, inner: Gateway) -> None:
        self._inner = inner

    async def describe(self, workflow_id: str) -> Run:
        with _measured("describe", workflow_id=workflow_id):
            return await self._inner.describe(workflow_id)

    async def query(self, workflow_id: str, name: str, argument: str | None = None) -> Any:
        with _measured("query", workflow_id=workflow_id, query=name):
            return await self._inner.query(workflow_id, name, argument)

    async def offered_queries(self, workflow_id: str) -> frozenset[str] | None:
        with _measured("offered_queries", workflow_id=workflow_id):
            return await self._inner.offered_queries(workflow_id)

    async def list_runs(self, query: str, page_token: bytes = b"") -> tuple[list[Run], bytes]:
        with _measured("list"):
            return await self._inner.list_runs(query, page_token)

    async def history(self, workflow_id: str, token: bytes = b"") -> HistoryPage:
        with _measured(LONG_POLL if token else "history", workflow_id=workflow_id):
            return await self._inner.history(workflow_id, token)

    async def check(self) -> None:
        with _measured("check"):
            await self._inner.check()


@contextmanager
def _measured(verb: str, **told: str) -> Iterator[None]:
    began = perf_counter()
    outcome = "ok"
    try:
        with span(f"temporal {verb}", kind="CLIENT", **told) as traced:
            try:
                yield
            except BaseException as error:
                outcome = next((name for kind, name in _OUTCOMES if isinstance(error, kind)), "internal_error")
                raise
            finally:
                if traced is not None:
                    traced.set_attribute("relportal.outcome", outcome)
    finally:
        TEMPORAL_CALLS.labels(verb, outcome).inc()
        if verb != LONG_POLL:
            TEMPORAL_SECONDS.labels(verb).observe(perf_counter() - began)
