"""Credentials to users, the same for a browser's session and for a program's tokens."""

import structlog
from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.lockouts import forgive, one_try
from accounts.models import User
from accounts.noting import note_user
from releases.problems import InvalidCredentials, LockedOut

log = structlog.get_logger(__name__)


def user_by_password(request: HttpRequest, email: str, password: str, by: str) -> User:
    """The active user of these credentials. `by` ("session", "token") goes to the log, the address never does.

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
    forgive(request, email)
    log.info("sign_in_succeeded", by=by, user_id=user.pk)
    note_user(user, by=by)
    return user
