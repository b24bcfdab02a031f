"""What users may see, as `releases.access.Viewer`."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from accounts.models import Scope, ServiceToken, User
from releases.access import NOBODY, Viewer


def viewer_of(user: AbstractBaseUser | AnonymousUser) -> Viewer:
    """The viewer that a user is, at the cost of one query at most, of three with a service token. Inactive and
    anonymous users see nothing."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    return narrowed(viewers_of([user])[user.pk], user.service_token)


def narrowed(viewer: Viewer, token: ServiceToken | None) -> Viewer:
    """What a token leaves of what its owner may see. It never adds to that."""
    return viewer if token is None else replace(viewer, within=token.all_patterns)


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
