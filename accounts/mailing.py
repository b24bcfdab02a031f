"""Mails to people, sent by a thread beside: a mail server that is slow holds up mails, nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.core.mail import send_mail
from django.db import connection

from accounts.models import User

log = structlog.get_logger(__name__)

# One at a time.
_mailing = ThreadPoolExecutor(1, thread_name_prefix="mail")


def tell(user: User, subject: str, text: str) -> None:
    """Mail this to somebody. Returns at once, whatever comes of it."""
    address = user.email
    in_background(lambda: send_mail(subject, text, None, [address]))


def in_background(work: Callable[[], object]) -> None:
    def do() -> None:
        try:
            work()
        except Exception:
            log.exception("mail_not_sent")
        finally:
            connection.close()

    _mailing.submit(do)
