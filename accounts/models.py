"""People and what they may see: users by e-mail address, and the scopes of their roles (Django's groups)."""

import re
from typing import Any
from uuid import uuid4

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.managers import UserManager

# What a release's ID may hold, a wildcard, or a set of characters. One colon at most: an ID has no second one.
_PART = r"(?:[A-Za-z0-9_.*?-]|\[[A-Za-z0-9_.-]+\])"
PATTERN = re.compile(rf"release:{_PART}+|[*?]{_PART}*(?::{_PART}+)?", re.ASCII)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in with an e-mail address. Superusers see and may do everything; staff reach the admin."""

    email = models.EmailField(
        "e-mail address", unique=True, error_messages={"unique": "Somebody has this address already."}
    )
    full_name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Take this away in place of deleting: the person can't sign in any more."
    )
    is_staff = models.BooleanField("staff", default=False, help_text="May open this administration.")
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    second_factor_at = models.DateTimeField("second factor since", null=True, editable=False)
    """When an authenticator app was confirmed, whose codes are asked for since; see `accounts.second_factor`."""

    service_token: "ServiceToken | None" = None
    """What narrows the user's sight, where one was sent. Set by who authenticates, of no column."""

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_whatever_case",
                violation_error_message="Somebody has this address already.",
            )
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = User.objects.normalize_email(self.email)

    def get_full_name(self) -> str:
        return self.full_name or self.email

    def get_short_name(self) -> str:
        return self.get_full_name()

    def has_mark(self, mark: str) -> bool:
        """Whether password and second factor are still those of which `get_session_auth_hash` gave this mark."""
        marks = [self.get_session_auth_hash(), *self.get_session_auth_fallback_hash()]
        return any(constant_time_compare(mark, each) for each in marks)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # What Django makes both kinds of marks by: of the password alone, where there is nothing else to sign in with.
        ours = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]  # Not in the stubs.
        factor = self._second_factor_mark
        return salted_hmac("relportal second factor", ours + factor, secret=secret).hexdigest() if factor else ours

    @property
    def needs_second_factor(self) -> bool:
        """Whether one has to be set up before anything else can be done."""
        return self.must_have_second_factor and self.second_factor_at is None

    @property
    def must_have_second_factor(self) -> bool:
        return settings.RELPORTAL.SECOND_FACTOR_FOR_STAFF and (self.is_staff or self.is_superuser)

    @property
    def _second_factor_mark(self) -> str:
        """Another one whenever what is asked for beside the password is another: whatever began before ends then,
        sessions, sockets and tokens alike."""
        if self.second_factor_at is not None:
            return self.second_factor_at.isoformat()
        return "missing" if self.must_have_second_factor else ""


def validate_pattern(pattern: str) -> None:
    """Raises ValidationError for a pattern that can't match any release's ID: a role that silently shows nothing."""
    if not PATTERN.fullmatch(pattern):
        raise ValidationError(
            "A pattern over release IDs, such as release:payments-* or release:2025.??-search: letters, digits and"
            " _ . : - with the wildcards * ? [ ], beginning with release: or a wildcard.",
            code="invalid_pattern",
        )


class Scope(models.Model):
    """A glob over release IDs (`*`, `?`, `[…]`; case counts) that a role lets its people see."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="scopes", verbose_name="role")
    pattern = models.CharField(max_length=200, validators=[validate_pattern])

    class Meta:
        ordering = ["pattern"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "pattern"],
                name="accounts_scope_once_per_group",
                violation_error_message="This role has the pattern already.",
            )
        ]

    def __str__(self) -> str:
        return self.pattern


class TokenFamily(models.Model):
    """The tokens of one sign-in by a program: see `accounts.tokens`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    password_mark = models.CharField(max_length=128)
    next_jti = models.CharField(max_length=32, help_text="The refresh token that is good for the next trade.")
    began_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(help_text="When that refresh token expires.")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["began_at"]
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"{self.user_id} since {self.began_at:%Y-%m-%d %H:%M}"


class UserSession(AbstractBaseSession):
    """A browser's session: see `accounts.sessions`."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.sessions import SessionStore  # It imports this module.

        return SessionStore


class SecondFactor(models.Model):
    """Somebody's authenticator app: see `accounts.second_factor`. Not yet on where `user.second_factor_at` is not."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="second_factor")
    secret = models.TextField(help_text="Encrypted.")
    last_step = models.BigIntegerField(default=0, help_text="Of the last code that was taken, in steps of 30 seconds.")

    def __str__(self) -> str:
        return f"of {self.user_id}"


class RecoveryCode(models.Model):
    """What stands in for a code of the app, once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"of {self.user_id}"


class ServiceToken(models.Model):
    """A token of a dashboard or a CI job: see `accounts.service_tokens`."""

    NAME_LENGTH = 80

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="service_tokens", verbose_name="owner")
    name = models.CharField(max_length=NAME_LENGTH)
    lookup = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    roles = models.ManyToManyField(Group, blank=True, related_name="service_tokens")
    patterns = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} (rpt_{self.lookup}…)"

    @property
    def is_good(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def all_patterns(self) -> frozenset[str]:
        """Its own, and those of its roles as they are now."""
        of_roles = (scope.pattern for role in self.roles.all() for scope in role.scopes.all())
        return frozenset([*self.patterns, *of_roles])


class ExternalIdentity(models.Model):
    """Who somebody is to a provider of OpenID Connect, by its own key of them: see `accounts.external_identities`."""

    ISSUER_LENGTH, SUBJECT_LENGTH = 255, 255

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="external_identities")
    issuer = models.CharField(max_length=ISSUER_LENGTH)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["user__email", "issuer"]
        verbose_name_plural = "external identities"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="accounts_identity_once"),
            models.UniqueConstraint(fields=["issuer", "user"], name="accounts_identity_once_per_user"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} of {self.issuer}"


class FailedSignInManager(models.Manager["FailedSignIn"]):
    def get_queryset(self) -> models.QuerySet["FailedSignIn"]:
        return super().get_queryset().filter(user_agent="")


class FailedSignIn(AccessAttempt):  # type: ignore[misc]  # django-axes has no types.
    """Wrong passwords for one account from one address, without the tries that go on: see `accounts.lockouts`."""

    objects = FailedSignInManager()

    class Meta:
        proxy = True
        verbose_name = "failed sign-in"

    def __str__(self) -> str:
        return f"{self.username} from {self.ip_address}"
