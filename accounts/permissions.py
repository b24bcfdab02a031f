"""What signing in is enough for."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

from accounts.models import ServiceToken


class SignedIn(IsAuthenticated):
    """Somebody is signed in; and a service token reads, where a view says that it is for them (`for_services`): what is
    added later is closed to them until somebody opens it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if not isinstance(request.auth, ServiceToken):
            return True
        return request.method in SAFE_METHODS and bool(getattr(view, "for_services", False))
