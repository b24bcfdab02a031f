"""What is on record of a socket: its opening, when somebody begins to be shown something, and its end; or that it was
refused. An opening without an end is of a socket that is open still, or whose process was killed."""

import time
from typing import Any

from accounts.socket_sign_in import SignIn
from releases.access import Viewer
from releases.problems import Problem
from releases.record import Access
from releases.recording import address_of, record

DENIED = 403


class SocketRecord:
    def __init__(self, scope: Any, action: str) -> None:
        self._scope = scope
        self._action = action
        self._began = time.monotonic()
        self._opening: Access | None = None

    def opened(self, viewer: Viewer, sign_in: SignIn) -> None:
        """Once, however often what is followed is asked for."""
        if self._opening is None:
            self._opening = self._access(self._action, viewer, sign_in)
            self._opening.outcome = "allowed"
            record(self._opening, "socket_opened")

    def closed(self, viewer: Viewer, sign_in: SignIn, code: int | None, problem: Problem | None) -> None:
        """`problem` is what the socket ended by, if by any."""
        access = self._access("unfollow" if self._opening else self._action, viewer, sign_in)
        if self._opening is not None:
            access.opening, access.outcome = self._opening.id, "allowed"
        else:
            # Left before anything was shown.
            access.outcome, access.code = "failed", "left"
        if problem is not None:
            access.judge(problem.status, problem.code)
        access.status = code
        access.seconds = round(time.monotonic() - self._began, 3)
        record(access, "socket_closed")

    def _access(self, action: str, viewer: Viewer, sign_in: SignIn) -> Access:
        access = _access_of(self._scope, action)
        access.release = self._scope["url_route"]["kwargs"].get("release_id", "")
        if viewer.user_id is not None:
            access.user_id, access.email = viewer.user_id, viewer.email.lower()
            access.signed_in_by = sign_in.way
            access.service_token = sign_in.service_token_name
        return access


def record_foreigner(scope: Any) -> None:
    """A page of another origin was refused, whatever it wanted to see."""
    access = _access_of(scope, "follow")
    access.query = f"{scope['path'][:500]} from {scope['handshake'].headers.get('Origin', 'nowhere')[:400]}"
    access.judge(DENIED, "foreign_origin")
    record(access, "socket_refused")


def _access_of(scope: Any, action: str) -> Access:
    handshake = scope["handshake"]
    query = handshake.META.get("QUERY_STRING", "")
    return Access(
        action,
        "socket",
        address=address_of(handshake),
        agent=handshake.headers.get("User-Agent", ""),
        query=f"?{query}" if query else "",
        request_id=scope["request_id"],
    )
