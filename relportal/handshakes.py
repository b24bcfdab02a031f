"""The handshakes of WebSockets: which are let through to the consumers, and what these know of them."""

from typing import Any
from uuid import uuid4

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.middleware import BaseMiddleware

from accounts.socket_sign_in import handshake_of, origin_is_ours
from releases.socket_record import record_foreigner
from relportal.middleware import plain_request_id

log = structlog.get_logger(__name__)

FOREIGN = 4403


class HandshakeMiddleware(BaseMiddleware):  # type: ignore[misc]  # Channels has no types.
    """Gives the scope `handshake`, the request that asks for the socket, and `request_id`, which is in the log too, as
    is a `socket_id`. A page of another origin is refused, whatever else it sends, and before anybody is looked up."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        handshake = handshake_of(scope)
        request_id = plain_request_id(handshake.headers.get("X-Request-ID", ""))
        client = scope.get("client")
        inner = self.inner if origin_is_ours(handshake) and _is_below_root(scope) else _refuse_foreigner
        # A client may send the same request ID for all its sockets.
        ids = {"request_id": request_id, "socket_id": uuid4().hex[:12]}
        with structlog.contextvars.bound_contextvars(**ids, ip=client[0] if client else None):
            await inner({**scope, "handshake": handshake, "request_id": request_id}, receive, send)


def _is_below_root(scope: Any) -> bool:
    """Channels' router raises an error for what is not. Daphne lets any client name the root in a header."""
    path: str = scope["path"]
    return path.startswith(scope.get("root_path", ""))


class RefusingConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Lets nobody in: servers answer the handshake with 403."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self._code = code

    async def connect(self) -> None:
        origin = self.scope["handshake"].headers.get("Origin", "")
        log.info("handshake_refused", path=self.scope["path"][:250], origin=origin[:250])
        if self._code == FOREIGN:
            record_foreigner(self.scope)
        await self.close(self._code)


_refuse_foreigner = RefusingConsumer.as_asgi(code=FOREIGN)
