"""Signing in: a first half (a password, or what an OpenID provider says), and a second factor where there is one.

The same for a browser's session and for a program's tokens.
"""

import structlog
from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts import half_way, second_factor, sessions
from accounts.lockouts import forgive, one_try
from accounts.models import User
from accounts.noting import note_user
from releases.problems import InvalidCredentials, LockedOut, SecondFactorMissing, SecondFactorRequired

log = structlog.get_logger(__name__)


def user_by_password(request: HttpRequest, email: str, password: str, by: str) -> User:
    """The active user of these credentials, who is not signed in by that alone. `by` ("session", "token") goes to the
    log, the address never does.

    Raises InvalidCredentials alike, and after the same work, for an unknown address, a wrong password and an account
    that is not active; LockedOut after too many such, alike for all of them and for the right password.
    """
    try:
        with one_try(request, email):
            user = authenticate(request, email=email.strip(), password=password)
    except LockedOut:
        log.warning("sign_in_refused", by=by, locked_out=True)
        raise
    if not isinstance(user, User):
        log.warning("sign_in_refused", by=by)
        raise InvalidCredentials
    return user


def begin_session(request: HttpRequest, user: User, by: str, *, factor_proven: bool = False) -> None:
    """Sign a browser in whose first half was right. Raises SecondFactorRequired and SecondFactorMissing, after noting
    how far it came: `finish_session` goes on there."""
    note_user(user, by=by)
    if user.needs_second_factor:
        half_way.begin(request, user, "set-up", by)
        log.info("second_factor_missing", user_id=user.pk)
        raise SecondFactorMissing
    if user.second_factor_at is not None and not factor_proven:
        half_way.begin(request, user, "code", by)
        raise SecondFactorRequired
    sessions.begin(request, user)
    succeeded(request, user, by)


def finish_session(request: HttpRequest, known: half_way.HalfWay, code: str) -> None:
    """Sign a browser in that was half signed in. Raises LockedOut and SecondFactorInvalid."""
    second_factor.prove(request, known.user, code)
    begin_session(request, known.user, known.by, factor_proven=True)


def check_second_factor(request: HttpRequest, user: User, code: str | None) -> None:
    """The second half of a sign-in that comes at once, of a program. Raises LockedOut, SecondFactorInvalid,
    SecondFactorRequired where there is no code, SecondFactorMissing where there is nothing to make one."""
    note_user(user, by="token")
    if user.needs_second_factor:
        raise SecondFactorMissing
    if user.second_factor_at is None:
        return
    if not code:
        raise SecondFactorRequired
    second_factor.prove(request, user, code)


def succeeded(request: HttpRequest, user: User, by: str) -> None:
    """Both halves were right. Only now are failures forgiven, or who has the password could go on guessing codes."""
    forgive(request, user.email)
    log.info("sign_in_succeeded", by=by, user_id=user.pk)
