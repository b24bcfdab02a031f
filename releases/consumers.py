"""The WebSocket edge of releases: who may follow is told of events as frames, and may ask for a snapshot.

`ws/releases/` follows a page of the list, `ws/releases/{release_id}/` one release. A socket that is refused or ends for
a reason of its own is told by an error frame, then closed by a code that says of which kind the reason is.
`relportal.handshakes` has let it through by then.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, ClassVar

import structlog
from channels.db import DatabaseSyncToAsync
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import reverse
from rest_framework.exceptions import Throttled

from accounts.socket_sign_in import SUBPROTOCOL, SignIn, sign_in
from releases import services
from releases.access import NOBODY, Viewer
from releases.domain import EntityId, EntityType, Freshness
from releases.errors import AccessDenied, InvalidParameter
from releases.events import FreshnessChange, Subscription, TreePatch
from releases.frames import PageFrames, TreeFrames, error_frame, freshness_frame
from releases.measures import PUSH_LAG, SOCKETS, SOCKETS_CLOSED, close_code
from releases.messages import MALFORMED, Allowance, MalformedMessage, check
from releases.open_sockets import open_sockets
from releases.problems import INTERNAL, Problem, problem_of
from releases.representation import PageLinks
from releases.serializers import ListParameters
from releases.socket_record import SocketRecord

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10.0
"""From one freshness frame to the next, at most: clients are promised one in ten seconds."""

CLOCK_SECONDS = 2.0
"""From one look at the clock that sign-ins expire by to the next."""

LAST_WORDS_SECONDS = 1.0
"""For the error frame of a client that does not read."""

FLUSH_SECONDS = 0.05
"""For the close frame of a server that ends when all applications have."""

CLOSE_CODES = {400: 4400, 401: 4401, 403: 4403, 404: 4404, 429: 1013, 500: 1011, 503: 1013}
"""By the status of the problem that a socket ends with."""
RESTARTS = 1012

_NOT_READ_YET = FreshnessChange(Freshness.STALE, reason="It has not been read yet.")


class LiveConsumer(AsyncWebsocketConsumer, ABC):  # type: ignore[misc]  # Channels has no types.
    """One socket, from its handshake to its end."""

    action: ClassVar[str]
    """What it is called in the record."""

    kind: ClassVar[str]
    """What it follows, to who counts: `list` or `release`."""

    channel_layer_alias = "of no socket"
    """There is none of this name: a socket on the layer would take turns at receiving with `releases.peers`."""

    frames: TreeFrames | PageFrames

    def __init__(self) -> None:
        super().__init__()
        self.sign_in = SignIn()
        self._viewer = NOBODY
        self._serving: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._code: int | None = None
        self._problem: Problem | None = None
        self._allowance = Allowance()
        self._subscription: Subscription | None = None
        self._follows_anew = False
        """Whether what is followed is to be asked for again: it is not for who looks now."""
        self._told = _NOT_READ_YET
        self._told_at = time.monotonic()

    # What the two kinds of sockets differ in

    @abstractmethod
    def prepare(self) -> None:
        """Read what the address says, and set `frames`. Raises what a problem can be made of."""

    @abstractmethod
    def follow(self) -> AbstractAsyncContextManager[Subscription]:
        """What `services` gives to who looks now."""

    @abstractmethod
    def viewer_changed(self) -> None:
        """Who looks has other roles now."""

    # What Channels calls, and what it gives

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._record = SocketRecord(scope, self.action)
        names = {name: given[:250] for name, given in scope["url_route"]["kwargs"].items()}
        with structlog.contextvars.bound_contextvars(**names), SOCKETS.labels(self.kind).track_inprogress():
            try:
                await super().__call__(scope, receive, send)
            except asyncio.CancelledError:
                # A server that ends, and is not Relportal's own, which has closed all sockets by then.
                await self._stop()
                await self.close(RESTARTS)
                await asyncio.sleep(FLUSH_SECONDS)
                raise
            finally:
                await self._stop()
                SOCKETS_CLOSED.labels(self.kind, close_code(self._code)).inc()
                self._record.closed(self._viewer, self.sign_in, self._code, self._problem)

    async def connect(self) -> None:
        # A client that offers subprotocols must be answered one of them: without, browsers close.
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in self._subprotocols else None)
        self._serving = asyncio.create_task(self._serve())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            self._allowance.take()
            check(text_data)
        except (InvalidParameter, MalformedMessage, Throttled) as error:
            self.end(error)
            await self._served()
            # What else it has said is not looked at.
            raise StopConsumer from error
        self._resync()

    async def disconnect(self, code: int) -> None:
        self._code = self._code or code
        await self._stop()

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False) -> None:
        # ASGI's servers may raise OSError for a client that has just gone. They also tell of it.
        with suppress(OSError):
            await super().send(text_data, bytes_data, close)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        if self._code is not None:
            return
        self._code = code
        with suppress(OSError):
            try:
                await super().close(code, reason)
            except Exception:  # noqa: BLE001  # Autobahn's own is of no narrower type.
                # Plain Daphne refuses to send the protocol's own codes, such as 1012: better another than none.
                await super().close()

    @property
    def _subprotocols(self) -> list[str]:
        return list(self.scope.get("subprotocols", ()))

    # What the socket does by itself, until it is over

    async def _serve(self) -> None:
        """One task, which holds all others and ends before the socket does."""
        try:
            await self._sign_in()
            with open_sockets().holding(self, self._viewer.user_id):
                await self._until_over()
        except Exception as error:
            problem = self._problem = MALFORMED if isinstance(error, MalformedMessage) else problem_of(error)
            if problem is INTERNAL:
                log.exception("socket_failed")
            else:
                log.info("socket_refused", code=problem.code, error=type(error).__name__)
            try:
                await self._say_why(problem)
            finally:
                await self.close(CLOSE_CODES.get(problem.status, CLOSE_CODES[500]))

    async def _sign_in(self) -> None:
        signing_in = DatabaseSyncToAsync(sign_in, thread_sensitive=False)
        self.sign_in, self._viewer = await signing_in(self.scope["handshake"], self._subprotocols)
        structlog.contextvars.bind_contextvars(user_id=self._viewer.user_id)
        self.prepare()

    async def _until_over(self) -> None:
        """Raises what the socket is over by: the first error, unless one is a fault of ours. No task runs then."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in (self._tell(), self._beat(), self._expire(), self._until_ended()):
                    tasks.create_task(part)
        except ExceptionGroup as group:
            faults = [error for error in group.exceptions if problem_of(error) is INTERNAL]
            for other in faults[1:]:
                log.exception("socket_failed", exc_info=other)
            raise (faults or group.exceptions)[0] from None

    async def _say_why(self, problem: Problem) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self.send(error_frame(problem, self.scope["request_id"]))

    async def _served(self) -> None:
        if self._serving is not None:
            await asyncio.wait([self._serving])

    async def _stop(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
        await self._served()

    # The tasks

    async def _tell(self) -> None:
        while True:
            self._follows_anew = False
            async with self.follow() as self._subscription:
                self._record.opened(self._viewer, self.sign_in)
                while True:
                    event = await self._subscription.next()
                    if self._follows_anew:
                        break  # It is not for who looks now.
                    if isinstance(event, FreshnessChange):
                        self._told, self._told_at = event, time.monotonic()
                    await self.send(self.frames.frame(event))
                    if isinstance(event, TreePatch) and event.since is not None:
                        PUSH_LAG.observe(asyncio.get_running_loop().time() - event.since)

    async def _beat(self) -> None:
        """Silence means that the connection is dead: so there is none."""
        while True:
            await asyncio.sleep(max(self._told_at + HEARTBEAT_SECONDS - time.monotonic(), 0))
            if time.monotonic() >= self._told_at + HEARTBEAT_SECONDS:
                self._told_at = time.monotonic()
                await self.send(freshness_frame(self._told))

    async def _expire(self) -> None:
        if self.sign_in.expires_at is not None:
            # In short steps: the clock that it expires by may be set meanwhile, and a machine may sleep.
            while (left := self.sign_in.expires_at - time.time()) > 0:  # noqa: ASYNC110  # A clock tells nobody.
                await asyncio.sleep(min(left, CLOCK_SECONDS))
            raise self.sign_in.lost

    async def _until_ended(self) -> None:
        raise await self._ended

    # What happens to it from outside

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

    def _resync(self) -> None:
        if self._subscription is not None:
            self._subscription.resync()


class TreeConsumer(LiveConsumer):
    """Follows one release."""

    action = "follow"
    kind = "release"

    def prepare(self) -> None:
        self._release_id = EntityId.of_type(EntityType.RELEASE, self.scope["url_route"]["kwargs"]["release_id"])
        self.frames = TreeFrames(self._release_id)

    def follow(self) -> AbstractAsyncContextManager[Subscription]:
        return services.follow_release(self._viewer, self._release_id)

    def viewer_changed(self) -> None:
        if not self._viewer.may_see(self._release_id):
            self.end(AccessDenied(self._release_id))


class PageConsumer(LiveConsumer):
    """Follows a page of the list."""

    action = "follow-list"
    kind = "list"

    def prepare(self) -> None:
        handshake = self.scope["handshake"]
        self._query = ListParameters.parse(handshake.GET)
        self.frames = PageFrames(self._query, PageLinks.of(handshake, reverse("releases")))

    def follow(self) -> AbstractAsyncContextManager[Subscription]:
        return services.follow_list(self._viewer, self._query)

    def viewer_changed(self) -> None:
        self._follows_anew = True
        self._resync()  # So that there is an event soon.
