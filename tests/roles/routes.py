"""All addresses of the portal, as the matrix has to know them."""

import re
from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from releases.routing import websocket_urlpatterns

_APPS = re.compile(r"\^\(\?P<app_label>[a-z|]+\)")


def http_routes() -> list[str]:
    return list(_walked(get_resolver().url_patterns))


def socket_routes() -> list[str]:
    return [str(route.pattern) for route in websocket_urlpatterns]


def _walked(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        # The administration's own, which names every app that has a page.
        address = before + _APPS.sub("<app_label>", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walked(pattern.url_patterns, address)
        else:
            yield address
