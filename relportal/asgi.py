"""The ASGI application: HTTP by Django, WebSockets by the consumers of `releases`."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relportal.settings")

django_application = get_asgi_application()

from releases import services  # noqa: E402  # Both need Django's apps.
from releases.consumers import websockets  # noqa: E402


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Whatever comes first, a health check mostly, also starts what makes the first page of releases fast."""
    services.warm_up()
    await (websockets if scope["type"] == "websocket" else django_application)(scope, receive, send)
