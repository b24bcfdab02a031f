"""The WebSocket edge of releases: who may follow is told of events as frames, and may ask for a snapshot.

`ws/releases/` follows a page of the list, `ws/releases/{release_id}/` one release. A socket that is refused or ends for
a reason of its own is told by an error frame, then closed by a code that says of which kind the reason is. A page of
another origin, and an address that is nothing, are refused before the socket opens.
"""

import asyncio
import re
import time
from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from typing import Any

import orjson
import structlog
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, WebSocketScope
from channels.db import DatabaseSyncToAsync
from django.core.handlers.asgi import ASGIRequest
from django.urls import reverse
from rest_framework.exceptions import ParseError, Throttled

from accounts.socket_sign_in import SUBPROTOCOL, SignIn, handshake_of, origin_is_ours, sign_in
from releases import services
from releases.access import NOBODY, Viewer
from releases.domain import EntityId, EntityType, Freshness
from releases.errors import AccessDenied, InvalidParameter
from releases.events import Event, FreshnessChange, Subscription
from releases.frames import PageFrames, TreeFrames, error_frame, freshness_frame
from releases.open_sockets import open_sockets
from releases.problems import INTERNAL, Problem, problem_of
from releases.representation import PageLinks
from releases.serializers import ListParameters
from relportal.middleware import plain_request_id

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 9.0
"""From one freshness frame to the next, at most: clients are promised one in ten seconds."""

MESSAGE_LIMIT = 1024
"""Characters of a message from a client, of which `{"type": "resync"}` needs 18."""

MESSAGES_AT_ONCE, MESSAGES_PER_SECOND = 20, 5
"""From one client. Each costs a snapshot at worst."""

LAST_WORDS_SECONDS = 1.0
"""For the error frame of a client that does not read."""

FLUSH_SECONDS = 0.05
"""For the close frame of a server that ends when all applications have."""

CLOSE_CODES = {400: 4400, 401: 4401, 403: 4403, 404: 4404, 429: 1013, 500: 1011, 503: 1013}
"""By the status of the problem that a socket ends with."""
RESTARTS = 1012

_NOT_READ_YET = FreshnessChange(Freshness.STALE, reason="It has not been read yet.")
_MALFORMED = replace(
    problem_of(ParseError()),
    title="Malformed message",
    detail=f'The message can\'t be read: expected {{"type": "resync"}} as text, at most {MESSAGE_LIMIT} characters.',
)


class ClientGone(Exception):
    """Nobody is at the other end any more, which ended so."""

    def __init__(self, code: int = 1006) -> None:
        super().__init__(code)
        self.code = code


