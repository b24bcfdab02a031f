"""Addresses of WebSockets. Those of HTTP stand in `urls`."""

from django.urls import path, re_path

from releases.consumers import PageConsumer, TreeConsumer
from relportal.handshakes import RefusingConsumer

websocket_urlpatterns = [
    path("ws/releases/", PageConsumer.as_asgi()),
    path("ws/releases/<str:release_id>/", TreeConsumer.as_asgi()),
    # Channels' router raises an error for an address that is nothing.
    re_path("", RefusingConsumer.as_asgi(code=4404)),
]
