"""Passwords: changing one's own, and setting a new one by a link that was sent to one's address.

Whoever asks for a link is told the same, after the same time, whether we know the address or not: what is done about it
is done by another thread. A link is good for an hour and once, since it is made of the password that it replaces. A new
password ends all sessions and tokens.
"""

from typing import Any

import structlog
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from rest_framework import serializers

from accounts import mailing, sessions
from accounts.lockouts import forgive_account
from accounts.models import User
from accounts.noting import note_user
from accounts.signing_in import user_by_password
from releases.problems import InvalidCredentials

log = structlog.get_logger(__name__)

SECONDS_BETWEEN_MAILS = 300
"""To one address: nobody's mailbox is filled by asking for links on their behalf."""

_SUBJECT = "Set a new password for Relportal"
_TEXT = """Somebody, most likely you, asked for a new password for {email} at {host}.

Set it here, within an hour:

{link}

If it was not you, there is nothing to do: your password stays as it is.
"""

_SUBJECT_CHANGED = "Your password was changed"
_TEXT_CHANGED = """The password of {email} for Relportal at {host} was changed. All sessions have ended, and all tokens
but service tokens.

If it was not you, ask for a new one on the sign-in page, revoke service tokens that are not yours, and tell an
administrator.
"""


class _Links(PasswordResetTokenGenerator):
    """Django's, but that a sign-in meanwhile, of a script it may be, leaves a link good."""

    key_salt = "accounts.passwords"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{user.pk}{user.password}{timestamp}{user.email}"


_links = _Links()


def change(request: HttpRequest, user: User, password: str, new_password: str) -> User:
    """Set a new password for who is signed in, and end what they are signed in by: the user, to sign in anew.

    Raises serializers.ValidationError by field, and LockedOut after too many wrong passwords.
    """
    try:
        confirmed = user_by_password(request, user.email, password, by="password_change")
    except InvalidCredentials:
        raise serializers.ValidationError({"password": ["This is not your password."]}) from None
    if password == new_password:
        raise serializers.ValidationError({"new_password": ["This is the password that you have already."]})
    _set(confirmed, new_password)
    log.info("password_changed", user_id=user.pk)
    _tell_changed(request, confirmed)
    return confirmed


def send_link(request: HttpRequest, email: str) -> None:
    """See to it that the address gets a link, if somebody has it. Returns at once and alike in any case."""
    base, host = request.build_absolute_uri("/reset-password"), request.get_host()
    mailing.in_background(lambda: _mail(email, base, host))


def reset(request: HttpRequest, uid: str, token: str, new_password: str) -> None:
    """Set a new password by what the link holds. Raises serializers.ValidationError by field."""
    with transaction.atomic():
        user = _user_of(uid)
        if user is None or not _links.check_token(user, token):
            raise serializers.ValidationError({"token": ["This link is good for nothing any more. Ask for a new one."]})
        note_user(user, by="")
        _set(user, new_password)
    # Whoever reads the address's mails is no guesser.
    forgive_account(user.email)
    log.info("password_reset", user_id=user.pk)
    _tell_changed(request, user)


def _set(user: User, new_password: str) -> None:
    try:
        validate_password(new_password, user)
    except ValidationError as error:
        raise serializers.ValidationError({"new_password": error.messages}) from None
    user.set_password(new_password)
    user.save(update_fields=["password"])
    sessions.end_all(user)


def _tell_changed(request: HttpRequest, user: User) -> None:
    mailing.tell(user, _SUBJECT_CHANGED, _TEXT_CHANGED.format(email=user.email, host=request.get_host()))


def _user_of(uid: str) -> User | None:
    """Locked, so that of two that come with one link one finds it used."""
    try:
        key: Any = int(urlsafe_base64_decode(uid))
        return User.objects.select_for_update().filter(pk=key, is_active=True).first()
    except (ValueError, OverflowError):
        return None


def _mail(email: str, base: str, host: str) -> None:
    user = _user_with(email)
    if user is None or not cache.add(f"password-link-{user.pk}", 1, SECONDS_BETWEEN_MAILS):
        return
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    # Behind a #, which browsers keep to themselves: neither a log nor another site gets to see it.
    link = f"{base}#{uid}.{_links.make_token(user)}"
    send_mail(_SUBJECT, _TEXT.format(email=user.email, host=host, link=link), None, [user.email])
    log.info("password_link_sent", user_id=user.pk)


def _user_with(email: str) -> User | None:
    try:
        user = User.objects.get_by_natural_key(email.strip())
    except User.DoesNotExist:
        return None
    return user if user.is_active and user.has_usable_password() else None
