"""The only way in which anything on record is deleted: by its age."""

import getpass
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import QuerySet

from releases import recording
from releases.models import AccessRecord
from releases.record import Access

AT_ONCE = 1000
"""Rows of one deletion: what writes beside it does not wait for long."""


def _days(text: str) -> int:
    number = text.removesuffix("d")
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= 36_500):
        raise ArgumentTypeError(f"expected a number of days, such as 400d, not {text!r}")
    return int(number)


class Command(BaseCommand):
    help = "Delete access records by their age; that it was done is on record itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=_days,
            default=settings.RELPORTAL.ACCESS_RECORD_DAYS,
            metavar="DAYS",
            help="such as 400d; ACCESS_RECORD_DAYS where it is left out",
        )

    def handle(self, *args: Any, older_than: int, **options: Any) -> None:
        before = datetime.now(UTC) - timedelta(days=older_than)
        deleted = _purge(before)
        access = Access("purge", "command", query=f"before {before:%Y-%m-%d %H:%M} by {_operator()}", shown=deleted)
        access.outcome = "allowed"
        access.clean()
        recording.save([access])
        self.stdout.write(f"{deleted} records from before {before:%Y-%m-%d %H:%M} UTC deleted.")


def _purge(before: datetime) -> int:
    deleted = 0
    old = AccessRecord.objects.filter(at__lt=before).order_by("at", "id").values_list("pk", flat=True)
    while ids := list(old[:AT_ONCE]):
        # Django's own set of rows: that of the model deletes nothing.
        deleted += QuerySet(AccessRecord).filter(pk__in=ids)._raw_delete(AccessRecord.objects.db)
    return deleted


def _operator() -> str:
    """Who runs the command, as the system calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody without a name"
