"""How the OpenAPI document names the two ways of signing in."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension

BY_SESSION: Any = [{"session": []}]
"""For `extend_schema(auth=…)`: what no token of any kind is good for. The stubs know names, which it does not."""


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # Its metaclass has no types.
    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "For programs: an access token of POST /api/auth/token/, or a service token, which reads "
            "releases and nothing else.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "For browsers: the cookie of POST /api/auth/login/.",
        }
