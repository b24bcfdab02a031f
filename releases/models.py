"""What people keep of the list. Releases themselves live in Temporal alone."""

from typing import Any

from django.conf import settings
from django.db import models


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
