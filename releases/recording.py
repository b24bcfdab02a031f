"""Accesses on record: a line in the log, and a row in the database, off the path of whoever reads."""

import atexit
import os
import socket
from collections.abc import Sequence
from functools import cache
from time import time_ns

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

from releases.models import AccessRecord
from releases.record import Access
from releases.recorder import Recorder, Unsavable
from releases.spool import Spool

log = structlog.get_logger(__name__)

CLOSE_SECONDS = 2.0
"""For what is not saved yet when the process ends; what takes longer stays on disk for the next one."""


def record(access: Access, event: str) -> None:
    """Put it on record, under the name of the event in the log. Never raises, and waits for nothing."""
    try:
        access.process = _process()
        access.clean()
        told = access.told()
        # The log says these by itself, never an address, and of a service token how it begins.
        for name in ("id", "at", "process", "request_id", "email", "service_token"):
            told.pop(name, None)
        log.info(event, record=str(access.id), **told)
        recorder().put(access)
    except Exception:
        # Whatever is wrong with the record, whoever reads is not told.
        log.exception("access_not_recorded")


def address_of(request: HttpRequest) -> str:
    """The connection's, or what as many proxies as are ours say of it: the one that throttles go by."""
    return BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]  # It reads what both kinds have.


@cache
def recorder() -> Recorder:
    """The recorder of this process. Started, it also saves what earlier processes left behind."""
    made = Recorder(Spool(settings.RELPORTAL.ACCESS_SPOOL_DIR), save)
    # For servers other than Relportal's own, which calls `close` itself, as it ends without Python's own end.
    atexit.register(made.close, CLOSE_SECONDS)
    return made


def close() -> None:
    """Save what there is, before the process ends. What is recorded later stays on disk."""
    recorder().close(CLOSE_SECONDS)


def save(accesses: Sequence[Access]) -> None:
    """Each once, however often it is saved. Raises Unsavable where one of them is nothing that the database takes."""
    rows = [AccessRecord(**{name: getattr(access, name) for name in _FIELDS}) for access in accesses]
    try:
        AccessRecord.objects.bulk_create(rows, ignore_conflicts=True)
    except (DataError, IntegrityError, OverflowError, TypeError, ValidationError, ValueError) as error:
        raise Unsavable(str(error)) from error
    finally:
        # None is kept: one that broke would be of no use ever after.
        connection.close()


_FIELDS = [field.attname for field in AccessRecord._meta.concrete_fields]


@cache
def _process() -> str:
    """Another for each process, also of those that had the same number."""
    return f"{socket.gethostname()[:30]}/{os.getpid()}/{time_ns() // 1_000_000_000:x}"
