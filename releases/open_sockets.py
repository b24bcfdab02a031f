"""The sockets that are open in this process: how many there may be, and whether their users still may look."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Protocol
from weakref import WeakKeyDictionary

import structlog
from channels.db import DatabaseSyncToAsync
from django.conf import settings

from accounts.socket_sign_in import SignIn, current_viewers
from releases.access import Viewer
from releases.problems import TooManySockets

log = structlog.get_logger(__name__)

RECHECK_SECONDS = 2.0
"""Who is deactivated, loses the role or signs out is cut off within 5 seconds, the database's time included."""


class OpenSocket(Protocol):
    @property
    def sign_in(self) -> SignIn: ...

    def seen_by(self, viewer: Viewer | None) -> None:
        """Who is at the other end now; None where the sign-in is no good any more."""


class OpenSockets:
    """One per event loop. While any is open, all are checked together: a few queries, however many there are."""

    def __init__(self) -> None:
        self._sockets: set[OpenSocket] = set()
        self._by_user: Counter[int | None] = Counter()
        self._checking: asyncio.Task[None] | None = None
        self._is_blind = False

    def __len__(self) -> int:
        return len(self._sockets)

    @contextmanager
    def holding(self, socket: OpenSocket, user_id: int | None) -> Iterator[None]:
        """Count the socket among those open. Raises TooManySockets where no more may be."""
        env = settings.RELPORTAL
        if len(self._sockets) >= env.SOCKETS_MAX or self._by_user[user_id] >= env.SOCKETS_PER_USER:
            raise TooManySockets(f"{len(self._sockets)} in all, {self._by_user[user_id]} of user {user_id}")
        self._sockets.add(socket)
        self._by_user[user_id] += 1
        if self._checking is None:
            # In a context of its own: its log lines are not of the socket that happens to be the first.
            self._checking = asyncio.create_task(self._check_on(), name="check open sockets", context=Context())
        try:
            yield
        finally:
            self._sockets.discard(socket)
            self._by_user[user_id] -= 1
            if not self._by_user[user_id]:
                del self._by_user[user_id]
            if not self._sockets:
                self._checking.cancel()
                self._checking = None

    async def _check_on(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                await self._check()
                self._is_blind = False
            except Exception:
                # Whatever the database's driver raises, nobody is cut off by it.
                if not self._is_blind:
                    log.warning("sockets_not_checked", sockets=len(self._sockets), exc_info=True)
                self._is_blind = True

    async def _check(self) -> None:
        checked = {socket.sign_in for socket in self._sockets}
        # Not on the one thread that asgiref keeps for what minds its thread: a sign-in that waits for the database
        # there would delay the cut-off of others.
        viewers = await DatabaseSyncToAsync(current_viewers, thread_sensitive=False)(checked)
        for socket in tuple(self._sockets):
            if socket.sign_in in checked:
                socket.seen_by(viewers.get(socket.sign_in))


_of_loops: "WeakKeyDictionary[asyncio.AbstractEventLoop, OpenSockets]" = WeakKeyDictionary()


def open_sockets() -> OpenSockets:
    """Those of the running event loop. A server has one."""
    return _of_loops.setdefault(asyncio.get_running_loop(), OpenSockets())
