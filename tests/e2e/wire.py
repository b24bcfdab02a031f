"""What lies between a browser and the portal: answers that never come, break off, or say that something is wrong."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route

Address = str | re.Pattern[str]

Change = Callable[[Page], None]
"""To be made before the page goes anywhere."""


def held(*addresses: Address) -> Change:
    """Nothing that is asked of these addresses is ever answered."""
    return _routed(addresses, lambda _: None)


def broken(*addresses: Address) -> Change:
    """What is asked of these addresses breaks off."""
    return _routed(addresses, lambda route: route.abort())


def refused(status: int, body: dict[str, Any], *addresses: Address) -> Change:
    """What is asked of these addresses is answered with a problem."""
    problem = {"type": "about:blank", "title": "", "status": status, "request_id": "of-the-test", **body}
    return _routed(
        addresses,
        lambda route: route.fulfill(status=status, content_type="application/problem+json", json=problem),
    )


def silent(address: Address = "**/ws/**") -> Change:
    """Sockets open, and nothing comes through them."""
    return lambda page: page.route_web_socket(address, lambda _: None)


def shut(address: Address = "**/ws/**") -> Change:
    """Sockets are closed as soon as they are opened."""
    return lambda page: page.route_web_socket(address, lambda socket: socket.close())


def both(*changes: Change) -> Change:
    def make(page: Page) -> None:
        for change in changes:
            change(page)

    return make


def _routed(addresses: tuple[Address, ...], answer: Callable[[Route], None]) -> Change:
    def route(page: Page) -> None:
        for address in addresses:
            page.route(address, answer)

    return route
