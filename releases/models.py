"""What people keep of the list, and who read what. Releases themselves live in Temporal alone."""

from typing import Any

from django.conf import settings
from django.db import models

from releases.record import LENGTHS, OUTCOMES


class SavedView(models.Model):
    """A query of the list that somebody keeps under a name of theirs."""

    NAME_LENGTH = 60
    QUERY_LENGTH = 2000
    """What browsers and proxies pass on without fail."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=NAME_LENGTH)
    # Of its own, since databases fold case in ways of theirs: SQLite knows ASCII only. One letter may become three.
    folded_name = models.CharField(max_length=3 * NAME_LENGTH, editable=False)
    query = models.CharField(max_length=QUERY_LENGTH, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user", "folded_name"]
        # Whoever manages somebody manages their views: see `admin`.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "folded_name"], name="releases_view_once_per_user_whatever_case")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded_name = folded(self.name)
        super().save(*args, **kwargs)


def folded(name: str) -> str:
    """What two names have in common that differ in case alone."""
    return name.casefold()


class AppendOnly(Exception):
    """What is on record is neither changed nor deleted, but for what `purge_access_records` deletes by its age."""


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise AppendOnly

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("update_conflicts"):
            raise AppendOnly
        return super().bulk_create(objs, *args, **kwargs)

    def _raw_delete(self, using: str | None) -> int:
        raise AppendOnly


class AccessRecord(models.Model):
    """One access to release information, or to an account or the administration: see `releases.record.Access`.

    Rows outlive the people that they tell of: the address stands in them, and no constraint binds `user`, since a
    record that was spooled may arrive when its user has been deleted.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField("time")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    email = models.CharField("e-mail address", max_length=LENGTHS["email"], blank=True)
    signed_in_by = models.CharField(max_length=LENGTHS["signed_in_by"], blank=True)
    service_token = models.CharField(max_length=LENGTHS["service_token"], blank=True, default="")
    address = models.CharField("from", max_length=LENGTHS["address"], blank=True)
    agent = models.CharField("program", max_length=LENGTHS["agent"], blank=True)
    via = models.CharField(max_length=LENGTHS["via"])
    action = models.CharField(max_length=LENGTHS["action"])
    outcome = models.CharField(max_length=LENGTHS["outcome"], choices=list(OUTCOMES.items()))
    status = models.IntegerField(null=True)
    code = models.CharField(max_length=LENGTHS["code"], blank=True)
    release = models.CharField(max_length=LENGTHS["release"], blank=True)
    compared_with = models.CharField(max_length=LENGTHS["compared_with"], blank=True)
    entity = models.CharField(max_length=LENGTHS["entity"], blank=True)
    query = models.CharField(max_length=LENGTHS["query"], blank=True)
    shown = models.IntegerField(null=True)
    seconds = models.FloatField(null=True)
    opening = models.UUIDField("record of its opening", null=True)
    request_id = models.CharField("request ID", max_length=LENGTHS["request_id"], blank=True)
    process = models.CharField(max_length=LENGTHS["process"], blank=True)

    objects = AccessRecordQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        default_permissions = ("view",)
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="access_at"),
            models.Index(fields=["request_id"], name="access_request_id"),
            *(
                models.Index(fields=[name, "-at", "-id"], name=f"access_{name}")
                for name in ("user", "email", "address", "outcome", "release", "compared_with")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.email or 'nobody'} at {self.at:%Y-%m-%d %H:%M:%S}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **{**kwargs, "force_insert": True})

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        # What `save` and fixtures call, and anybody else could.
        if not self._state.adding:
            raise AppendOnly
        super().save_base(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly
