"""How far staff reach who are no superusers: never upwards, neither themselves nor by the account of somebody else.

They manage people who are no staff, and get at no account that sees more releases than they do. They shape roles that
neither they nor other staff hold and that give no rights, by patterns that they hold themselves.
"""

from django.contrib.auth.models import Group
from django.db.models import Q
from django.http import HttpRequest

from accounts.authentication import user_of
from accounts.models import User
from accounts.viewers import viewers_of

_ALL = frozenset({"*", "release:*"})


def is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def may_manage(request: HttpRequest, user: User | None) -> bool:
    """Whether they may change, deactivate or delete this person. None is anybody."""
    return (
        user is None or is_superuser(request) or user.pk == request.user.pk or not (user.is_staff or user.is_superuser)
    )


def may_enter(request: HttpRequest, user: User) -> bool:
    """Whether they may set what this person signs in by: whoever sets it can sign in as them, and see what they see."""
    if not may_manage(request, user):
        return False
    return is_superuser(request) or user.pk == request.user.pk or sees_all_of(request, _patterns_of(user))


def may_shape(request: HttpRequest, group: Group | None) -> bool:
    """Whether they may change this role's scopes, or delete it: whoever could widen a role of their own would raise
    themselves, and whoever could take a role from other staff would get rid of who oversees them. None is any role."""
    if group is None or is_superuser(request):
        return True
    is_held = group.user_set.filter(Q(pk=request.user.pk) | Q(is_staff=True) | Q(is_superuser=True)).exists()
    return not is_held and not group.permissions.exists()


def sees_all_of(request: HttpRequest, patterns: frozenset[str]) -> bool:
    """Whether whoever asks holds each of these patterns, or one of all releases. That one pattern is within another in
    some other way is not looked for."""
    held = _patterns_of(user_of(request))
    return is_superuser(request) or bool(held & _ALL) or patterns <= held


def _patterns_of(user: User) -> frozenset[str]:
    return viewers_of([user])[user.pk].patterns
