"""A gateway that stops asking a server that does not answer, so that whoever asks is told at once.

Where Temporal hangs, each call takes its whole time-out, and requests pile up behind it, each with a thread. After some
calls in a row that the server left unanswered, with none answered in between, the circuit is open: calls are refused
without being made. Meanwhile the breaker itself tries the server, and closes the circuit with the first answer. (That
is not left to callers: of a read that asks several things at once, the refusal of one ends the others.)
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from typing import Any

import structlog

from releases.domain import HistoryPage, Run
from releases.errors import (
    CallRefused,
    CredentialsRefused,
    LongPollRefused,
    NamespaceNotFound,
    QueryTimeout,
    RelportalError,
    ServerBusy,
    TemporalUnavailable,
)
from releases.gateway import Gateway

log = structlog.get_logger(__name__)

FAILURES = 3
"""Calls in a row. One is an accident, and two may be those of one request."""

PAUSE_SECONDS = 0.5
"""Before each try."""

TRY_SECONDS = 2.0
"""A server that takes longer for what costs it nothing is not back."""

_ANSWERS = (CallRefused, CredentialsRefused, LongPollRefused, NamespaceNotFound, ServerBusy)
"""A server that refuses is there."""


class CircuitBreaker(Gateway):
    """Passes everything on, while the circuit is closed. `stop` ends what an open one leaves running."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._failures = 0
        self._trying: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._trying is not None

    async def stop(self) -> None:
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
            self._trying = None

    async def describe(self, workflow_id: str) -> Run:
        with self._watched():
            return await self._gateway.describe(workflow_id)

    async def query(self, workflow_id: str, name: str, argument: str | None = None) -> Any:
        with self._watched():
            return await self._gateway.query(workflow_id, name, argument)

    async def offered_queries(self, workflow_id: str) -> frozenset[str] | None:
        with self._watched():
            return await self._gateway.offered_queries(workflow_id)

    async def list_runs(self, query: str, page_token: bytes = b"") -> tuple[list[Run], bytes]:
        with self._watched():
            return await self._gateway.list_runs(query, page_token)

    async def history(self, workflow_id: str, token: bytes = b"") -> HistoryPage:
        with self._watched():
            return await self._gateway.history(workflow_id, token)

    async def check(self) -> None:
        with self._watched():
            await self._gateway.check()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        if self.is_open:
            raise TemporalUnavailable("not asked: it leaves all calls unanswered, and is being tried")
        with self._judged():
            yield

    @contextmanager
    def _judged(self) -> Iterator[None]:
        try:
            yield
        except _ANSWERS:
            self._answered()
            raise
        except TemporalUnavailable:
            self._failed()
            raise
        except QueryTimeout:
            # Whether server or worker kept it waiting is not known.
            raise
        except RelportalError:
            self._answered()
            raise
        else:
            self._answered()

    def _answered(self) -> None:
        self._failures = 0
        if self._trying is not None:
            log.info("circuit_closed")
            self._trying.cancel()
            self._trying = None

    def _failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES and not self.is_open:
            log.warning("circuit_opened")
            # It outlives the request that began it, whose log lines these are not.
            self._trying = asyncio.get_running_loop().create_task(self._try(), context=Context())

    async def _try(self) -> None:
        """Ask until there is an answer, which ends this."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            with suppress(RelportalError, TimeoutError):
                async with asyncio.timeout(TRY_SECONDS):
                    with self._judged():
                        await self._gateway.check()
