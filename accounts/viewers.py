"""What a user may see, as `releases.access.Viewer`."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from accounts.models import Scope, User
from releases.access import NOBODY, Viewer


def viewer_of(user: AbstractBaseUser | AnonymousUser) -> Viewer:
    """The viewer that a user is, at the cost of one query at most. Inactive and anonymous users see nothing."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    if user.is_superuser:
        return Viewer(user_id=user.pk, email=user.email, sees_all=True)
    patterns = Scope.objects.filter(group__user=user).order_by().values_list("pattern", flat=True)
    return Viewer(user_id=user.pk, email=user.email, patterns=frozenset(patterns))
