"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and codes for the day that the app is lost.

The app's secret is stored encrypted; recovery codes as hashes, which is enough for what nobody guesses. Each code is
good once: a statement that looks and writes decides, of two that come together too. A wrong one is a failed sign-in,
and counts with wrong passwords. That a factor is on stands with the user (`second_factor_at`), whose mark in sessions
and tokens it is part of: all of them end when one is turned on or off.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

import pyotp
import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from pyotp.exceptions import OTPVerificationError
from rest_framework import serializers

from accounts import lockouts, mailing, sessions
from accounts.models import RecoveryCode, SecondFactor, User
from releases.problems import SecondFactorInvalid

log = structlog.get_logger(__name__)

ISSUER = "Relportal"
"""What an app calls the account, beside the e-mail address."""

RECOVERY_CODES = 10

_STEPS_OFF = 1
"""Of 30 seconds, either way, that an app's clock may be wrong by."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of recovery codes: none is taken for another. Sixteen of them are 79 random bits."""


class NewSecret(NamedTuple):
    """For an app: typed in, or as a QR code of the address."""

    secret: str
    uri: str


def set_up(user: User) -> NewSecret:
    """A secret for the user's app, which takes the place of one that was never confirmed. Raises
    serializers.ValidationError where one is on."""
    if user.second_factor_at is not None:
        raise serializers.ValidationError({"second_factor": ["It is on. Turn it off first to set up another app."]})
    secret = pyotp.random_base32()
    encrypted = _cipher().encrypt(secret.encode()).decode()
    SecondFactor.objects.update_or_create(user=user, defaults={"secret": encrypted, "last_step": 0})
    return NewSecret(secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER))


def confirm(request: HttpRequest, user: User, code: str) -> list[str]:
    """Turn the factor on that was set up, by a code of the app: recovery codes, told once. All that the user is signed
    in by ends. Raises LockedOut and SecondFactorInvalid."""
    _check(request, user, lambda: user.second_factor_at is None and _is_of_app(user, code))
    with transaction.atomic():
        user.second_factor_at = timezone.now()
        user.save(update_fields=["second_factor_at"])
        codes = _new_codes(user)
        sessions.end_all(user)
    log.info("second_factor_on", user_id=user.pk)
    mailing.tell(user, "Your second factor is on", _ON.format(email=user.email, host=request.get_host()))
    return codes


def prove(request: HttpRequest, user: User, code: str) -> None:
    """Raises SecondFactorInvalid where this is neither a code of the user's app nor a recovery code of theirs, or was
    used before; LockedOut after too many such."""
    _check(request, user, lambda: _is_of_app(user, code) or _is_for_recovery(request, user, code))


def renew_codes(request: HttpRequest, user: User, code: str) -> list[str]:
    """New recovery codes in place of those of before. Raises as `prove` does."""
    prove(request, user, code)
    with transaction.atomic():
        codes = _new_codes(user)
    log.info("recovery_codes_renewed", user_id=user.pk)
    return codes


def codes_left(user: User) -> int:
    return user.recovery_codes.filter(used_at=None).count()


def turn_off(request: HttpRequest, user: User, code: str) -> None:
    """Raises as `prove` does, and serializers.ValidationError where the user has to have one."""
    if user.must_have_second_factor:
        raise serializers.ValidationError({"second_factor": ["Your account has to have one."]})
    prove(request, user, code)
    reset(user)
    mailing.tell(user, "Your second factor is off", _OFF.format(email=user.email, host=request.get_host()))


def reset(user: User) -> None:
    """Turn it off, and end all sessions and tokens of the user."""
    with transaction.atomic():
        user.second_factor_at = None
        user.save(update_fields=["second_factor_at"])
        SecondFactor.objects.filter(user=user).delete()
        user.recovery_codes.all().delete()
        sessions.end_all(user)
    log.info("second_factor_off", user_id=user.pk)


def reset_for(user: User) -> None:
    """What an administrator does for somebody who lost app and codes. They are told: another may have asked."""
    reset(user)
    mailing.tell(user, "Your second factor is off", _RESET.format(email=user.email))


def _check(request: HttpRequest, user: User, is_right: Callable[[], bool]) -> None:
    with lockouts.one_try(request, user.email):
        if is_right():
            return
        lockouts.count_failure(request, user.email)
    log.warning("second_factor_refused", user_id=user.pk)
    raise SecondFactorInvalid


def _is_of_app(user: User, code: str) -> bool:
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        return False
    try:
        secret = _cipher().decrypt(factor.secret).decode()
        step = pyotp.TOTP(secret).verify_and_get_timecode(code.replace(" ", ""), valid_window=_STEPS_OFF)
    except InvalidToken:
        log.exception("second_factor_unreadable", user_id=user.pk)
        return False
    except OTPVerificationError:
        return False
    return bool(SecondFactor.objects.filter(user=user, last_step__lt=step).update(last_step=step))


def _is_for_recovery(request: HttpRequest, user: User, code: str) -> bool:
    unused = user.recovery_codes.filter(digest=_digest(code), used_at=None)
    if not unused.update(used_at=timezone.now()):
        return False
    left = codes_left(user)
    log.warning("recovery_code_used", user_id=user.pk, left=left)
    mailing.tell(
        user,
        "A recovery code was used",
        _USED.format(email=user.email, host=request.get_host(), left=left),
    )
    return True


def _new_codes(user: User) -> list[str]:
    codes = ["-".join(_part() for _ in range(4)) for _ in range(RECOVERY_CODES)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code)) for code in codes)
    return codes


def _part() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(4))


def _digest(code: str) -> str:
    return sha256(code.lower().replace("-", "").replace(" ", "").encode()).hexdigest()


def _cipher() -> MultiFernet:
    """By the secret key of now; what an earlier one has encrypted is read as well."""
    secret_keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(_key(secret_key))) for secret_key in secret_keys])


def _key(secret_key: str) -> bytes:
    return sha256(b"relportal second factor " + secret_key.encode()).digest()


_NOT_YOU = """
If it was not you, tell your administrator at once.
"""
_ON = (
    """{email} at {host} is asked for a code of an authenticator app from now on. All other browsers and programs are
signed out.
"""
    + _NOT_YOU
)
_OFF = (
    """{email} at {host} signs in by the password alone from now on. All other browsers and programs are signed out.
"""
    + _NOT_YOU
)
_RESET = (
    """An administrator has turned the second factor of {email} for Relportal off: the password alone signs in from now
on. All browsers and programs are signed out. Set an app up anew under "Your account".
"""
    + _NOT_YOU
)
_USED = (
    """Somebody, most likely you, signed in to {email} at {host} by a recovery code. {left} are left.
"""
    + _NOT_YOU
)
