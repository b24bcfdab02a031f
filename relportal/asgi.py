"""The ASGI application: HTTP by Django."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relportal.settings")

django_application = get_asgi_application()

from releases import services  # noqa: E402  # Needs Django's apps.


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Whatever comes first, a health check mostly, also starts what makes the first page of releases fast."""
    services.warm_up()
    await django_application(scope, receive, send)
