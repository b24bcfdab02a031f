"""Sessions of browsers: how long they last, and ending all of somebody's.

A session ends after a time without anybody at it, and at the latest a time after it began; both stand in its row's
`expire_date`, so that whoever looks a session up sees it. The end is put off at most once a minute, by requests of
people: the portal says of those that it makes while nobody is there that they are its own (`X-Background`), and a
WebSocket puts nothing off. So a tab that is left alone is signed out, however much it shows.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, login
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.models import User, UserSession
from accounts.tokens import end_families

log = structlog.get_logger(__name__)

BACKGROUND_HEADER = "X-Background"

_BEGAN = "_began"
"""In a session's data, when somebody signed in (Unix)."""

_WRITE_EVERY = timedelta(minutes=1)


class SessionStore(DatabaseStore):
    """Django's, with the end of each and whose it is in its row."""

    _expires_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # Not in the stubs.
        self._expires_at = row.expire_date if row else None
        return self.decode(row.session_data) if row else {}

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        data = _begun(data)
        return _of_user(super().create_model_instance(data), data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> UserSession:
        data = _begun(data)
        return _of_user(await super().acreate_model_instance(data), data)

    def put_off(self) -> None:
        """Somebody is there. Writes once a minute at most, and not what was signed out meanwhile."""
        # What began with this very request has nothing to put off.
        if self._expires_at is None or _BEGAN not in self:
            return
        end = _end_of(self._session)  # type: ignore[attr-defined]
        if end - self._expires_at >= _WRITE_EVERY:
            UserSession.objects.filter(session_key=self.session_key).update(expire_date=end)


def _begun(data: dict[str, Any]) -> dict[str, Any]:
    return data if SESSION_KEY not in data else {_BEGAN: timezone.now().timestamp(), **data}


def _of_user(row: Any, data: Mapping[str, Any]) -> UserSession:
    assert isinstance(row, UserSession)  # noqa: S101  # For mypy: it is made of get_model_class.
    if SESSION_KEY in data:
        row.user_id = int(data[SESSION_KEY])
        row.expire_date = _end_of(data)
    return row


def _end_of(data: Mapping[str, Any]) -> datetime:
    idle = timedelta(minutes=settings.RELPORTAL.SESSION_IDLE_MINUTES)
    return min(timezone.now() + idle, _times_of(data).ends_at_latest)


class Times(NamedTuple):
    """Of a session. `mark` is that of the user whom it was begun by: see `User.has_mark`."""

    began: datetime
    ends_at_latest: datetime
    mark: str


def times_of(row: UserSession) -> Times | None:
    """None where nobody is signed in by it."""
    data = row.get_decoded()
    return _times_of(data) if SESSION_KEY in data and _BEGAN in data else None


def _times_of(data: Mapping[str, Any]) -> Times:
    began = datetime.fromtimestamp(data[_BEGAN], UTC)
    longest = timedelta(hours=settings.RELPORTAL.SESSION_MAX_HOURS)
    return Times(began, began + longest, str(data.get(HASH_SESSION_KEY, "")))


class SessionActivityMiddleware:
    """Puts the end of a session off that a person's request has looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        session = request.session
        if isinstance(session, SessionStore) and session.accessed and BACKGROUND_HEADER not in request.headers:
            try:
                session.put_off()
            except DatabaseError:
                # What was asked for is answered all the same.
                log.warning("session_not_put_off", exc_info=True)
        return response


def begin(request: HttpRequest, user: User) -> None:
    """A new session, with nothing of the one before: an ID that was planted is worth nothing."""
    UserSession.objects.filter(expire_date__lte=timezone.now()).delete()
    request.session.flush()
    login(request, user, "django.contrib.auth.backends.ModelBackend")


def end_all(user: User, but: str | None = None) -> None:
    """End all sessions and tokens of somebody, save the session of a key. Sockets follow within 5 seconds."""
    user.sessions.exclude(session_key=but).delete()
    end_families(user)
