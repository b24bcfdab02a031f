"""How many requests may wait at once: past that, the next is refused in microseconds rather than made to wait too.

Each request that waits has a thread, and soon a connection to the database. Where something behind the portal is slow,
they would pile up until nothing is answered any more, health checks among it.
"""

from typing import Any

import structlog

from releases.encoding import to_json
from releases.measures import HTTP_REQUESTS
from releases.problems import OVERLOADED, PROBLEM_JSON
from relportal.middleware import plain_request_id

log = structlog.get_logger(__name__)

_WATCHED = ("/healthz", "/readyz", "/metrics")
"""Whoever watches over this process is answered all the more then."""


class BoundedRequests:
    """An ASGI application before another, which gets `limit` HTTP requests at once."""

    def __init__(self, inner: Any, limit: int) -> None:
        self._inner = inner
        self._limit = limit
        self._waiting = 0
        self._is_full = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] in _WATCHED:
            await self._inner(scope, receive, send)
            return
        if self._waiting >= self._limit:
            await self._refuse(scope, send)
            return
        self._waiting += 1
        try:
            await self._inner(scope, receive, send)
        finally:
            self._waiting -= 1
            if self._is_full and self._waiting <= self._limit // 2:
                self._is_full = False
                log.info("requests_taken_again")

    async def _refuse(self, scope: Any, send: Any) -> None:
        if not self._is_full:
            # With the first alone: a line for each would be work as well.
            self._is_full = True
            log.warning("requests_refused", waiting=self._waiting)
        HTTP_REQUESTS.labels(scope["method"] if scope["method"] in ("GET", "POST") else "other", "none", "503").inc()
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = plain_request_id(given.decode("latin-1"))
        headers = {
            "Content-Type": PROBLEM_JSON,
            "Retry-After": str(OVERLOADED.retry_after),
            "X-Request-ID": request_id,
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": OVERLOADED.status, "headers": encoded})
        await send({"type": "http.response.body", "body": to_json(OVERLOADED.body(request_id))})
