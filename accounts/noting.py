"""Who an access is of, said to its record where that is known only now, or only until now."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from releases.record import note


def note_user(user: AbstractBaseUser | AnonymousUser, by: str = "session") -> None:
    if isinstance(user, User):
        note(user_id=user.pk, email=user.email.lower(), signed_in_by=by)


def note_signed_out(sender: Any, user: User | None, **_: Any) -> None:
    """A receiver of `user_logged_out`: once a sign-out has been answered, nobody knows any more whose it was."""
    if user is not None:
        note_user(user)
