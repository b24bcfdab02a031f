"""What users may see, as `releases.access.Viewer`."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from accounts.models import Scope, User
from releases.access import NOBODY, Viewer


def viewer_of(user: AbstractBaseUser | AnonymousUser) -> Viewer:
    """The viewer that a user is, at the cost of one query at most. Inactive and anonymous users see nothing."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    return viewers_of([user])[user.pk]


def viewers_of(users: Iterable[User]) -> dict[int, Viewer]:
    """The viewers that these active users are, by the users' keys, at the cost of one query at most."""
    all_users = list(users)
    limited = [user.pk for user in all_users if not user.is_superuser]
    patterns = defaultdict(set)
    if limited:
        scopes = Scope.objects.filter(group__user__in=limited).order_by()
        for user_id, pattern in scopes.values_list("group__user", "pattern"):
            patterns[user_id].add(pattern)
    return {
        user.pk: Viewer(user.pk, user.email, frozenset(patterns[user.pk]), sees_all=user.is_superuser)
        for user in all_users
    }
