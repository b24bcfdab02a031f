"""Turns: of what one user asks for at once, one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from rest_framework.exceptions import NotAuthenticated

from accounts.models import User


@contextmanager
def turn_of(user: User) -> Iterator[None]:
    """A transaction that no other of the user's runs beside: two must not both find a name free, or a place.

    Raises NotAuthenticated where the user was deactivated or deleted since they were let in.
    """
    with transaction.atomic():
        if not User.objects.select_for_update().filter(pk=user.pk, is_active=True):
            raise NotAuthenticated
        yield
