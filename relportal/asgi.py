"""The ASGI application: HTTP by Django, WebSockets by the consumers of `releases`."""

import os
from typing import Any

from channels.middleware import BaseMiddleware
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relportal.settings")

django_application = get_asgi_application()

from releases import recording, services  # noqa: E402  # These need Django's apps.
from releases.routing import websocket_urlpatterns  # noqa: E402
from relportal import tracing  # noqa: E402
from relportal.crowd import BoundedRequests  # noqa: E402
from relportal.handshakes import HandshakeMiddleware  # noqa: E402

tracing.start(settings.RELPORTAL.OTEL_EXPORTER_OTLP_ENDPOINT)


class WarmUpMiddleware(BaseMiddleware):  # type: ignore[misc]  # Channels has no types.
    """Whatever comes first, a health check mostly, also starts what makes the first page of releases fast, and what
    saves the accesses that an earlier process left behind."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        services.warm_up()
        recording.recorder().start()
        await self.inner(scope, receive, send)


application = WarmUpMiddleware(
    ProtocolTypeRouter(
        {
            "http": BoundedRequests(django_application, settings.RELPORTAL.REQUESTS_AT_ONCE),
            "websocket": HandshakeMiddleware(URLRouter(websocket_urlpatterns)),
        }
    )
)
