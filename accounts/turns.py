"""Turns: of what one user asks for at once, one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import User


@contextmanager
def turn_of(user: User) -> Iterator[None]:
    """A transaction that no other of the user's runs beside: two must not both find a name free, or a place."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        yield
