"""Half signed in: the password was right, and the second factor is still to come.

To all of the portal such a browser is nobody's: its session holds nobody in Django's sense, only a note, under a name
of its own, of who it will be. The note is good for ten minutes, and for as long as the password stays what it was.
"""

import time
from typing import Literal, NamedTuple

from django.http import HttpRequest

from accounts.models import User

MINUTES = 10

Missing = Literal["code", "set-up"]
"""What is still to come: a code of the user's app, or the setting up of one."""

_NOTE = "_half_way"


class HalfWay(NamedTuple):
    """`by`: the way of the first half, for the log and the record."""

    user: User
    missing: Missing
    by: str


def begin(request: HttpRequest, user: User, missing: Missing, by: str) -> None:
    """Note it in a new session, with nothing of the one before."""
    request.session.flush()
    request.session.set_expiry(MINUTES * 60)
    request.session[_NOTE] = {
        "user": user.pk,
        "mark": user.get_session_auth_hash(),
        "missing": missing,
        "by": by,
        "until": time.time() + MINUTES * 60,
    }


def of(request: HttpRequest, missing: Missing) -> HalfWay | None:
    """Who is half signed in and has just this to come; None for all others."""
    note = request.session.get(_NOTE)
    if not note or note["missing"] != missing or note["until"] < time.time():
        return None
    user = User.objects.filter(pk=note["user"], is_active=True).first()
    if user is None or not user.has_mark(note["mark"]):
        return None
    return HalfWay(user, missing, note["by"])