class Refused(Exception):
    """The socket ends with this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


async def websockets(scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """The ASGI application of all WebSockets."""
    await receive()  # That somebody knocks: what is said comes after the answer.
    request = handshake_of(scope)
    request_id = plain_request_id(request.headers.get("X-Request-ID", ""))
    client = scope.get("client")
    with structlog.contextvars.bound_contextvars(request_id=request_id, ip=client[0] if client else None):
        consumer = _consumer_at(request.path_info)
        if consumer is None or not origin_is_ours(request):
            log.info("handshake_refused", path=request.path_info[:250], origin=request.headers.get("Origin", "")[:250])
            # Not accepted yet: servers answer the handshake with 403.
            await send({"type": "websocket.close", "code": 4404 if consumer is None else 4403, "reason": None})
            return
        connection = Connection(receive, send, list(scope.get("subprotocols", ())))
        await consumer(request, request_id, connection).run()


def _consumer_at(path: str) -> "type[Consumer] | None":
    if path == "/ws/releases/":
        return PageConsumer
    return TreeConsumer if _TREE_PATH.fullmatch(path) else None


_TREE_PATH = re.compile(r"/ws/releases/([^/]+)/")


class Connection:
    """A socket as the server gives it: frames out, messages in. Both raise ClientGone."""

    def __init__(self, receive: ASGIReceiveCallable, send: ASGISendCallable, subprotocols: list[str]) -> None:
        self._receive = receive
        self._send = send
        self.subprotocols = subprotocols

    async def accept(self) -> None:
        # A client that offers subprotocols must be answered one of them: without, browsers close.
        subprotocol = SUBPROTOCOL if SUBPROTOCOL in self.subprotocols else None
        await self._sent({"type": "websocket.accept", "subprotocol": subprotocol, "headers": []})

    async def send(self, text: str) -> None:
        await self._sent({"type": "websocket.send", "bytes": None, "text": text})

    async def receive(self) -> str | None:
        """The text of a message; None for a binary one."""
        message: Any = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise ClientGone(message.get("code", 1005))
        text: str | None = message.get("text")
        return text

    async def close(self, code: int) -> None:
        try:
            await self._sent({"type": "websocket.close", "code": code, "reason": None})
        except ClientGone:
            # Plain Daphne refuses to send the protocol's own codes, such as 1012: better another than none.
            with suppress(ClientGone):
                await self._sent({"type": "websocket.close", "code": 1000, "reason": None})

    async def _sent(self, message: Any) -> None:
        try:
            await self._send(message)
        except Exception as error:
            # Servers raise errors of their own for a client that has just gone.
            raise ClientGone from error


class Consumer(ABC):
    """One socket, from its handshake to its end."""

    def __init__(self, request: ASGIRequest, request_id: str, connection: Connection) -> None:
        self._request = request
        self._request_id = request_id
        self._connection = connection
        self.sign_in = SignIn()
        self._viewer = NOBODY
        self._subscription: Subscription | None = None
        self._follows_anew = False
        """Whether what is followed is to be asked for again: it is not for who looks now."""
        self._told = _NOT_READ_YET
        self._told_at = time.monotonic()
        self._ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    # What the two kinds of sockets differ in

    names: dict[str, str]
    """What is followed, for the log."""

    @abstractmethod
    def prepare(self) -> None:
        """Read what the address says. Raises what a problem can be made of."""

    @abstractmethod
    def follow(self) -> AbstractAsyncContextManager[Subscription]:
        """What `services` gives to who looks now."""

    @abstractmethod
    def frame(self, event: Event) -> str: ...

    @abstractmethod
    def viewer_changed(self) -> None:
        """Who looks has other roles now."""

    # From the handshake to the end

    async def run(self) -> None:
        began = time.monotonic()
        code = CLOSE_CODES[INTERNAL.status]
        try:
            await self._connection.accept()
            code = await self._served()
            await self._connection.close(code)
        except ClientGone as gone:
            code = gone.code
        except asyncio.CancelledError:
            # A server that ends, and is not Relportal's own, which has closed all sockets by then.
            code = RESTARTS
            await self._connection.close(code)
            await asyncio.sleep(FLUSH_SECONDS)
            raise
        finally:
            log.info("socket_closed", **self.names, code=code, seconds=round(time.monotonic() - began, 3))

    async def _served(self) -> int:
        """The code to close with, once the socket is over. Raises ClientGone where the client ended it."""
        try:
            await self._sign_in()
            with open_sockets().holding(self, self._viewer.user_id):
                log.info("socket_opened", **self.names)
                raise await self._until_over()
        except ClientGone:
            raise
        except Exception as error:
            problem = error.problem if isinstance(error, Refused) else problem_of(error)
            if problem is INTERNAL:
                log.exception("socket_failed", **self.names)
            else:
                log.info("socket_refused", **self.names, code=problem.code, error=type(error).__name__)
            await self._say_why(problem)
            return CLOSE_CODES[problem.status]

    async def _sign_in(self) -> None:
        signing_in = DatabaseSyncToAsync(sign_in, thread_sensitive=False)
        self.sign_in, self._viewer = await signing_in(self._request, self._connection.subprotocols)
        structlog.contextvars.bind_contextvars(user_id=self._viewer.user_id)
        self.prepare()

    async def _until_over(self) -> Exception:
        """What the socket is over by. None of its tasks runs any more then."""
        tasks: list[asyncio.Future[Any]] = [
            asyncio.create_task(part) for part in (self._tell(), self._listen(), self._beat())
        ]
        expiry = self._end_at_expiry()
        try:
            await asyncio.wait([*tasks, self._ended], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if expiry is not None:
                expiry.cancel()
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        over_by = [self._ended.result()] if self._ended.done() else results
        return next(error for error in over_by if isinstance(error, Exception))

    def _end_at_expiry(self) -> asyncio.TimerHandle | None:
        if self.sign_in.expires_at is None:
            return None
        seconds = self.sign_in.expires_at - time.time()
        return asyncio.get_running_loop().call_later(seconds, lambda: self.end(self.sign_in.lost))

    def end(self, error: Exception) -> None:
        """Have the socket end by this error."""
        if not self._ended.done():
            self._ended.set_result(error)

    def seen_by(self, viewer: Viewer | None) -> None:
        if viewer is None:
            self.end(self.sign_in.lost)
        elif viewer != self._viewer:
            self._viewer = viewer
            self.viewer_changed()

    async def _say_why(self, problem: Problem) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self._connection.send(error_frame(problem, self._request_id))

    # Server to client

    async def _tell(self) -> None:
        while True:
            self._follows_anew = False
            async with self.follow() as self._subscription:
                while True:
                    event = await self._subscription.next()
                    if self._follows_anew:
                        break  # It is not for who looks now.
                    if isinstance(event, FreshnessChange):
                        self._told, self._told_at = event, time.monotonic()
                    await self._connection.send(self.frame(event))

    async def _beat(self) -> None:
        """Silence means that the connection is dead: so there is none."""
        while True:
            await asyncio.sleep(max(self._told_at + HEARTBEAT_SECONDS - time.monotonic(), 0))
            if time.monotonic() >= self._told_at + HEARTBEAT_SECONDS:
                self._told_at = time.monotonic()
                await self._connection.send(freshness_frame(self._told))

    # Client to server

    async def _listen(self) -> None:
        allowance = _Allowance()
        while True:
            text = await self._connection.receive()
            allowance.take()
            _check(text)
            self._resync()

    def _resync(self) -> None:
        if self._subscription is not None:
            self._subscription.resync()


class TreeConsumer(Consumer):
    """Follows one release."""

    def __init__(self, request: ASGIRequest, request_id: str, connection: Connection) -> None:
        super().__init__(request, request_id, connection)
        self._given_id = _TREE_PATH.sub(r"\1", request.path_info)
        self.names = {"release_id": self._given_id[:250]}

    def prepare(self) -> None:
        self._release_id = EntityId.of_type(EntityType.RELEASE, self._given_id)
        self._frames = TreeFrames(self._release_id)

    def follow(self) -> AbstractAsyncContextManager[Subscription]:
        return services.follow_release(self._viewer, self._release_id)

    def frame(self, event: Event) -> str:
        return self._frames.frame(event)

    def viewer_changed(self) -> None:
        if not self._viewer.may_see(self._release_id):
            self.end(AccessDenied(self._release_id))


class PageConsumer(Consumer):
    """Follows a page of the list."""

    names = {}

    def prepare(self) -> None:
        self._query = ListParameters.parse(self._request.GET)
        self._frames = PageFrames(self._query, PageLinks.of(self._request, reverse("releases")))

    def follow(self) -> AbstractAsyncContextManager[Subscription]:
        return services.follow_list(self._viewer, self._query)

    def frame(self, event: Event) -> str:
        return self._frames.frame(event)

    def viewer_changed(self) -> None:
        self._follows_anew = True
        self._resync()  # So that there is an event soon.


class _Allowance:
    """How many messages a client may still send."""

    def __init__(self) -> None:
        self._left = float(MESSAGES_AT_ONCE)
        self._counted_at = time.monotonic()

    def take(self) -> None:
        """Raises Throttled where none is left."""
        now = time.monotonic()
        self._left = min(self._left + (now - self._counted_at) * MESSAGES_PER_SECOND, MESSAGES_AT_ONCE) - 1
        self._counted_at = now
        if self._left < 0:
            raise Throttled(wait=1)


def _check(text: str | None) -> None:
    if text is None or len(text) > MESSAGE_LIMIT:
        raise Refused(_MALFORMED)
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused(_MALFORMED) from error
    if not isinstance(message, dict):
        raise Refused(_MALFORMED)
    if message != {"type": "resync"}:
        raise InvalidParameter("type", "Expected resync, and nothing beside it.")
